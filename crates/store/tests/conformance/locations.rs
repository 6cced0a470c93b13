//! Locations, and their changes.

use crate::support::both;
use tieline_model::{Location, LocationId, Refusal};
use tieline_store::locations::{Get, Update};
use tieline_store::workflows::Stamp;

fn keep_all(id: LocationId) -> Update {
    Update { id, name: None, country: None, timezone: None, allow_duplicate_contact: None }
}

#[test]
fn an_update_changes_what_it_names_and_makes_compiled_workflows_stale() {
    both(async |fixture| {
        let before = fixture.location.clone();
        let stamp = fixture.store.read(Stamp).await.unwrap();
        let update = Update { timezone: Some("Europe/Berlin".into()), ..keep_all(before.id.clone()) };
        let after = fixture.store.write(update).await.unwrap();
        assert_eq!(after, Location { timezone: "Europe/Berlin".into(), ..before.clone() });
        assert_eq!(fixture.store.read(Get(before.id)).await.unwrap(), Some(after));
        assert!(fixture.store.read(Stamp).await.unwrap() > stamp);
    });
}

#[test]
fn a_location_that_does_not_exist_cannot_be_changed() {
    both(async |fixture| {
        let refused = fixture.store.write(keep_all("none".into())).await.unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::NotFound { what: "Location", .. })), "{refused}");
    });
}
