//! The actions and events that a workflow may name.

use crate::{actions, remote};
use tieline_connect::paythen;
use tieline_engine::ActionSpec;
use tieline_model::event::kinds;

/// The catalogue of this build.
#[derive(Clone, Copy, Debug, Default)]
pub struct Catalogue;

/// A webhook connection may name kinds of its own; one that begins like these is one of ours or a slip.
const RESERVED: [&str; 4] = ["paythen", "contact", "note", "task"];

impl tieline_engine::Catalogue for Catalogue {
    fn action(&self, key: &str) -> Option<&ActionSpec> {
        all().find(|spec| spec.key == key)
    }

    fn keys(&self) -> Vec<&str> {
        all().map(|spec| spec.key).collect()
    }

    fn is_event(&self, kind: &str) -> bool {
        let module = kind.split('.').next().unwrap_or_default();
        self.events().contains(&kind) || (kind.contains('.') && !RESERVED.contains(&module))
    }

    fn events(&self) -> Vec<&str> {
        kinds::OWN.iter().chain(paythen::KINDS).copied().collect()
    }
}

fn all() -> impl Iterator<Item = &'static ActionSpec> {
    actions::ALL.iter().copied().chain([&remote::HTTP_REQUEST])
}
