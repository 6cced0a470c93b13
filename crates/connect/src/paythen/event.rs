//! Stripe's events, read as far as the database is not needed.

use super::facts::{About, Fact};
use super::fields::{BODY, Object, Unmappable};
use super::objects;
use serde_json_borrow::Value;
use tieline_model::{Timestamp, json};

/// A Stripe event that was read. Parse it outside the transaction that handles it.
#[derive(Clone, Debug)]
pub struct StripeEvent {
    /// Stripe's id of it (`evt_…`): a second delivery with the same id is a duplicate.
    pub id: String,
    /// Stripe's name of what happened, such as `invoice.paid`.
    pub kind: String,
    /// When it happened.
    pub created: Timestamp,
    /// Whether real money moved.
    pub livemode: bool,
    pub(super) about: About,
    pub(super) what: Fact,
}

impl StripeEvent {
    /// Reads the body of a delivery. Of a type that does not matter for plans, only the id is read.
    ///
    /// # Errors
    /// A sentence that names the field that is missing or has the wrong type.
    pub fn parse(body: &[u8]) -> Result<Self, Unmappable> {
        read(body, Self::from_json)?
    }

    /// The same for a body that [`read`] reads.
    pub(super) fn from_json(body: &Value<'_>) -> Result<Self, Unmappable> {
        let event = Object::new(body, BODY)?;
        let id = event.required_text("id")?;
        let kind = event.required_text("type")?;
        let created = event
            .time("created")?
            .ok_or_else(|| Unmappable("created is missing; send the event as Stripe sends it".to_owned()))?;
        let livemode = event.flag("livemode")?.unwrap_or_default();
        let (about, what) = facts(&event, &kind)?;
        Ok(Self { id, kind, created, livemode, about, what })
    }

    /// Whether this type of event matters for plans. One that does not leads to no events.
    #[must_use]
    pub const fn is_relevant(&self) -> bool {
        !matches!(self.what, Fact::Nothing)
    }
}

