//! Which objects report the same payment or the same failed attempt.

use super::facts::{Ids, Pay, Side};
use super::ledger::{FailedPayment, Ledger, Payment, SAME_PAYMENT_MS, Ties};

/// A payment's place in the ledger.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matched {
    pub(super) place: usize,
    /// A payment that a wrong guess had hidden in another: it counts from now on and was not reported yet.
    pub(super) freed: Option<usize>,
}

impl Ledger {
    /// The payment that an object reports; a new one if it is not known. `tied` says that `ids` hold both sides
    /// for certain; otherwise the other side is guessed.
    pub(super) fn place_payment(&mut self, pay: &Pay, ids: &Ids, ties: Ties, tied: bool, at: i64) -> Matched {
        let certain = tied || pay.linked;
        let matched = self.bind(ids, certain);
        let known = matched.map(|matched| matched.place);
        let may_guess =
            !certain && pay.amount > 0 && known.is_none_or(|place| self.payments[place].paid_at.is_none());
        let partner = if may_guess { self.guess(pay, known, at) } else { None };
        let place = match (known, partner) {
            (Some(place), Some(partner)) => {
                self.fold(partner, place);
                place
            }
            (known, partner) => known.or(partner).unwrap_or_else(|| {
                let billed = pay.of_subscription || ids.invoice.is_some();
                let unbilled = pay.side == Side::Money && billed && !pay.lone;
                self.push(Payment { unbilled, ..Payment::default() })
            }),
        };
        self.payments[place].add(pay, ids, ties, certain);
        Matched { place, freed: matched.and_then(|matched| matched.freed) }
    }

    /// Finds the payment that has one of `ids`. Where two have one, for certain, they become one.
    pub(super) fn bind(&mut self, ids: &Ids, certain: bool) -> Option<Matched> {
        let same = |known: &Option<String>, id: &Option<String>| id.is_some() && known == id;
        let bill = self.payments.iter().position(|one| same(&one.invoice, &ids.invoice));
        let intent = self.payments.iter().position(|one| same(&one.intent, &ids.intent));
        let money = intent.or_else(|| self.payments.iter().position(|one| same(&one.charge, &ids.charge)));
        let (place, freed) = match (bill, money) {
            (Some(bill), Some(money)) if bill != money && certain => (self.unite(bill, money), None),
            (Some(bill), None) if certain => (bill, self.free_money(bill, ids)),
            (None, Some(money)) if certain => (money, self.free_invoice(money, ids)),
            (bill, money) => (bill.or(money)?, None),
        };
        Some(Matched { place, freed })
    }

    /// Ties the invoice of one payment to the money of another. The money that the invoice was guessed to be
    /// paid with goes to the other.
    fn unite(&mut self, bill: usize, money: usize) -> usize {
        if self.payments[bill].certain && self.payments[bill].has_money() {
            // An invoice that is paid in several parts: each part is a payment of its own.
            let ties = self.payments[bill].ties.clone();
            self.payments[money].ties.add(ties);
            return money;
        }
        let guessed = self.payments[bill].take_money();
        let tied = self.payments[money].take_money();
        self.payments[bill].put_money(tied);
        self.payments[money].put_money(guessed);
        if self.payments[money].is_empty() {
            self.fold(money, bill);
        }
        bill
    }

    /// Adds what `from` knows to `into`; `from` is left empty and dropped when the ledger is trimmed.
    fn fold(&mut self, from: usize, into: usize) {
        let gone = std::mem::take(&mut self.payments[from]);
        let kept = &mut self.payments[into];
        kept.invoice = kept.invoice.take().or(gone.invoice);
        kept.intent = kept.intent.take().or(gone.intent);
        kept.charge = kept.charge.take().or(gone.charge);
        kept.paid_at = kept.paid_at.max(gone.paid_at);
        kept.amount = kept.amount.max(gone.amount);
        kept.credited = kept.credited.max(gone.credited);
        kept.currency = kept.currency.take().or(gone.currency);
        kept.extra |= gone.extra;
        kept.unbilled &= gone.unbilled;
        kept.ties.add(gone.ties);
        kept.refunds.extend(gone.refunds);
        kept.refunded_at = kept.refunded_at.max(gone.refunded_at);
        kept.failed_refunds.extend(gone.failed_refunds);
    }

    /// Takes money that was guessed to pay an invoice from it, where `ids` name other money.
    fn free_money(&mut self, place: usize, ids: &Ids) -> Option<usize> {
        let one = &mut self.payments[place];
        if one.certain || !differs(&one.intent, &ids.intent) && !differs(&one.charge, &ids.charge) {
            return None;
        }
        let mut own = Payment { ties: Ties::default(), invoice: None, ..one.clone() };
        own.put_money(one.take_money());
        Some(self.push(own))
    }

