//! The rules: what an event changes in the ledger, and which events follow.

use super::event::StripeEvent;
use super::facts::{Fact, Ids, Pay, Side};
use super::kinds;
use super::ledger::{Enrolment, Ledger, Payment, Ties};
use super::outcome::{Draft, Drafts, PaymentView};
use super::plan;
use super::plan_state::{PlanState, PlanStatus};
use tieline_model::connection::PaythenSettings;

/// One event, applied to one customer's ledger.
pub(super) struct Rules<'a> {
    pub(super) event: &'a StripeEvent,
    pub(super) settings: &'a PaythenSettings,
    pub(super) ledger: &'a mut Ledger,
    /// The other side of the payment, if an `invoice_payment` named it before.
    pub(super) tie: Option<String>,
}

impl Rules<'_> {
    /// Adds the event to the ledger and returns what follows from it, in the order of the report.
    pub(super) fn apply(mut self) -> Vec<Draft> {
        let (event, at) = (self.event, self.at());
        self.ledger.learn_person(&event.about, at);
        let mut drafts = match &event.what {
            Fact::Nothing => Vec::new(),
            Fact::Customer { new_method } => self.method(new_method.as_deref()),
            Fact::Method(id) => self.method(Some(id)),
            Fact::Checkout { intent } => self.checkout(intent.as_deref()),
            Fact::Subscription(change) => self.subscription(change),
            Fact::Paid(pay) => self.paid(pay),
            Fact::Failed(pay) => self.failed(pay),
            Fact::Overdue(pay) => self.overdue(pay),
            Fact::Voided(pay) => self.voided(pay),
            Fact::Refunded(pay) => self.refunded(pay),
            Fact::RefundFailed { id, pay, made } => self.refund_failed(id, pay, *made),
            Fact::Upcoming(pay) => self.upcoming(pay),
            Fact::Dispute { id, pay, opened, .. } => self.dispute(id, pay, *opened),
            Fact::Tie { invoice, intent } => self.tied(invoice, intent),
        };
        self.report_sign_ups(&mut drafts);
        self.ledger.trim();
        drafts
    }

    /// Reports the sign-ups that were held until the person was known, before all else: one that is
    /// due to this event, and those of earlier ones.
    fn report_sign_ups(&mut self, drafts: &mut Vec<Draft>) {
        if !self.ledger.can_be_known() {
            return;
        }
        let held = self.ledger.enrolments.iter_mut().filter(|one| one.sign_up_held);
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

    pub(super) fn plan_state(&self, key: &str) -> PlanState {
        self.ledger.plan_state(key, self.settings)
    }

    pub(super) fn learn_plan(&mut self, key: &str) {
        let at = self.at();
        plan::learn(self.ledger.enrol(key), &self.event.about, self.settings, at);
    }

    fn method(&mut self, id: Option<&str>) -> Vec<Draft> {
        let Some(id) = id else { return Vec::new() };
        let changed = self.ledger.method.get().is_none_or(|known| known != id);
        let newer = self.ledger.method.set(id.to_owned(), self.at());
        let mut drafts = Drafts::new(self.ledger.main_enrolment(), None);
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
            let ties = Ties::new(&pay, about, self.settings);
            let at = self.at();
            let key = self.ledger.key_of(&ties, at).into_owned();
            self.ledger.place_payment(&pay, &ids, ties, false, at);
            self.learn_plan(&key);
        }
        Vec::new()
    }

    /// Reports that a plan is complete, or that it ended early; each once.
    pub(super) fn conclude(&mut self, key: &str, plan_state: PlanState, drafts: &mut Drafts) {
        if !self.ledger.is_plan(key) {
            return;
        }
        let enrolment = self.ledger.enrol(key);
        let told = match plan_state.status {
            PlanStatus::Completed => &mut enrolment.completed_reported,
            PlanStatus::Cancelled => &mut enrolment.cancelled_reported,
            _ => return,
        };
        let kind =
            if plan_state.status == PlanStatus::Completed { kinds::COMPLETED } else { kinds::CANCELLED };
        if !std::mem::replace(told, true) {
            drafts.push(kind);
        }
    }

    /// Marks an enrolment as signed up; if that is news, it is reported once the person is known. A payment
    /// that came before its subscription was known may have been taken as a sign-up of its own; it is the same
    /// one.
    pub(super) fn sign_up(&mut self, key: &str) {
        if !self.ledger.is_plan(key) {
            return;
        }
        if std::mem::replace(&mut self.ledger.enrol(key).signed_up, true) {
            return;
        }
        let ledger = &*self.ledger;
        let lives_at =
            |one: &Payment, key: &str| one.paid_at.is_some_and(|at| ledger.key_of(&one.ties, at) == key);
        let left = |one: &Enrolment| {
            one.key != key
                && !one.is_subscription()
                && one.signed_up
                && one.older_count == 0
                && !ledger.payments.iter().any(|payment| lives_at(payment, &one.key))
        };
        let absorbed = ledger.enrolments.iter().position(left);
        let held = absorbed.is_none_or(|place| self.ledger.enrolments.remove(place).sign_up_held);
        self.ledger.enrol(key).sign_up_held = held;
    }

    /// The key of the enrolment that a payment belongs to.
    pub(super) fn key_of_payment(&self, payment: &Payment) -> String {
        self.ledger.key_of(&payment.ties, payment.paid_at.unwrap_or(self.at())).into_owned()
    }

    pub(super) fn plan_states(&self) -> Vec<(String, PlanState)> {
        let keys = self.ledger.enrolments.iter().map(|one| one.key.clone());
        keys.map(|key| (key.clone(), self.plan_state(&key))).collect()
    }

    fn upcoming(&mut self, pay: &Pay) -> Vec<Draft> {
        let subscription = self.event.about.subscription.clone();
        if let Some(subscription) = &subscription {
            self.learn_plan(subscription);
        }
        // The invoice has no id yet; what it is for and when it is collected say which one it is.
        let which = subscription.as_ref().zip(pay.next_attempt);
        let which = which.map(|(subscription, at)| format!("{subscription} {}", at.millis()));
        let news = self.ledger.report_once(which.as_deref().unwrap_or(&self.event.id));
        let mut drafts = Drafts::new(subscription, Some(PaymentView::new(pay)));
        drafts.push_if(news, kinds::PAYMENT_UPCOMING);
        drafts.finish()
    }

    fn dispute(&mut self, id: &str, pay: &Pay, opened: bool) -> Vec<Draft> {
        let step = if opened { "opened" } else { "closed" };
        if !self.ledger.report_once(&format!("{id} {step}")) {
            return Vec::new();
        }
        let payment =
            self.ledger.bind(&pay.ids, false).map(|matched| self.ledger.payments[matched.place].clone());
        let key = payment.as_ref().map(|one| self.key_of_payment(one));
        let view = payment.map_or_else(|| PaymentView::new(pay), |payment| PaymentView::of(pay, &payment));
        let mut drafts = Drafts::new(key, Some(view));
        drafts.push(if opened { kinds::DISPUTE_OPENED } else { kinds::DISPUTE_CLOSED });
        drafts.finish()
    }
}
