//! Attempts that failed and bills that were not paid in time, and what they mean for the plan.

use super::apply::Rules;
use super::facts::{Pay, Side};
use super::kinds;
use super::ledger::{Enrolment, FailedPayment, Ties};
use super::outcome::{Draft, Drafts, PaymentView};
use super::plan_state::PlanState;
use tieline_model::Timestamp;

/// How many characters of a failure's message are kept.
const MAX_MESSAGE: usize = 300;

impl Rules<'_> {
    /// Records a failed attempt. The invoice and the PaymentIntent of one attempt are one failure; whichever
    /// comes second adds what it knows.
    pub(super) fn failed(&mut self, pay: &Pay) -> Vec<Draft> {
        if self.ledger.failures.iter().any(|one| one.was_reported_by(&self.event.id)) {
            return Vec::new();
        }
        let found = self.ledger.find_failure(pay, self.at());
        self.record_failure(pay, found, FailedPayment::default())
    }

    /// Records that a bill that was sent to the customer was not paid in time: a failure without an attempt. A bill that
    /// is known to have failed is overdue already.
    pub(super) fn overdue(&mut self, pay: &Pay) -> Vec<Draft> {
        let known = |one: &FailedPayment| one.invoice_event.is_some() && one.invoice == pay.ids.invoice;
        if self.ledger.failures.iter().any(known) {
            return Vec::new();
        }
        let pay = Pay { attempt: None, ..pay.clone() };
        let new = FailedPayment { is_overdue_bill: true, ..FailedPayment::default() };
        self.record_failure(&pay, None, new)
    }

    /// Adds what an event says to the failure at the place `found`, else to `new`.
    fn record_failure(&mut self, pay: &Pay, found: Option<usize>, new: FailedPayment) -> Vec<Draft> {
        let (event, at) = (self.event, self.at());
        if let Some(subscription) = event.about.subscription.clone() {
            self.learn_plan(&subscription);
        }
        let before = self.plan_states();
        let ties = Ties::new(pay, &event.about, self.settings);
        let place = found.unwrap_or_else(|| {
            self.ledger.failures.push(FailedPayment { at, ..new });
            self.ledger.failures.len() - 1
        });
        self.ledger.failures[place].add(pay, ties, &event.id, at);
        let failure = self.ledger.failures[place].clone();
        let key = self.ledger.key_of_failure(&failure).into_owned();
        if failure.ties.subscription.is_none() {
            self.learn_plan(&key);
        }
        let after = self.plan_state(&key);
        let before = before.iter().find(|(known, _)| *known == key).map(|(_, plan_state)| *plan_state);
        let view = PaymentView::failed(pay, &failure, self.ledger.attempts_of(&failure));
        let mut drafts = Drafts::new(Some(key.clone()), Some(view));
        drafts.push_if(found.is_none(), kinds::PAYMENT_FAILED);
        let newest = after.newest_failure == Some(failure.at);
        let changed = before.unwrap_or_default().status != after.status;
        if self.knows_what_follows(pay, &failure, &key, found.is_some())
            && (newest || changed)
            && let Some(kind) = after.status.overdue_kind()
        {
            // The other side of the attempt may have reported it, even before its plan was known.
            let told = self.ledger.failures[place].overdue_reported.replace(after.status);
            drafts.push_if(told != Some(after.status) && !self.is_known_overdue(pay, &failure, &key), kind);
        }
        // A failure that comes late may be one that was paid since. What it sets off has to be ended as well,
        // and no later payment will do that.
        // Neither will one where this side of an attempt is the first to say which payment it was of.
        let unsettled = found.is_none() || before.is_some_and(|before| before.overdue);
        drafts.push_if(unsettled && !after.overdue && self.ledger.is_plan(&key), kinds::RECOVERED);
        drafts.finish()
    }

    /// Records that a bill need not be paid any more. A plan that was overdue by it alone recovers.
    pub(super) fn voided(&mut self, pay: &Pay) -> Vec<Draft> {
        let Some(invoice) = &pay.ids.invoice else { return Vec::new() };
        if pay.side == Side::Money {
            return Vec::new();
        }
        if let Some(subscription) = self.event.about.subscription.clone() {
            self.learn_plan(&subscription);
        }
        // Nothing recovers that ended: Stripe voids what is open when a subscription is cancelled.
        let mut before = self.plan_states();
        before.retain(|(_, before)| before.owes());
        self.ledger.forgive(invoice);
        self.settle_due(pay);
        self.recoveries(before, &PaymentView::new(pay))
    }

    /// The recoveries of plans that were overdue and are no longer. A first bill is voided when a sign-up is given
    /// up; nothing recovers by that.
    pub(super) fn recoveries(&self, before: Vec<(String, PlanState)>, payment: &PaymentView) -> Vec<Draft> {
        let recovered = |key: &str, before: PlanState| {
            let began = self.ledger.enrolment(key).is_some_and(|one| one.signed_up || !one.sign_up_awaited);
            began && before.overdue && !self.plan_state(key).overdue
        };
        let recovered = before.into_iter().filter(|(key, before)| recovered(key, *before));
        let draft =
            |(key, _)| Draft { kind: kinds::RECOVERED, enrolment: Some(key), payment: Some(payment.clone()) };
        recovered.map(draft).collect()
    }

    /// Records that a bill that was due is settled. Its subscription is past due until it says otherwise, which it
    /// may do before or after.
    pub(super) fn settle_due(&mut self, pay: &Pay) {
        let (event, at) = (self.event, self.at());
        let Some(subscription) = event.about.subscription.as_ref().filter(|_| pay.side == Side::Invoice)
        else {
            return;
        };
        let past_due = &mut self.ledger.enrol(subscription).past_due;
        if pay.due.map_or(past_due.get() == Some(&true), |due| due.millis() <= at) {
            past_due.set(false, at);
        }
    }

    /// Whether the plan was reported before because of this bill: by its subscription, which was unpaid or past due, or
    /// when the bill was not paid in time.
    fn is_known_overdue(&self, pay: &Pay, failure: &FailedPayment, key: &str) -> bool {
        let said = |one: &Enrolment| {
            one.unpaid.get() == Some(&true)
                || one.past_due.get() == Some(&true)
                    && pay.due.is_none_or(|due| due.millis() <= one.past_due.at())
        };
        let is_same = |one: &FailedPayment| {
            one.is_overdue_bill && one.invoice == failure.invoice && one.overdue_reported.is_some()
        };
        let is_attempt = !failure.is_overdue_bill;
        self.ledger.enrolment(key).is_some_and(said)
            || (is_attempt && self.ledger.failures.iter().any(is_same))
    }

    /// Whether an event says if a payment is tried again. For a subscription only its invoice does; a payment
    /// without an invoice is not tried again by itself.
    fn knows_what_follows(
        &self,
        pay: &Pay,
        failure: &FailedPayment,
        key: &str,
        reported_before: bool,
    ) -> bool {
        let billed = failure.invoice.is_some() || failure.ties.of_subscription;
        let bare = !billed && self.ledger.enrolment(key).is_some_and(|one| !one.is_subscription());
        pay.side == Side::Invoice || (bare && !reported_before)
    }
}

impl FailedPayment {
    fn was_reported_by(&self, event: &str) -> bool {
        [&self.invoice_event, &self.money_event].into_iter().flatten().any(|told| told == event)
    }

    fn add(&mut self, pay: &Pay, ties: Ties, event: &str, at: i64) {
        let side = match pay.side {
            Side::Invoice => &mut self.invoice_event,
            Side::Money => &mut self.money_event,
        };
        *side = Some(event.to_owned());
        self.at = self.at.max(at);
        self.invoice = self.invoice.take().or_else(|| pay.ids.invoice.clone());
        self.intent = self.intent.take().or_else(|| pay.ids.intent.clone());
        self.attempt = self.attempt.or(pay.attempt);
        self.next = self.next.or(pay.next_attempt.map(Timestamp::millis));
        self.code = self.code.take().or_else(|| pay.failure_code.clone());
        let message = pay.failure_message.as_deref().map(|text| text.chars().take(MAX_MESSAGE).collect());
        self.message = self.message.take().or(message);
        self.amount = self.amount.max(pay.amount);
        self.currency = self.currency.take().or_else(|| pay.currency.clone());
        self.ties.add(ties);
    }
}
