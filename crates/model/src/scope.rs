//! What a key may do. The names are HighLevel's.

use std::fmt;
use std::str::FromStr;

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// One permission, named as HighLevel names it.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Scope { $($(#[$doc])* $name),* }

        impl Scope {
            /// Every scope that a key can carry.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The scope as it is sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

scopes! {
    /// Read contacts, their tags, notes and tasks; search them.
    ContactsReadonly = "contacts.readonly",
    /// Create, change and delete contacts, their tags, notes and tasks.
    ContactsWrite = "contacts.write",
    /// Read a location.
    LocationsReadonly = "locations.readonly",
    /// Read the definitions of custom fields.
    CustomFieldsReadonly = "locations/customFields.readonly",
    /// Create definitions of custom fields.
    CustomFieldsWrite = "locations/customFields.write",
    /// Read workflows, connections, deliveries and runs.
    WorkflowsReadonly = "workflows.readonly",
    /// Change workflows and connections; replay deliveries and runs.
    WorkflowsWrite = "workflows.write",
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|scope| scope.as_str()).collect();
            format!("`{text}` is not a scope; the scopes are {}", known.join(", "))
        })
    }
}

/// A set of scopes, one bit for each because every request checks it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u128);

// A further scope would alias the first.
const _: () = assert!(Scope::ALL.len() <= u128::BITS as usize, "a set has no bit for every scope");

impl Scopes {
    /// The set with `scope` in it as well.
    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | 1 << scope as u8)
    }

    /// Whether `scope` is in the set.
    #[must_use]
    pub const fn allow(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// The scopes of the set, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.allow(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::default(), Self::with)
    }
}

/// Reads scopes separated by blanks or commas, as the command line and OAuth write them.
impl FromStr for Scopes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty()).map(Scope::from_str).collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, scope) in self.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_a_list() {
        let scopes: Scopes = "contacts.write, contacts.readonly".parse().unwrap();
        assert!(scopes.allow(Scope::ContactsWrite));
        assert!(!scopes.allow(Scope::LocationsReadonly));
        assert_eq!(scopes.to_string(), "contacts.readonly contacts.write");
    }

    #[test]
    fn names_the_scopes_when_one_is_wrong() {
        let error = "contacts.admin".parse::<Scopes>().unwrap_err();
        assert!(error.contains("contacts.admin") && error.contains("contacts.readonly"));
    }
}
