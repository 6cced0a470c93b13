//! The payload of an event: one shape for all of them, with null for what is not known.

use super::event::StripeEvent;
use super::facts::{Address, Fact};
use super::ledger::{Enrolment, Ledger, PAYMENTS};
use super::outcome::{Draft, PaymentView};
use super::plan::{CustomFields, custom_fields};
use super::plan_state::PlanState;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tieline_model::Timestamp;
use tieline_model::connection::PaythenSettings;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payload<'a> {
    pub(super) id: &'a str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) occurred_at: Timestamp,
    pub(super) livemode: bool,
    /// Always true: the status and the progress are derived from Stripe's events.
    pub(super) derived: bool,
    pub(super) customer: Customer<'a>,
    pub(super) plan: Plan<'a>,
    pub(super) payment: Payment<'a>,
    pub(super) progress: Progress,
    pub(super) links: Links<'a>,
    pub(super) stripe: Stripe<'a>,
    pub(super) order_reference: Option<&'a str>,
    pub(super) custom_fields: CustomFields<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Customer<'a> {
    pub(super) email: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) first_name: Option<&'a str>,
    pub(super) last_name: Option<&'a str>,
    pub(super) phone: Option<&'a str>,
    pub(super) address: Address,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Plan<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    #[serde(rename = "type")]
    pub(super) kind: Option<&'a str>,
    pub(super) total: Option<i64>,
    pub(super) currency: Option<&'a str>,
    pub(super) interval: Option<&'a str>,
    pub(super) payments_expected: Option<u32>,
    pub(super) deposit: Option<i64>,
    pub(super) status: Option<&'static str>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) amount: Option<i64>,
    pub(super) currency: Option<&'a str>,
    pub(super) attempt: Option<u32>,
    pub(super) failure_code: Option<&'a str>,
    pub(super) failure_message: Option<&'a str>,
    pub(super) next_attempt_at: Option<Timestamp>,
    pub(super) credited_amount: Option<i64>,
    pub(super) refunded_amount: Option<i64>,
    pub(super) refund_amount: Option<i64>,
}

#[derive(Serialize, Default)]
pub(super) struct Progress {
    pub(super) paid: Option<u32>,
    pub(super) remaining: Option<u32>,
    /// Whole percent, rounded down, so that 100 means all.
    pub(super) percent: Option<u32>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Links<'a> {
    pub(super) customer_page: Option<&'a str>,
    pub(super) receipt: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stripe<'a> {
    pub(super) event: &'a str,
    pub(super) customer: Option<&'a str>,
    pub(super) subscription: Option<&'a str>,
    pub(super) invoice: Option<&'a str>,
    pub(super) payment_intent: Option<&'a str>,
    pub(super) charge: Option<&'a str>,
}

/// Writes the payload of one event, with the state after it.
pub(super) fn write(
    event: &StripeEvent,
    ledger: &Ledger,
    customer: Option<&str>,
    draft: &Draft,
    settings: &PaythenSettings,
) -> Result<Box<RawValue>, serde_json::Error> {
    let enrolment = draft.enrolment.as_deref().and_then(|key| ledger.enrolment(key));
    let plan_state = enrolment.map(|one| ledger.plan_state(&one.key, settings)).unwrap_or_default();
    let view = draft.payment.as_ref();
    to_raw_value(&Payload {
        id: &event.id,
        kind: draft.kind,
        occurred_at: event.created,
        livemode: event.livemode,
        derived: true,
        customer: customer_of(ledger),
        plan: enrolment.map(|one| plan_of(one, plan_state)).unwrap_or_default(),
        payment: view.map(payment_of).unwrap_or_default(),
        progress: enrolment.map(|_| progress_of(plan_state)).unwrap_or_default(),
        links: Links {
            customer_page: view.and_then(|view| view.page.as_deref()),
            receipt: view.and_then(|view| view.receipt.as_deref()),
        },
        stripe: Stripe {
            event: &event.id,
            customer,
            subscription: enrolment.filter(|one| one.is_subscription()).map(|one| one.key.as_str()),
            invoice: view.and_then(|view| view.ids.invoice.as_deref()),
            payment_intent: view.and_then(|view| view.ids.intent.as_deref()),
            charge: view.and_then(|view| view.ids.charge.as_deref()),
        },
        order_reference: enrolment.and_then(|one| one.order_reference.get()).map(String::as_str),
        custom_fields: extra_fields(event, settings),
    })
}

fn customer_of(ledger: &Ledger) -> Customer<'_> {
    let name = ledger.name.get().map(|name| name.trim());
    let (first_name, last_name) = match name.and_then(|name| name.split_once(char::is_whitespace)) {
        Some((first, last)) => (Some(first), Some(last.trim_start())),
        None => (name, None),
    };
    Customer {
        email: ledger.email.get().map(String::as_str),
        name,
        first_name,
        last_name,
        phone: ledger.phone.get().map(String::as_str),
        address: ledger.address.get().cloned().unwrap_or_default(),
    }
}

fn plan_of(enrolment: &Enrolment, plan_state: PlanState) -> Plan<'_> {
    Plan {
        id: Some(enrolment.key.as_str()).filter(|key| *key != PAYMENTS),
        name: enrolment.plan_name.get().map(String::as_str),
        kind: enrolment.plan_type.get().map(String::as_str),
        total: enrolment.total.get().copied(),
        currency: enrolment.currency.get().map(String::as_str),
        interval: enrolment.interval.get().map(String::as_str),
        payments_expected: plan_state.expected,
        deposit: enrolment.deposit.get().copied(),
        status: Some(plan_state.status.name()),
    }
}

fn payment_of(view: &PaymentView) -> Payment<'_> {
    let ids = &view.ids;
    Payment {
        id: ids.invoice.as_deref().or(ids.intent.as_deref()).or(ids.charge.as_deref()),
        amount: Some(view.amount),
        currency: view.currency.as_deref(),
        attempt: view.attempt,
        failure_code: view.failure_code.as_deref(),
        failure_message: view.failure_message.as_deref(),
        next_attempt_at: view.next_attempt,
        credited_amount: Some(view.credited),
        refunded_amount: Some(view.refunded),
        refund_amount: view.refund,
    }
}

fn progress_of(plan_state: PlanState) -> Progress {
    let paid = plan_state.paid;
    let expected = plan_state.expected;
    let percent = |expected: u32| {
        let percent = u64::from(paid) * 100 / u64::from(expected.max(1));
        u32::try_from(percent.min(100)).unwrap_or(100)
    };
    Progress {
        paid: Some(paid),
        remaining: expected.map(|expected| expected.saturating_sub(paid)),
        percent: expected.map(percent),
    }
}

/// The merchant's own metadata, and for a dispute its reason and status.
fn extra_fields<'a>(event: &'a StripeEvent, settings: &PaythenSettings) -> CustomFields<'a> {
    let mut fields = custom_fields(&event.about, settings);
    if let Fact::Dispute { reason, status, .. } = &event.what {
        let extra = [("disputeReason", reason), ("disputeStatus", status)];
        fields.0.extend(extra.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))));
    }
    fields
}
