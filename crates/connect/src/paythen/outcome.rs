//! The events that follow from one of Stripe's, before their payloads are written.

use super::facts::{Ids, Pay};
use super::ledger::{FailedPayment, Ledger, Payment};
use tieline_model::Timestamp;

/// An event whose payload is written once all facts are known.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) kind: &'static str,
    pub(super) enrolment: Option<String>,
    pub(super) payment: Option<PaymentView>,
}

/// A payment as an event shows it.
#[derive(Clone, Debug, Default)]
pub(super) struct PaymentView {
    pub(super) ids: Ids,
    pub(super) amount: i64,
    pub(super) currency: Option<String>,
    pub(super) attempt: Option<u32>,
    pub(super) failure_code: Option<String>,
    pub(super) failure_message: Option<String>,
    pub(super) next_attempt: Option<Timestamp>,
    pub(super) credited: i64,
    /// The total of all refunds.
    pub(super) refunded: i64,
    /// The amount of the refund that the event is about.
    pub(super) refund: Option<i64>,
    pub(super) page: Option<String>,
    pub(super) receipt: Option<String>,
}

/// Drafts that share an enrolment and a payment.
pub(super) struct Drafts {
    drafts: Vec<Draft>,
    enrolment: Option<String>,
    payment: Option<PaymentView>,
}

impl Drafts {
    pub(super) const fn new(enrolment: Option<String>, payment: Option<PaymentView>) -> Self {
        Self { drafts: Vec::new(), enrolment, payment }
    }

    pub(super) fn push(&mut self, kind: &'static str) {
        let (enrolment, payment) = (self.enrolment.clone(), self.payment.clone());
        self.drafts.push(Draft { kind, enrolment, payment });
    }

    pub(super) fn push_if(&mut self, wanted: bool, kind: &'static str) {
        if wanted {
            self.push(kind);
        }
    }

    pub(super) fn finish(self) -> Vec<Draft> {
        self.drafts
    }
}

impl PaymentView {
    /// What an object says of a payment.
    pub(super) fn new(pay: &Pay) -> Self {
        Self {
            ids: pay.ids.clone(),
            amount: pay.amount,
            currency: pay.currency.clone(),
            attempt: pay.attempt,
            failure_code: pay.failure_code.clone(),
            failure_message: pay.failure_message.clone(),
            next_attempt: pay.next_attempt,
            credited: pay.credited,
            refunded: pay.refunded,
            refund: None,
            page: pay.page.clone(),
            receipt: pay.receipt.clone(),
        }
    }

    /// The same with the ids from other objects.
    pub(super) fn of(pay: &Pay, payment: &Payment) -> Self {
        let refunded = payment.refunds.iter().copied().max().unwrap_or(0).max(pay.refunded);
        Self { ids: payment.ids(), refunded, ..Self::new(pay) }
    }

    /// A payment that is known by what was remembered only.
    pub(super) fn remembered(payment: &Payment) -> Self {
        let (amount, credited) = (payment.amount, payment.credited);
        let pay = Pay { amount, credited, currency: payment.currency.clone(), ..Pay::default() };
        Self::of(&pay, payment)
    }

    /// A failed attempt, with what the events of both sides say.
    pub(super) fn failed(pay: &Pay, failure: &FailedPayment, in_a_row: u32) -> Self {
        let mut view = Self::new(pay);
        view.ids.invoice.clone_from(&failure.invoice);
        view.ids.intent.clone_from(&failure.intent);
        view.attempt = failure.attempt.or((!failure.is_overdue_bill).then_some(in_a_row));
        view.failure_code.clone_from(&failure.code);
        view.failure_message.clone_from(&failure.message);
        view.next_attempt = failure.next.map(Timestamp::from_millis);
        view
    }
}

impl Ledger {
    /// How many attempts to collect the same bill or PaymentIntent had failed by then.
    pub(super) fn attempts_of(&self, failure: &FailedPayment) -> u32 {
        let same = |one: &&FailedPayment| match (&one.invoice, &one.intent) {
            (Some(invoice), _) => failure.invoice.as_ref() == Some(invoice),
            (None, Some(intent)) => failure.intent.as_ref() == Some(intent),
            (None, None) => false,
        };
        let attempts = self.failures.iter().filter(|one| !one.is_overdue_bill && one.at <= failure.at);
        let count = attempts.filter(same).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}
