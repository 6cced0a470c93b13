//! Deliveries: appended once however often they arrive, kept when they cannot be mapped.

use crate::payments::PAYMENT_FAILED;
use crate::support::{TestApp, both};
use axum::http::HeaderMap;
use serde_json::json;
use std::collections::BTreeMap;
use tieline_connect::paythen::fixtures::{Sample, Shape, history};
use tieline_connect::stripe::signature;
use tieline_model::ConnectionId;
use tieline_model::DeliveryId;
use tieline_model::connection::{Mapping, PaythenSettings, Settings, WebhookAuth, WebhookSettings};
use tieline_runtime::ingress::{Ingress, Rejected, ReplayDelivery, Request, Taken};
use tieline_store::deliveries::{self, Delivery, DeliveryStatus};
use tieline_store::seal::Seal;
use tieline_store::{connections, runs};

const SECRET: &str = "whsec_of_the_tests";

fn seal() -> Seal {
    Seal::new(&[7; 32])
}

fn mapping(event: &str) -> Mapping {
    Mapping { event: Some(event.into()), id: Some("{{ body.id }}".into()), ..Mapping::default() }
}

impl TestApp {
    async fn connect(&self, settings: Settings) -> ConnectionId {
        let create = connections::Create {
            location_id: self.location.id.clone(),
            name: "Shop".into(),
            settings,
            secret: SECRET.into(),
            seal: seal(),
        };
        self.store.write(create).await.unwrap().id
    }

    fn ingress(&self) -> Ingress {
        Ingress::new(self.store.clone(), seal())
    }

    async fn deliveries(&self) -> Vec<Delivery> {
        let location_id = self.location.id.clone();
        let list = deliveries::List { location_id, status: None, before: None, limit: 1000 };
        self.store.read(list).await.unwrap()
    }

    async fn remap(&self, id: &ConnectionId, mapping: Mapping) {
        let (location_id, id) = (self.location.id.clone(), id.clone());
        self.store.write(connections::Remap { location_id, id, mapping, seal: seal() }).await.unwrap();
    }

    async fn replay(&self, id: &DeliveryId) -> tieline_store::Result<Delivery> {
        let (location_id, id) = (self.location.id.clone(), id.clone());
        self.store.write(ReplayDelivery { location_id, id, seal: seal() }).await
    }

    async fn kinds(&self) -> BTreeMap<String, usize> {
        let mut kinds = BTreeMap::new();
        for event in self.events().await.into_iter().filter(|event| event.location_id == self.location.id) {
            *kinds.entry(event.kind).or_default() += 1;
        }
        kinds
    }
}

async fn post_stripe(
    ingress: &Ingress,
    app: &TestApp,
    id: &ConnectionId,
    body: &str,
) -> Result<Taken, Rejected> {
    let mut headers = HeaderMap::new();
    let proof = signature::sign(body.as_bytes(), SECRET, app.store.clock().now());
    headers.insert("stripe-signature", proof.parse().unwrap());
    ingress.receive(id, Request { headers: &headers, query: None, body: body.as_bytes().to_vec() }).await
}

async fn post(ingress: &Ingress, id: &ConnectionId, body: serde_json::Value) -> Taken {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {SECRET}").parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    let body = body.to_string().into_bytes();
    ingress.receive(id, Request { headers: &headers, query: None, body }).await.unwrap()
}

#[test]
fn a_stripe_event_that_arrives_fifty_times_at_once_is_appended_once() {
    both(async |app| {
        app.publish(
            "{ tieline: 1, name: Paid, trigger: { on: paythen.payment.succeeded }, steps: [{ stop: true }] }",
        )
        .await;
        let _runtime = app.start();
        let id = app.connect(Settings::Paythen(PaythenSettings::default())).await;
        let (ingress, body) = (app.ingress(), Sample::default().invoice_paid());
        let posts: Vec<_> = (0..50)
            .map(|_| {
                let (ingress, app, id, body) = (ingress.clone(), app.clone(), id.clone(), body.clone());
                tokio::spawn(async move { post_stripe(&ingress, &app, &id, &body).await.unwrap() })
            })
            .collect();
        let mut taken = Vec::new();
        for post in posts {
            taken.push(post.await.unwrap());
        }
        assert_eq!(taken.iter().filter(|taken| taken.id.is_some()).count(), 1);
        assert!(taken.iter().all(|taken| taken.status == DeliveryStatus::Processed));
        app.settle().await;
        assert_eq!(app.deliveries().await.len(), 1);
        let kinds = app.kinds().await;
        assert_eq!(kinds.get("paythen.payment.succeeded"), Some(&1), "{kinds:?}");
        assert!(kinds.values().all(|count| *count == 1), "{kinds:?}");
        assert_eq!(app.statuses().await, [runs::RunStatus::Stopped]);
    });
}

