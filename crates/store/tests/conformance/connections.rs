//! Connections, and their changes.

use crate::support::{Fixture, both};
use std::time::Duration;
use tieline_model::connection::{
    Connection, Mapping, PaythenSettings, Settings, WebhookAuth, WebhookSettings,
};
use tieline_model::{ConnectionId, Refusal};
use tieline_store::connections::{Create, Get, Remap, Rotate};
use tieline_store::seal::Seal;

fn seal() -> Seal {
    Seal::new(&[7; 32])
}

fn webhook() -> Settings {
    Settings::Webhook(WebhookSettings { auth: WebhookAuth::Bearer, mapping: Mapping::default() })
}

async fn connect(fixture: &Fixture, settings: Settings) -> Connection {
    let create = Create {
        location_id: fixture.location.id.clone(),
        name: "Shop".into(),
        settings,
        secret: "a secret".into(),
        seal: seal(),
    };
    fixture.store.write(create).await.unwrap()
}

fn remap(fixture: &Fixture, id: &ConnectionId) -> Remap {
    let mapping = Mapping { event: Some("shop.order_paid".into()), ..Mapping::default() };
    Remap { location_id: fixture.location.id.clone(), id: id.clone(), mapping, seal: seal() }
}

#[test]
fn a_webhook_accepts_another_mapping_and_keeps_the_rest() {
    both(async |fixture| {
        let before = connect(&fixture, webhook()).await;
        let other = connect(&fixture, webhook()).await;
        let after = fixture.store.write(remap(&fixture, &before.id)).await.unwrap();
        let get = |id: &ConnectionId| Get { id: id.clone(), seal: seal() };
        assert_eq!(fixture.store.read(get(&before.id)).await.unwrap().as_ref(), Some(&after));
        let Settings::Webhook(webhook) = &after.settings else { panic!("{after:?}") };
        assert_eq!(webhook.mapping.event.as_deref(), Some("shop.order_paid"));
        assert_eq!(webhook.auth, WebhookAuth::Bearer);
        assert_eq!((&after.secrets, &after.name), (&before.secrets, &before.name));
        assert_eq!(fixture.store.read(get(&other.id)).await.unwrap(), Some(other));
    });
}

#[test]
fn a_rotation_without_grace_ends_all_secrets_before() {
    both(async |fixture| {
        let id = connect(&fixture, webhook()).await.id;
        for (secret, hours) in [("second", 24), ("third", 0)] {
            let grace = Duration::from_secs(hours * 3600);
            let (location_id, secret) = (fixture.location.id.clone(), secret.to_owned());
            let rotate = Rotate { location_id, id: id.clone(), secret, grace, seal: seal() };
            fixture.store.write(rotate).await.unwrap();
        }
        let connection = fixture.store.read(Get { id, seal: seal() }).await.unwrap().unwrap();
        let now = fixture.store.clock().now();
        assert_eq!(connection.live_secrets(now).collect::<Vec<_>>(), ["third"]);
    });
}

#[test]
fn only_a_webhook_of_the_location_accepts_a_mapping() {
    both(async |fixture| {
        let paythen = connect(&fixture, Settings::Paythen(PaythenSettings::default())).await;
        let refused = fixture.store.write(remap(&fixture, &paythen.id)).await.unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::Conflict(_))), "{refused}");
        let webhook = connect(&fixture, webhook()).await;
        let stranger = Fixture { location: fixture.new_location(false).await, ..fixture.clone() };
        let refused = fixture.store.write(remap(&stranger, &webhook.id)).await.unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::NotFound { .. })), "{refused}");
    });
}
