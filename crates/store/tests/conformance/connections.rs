//! Connections, and what may be changed on one.

use crate::support::{House, both};
use tieline_model::connection::{
    Connection, Mapping, PaythenSettings, Settings, WebhookAuth, WebhookSettings,
};
use tieline_model::{ConnectionId, Refusal};
use tieline_store::connections::{Create, Get, Remap};
use tieline_store::seal::Seal;

fn seal() -> Seal {
    Seal::new(&[7; 32])
}

fn webhook() -> Settings {
    Settings::Webhook(WebhookSettings { auth: WebhookAuth::Bearer, mapping: Mapping::default() })
}

async fn connect(house: &House, settings: Settings) -> Connection {
    let create = Create {
        location_id: house.location.id.clone(),
        name: "Shop".into(),
        settings,
        secret: "a secret".into(),
        seal: seal(),
    };
    house.store.write(create).await.unwrap()
}

fn remap(house: &House, id: &ConnectionId) -> Remap {
    let mapping = Mapping { event: Some("shop.order_paid".into()), ..Mapping::default() };
    Remap { location_id: house.location.id.clone(), id: id.clone(), mapping, seal: seal() }
}

#[test]
fn a_webhook_takes_another_mapping_and_keeps_the_rest() {
    both(async |house| {
        let before = connect(&house, webhook()).await;
        let other = connect(&house, webhook()).await;
        let after = house.store.write(remap(&house, &before.id)).await.unwrap();
        let get = |id: &ConnectionId| Get { id: id.clone(), seal: seal() };
        assert_eq!(house.store.read(get(&before.id)).await.unwrap().as_ref(), Some(&after));
        let Settings::Webhook(webhook) = &after.settings else { panic!("{after:?}") };
        assert_eq!(webhook.mapping.event.as_deref(), Some("shop.order_paid"));
        assert_eq!(webhook.auth, WebhookAuth::Bearer);
        assert_eq!((&after.secrets, &after.name), (&before.secrets, &before.name));
        assert_eq!(house.store.read(get(&other.id)).await.unwrap(), Some(other));
    });
}

#[test]
fn a_mapping_goes_on_a_webhook_of_the_location_only() {
    both(async |house| {
        let paythen = connect(&house, Settings::Paythen(PaythenSettings::default())).await;
        let refused = house.store.write(remap(&house, &paythen.id)).await.unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::Conflict(_))), "{refused}");
        let webhook = connect(&house, webhook()).await;
        let stranger = House { location: house.new_location(false).await, ..house.clone() };
        let refused = house.store.write(remap(&stranger, &webhook.id)).await.unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::NotFound { .. })), "{refused}");
    });
}
