//! What an expression reads, as far as that can be told before it is evaluated.

use crate::path::Path;
use std::collections::{BTreeSet, HashSet};

/// The names that an expression uses, with the members of them that it asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct References {
    all: BTreeSet<(Box<str>, Option<Box<str>>)>,
}

impl References {
    /// Whether the expression uses the name.
    #[must_use]
    pub fn uses(&self, name: &str) -> bool {
        self.all.iter().any(|(known, _)| known.as_ref() == name)
    }

    /// The members of the name that it asks for: `person` for `steps.person.email`. None among them stands
    /// for the whole of it, as in `steps[trigger.key]`.
    pub fn members<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Option<&'a str>> {
        self.all.iter().filter(move |(known, _)| known.as_ref() == name).map(|(_, member)| member.as_deref())
    }

    /// Takes over what another expression uses.
    pub fn extend(&mut self, other: &Self) {
        self.all.extend(other.all.iter().cloned());
    }

    /// The names, each once.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.all.iter().map(|(name, _)| name.as_ref()).collect()
    }

    pub(crate) fn add_path(&mut self, path: &Path) {
        self.all.insert((path.name().into(), path.member().map(Into::into)));
    }

    /// Takes over the engine's findings: dotted paths from an undeclared name down.
    pub(crate) fn add_undeclared(&mut self, undeclared: HashSet<String>) {
        for path in undeclared {
            let mut parts = path.split('.');
            if let Some(name) = parts.next() {
                self.all.insert((name.into(), parts.next().map(Into::into)));
            }
        }
    }
}