#[test]
fn a_plan_that_recovers_ends_the_runs_that_its_failures_started() {
    both(async |app| {
        app.publish(PAYMENT_FAILED).await;
        let _runtime = app.start();
        let id = app.connect(Settings::Paythen(PaythenSettings::default())).await;
        let ingress = app.ingress();
        for (n, shape) in [Shape::Linked, Shape::Unlinked].into_iter().enumerate() {
            let sample = Sample {
                shape,
                customer: format!("cus_{n}"),
                subscription: format!("sub_{n}"),
                payment: format!("payment{n}"),
                email: format!("mara{n}@example.com"),
                phone: format!("+6141234567{n}"),
                ..Sample::default()
            };
            // All at once, as Stripe sends them after an outage.
            for body in history(&sample, 3) {
                post_stripe(&ingress, &app, &id, &body).await.unwrap();
            }
        }
        app.settle().await;
        assert_eq!(app.statuses().await, [runs::RunStatus::Stopped; 4], "{:#?}", app.runs().await);
        for n in 0..2 {
            let contact = app.contact(&format!("mara{n}@example.com")).await.unwrap();
            assert_eq!(contact["tags"], json!(["payment-failed"]));
        }
        assert_eq!(app.notes().await.len(), 4);
    });
}

#[test]
fn a_delivery_with_a_wrong_signature_leaves_nothing() {
    both(async |app| {
        let id = app.connect(Settings::Paythen(PaythenSettings::default())).await;
        let (ingress, body) = (app.ingress(), Sample::default().invoice_paid());
        let mut headers = HeaderMap::new();
        let now = app.store.clock().now();
        headers.insert(
            "stripe-signature",
            signature::sign(body.as_bytes(), "whsec_other", now).parse().unwrap(),
        );
        let request = Request { headers: &headers, query: None, body: body.into_bytes() };
        let rejected = ingress.receive(&id, request).await.unwrap_err();
        assert!(matches!(rejected, Rejected::Unproven(_)), "{rejected:?}");
        assert!(app.deliveries().await.is_empty() && app.kinds().await.is_empty());
    });
}

#[test]
fn a_delivery_that_cannot_be_mapped_is_kept_and_can_be_replayed() {
    both(async |app| {
        let settings = WebhookSettings { auth: WebhookAuth::Bearer, mapping: mapping("{{ body.kind }}") };
        let id = app.connect(Settings::Webhook(settings)).await;
        let taken = post(&app.ingress(), &id, json!({"id": "1", "type": "shop.ordered"})).await;
        assert_eq!(taken.status, DeliveryStatus::Failed);
        assert!(taken.detail.starts_with("mapping.event: "), "{}", taken.detail);
        let stored = app.deliveries().await.remove(0);
        assert_eq!((Some(stored.id.clone()), stored.status), (taken.id, DeliveryStatus::Failed));
        let replayed = app.replay(&stored.id).await.unwrap();
        assert_eq!(replayed.status, DeliveryStatus::Failed, "the mapping is still wrong");
        assert!(app.kinds().await.is_empty());

        app.remap(&id, mapping("{{ body.type }}")).await;
        let replayed = app.replay(&stored.id).await.unwrap();
        assert_eq!((replayed.status, replayed.detail.as_str()), (DeliveryStatus::Processed, "shop.ordered"));
        assert_eq!(app.deliveries().await[0].status, DeliveryStatus::Processed);
        assert_eq!(app.appended("shop.ordered").await[0]["body"]["id"], "1");
        let refused = app.replay(&stored.id).await.unwrap_err();
        assert_eq!(refused.to_string(), "the delivery was processed; only one that failed can be replayed");
        assert_eq!(app.kinds().await.get("shop.ordered"), Some(&1));
    });
}

#[test]
fn a_delivery_is_appended_once_however_often_it_failed_before() {
    both(async |app| {
        let settings = WebhookSettings { auth: WebhookAuth::Bearer, mapping: mapping("{{ body.kind }}") };
        let id = app.connect(Settings::Webhook(settings)).await;
        let body = json!({"id": "1", "type": "shop.ordered"});
        post(&app.ingress(), &id, body.clone()).await;
        post(&app.ingress(), &id, body.clone()).await;
        app.remap(&id, mapping("{{ body.type }}")).await;
        for delivery in app.deliveries().await {
            app.replay(&delivery.id).await.unwrap();
        }
        let again = post(&app.ingress(), &id, body).await;
        assert_eq!((again.id, again.detail.as_str()), (None, "delivered before"));
        assert_eq!(app.kinds().await.get("shop.ordered"), Some(&1));
        let mut statuses: Vec<_> = app.deliveries().await.iter().map(|one| one.status.as_str()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, ["ignored", "processed"]);
    });
}