/// Reads a body as JSON, as leniently as a webhook's: Stripe passes on texts that other programs cut in the middle of
/// a character, and a payment must not be lost over a name.
pub(super) fn read<T>(body: &[u8], understand: impl Fn(&Value<'_>) -> T) -> Result<T, Unmappable> {
    json::read(body, |body| serde_json::from_slice(body).map(|body| understand(&body)))
        .map_err(|error| Unmappable(format!("the body is not JSON: {error}")))
}

fn facts(event: &Object<'_>, kind: &str) -> Result<(About, Fact), Unmappable> {
    let read = match kind {
        "customer.created" | "customer.updated" => Kind::Customer,
        "customer.subscription.created" => Kind::Subscription { created: true },
        "customer.subscription.updated"
        | "customer.subscription.deleted"
        | "customer.subscription.paused"
        | "customer.subscription.resumed" => Kind::Subscription { created: false },
        "payment_method.attached" => Kind::Method,
        "checkout.session.completed" => Kind::Checkout,
        "invoice.paid" | "invoice.payment_succeeded" => Kind::Invoice(Fact::Paid, "amount_paid"),
        "invoice.payment_failed" => Kind::Invoice(Fact::Failed, "amount_due"),
        "invoice.overdue" => Kind::Invoice(Fact::Overdue, "amount_due"),
        "invoice.voided" | "invoice.marked_uncollectible" => Kind::Invoice(Fact::Voided, "amount_due"),
        "invoice.upcoming" => Kind::Invoice(Fact::Upcoming, "amount_due"),
        "invoice_payment.paid" => Kind::InvoicePayment,
        "payment_intent.succeeded" => Kind::Intent(Fact::Paid),
        "payment_intent.payment_failed" => Kind::Intent(Fact::Failed),
        "charge.succeeded" => Kind::Charge(Fact::Paid),
        "charge.refunded" => Kind::Charge(Fact::Refunded),
        "refund.failed" | "refund.updated" | "charge.refund.updated" => Kind::Refund,
        "charge.dispute.created" => Kind::Dispute { opened: true },
        "charge.dispute.closed" => Kind::Dispute { opened: false },
        _ => return Ok((About::default(), Fact::Nothing)),
    };
    let data = event.object("data")?.ok_or_else(|| missing("data"))?;
    let data_object = data.value("object").ok_or_else(|| missing("data.object"))?;
    let object = Object::new(data_object, "data.object")?;
    let before = data.object("previous_attributes")?;
    let (about, mut what) = match read {
        Kind::Customer => objects::customer(&object, before.as_ref()),
        Kind::Subscription { created } => objects::subscription(&object, before.as_ref(), created),
        Kind::Method => objects::payment_method(&object),
        Kind::Checkout => objects::checkout(&object),
        Kind::Invoice(what, amount) => {
            if kind != "invoice.upcoming" {
                object.required_text("id")?;
            }
            objects::invoice(&object, what, amount)
        }
        Kind::InvoicePayment => objects::invoice_payment(&object),
        Kind::Intent(what) => objects::intent(&object, what),
        Kind::Charge(what) => objects::charge(&object, before.as_ref(), what),
        Kind::Refund => objects::refund(&object),
        Kind::Dispute { opened } => objects::dispute(&object, opened),
    }?;
    if let Fact::Subscription(change) = &mut what {
        change.ended |= kind == "customer.subscription.deleted";
        change.pause_touched |=
            matches!(kind, "customer.subscription.paused" | "customer.subscription.resumed");
    }
    Ok((about, what))
}

/// How an event's object is read.
enum Kind {
    Customer,
    Subscription {
        created: bool,
    },
    Method,
    Checkout,
    /// With the field that holds the amount in question.
    Invoice(fn(super::facts::Pay) -> Fact, &'static str),
    InvoicePayment,
    Intent(fn(super::facts::Pay) -> Fact),
    Charge(fn(super::facts::Pay) -> Fact),
    Refund,
    Dispute {
        opened: bool,
    },
}

fn missing(name: &str) -> Unmappable {
    Unmappable(format!("{name} is missing; send the event as Stripe sends it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn problem(body: &Value) -> String {
        StripeEvent::parse(body.to_string().as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_type_that_means_nothing_is_no_error() {
        let body = json!({"id": "evt_1", "type": "plan.created", "created": 1, "data": 3});
        assert!(!StripeEvent::parse(body.to_string().as_bytes()).unwrap().is_relevant());
    }

    #[test]
    fn metadata_ends_where_that_of_stripe_ends() {
        let metadata: serde_json::Map<String, Value> =
            (0..70_000).map(|n| (format!("k{n}"), json!("x"))).collect();
        let object = json!({"id": "in_1", "amount_paid": 12, "metadata": metadata});
        let body = json!({"id": "evt_1", "type": "invoice.paid", "created": 1, "data": {"object": object}});
        assert_eq!(StripeEvent::parse(body.to_string().as_bytes()).unwrap().about.metadata.len(), 50);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let event = |object: Value| json!({"id": "evt_1", "type": "invoice.paid", "created": 1, "data": {"object": object}});
        assert_eq!(problem(&json!([])), "the body should be an object, not a list");
        assert!(problem(&json!({"id": "evt_1", "type": "x"})).starts_with("created is missing"));
        assert!(problem(&json!({"type": "x", "created": 1})).starts_with("id is missing"));
        assert!(problem(&event(json!({}))).starts_with("data.object.id is missing"));
        assert_eq!(
            problem(&event(json!({"id": "in_1", "amount_paid": "12"}))),
            "data.object.amount_paid should be a whole number, not a text"
        );
        assert_eq!(
            problem(&event(json!({"id": "in_1", "customer": 7}))),
            "data.object.customer should be an id, not a number"
        );
    }
}
