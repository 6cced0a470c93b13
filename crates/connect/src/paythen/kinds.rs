//! The kinds of events, each with what a list, a form or a document shows of it. [`TABLE`] is the only list.

use super::sample;
use serde_json::Value;

/// A kind of event, with a sample of its payload.
#[derive(Clone, Copy, Debug)]
pub struct KindSample {
    /// The name that a workflow's trigger takes it by.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// When it is reported, in one sentence.
    pub help: &'static str,
    /// A payload of this kind, made of the type that real payloads are made of.
    pub sample: fn() -> Value,
}

/// Declares a kind's key as a constant and its row of the table.
macro_rules! kinds {
    ($($name:ident = $key:literal, $title:literal, $help:literal;)*) => {
        $(#[doc = $help]
        pub const $name: &str = $key;)*

        /// All kinds.
        pub const TABLE: &[KindSample] = &[$(KindSample {
            key: $name,
            title: $title,
            help: $help,
            sample: || sample::payload($name),
        },)*];

        /// The keys of all kinds.
        pub const KINDS: &[&str] = &[$($name,)*];
    };
}

kinds! {
    SIGNED_UP = "paythen.customer.signed_up", "Customer signed up",
        "A plan was begun: its subscription is active or on trial, or its first payment came in.";
    PAYMENT_SUCCEEDED = "paythen.payment.succeeded", "Payment succeeded",
        "A payment came in, or credit covered it.";
    PAYMENT_FAILED = "paythen.payment.failed", "Payment failed",
        "An attempt to collect a payment failed, or a bill that was sent was not paid in time.";
    PAYMENT_UPCOMING = "paythen.payment.upcoming", "Payment upcoming",
        "A payment will be collected soon.";
    PAYMENT_REFUNDED = "paythen.payment.refunded", "Payment refunded",
        "A payment was given back, in part or whole.";
    REFUND_FAILED = "paythen.payment.refund_failed", "Refund failed",
        "A refund that was reported gave nothing back: it failed or was cancelled.";
    OVERDUE_RETRYING = "paythen.plan.overdue_retrying", "Plan overdue, retrying",
        "A payment failed and Stripe will try again.";
    OVERDUE_AT_RISK = "paythen.plan.overdue_at_risk", "Plan overdue, at risk",
        "Payments failed repeatedly and Stripe will try again.";
    ACTION_REQUIRED = "paythen.plan.action_required", "Plan overdue, action required",
        "A payment failed and will not be tried again unless somebody acts, or a bill that was sent is overdue.";
    RECOVERED = "paythen.plan.recovered", "Plan recovered",
        "A plan is no longer overdue: the payment came in or need not be paid any more.";
    COMPLETED = "paythen.plan.completed", "Plan completed",
        "All payments of a plan came in.";
    CANCELLED = "paythen.plan.cancelled", "Plan cancelled",
        "A plan ended before all of its payments came in.";
    PAUSED = "paythen.plan.paused", "Plan paused",
        "A plan was paused.";
    RESUMED = "paythen.plan.resumed", "Plan resumed",
        "A paused plan goes on.";
    SCHEDULE_CHANGED = "paythen.plan.schedule_changed", "Plan schedule changed",
        "The dates of a plan were moved, or an end was set.";
    METHOD_UPDATED = "paythen.payment_method.updated", "Payment method updated",
        "The customer pays with another card or account from now on.";
    DISPUTE_OPENED = "paythen.dispute.opened", "Dispute opened",
        "A payment is disputed; `customFields.disputeReason` says why.";
    DISPUTE_CLOSED = "paythen.dispute.closed", "Dispute closed",
        "A dispute was decided; `customFields.disputeStatus` says how.";
}
