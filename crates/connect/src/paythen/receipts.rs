//! Money that comes in and goes back.

use super::apply::Rules;
use super::book::Belongs;
use super::facts::{Ids, Pay, Side};
use super::kinds;
use super::outcome::{Draft, Drafts, PaymentView};
use super::standing::Standing;

impl Rules<'_> {
    /// Notes that a payment came in, as one of the objects that stand for it tells.
    pub(super) fn paid(&mut self, pay: &Pay) -> Vec<Draft> {
        if let Some(subscription) = self.event.about.subscription.clone() {
            self.learn_plan(&subscription);
        }
        // A trial's invoice of nothing, and a payment of long ago that was counted then.
        if pay.amount.saturating_add(pay.credited) <= 0 || self.book.has_forgotten(self.at()) {
            return Vec::new();
        }
        let belongs = Belongs::new(pay, &self.event.about, self.settings);
        let mut ids = pay.ids.clone();
        let tie = self.tie.take();
        let tied = tie.is_some();
        match pay.side {
            Side::Invoice => ids.intent = ids.intent.or(tie),
            Side::Money => ids.invoice = ids.invoice.or(tie),
        }
        let at = self.at();
        let before = self.standings();
        let bound = self.book.place_payment(pay, &ids, belongs, tied, at);
        let mut drafts = self.count(bound.place, Some(pay), &before);
        if let Some(freed) = bound.freed {
            self.book.payments[freed].paid_at = None;
            drafts.extend(self.count(freed, None, &before));
        }
        drafts
    }

    /// Counts a payment as received, once, and says what that changes.
    fn count(&mut self, place: usize, pay: Option<&Pay>, before: &[(String, Standing)]) -> Vec<Draft> {
        let at = self.at();
        let payment = &mut self.book.payments[place];
        let news = payment.paid_at.is_none();
        payment.paid_at = payment.paid_at.max(Some(at));
        let payment = payment.clone();
        let key = self.home_of(&payment);
        if payment.belongs.subscription.is_none() && pay.is_some() {
            self.learn_plan(&key);
        }
        // An attempt that failed may have named another plan, or none, and made that one overdue.
        let failures = self.book.failures.iter().filter(|one| news && one.is_of(&payment));
        let mut homes: Vec<_> =
            failures.map(|one| self.book.home(&one.belongs, one.at).into_owned()).collect();
        homes.push(key.clone());
        let was_overdue = before.iter().any(|(known, standing)| standing.overdue && homes.contains(known));
        self.sign_up(&key);
        let after = self.standing(&key);
        let view =
            pay.map_or_else(|| PaymentView::remembered(&payment), |pay| PaymentView::of(pay, &payment));
        let mut drafts = Drafts::new(Some(key.clone()), Some(view));
        drafts.push_if(news, kinds::PAYMENT_SUCCEEDED);
        drafts.push_if(was_overdue && !after.overdue, kinds::RECOVERED);
        self.conclude(&key, after, &mut drafts);
        drafts.finish()
    }

    /// Notes how much of a payment was given back in all; each total is told once.
    pub(super) fn refunded(&mut self, pay: &Pay) -> Vec<Draft> {
        if pay.refunded <= 0 {
            return Vec::new();
        }
        let belongs = Belongs::new(pay, &self.event.about, self.settings);
        let at = self.at();
        let place = match self.book.bind(&pay.ids, pay.linked) {
            Some(bound) => bound.place,
            None => {
                // Not guessed: a refund comes long after the payment that it belongs to.
                let pay = Pay { linked: true, ..pay.clone() };
                let place = self.book.place_payment(&pay, &pay.ids, belongs, false, at).place;
                self.book.payments[place].certain = false;
                place
            }
        };
        let payment = &mut self.book.payments[place];
        if payment.refunds.contains(&pay.refunded) {
            return Vec::new();
        }
        let smaller = payment.refunds.iter().copied().filter(|total| *total < pay.refunded).max();
        let before = pay.refunded_before.or(smaller).unwrap_or_default();
        payment.refunds.push(pay.refunded);
        let payment = payment.clone();
        let key = self.home_of(&payment);
        let mut drafts = Drafts::new(
            Some(key),
            Some(PaymentView {
                refunded: pay.refunded,
                refund: Some(pay.refunded.saturating_sub(before)),
                ..PaymentView::of(pay, &payment)
            }),
        );
        drafts.push(kinds::PAYMENT_REFUNDED);
        drafts.finish()
    }

    /// Puts right what was guessed. A payment that this sets free is told now.
    pub(super) fn tied(&mut self, invoice: &str, intent: &str) -> Vec<Draft> {
        let ids =
            Ids { invoice: Some(invoice.to_owned()), intent: Some(intent.to_owned()), ..Ids::default() };
        let before = self.standings();
        let Some(bound) = self.book.bind(&ids, true) else { return Vec::new() };
        let payment = &mut self.book.payments[bound.place];
        payment.invoice.get_or_insert_with(|| invoice.to_owned());
        payment.intent.get_or_insert_with(|| intent.to_owned());
        payment.certain = true;
        let Some(freed) = bound.freed else { return Vec::new() };
        self.book.payments[freed].paid_at = None;
        self.count(freed, None, &before)
    }
}