    /// Takes an invoice from the money that it was guessed to be paid with, where `ids` name another.
    fn free_invoice(&mut self, place: usize, ids: &Ids) -> Option<usize> {
        let one = &mut self.payments[place];
        if one.certain || !differs(&one.invoice, &ids.invoice) {
            return None;
        }
        let own = Payment { intent: None, charge: None, ..one.clone() }.without_refunds();
        one.invoice = None;
        one.ties.subscription = None;
        Some(self.push(own))
    }

    fn push(&mut self, payment: Payment) -> usize {
        self.payments.push(payment);
        self.payments.len() - 1
    }

    /// The other side of a payment whose objects do not name each other: the same amount in the same
    /// currency within two hours, each once.
    fn guess(&self, pay: &Pay, known: Option<usize>, at: i64) -> Option<usize> {
        let fits = |one: &Payment| {
            let other_side = match pay.side {
                Side::Invoice => one.invoice.is_none(),
                Side::Money => !one.has_money(),
            };
            other_side && !one.certain && one.amount == pay.amount && one.currency == pay.currency
        };
        let candidates =
            self.payments.iter().enumerate().filter(|(place, one)| Some(*place) != known && fits(one));
        let distances = candidates.filter_map(|(place, one)| Some((one.paid_at?.abs_diff(at), place)));
        distances.filter(|(ms, _)| *ms <= SAME_PAYMENT_MS.unsigned_abs()).min().map(|(_, place)| place)
    }

    /// The failed attempt that an event reports, if another event reported it before.
    pub(super) fn find_failure(&self, pay: &Pay, at: i64) -> Option<usize> {
        let fits = |one: &FailedPayment| {
            let other_side = match pay.side {
                Side::Invoice => one.invoice_event.is_none(),
                Side::Money => one.money_event.is_none(),
            };
            !one.is_overdue_bill && ((other_side && one.is_same(pay)) || one.is_repeated_by(pay))
        };
        let candidates = self.failures.iter().enumerate().filter(|(_, one)| fits(one));
        let distances = candidates.map(|(place, one)| (one.at.abs_diff(at), place));
        distances.filter(|(ms, _)| *ms <= SAME_PAYMENT_MS.unsigned_abs()).min().map(|(_, place)| place)
    }
}

fn differs(known: &Option<String>, id: &Option<String>) -> bool {
    known.as_ref().zip(id.as_ref()).is_some_and(|(known, id)| known != id)
}

impl FailedPayment {
    /// Whether this was an attempt to collect that payment.
    pub(super) fn is_of(&self, payment: &Payment) -> bool {
        let same = |known: &Option<String>, id: &Option<String>| id.is_some() && known == id;
        same(&self.invoice, &payment.invoice) || same(&self.intent, &payment.intent)
    }

    /// Whether an invoice reports this attempt once more: Stripe may make two events of one attempt. One that is made
    /// by hand has the number of the attempt before it, so only reports that are near each other are the same.
    fn is_repeated_by(&self, pay: &Pay) -> bool {
        let reported = pay.side == Side::Invoice && self.invoice_event.is_some();
        reported
            && self.invoice.is_some()
            && self.invoice == pay.ids.invoice
            && self.attempt.is_some()
            && self.attempt == pay.attempt
    }

    /// Whether an attempt that the other side reports may be this one. If both sides name an id, it decides.
    fn is_same(&self, pay: &Pay) -> bool {
        let equal = |known: &Option<String>, id: &Option<String>| id.is_some() && known == id;
        if differs(&self.invoice, &pay.ids.invoice) || differs(&self.intent, &pay.ids.intent) {
            return false;
        }
        equal(&self.invoice, &pay.ids.invoice)
            || equal(&self.intent, &pay.ids.intent)
            || (!pay.linked && self.amount == pay.amount && self.currency == pay.currency)
    }
}

impl Payment {
    pub(super) const fn has_money(&self) -> bool {
        self.intent.is_some() || self.charge.is_some()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.invoice.is_none() && !self.has_money()
    }

    /// Refunds are of the money, not of the bill.
    fn without_refunds(self) -> Self {
        Self { refunds: Vec::new(), refunded_at: None, failed_refunds: Vec::new(), ..self }
    }

    fn take_money(&mut self) -> (Option<String>, Option<String>) {
        (self.intent.take(), self.charge.take())
    }

    fn put_money(&mut self, (intent, charge): (Option<String>, Option<String>)) {
        self.intent = intent;
        self.charge = charge;
    }

    fn add(&mut self, pay: &Pay, ids: &Ids, ties: Ties, certain: bool) {
        for (slot, id) in [
            (&mut self.invoice, &ids.invoice),
            (&mut self.intent, &ids.intent),
            (&mut self.charge, &ids.charge),
            (&mut self.currency, &pay.currency),
        ] {
            if slot.is_none() {
                slot.clone_from(id);
            }
        }
        self.amount = self.amount.max(pay.amount);
        self.credited = self.credited.max(pay.credited);
        self.certain |= certain;
        self.extra |= pay.extra;
        self.unbilled &= pay.side == Side::Money;
        self.ties.add(ties);
    }
}
