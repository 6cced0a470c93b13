//! What an expression reads, as far as that is known before it is evaluated.

use crate::path::Path;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// The paths that expressions read, each with the place of its expression in the document.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct References {
    all: BTreeSet<(Path, Arc<str>)>,
}

impl References {
    /// Whether the expression uses the name.
    #[must_use]
    pub fn uses(&self, name: &str) -> bool {
        self.paths(name).next().is_some()
    }

    /// The paths below a name, in alphabetical order, with the place of the expression that reads each:
    /// `trigger.payment.amount` at `steps[0].with.body`.
    ///
    /// Only what is known without data is part of a path: `trigger.items[vars.n].sku` reads `trigger.items`
    /// and `vars.n`. A path without steps stands for the whole of the name.
    pub fn paths<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Path, &'a str)> {
        self.all.iter().filter(move |(path, _)| path.name() == name).map(|(path, place)| (path, &**place))
    }

    /// The members of the name that it asks for, each once: `person` for `steps.person.email`. None among them
    /// stands for the whole of it, as in `steps[trigger.key]`.
    pub fn members<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Option<&'a str>> {
        let members: BTreeSet<Option<&str>> = self.paths(name).map(|(path, _)| path.member()).collect();
        members.into_iter()
    }

    /// Adds what another expression uses.
    pub fn extend(&mut self, other: &Self) {
        self.all.extend(other.all.iter().cloned());
    }

    /// Sets the place of every path that has none yet.
    pub(crate) fn placed(self, place: &Arc<str>) -> Self {
        Self { all: self.all.into_iter().map(|(path, _)| (path, Arc::clone(place))).collect() }
    }

    /// The names, each once.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.all.iter().map(|(path, _)| path.name()).collect()
    }

    pub(crate) fn add_path(&mut self, path: &Path) {
        self.all.insert((path.clone(), Arc::default()));
    }

    /// Adds the engine's findings: dotted paths that begin with an undeclared name.
    pub(crate) fn add_undeclared(&mut self, undeclared: HashSet<String>) {
        self.all.extend(undeclared.iter().map(|path| (Path::dotted(path), Arc::default())));
    }
}
