//! The key that seals secrets, and a database that is opened with another one.

use crate::support::{Fixture, both};
use std::time::Duration;
use tieline_model::ConnectionId;
use tieline_model::connection::{PaythenSettings, Settings};
use tieline_store::connections::{Create, Get, List, Reread, Rotate};
use tieline_store::seal::{Accept, Check, HasKey, Seal};

fn seal(byte: u8) -> Seal {
    Seal::new(&[byte; 32])
}

async fn check(fixture: &Fixture, byte: u8) -> bool {
    fixture.store.write(Check { seal: seal(byte) }).await.unwrap()
}

async fn connect(fixture: &Fixture, byte: u8) -> ConnectionId {
    let create = Create {
        location_id: fixture.location.id.clone(),
        name: "Paythen".into(),
        settings: Settings::Paythen(PaythenSettings::default()),
        secret: "whsec_1".into(),
        seal: seal(byte),
    };
    fixture.store.write(create).await.unwrap().id
}

#[test]
fn the_first_key_is_the_databases_own_until_another_is_accepted() {
    both(async |fixture| {
        assert!(!fixture.store.read(HasKey).await.unwrap());
        assert!(check(&fixture, 1).await);
        assert!(fixture.store.read(HasKey).await.unwrap());
        assert!(!check(&fixture, 2).await);
        assert!(check(&fixture, 1).await);
        fixture.store.write(Accept { seal: seal(2) }).await.unwrap();
        assert!(check(&fixture, 2).await);
        assert!(!check(&fixture, 1).await);
    });
}

#[test]
fn a_database_without_a_check_value_knows_its_key_by_its_connections() {
    both(async |fixture| {
        connect(&fixture, 1).await;
        assert!(fixture.store.read(HasKey).await.unwrap());
        assert!(!check(&fixture, 2).await);
        assert!(check(&fixture, 1).await);
    });
}

#[test]
fn a_secret_of_a_lost_key_is_replaced_by_a_new_one_alone() {
    both(async |fixture| {
        let id = connect(&fixture, 1).await;
        let get = |byte| Get { id: id.clone(), seal: seal(byte) };
        assert!(fixture.store.read(get(2)).await.is_err());
        let listed = fixture.store.read(List { location_id: fixture.location.id.clone() }).await.unwrap();
        assert_eq!(listed[0].id, id, "a list needs no key");
        let rotate = |byte, secret: &str| Rotate {
            location_id: fixture.location.id.clone(),
            id: id.clone(),
            secret: secret.into(),
            grace: Duration::from_secs(60),
            seal: seal(byte),
        };
        fixture.store.write(rotate(2, "whsec_2")).await.unwrap();
        fixture.store.write(rotate(2, "whsec_3")).await.unwrap();
        let connection = fixture.store.read(get(2)).await.unwrap().unwrap();
        let live: Vec<&str> = connection.live_secrets(fixture.store.clock().now()).collect();
        assert_eq!(live, ["whsec_3", "whsec_2"]);
    });
}

#[test]
fn paythen_settings_can_be_changed() {
    both(async |fixture| {
        let id = connect(&fixture, 1).await;
        let settings = PaythenSettings { at_risk_after: 4, ..PaythenSettings::default() };
        let reread = Reread {
            location_id: fixture.location.id.clone(),
            id: id.clone(),
            settings: settings.clone(),
            seal: seal(1),
        };
        fixture.store.write(reread).await.unwrap();
        let connection = fixture.store.read(Get { id: id.clone(), seal: seal(1) }).await.unwrap().unwrap();
        assert_eq!(connection.settings, Settings::Paythen(settings));
        assert_eq!(connection.secrets[0].value, "whsec_1");
    });
}
