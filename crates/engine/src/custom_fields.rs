//! Which custom fields a program reads, so that their definitions are loaded for such programs only.

use crate::catalogue::Catalogue;
use std::collections::BTreeSet;
use tieline_expr::{References, camel_case};

/// The custom fields of the run's contact that expressions read as its members: `contact.plan_name`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum CustomFields {
    /// None: their definitions need not be loaded.
    #[default]
    None,
    /// Those with these keys.
    Keys(Vec<String>),
    /// All but those whose keys are names of a contact's own members: an expression reads the contact as a whole, as
    /// `contact[trigger.key]` does.
    AllBut(BTreeSet<String>),
}

impl CustomFields {
    /// What is read of a contact beside the members that it has of its own.
    pub(crate) fn read(references: &References, catalogue: &dyn Catalogue) -> Self {
        let members: BTreeSet<Option<&str>> = references.members("contact").collect();
        if members.is_empty() {
            return Self::None;
        }
        let others = Self::AllBut(catalogue.contact_members());
        if members.contains(&None) {
            return others;
        }
        let keys = members.into_iter().flatten().filter(|key| others.include(key));
        let keys: Vec<String> = keys.map(str::to_owned).collect();
        if keys.is_empty() { Self::None } else { Self::Keys(keys) }
    }

    /// Whether the field with this key, without `contact.`, is among them.
    #[must_use]
    pub fn include(&self, key: &str) -> bool {
        match self {
            Self::None => false,
            Self::Keys(keys) => keys.iter().any(|known| known == key),
            Self::AllBut(own) => !own.contains(key) && !own.contains(camel_case(key).as_ref()),
        }
    }
}
