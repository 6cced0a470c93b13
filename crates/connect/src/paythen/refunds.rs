//! Money that goes back, and refunds that give nothing back after all.

use super::apply::Rules;
use super::facts::Pay;
use super::kinds;
use super::ledger::{FailedRefund, Payment, Ties};
use super::outcome::{Draft, Drafts, PaymentView};
use tieline_model::Timestamp;

impl Rules<'_> {
    /// Records how much of a payment was given back in all; each total is reported once.
    pub(super) fn refunded(&mut self, pay: &Pay) -> Vec<Draft> {
        if pay.refunded <= 0 {
            return Vec::new();
        }
        let at = self.at();
        let place = self.place_of_refund(pay);
        let payment = &mut self.ledger.payments[place];
        payment.refunded_at = payment.refunded_at.max(Some(at));
        let total = pay.refunded.saturating_sub(payment.failed_by(at));
        if total <= 0 || payment.refunds.contains(&total) {
            return Vec::new();
        }
        let smaller = payment.refunds.iter().copied().filter(|known| *known < total).max();
        let refund = match pay.refunded_before {
            Some(before) => pay.refunded.saturating_sub(before),
            None => total.saturating_sub(smaller.unwrap_or_default()),
        };
        payment.refunds.push(total);
        let payment = payment.clone();
        let pay = Pay { refunded: total, ..pay.clone() };
        let view = PaymentView { refunded: total, refund: Some(refund), ..PaymentView::of(&pay, &payment) };
        let mut drafts = Drafts::new(Some(self.key_of_payment(&payment)), Some(view));
        drafts.push(kinds::PAYMENT_REFUNDED);
        drafts.finish()
    }

    /// The payment that was given back. One that is not known is not guessed: a refund comes long after the payment
    /// that it belongs to.
    fn place_of_refund(&mut self, pay: &Pay) -> usize {
        if let Some(matched) = self.ledger.bind(&pay.ids, pay.linked) {
            return matched.place;
        }
        let ties = Ties::new(pay, &self.event.about, self.settings);
        let pay = Pay { linked: true, ..pay.clone() };
        let place = self.ledger.place_payment(&pay, &pay.ids, ties, false, self.at()).place;
        self.ledger.payments[place].certain = false;
        place
    }

    /// Records that a refund gave nothing back, once, however many events Stripe makes of it.
    pub(super) fn refund_failed(&mut self, id: &str, pay: &Pay, made: Option<Timestamp>) -> Vec<Draft> {
        if !self.ledger.report_once(&format!("{id} failed")) {
            return Vec::new();
        }
        let at = self.at();
        let made_at = made.map_or(i64::MIN, Timestamp::millis);
        let place = self.ledger.bind(&pay.ids, false).map(|matched| matched.place);
        let payment = place.map(|place| {
            let payment = &mut self.ledger.payments[place];
            payment.fail_refund(FailedRefund { made_at, failed_at: at, amount: pay.amount });
            payment.clone()
        });
        let view = payment.as_ref().map_or_else(|| PaymentView::new(pay), PaymentView::remembered);
        let failure_code = pay.failure_code.clone();
        let view = PaymentView { refund: Some(pay.amount), failure_code, ..view };
        let key = payment.map(|payment| self.key_of_payment(&payment));
        let mut drafts = Drafts::new(key, Some(view));
        drafts.push(kinds::REFUND_FAILED);
        drafts.finish()
    }
}

impl FailedRefund {
    /// Whether a total that Stripe reported at this time includes the refund.
    const fn is_in_total_of(&self, at: i64) -> bool {
        self.made_at <= at && at <= self.failed_at
    }
}

impl Payment {
    /// How much of the total that Stripe reported at this time was not given back.
    fn failed_by(&self, at: i64) -> i64 {
        let failed = self.failed_refunds.iter().filter(|refund| refund.is_in_total_of(at));
        failed.map(|refund| refund.amount).fold(0, i64::saturating_add)
    }

    /// Lowers the total by a refund that failed, if the total includes it.
    fn fail_refund(&mut self, refund: FailedRefund) {
        if self.refunded_at.is_none_or(|at| refund.is_in_total_of(at)) {
            let total = self.refunds.iter().copied().max().unwrap_or(0).saturating_sub(refund.amount);
            self.refunds.retain(|known| *known < total);
            self.refunds.extend((total > 0).then_some(total));
        }
        self.failed_refunds.push(refund);
    }
}
