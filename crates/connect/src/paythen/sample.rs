//! Samples of the payloads: what a form shows before a real event arrived, and what a test run starts with.

use super::facts::Address;
use super::kinds;
use super::payload::{Customer, Links, Payload, Payment, Plan, Progress, Stripe};
use super::plan::CustomFields;
use super::plan_state::PlanStatus;
use serde_json::Value;
use tieline_model::Timestamp;

/// Seconds since 1970 of 2026-11-23, noon.
const HAPPENED: i64 = 1_795_435_200;
/// Three days later.
const NEXT_ATTEMPT: i64 = HAPPENED + 3 * 86_400;
const EVENT: &str = "evt_1Tl0000000000042";
const SUBSCRIPTION: &str = "sub_1TlMaraVossPlan";
const INVOICE: &str = "in_1TlPayment0003";

/// The sample payload of a kind.
pub(super) fn payload(kind: &'static str) -> Value {
    let payload = Payload {
        id: EVENT,
        kind,
        occurred_at: Timestamp::from_seconds(HAPPENED),
        livemode: false,
        derived: true,
        customer: customer(),
        plan: plan(status(kind)),
        payment: payment(kind),
        progress: progress(kind),
        links: Links {
            customer_page: has_payment(kind).then_some("https://invoice.example/i/acct_1Tl/0003"),
            receipt: (kind == kinds::PAYMENT_REFUNDED).then_some("https://receipts.example/0003"),
        },
        stripe: stripe(kind),
        order_reference: Some("R-1042"),
        custom_fields: CustomFields(custom_fields(kind)),
    };
    serde_json::to_value(payload).unwrap_or_default()
}

fn customer() -> Customer<'static> {
    Customer {
        email: Some("mara.voss@example.com"),
        name: Some("Mara Voss"),
        first_name: Some("Mara"),
        last_name: Some("Voss"),
        phone: Some("+61412345678"),
        address: Address {
            line1: Some("7 Kiln Lane".to_owned()),
            line2: None,
            city: Some("Fremantle".to_owned()),
            state: Some("WA".to_owned()),
            postal_code: Some("6160".to_owned()),
            country: Some("AU".to_owned()),
        },
    }
}

fn plan(status: PlanStatus) -> Plan<'static> {
    Plan {
        id: Some(SUBSCRIPTION),
        name: Some("Pottery course, autumn term"),
        kind: Some("payment_plan"),
        total: Some(120_000),
        currency: Some("aud"),
        interval: Some("month"),
        payments_expected: Some(12),
        deposit: None,
        status: Some(status.name()),
    }
}

fn status(kind: &str) -> PlanStatus {
    match kind {
        kinds::PAYMENT_FAILED | kinds::OVERDUE_RETRYING => PlanStatus::Retrying,
        kinds::OVERDUE_AT_RISK => PlanStatus::AtRisk,
        kinds::ACTION_REQUIRED => PlanStatus::ActionRequired,
        kinds::COMPLETED => PlanStatus::Completed,
        kinds::CANCELLED => PlanStatus::Cancelled,
        kinds::PAUSED => PlanStatus::Paused,
        _ => PlanStatus::InProgress,
    }
}

/// Whether events of a kind are about a payment.
fn has_payment(kind: &str) -> bool {
    !matches!(
        kind,
        kinds::SIGNED_UP
            | kinds::CANCELLED
            | kinds::PAUSED
            | kinds::RESUMED
            | kinds::SCHEDULE_CHANGED
            | kinds::METHOD_UPDATED
    )
}

fn has_failed(kind: &str) -> bool {
    matches!(
        kind,
        kinds::PAYMENT_FAILED | kinds::OVERDUE_RETRYING | kinds::OVERDUE_AT_RISK | kinds::ACTION_REQUIRED
    )
}

fn is_about_refund(kind: &str) -> bool {
    matches!(kind, kinds::PAYMENT_REFUNDED | kinds::REFUND_FAILED)
}

fn failure_code(kind: &str) -> Option<&'static str> {
    match kind {
        kinds::REFUND_FAILED => Some("expired_or_canceled_card"),
        kind => has_failed(kind).then_some("card_declined"),
    }
}

fn payment(kind: &str) -> Payment<'static> {
    if !has_payment(kind) {
        return Payment::default();
    }
    let failed = has_failed(kind);
    Payment {
        id: Some(INVOICE),
        amount: Some(10_000),
        currency: Some("aud"),
        attempt: Some(if kind == kinds::OVERDUE_AT_RISK { 2 } else { 1 }),
        failure_code: failure_code(kind),
        failure_message: failed.then_some("Your card has insufficient funds."),
        next_attempt_at: (failed && kind != kinds::ACTION_REQUIRED)
            .then_some(Timestamp::from_seconds(NEXT_ATTEMPT)),
        credited_amount: Some(0),
        refunded_amount: Some(if kind == kinds::PAYMENT_REFUNDED { 2_500 } else { 0 }),
        refund_amount: is_about_refund(kind).then_some(2_500),
    }
}

fn progress(kind: &str) -> Progress {
    let paid = match kind {
        kinds::SIGNED_UP => 0,
        kinds::COMPLETED => 12,
        _ => 3,
    };
    Progress { paid: Some(paid), remaining: Some(12 - paid), percent: Some(paid * 100 / 12) }
}

fn stripe(kind: &str) -> Stripe<'static> {
    let paid = has_payment(kind);
    Stripe {
        event: EVENT,
        customer: Some("cus_TlMaraVoss01"),
        subscription: Some(SUBSCRIPTION),
        invoice: paid.then_some(INVOICE),
        payment_intent: paid.then_some("pi_1TlPayment0003"),
        charge: is_about_refund(kind).then_some("ch_1TlPayment0003"),
    }
}

fn custom_fields(kind: &str) -> Vec<(&'static str, &'static str)> {
    match kind {
        kinds::DISPUTE_OPENED => vec![("disputeReason", "fraudulent"), ("disputeStatus", "needs_response")],
        kinds::DISPUTE_CLOSED => vec![("disputeReason", "fraudulent"), ("disputeStatus", "won")],
        _ => vec![("studio", "West")],
    }
}
