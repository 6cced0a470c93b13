//! The rules: what an event changes in the book, and what it leads to.

use super::book::{Belongs, Book, Enrolment, Payment};
use super::event::StripeEvent;
use super::facts::{Ids, Pay, Side, What};
use super::kinds;
use super::outcome::{Draft, Drafts, PaymentView};
use super::plan;
use super::standing::{PlanStatus, Standing};
use tieline_model::connection::PaythenSettings;

/// One event at work on one customer's book.
pub(super) struct Rules<'a> {
    pub(super) event: &'a StripeEvent,
    pub(super) settings: &'a PaythenSettings,
    pub(super) book: &'a mut Book,
    /// The other side of the payment, where an `invoice_payment` told of it before.
    pub(super) tie: Option<String>,
}

impl Rules<'_> {
    /// Takes the event in and says what follows from it, in the order in which it is to be told.
    pub(super) fn apply(mut self) -> Vec<Draft> {
        let (event, at) = (self.event, self.at());
        self.book.learn_person(&event.about, at);
        let mut drafts = match &event.what {
            What::Nothing => Vec::new(),
            What::Customer { new_method } => self.method(new_method.as_deref()),
            What::Method(id) => self.method(Some(id)),
            What::Checkout { intent } => self.checkout(intent.as_deref()),
            What::Subscription(change) => self.subscription(change),
            What::Paid(pay) => self.paid(pay),
            What::Failed(pay) => self.failed(pay),
            What::Voided(pay) => self.voided(pay),
            What::Refunded(pay) => self.refunded(pay),
            What::Upcoming(pay) => self.upcoming(pay),
            What::Dispute { pay, opened, .. } => self.dispute(pay, *opened),
            What::Tie { invoice, intent } => self.tied(invoice, intent),
        };
        self.tell_sign_ups(&mut drafts);
        self.book.trim();
        drafts
    }

    /// Tells the sign-ups that were held until somebody could be known by them, before all else: one that is
    /// due to this event, and those of earlier ones.
    fn tell_sign_ups(&mut self, drafts: &mut Vec<Draft>) {
        if !self.book.can_be_known() {
            return;
        }
        let held = self.book.enrolments.iter_mut().filter(|one| one.sign_up_held);
        let told = held.map(|enrolment| {
            enrolment.sign_up_held = false;
            let enrolment = Some(enrolment.key.clone());
            let beside = drafts.iter().find(|draft| draft.enrolment == enrolment);
            let payment = beside.and_then(|draft| draft.payment.clone());
            Draft { kind: kinds::SIGNED_UP, enrolment, payment }
        });
        let told: Vec<Draft> = told.collect();
        drafts.splice(0..0, told);
    }

    pub(super) const fn at(&self) -> i64 {
        self.event.created.millis()
    }

    pub(super) fn standing(&self, key: &str) -> Standing {
        self.book.standing(key, self.settings)
    }

    pub(super) fn learn_plan(&mut self, key: &str) {
        let at = self.at();
        plan::learn(self.book.enrol(key), &self.event.about, self.settings, at);
    }

    fn method(&mut self, id: Option<&str>) -> Vec<Draft> {
        let Some(id) = id else { return Vec::new() };
        let changed = self.book.method.get().is_none_or(|known| known != id);
        let newer = self.book.method.set(id.to_owned(), self.at());
        let mut drafts = Drafts::new(self.book.main_enrolment(), None);
        drafts.push_if(changed && newer, kinds::METHOD_UPDATED);
        drafts.finish()
    }

    /// A checkout knows the metadata of the payment link, which its PaymentIntent does not.
    fn checkout(&mut self, intent: Option<&str>) -> Vec<Draft> {
        let about = &self.event.about;
        if let Some(subscription) = &about.subscription {
            self.learn_plan(&subscription.clone());
        } else if let Some(intent) = intent {
            let pay = Pay { side: Side::Money, lone: true, linked: true, ..Pay::default() };
            let ids = Ids { intent: Some(intent.to_owned()), ..Ids::default() };
            let belongs = Belongs::new(&pay, about, self.settings);
            let at = self.at();
            let home = self.book.home(&belongs, at).into_owned();
            self.book.place_payment(&pay, &ids, belongs, false, at);
            self.learn_plan(&home);
        }
        Vec::new()
    }

    /// Tells once that a plan is complete, or once that it ended before it was.
    pub(super) fn conclude(&mut self, key: &str, standing: Standing, drafts: &mut Drafts) {
        if !self.book.is_plan(key) {
            return;
        }
        let enrolment = self.book.enrol(key);
        let told = match standing.status {
            PlanStatus::Completed => &mut enrolment.completed_told,
            PlanStatus::Cancelled => &mut enrolment.cancelled_told,
            _ => return,
        };
        let kind = if standing.status == PlanStatus::Completed { kinds::COMPLETED } else { kinds::CANCELLED };
        if !std::mem::replace(told, true) {
            drafts.push(kind);
        }
    }

    /// Marks an enrolment as signed up; where that is news, it is told when the person can be known. A payment
    /// that came before its subscription was known may have been taken as a sign-up of its own; it is the same
    /// one.
    pub(super) fn sign_up(&mut self, key: &str) {
        if !self.book.is_plan(key) {
            return;
        }
        if std::mem::replace(&mut self.book.enrol(key).signed_up, true) {
            return;
        }
        let book = &*self.book;
        let lives_at =
            |one: &Payment, key: &str| one.paid_at.is_some_and(|at| book.home(&one.belongs, at) == key);
        let left = |one: &Enrolment| {
            one.key != key
                && !one.is_subscription()
                && one.signed_up
                && one.older_count == 0
                && !book.payments.iter().any(|payment| lives_at(payment, &one.key))
        };
        let absorbed = book.enrolments.iter().position(left);
        let held = absorbed.is_none_or(|place| self.book.enrolments.remove(place).sign_up_held);
        self.book.enrol(key).sign_up_held = held;
    }

    /// The key of the enrolment that a payment belongs to.
    pub(super) fn home_of(&self, payment: &Payment) -> String {
        self.book.home(&payment.belongs, payment.paid_at.unwrap_or(self.at())).into_owned()
    }

    pub(super) fn standings(&self) -> Vec<(String, Standing)> {
        let keys = self.book.enrolments.iter().map(|one| one.key.clone());
        keys.map(|key| (key.clone(), self.standing(&key))).collect()
    }

    fn upcoming(&mut self, pay: &Pay) -> Vec<Draft> {
        let subscription = self.event.about.subscription.clone();
        if let Some(subscription) = &subscription {
            self.learn_plan(subscription);
        }
        let news = self.book.tell_once(&self.event.id);
        let mut drafts = Drafts::new(subscription, Some(PaymentView::new(pay)));
        drafts.push_if(news, kinds::PAYMENT_UPCOMING);
        drafts.finish()
    }

    fn dispute(&mut self, pay: &Pay, opened: bool) -> Vec<Draft> {
        if !self.book.tell_once(&self.event.id) {
            return Vec::new();
        }
        let payment = self.book.bind(&pay.ids, false).map(|bound| self.book.payments[bound.place].clone());
        let home = payment.as_ref().map(|one| self.home_of(one));
        let view = payment.map_or_else(|| PaymentView::new(pay), |payment| PaymentView::of(pay, &payment));
        let mut drafts = Drafts::new(home, Some(view));
        drafts.push(if opened { kinds::DISPUTE_OPENED } else { kinds::DISPUTE_CLOSED });
        drafts.finish()
    }
}
