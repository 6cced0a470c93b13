//! Money that comes in.

use super::apply::Rules;
use super::facts::{Ids, Pay, Side};
use super::kinds;
use super::ledger::Ties;
use super::outcome::{Draft, Drafts, PaymentView};
use super::plan_state::PlanState;

impl Rules<'_> {
    /// Records that a payment came in, as one of its objects reports it.
    pub(super) fn paid(&mut self, pay: &Pay) -> Vec<Draft> {
        if let Some(subscription) = self.event.about.subscription.clone() {
            self.learn_plan(&subscription);
        }
        // A trial's invoice of nothing, or a bill that failed before it was reduced to nothing.
        if pay.amount.saturating_add(pay.credited) <= 0 {
            return self.voided(pay);
        }
        // A payment of long ago that was counted then.
        if self.ledger.has_forgotten(self.at()) {
            return Vec::new();
        }
        let ties = Ties::new(pay, &self.event.about, self.settings);
        let mut ids = pay.ids.clone();
        let tie = self.tie.take();
        let tied = tie.is_some();
        match pay.side {
            Side::Invoice => ids.intent = ids.intent.or(tie),
            Side::Money => ids.invoice = ids.invoice.or(tie),
        }
        let at = self.at();
        let before = self.plan_states();
        self.settle_due(pay);
        let matched = self.ledger.place_payment(pay, &ids, ties, tied, at);
        let mut drafts = self.count(matched.place, Some(pay), &before);
        if let Some(freed) = matched.freed {
            self.ledger.payments[freed].paid_at = None;
            drafts.extend(self.count(freed, None, &before));
        }
        drafts
    }

    /// Counts a payment as received, once, and says what that changes.
    fn count(&mut self, place: usize, pay: Option<&Pay>, before: &[(String, PlanState)]) -> Vec<Draft> {
        let at = self.at();
        let payment = &mut self.ledger.payments[place];
        let news = payment.paid_at.is_none();
        payment.paid_at = payment.paid_at.max(Some(at));
        let payment = payment.clone();
        let key = self.key_of_payment(&payment);
        if payment.ties.subscription.is_none() && pay.is_some() {
            self.learn_plan(&key);
        }
        // An attempt that failed may have named another plan, or none, and made that one overdue.
        let failures = self.ledger.failures.iter().filter(|one| news && one.is_of(&payment));
        let mut keys: Vec<_> =
            failures.map(|one| self.ledger.key_of(&one.ties, one.at).into_owned()).collect();
        keys.push(key.clone());
        let was_overdue = before.iter().any(|(known, plan_state)| plan_state.overdue && keys.contains(known));
        self.sign_up(&key);
        let after = self.plan_state(&key);
        let view =
            pay.map_or_else(|| PaymentView::remembered(&payment), |pay| PaymentView::of(pay, &payment));
        let mut drafts = Drafts::new(Some(key.clone()), Some(view));
        drafts.push_if(news, kinds::PAYMENT_SUCCEEDED);
        drafts.push_if(was_overdue && !after.overdue, kinds::RECOVERED);
        self.conclude(&key, after, &mut drafts);
        drafts.finish()
    }

    /// Corrects a guess. A payment that the guess had hidden is reported now.
    pub(super) fn tied(&mut self, invoice: &str, intent: &str) -> Vec<Draft> {
        let ids =
            Ids { invoice: Some(invoice.to_owned()), intent: Some(intent.to_owned()), ..Ids::default() };
        let before = self.plan_states();
        let Some(matched) = self.ledger.bind(&ids, true) else { return Vec::new() };
        let payment = &mut self.ledger.payments[matched.place];
        payment.invoice.get_or_insert_with(|| invoice.to_owned());
        payment.intent.get_or_insert_with(|| intent.to_owned());
        payment.certain = true;
        let paid = payment.paid_at.is_some().then(|| PaymentView::remembered(payment));
        let mut drafts = Vec::new();
        if let Some(freed) = matched.freed {
            self.ledger.payments[freed].paid_at = None;
            drafts = self.count(freed, None, &before);
        }
        // The money of a bill that had failed came in, and only now is it known to be that bill's.
        let recovered = paid.map(|paid| self.recoveries(before, &paid)).unwrap_or_default();
        let reported = |new: &Draft, known: &[Draft]| {
            known.iter().any(|one| one.kind == new.kind && one.enrolment == new.enrolment)
        };
        for draft in recovered {
            if !reported(&draft, &drafts) {
                drafts.push(draft);
            }
        }
        drafts
    }
}
