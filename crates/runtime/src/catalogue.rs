//! The actions and events that a workflow may name.

use crate::{actions, remote};
use tieline_connect::paythen;
use tieline_engine::ActionSpec;
use tieline_model::event::kinds;

/// The catalogue of this build.
#[derive(Clone, Copy, Debug, Default)]
pub struct Catalogue;

impl tieline_engine::Catalogue for Catalogue {
    fn action(&self, key: &str) -> Option<&ActionSpec> {
        all().find(|spec| spec.key == key)
    }

    fn keys(&self) -> Vec<&str> {
        all().map(|spec| spec.key).collect()
    }

    fn is_event(&self, kind: &str) -> bool {
        // A webhook connection may name kinds of its own; one that begins like ours is a slip.
        let module = kinds::module_of(kind);
        let ours = module == "paythen" || kinds::OWN_MODULES.contains(&module);
        self.events().contains(&kind) || (kinds::is_kind(kind) && !ours)
    }

    fn events(&self) -> Vec<&str> {
        kinds::OWN.iter().chain(paythen::KINDS).copied().collect()
    }
}

fn all() -> impl Iterator<Item = &'static ActionSpec> {
    actions::ALL.iter().copied().chain([&remote::HTTP_REQUEST])
}
