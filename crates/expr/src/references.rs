//! What an expression reads, as far as that is known before it is evaluated.

use crate::lexer::Token;
use crate::path::Path;
use crate::zone::ZONED;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// The paths that expressions read, each with the place of its expression in the document.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct References {
    all: BTreeSet<(Path, Arc<str>)>,
    /// Whether a filter may need the location's time zone, which the expression does not name.
    zone: bool,
}

/// The name that holds the time zone which filters take by themselves.
const LOCATION: &str = "location";

impl References {
    /// Whether the expression uses the name. `location` is also used by filters that follow a time zone.
    #[must_use]
    pub fn uses(&self, name: &str) -> bool {
        (self.zone && name == LOCATION) || self.paths(name).next().is_some()
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
        self.zone |= other.zone;
    }

    /// Whether the expression reads nothing, so that it fails always or never.
    pub(crate) fn is_constant(&self) -> bool {
        self.all.is_empty()
    }

    /// Sets the place of every path that has none yet.
    pub(crate) fn placed(self, place: &Arc<str>) -> Self {
        let all = self.all.into_iter().map(|(path, _)| (path, Arc::clone(place))).collect();
        Self { all, ..self }
    }

    /// The names, each once.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.all.iter().map(|(path, _)| path.name()).collect()
    }

    /// Marks that a filter among the tokens follows a time zone.
    pub(crate) fn add_zone(&mut self, tokens: &[Token<'_>]) {
        let zoned = |pair: &[Token<'_>]| pair[0].text == "|" && ZONED.contains(&pair[1].text);
        self.zone |= tokens.windows(2).any(zoned);
    }

    pub(crate) fn add_path(&mut self, path: &Path) {
        self.all.insert((path.clone(), Arc::default()));
    }

    /// Adds the engine's findings: dotted paths that begin with an undeclared name.
    pub(crate) fn add_undeclared(&mut self, undeclared: HashSet<String>) {
        self.all.extend(undeclared.iter().map(|path| (Path::dotted(path), Arc::default())));
    }
}
