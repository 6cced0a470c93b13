//! Attempts that failed, and what they mean for the plan.

use super::apply::Rules;
use super::book::{Belongs, FailedPayment};
use super::facts::{Pay, Side};
use super::kinds;
use super::outcome::{Draft, Drafts, PaymentView};
use tieline_model::Timestamp;

/// How many characters of a failure's message are kept.
const MAX_MESSAGE: usize = 300;

impl Rules<'_> {
    /// Notes a failed attempt. The invoice and the PaymentIntent of one attempt are told as one failure, and
    /// whichever comes second adds what it knows.
    pub(super) fn failed(&mut self, pay: &Pay) -> Vec<Draft> {
        let (event, at) = (self.event, self.at());
        if self.book.failures.iter().any(|one| one.was_told_by(&event.id)) {
            return Vec::new();
        }
        if let Some(subscription) = event.about.subscription.clone() {
            self.learn_plan(&subscription);
        }
        let before = self.standings();
        let belongs = Belongs::new(pay, &event.about, self.settings);
        let found = self.book.find_failure(pay, at);
        let place = found.unwrap_or_else(|| {
            self.book.failures.push(FailedPayment { at, ..FailedPayment::default() });
            self.book.failures.len() - 1
        });
        self.book.failures[place].add(pay, belongs, &event.id, at);
        let failure = self.book.failures[place].clone();
        let key = self.book.home_of_failure(&failure).into_owned();
        if failure.belongs.subscription.is_none() {
            self.learn_plan(&key);
        }
        let after = self.standing(&key);
        let before = before.iter().find(|(known, _)| *known == key).map(|(_, standing)| *standing);
        let view = PaymentView::failed(pay, &failure, self.book.attempts_of(&failure));
        let mut drafts = Drafts::new(Some(key.clone()), Some(view));
        drafts.push_if(found.is_none(), kinds::PAYMENT_FAILED);
        let newest = after.newest_failure == Some(failure.at);
        let changed = before.unwrap_or_default().status != after.status;
        if self.knows_what_follows(pay, &failure, &key, found.is_some())
            && (newest || changed)
            && let Some(kind) = after.status.overdue_kind()
        {
            // The other side of the attempt may have told it, even before its plan was known.
            let told = self.book.failures[place].overdue_told.replace(after.status);
            drafts.push_if(told != Some(after.status), kind);
        }
        // A failure that comes late may be one that was paid since. What it sets off has to be ended as well,
        // and no later payment will do that.
        drafts.push_if(found.is_none() && !after.overdue && self.book.is_plan(&key), kinds::RECOVERED);
        drafts.finish()
    }

    /// Takes in that a bill need not be paid any more. What was overdue by it alone is not any more.
    pub(super) fn voided(&mut self, pay: &Pay) -> Vec<Draft> {
        let Some(invoice) = &pay.ids.invoice else { return Vec::new() };
        if let Some(subscription) = self.event.about.subscription.clone() {
            self.learn_plan(&subscription);
        }
        let before = self.standings();
        self.book.forgive(invoice);
        // A first bill is voided when a sign-up is given up; nothing recovers by that.
        let mut drafts = Vec::new();
        for (key, before) in before.into_iter().filter(|(_, before)| before.overdue) {
            let began = self.book.enrolment(&key).is_some_and(|one| one.signed_up || !one.sign_up_awaited);
            if began && !self.standing(&key).overdue && before.status.overdue_kind().is_some() {
                drafts.push(Draft {
                    kind: kinds::RECOVERED,
                    enrolment: Some(key),
                    payment: Some(PaymentView::new(pay)),
                });
            }
        }
        drafts
    }

    /// Whether an event tells if a payment is tried again. For a subscription only its invoice does; a
    /// payment without one is not tried again by itself.
    fn knows_what_follows(&self, pay: &Pay, failure: &FailedPayment, key: &str, told_before: bool) -> bool {
        let billed = failure.invoice.is_some() || failure.belongs.of_subscription;
        let bare = !billed && self.book.enrolment(key).is_some_and(|one| !one.is_subscription());
        pay.side == Side::Invoice || (bare && !told_before)
    }
}

impl FailedPayment {
    fn was_told_by(&self, event: &str) -> bool {
        [&self.invoice_event, &self.money_event].into_iter().flatten().any(|told| told == event)
    }

    fn add(&mut self, pay: &Pay, belongs: Belongs, event: &str, at: i64) {
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
        self.belongs.add(belongs);
    }
}
