//! What is remembered of one customer: facts only. A plan's status and everything else that follows is worked
//! out from them each time, so the order in which events arrive makes no difference.

use super::facts::{About, Address, Dates, Ids, Pay};
use super::latest::Latest;
use super::plan_state::PlanStatus;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use tieline_model::connection::PaythenSettings;

/// How many payments are remembered one by one; older ones are only counted.
const MAX_PAYMENTS: usize = 200;
/// How many failures, enrolments and reported events are remembered.
const MAX_FAILURES: usize = 40;
const MAX_ENROLMENTS: usize = 40;
const MAX_REPORTED: usize = 60;
const MAX_VOIDED: usize = 40;

/// The enrolment of payments that belong to no plan that is known.
pub(super) const PAYMENTS: &str = "payments";

/// The document. Names are short because it is read and written with every event.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Ledger {
    #[serde(default, rename = "em", skip_serializing_if = "Latest::is_unset")]
    pub(super) email: Latest<String>,
    #[serde(default, rename = "nm", skip_serializing_if = "Latest::is_unset")]
    pub(super) name: Latest<String>,
    #[serde(default, rename = "ph", skip_serializing_if = "Latest::is_unset")]
    pub(super) phone: Latest<String>,
    #[serde(default, rename = "ad", skip_serializing_if = "Latest::is_unset")]
    pub(super) address: Latest<Address>,
    /// The id of the card or account that the customer pays with.
    #[serde(default, rename = "pm", skip_serializing_if = "Latest::is_unset")]
    pub(super) method: Latest<String>,
    #[serde(default, rename = "en", skip_serializing_if = "Vec::is_empty")]
    pub(super) enrolments: Vec<Enrolment>,
    #[serde(default, rename = "pa", skip_serializing_if = "Vec::is_empty")]
    pub(super) payments: Vec<Payment>,
    #[serde(default, rename = "fa", skip_serializing_if = "Vec::is_empty")]
    pub(super) failures: Vec<FailedPayment>,
    /// What was reported and leaves no other trace: disputes, upcoming invoices, else ids of Stripe's events.
    #[serde(default, rename = "to", skip_serializing_if = "Vec::is_empty")]
    reported: Vec<String>,
    /// Ids of invoices that need not be paid any more.
    #[serde(default, rename = "vo", skip_serializing_if = "Vec::is_empty")]
    voided: Vec<String>,
}

/// One person on one plan.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Enrolment {
    /// The subscription's id, or `plan:<name>`, or [`PAYMENTS`].
    #[serde(rename = "k")]
    pub(super) key: String,
    #[serde(default, rename = "su", skip_serializing_if = "is_default")]
    pub(super) signed_up: bool,
    /// The sign-up is not reported yet, because the person's address is not known.
    #[serde(default, rename = "sh", skip_serializing_if = "is_default")]
    pub(super) sign_up_held: bool,
    /// The subscription was created, and counts as a sign-up once it is active, on trial or first paid.
    #[serde(default, rename = "sa", skip_serializing_if = "is_default")]
    pub(super) sign_up_awaited: bool,
    /// When the subscription started; unknown until one of its own events was seen.
    #[serde(default, rename = "st", skip_serializing_if = "is_default")]
    pub(super) start: Option<i64>,
    #[serde(default, rename = "ea", skip_serializing_if = "is_default")]
    pub(super) ended: Option<i64>,
    #[serde(default, rename = "co", skip_serializing_if = "is_default")]
    pub(super) completed_reported: bool,
    #[serde(default, rename = "ca", skip_serializing_if = "is_default")]
    pub(super) cancelled_reported: bool,
    #[serde(default, rename = "un", skip_serializing_if = "Latest::is_unset")]
    pub(super) unpaid: Latest<bool>,
    /// Whether a bill that was sent to the customer was not paid in time, as the subscription says.
    #[serde(default, rename = "pd", skip_serializing_if = "Latest::is_unset")]
    pub(super) past_due: Latest<bool>,
    #[serde(default, rename = "pz", skip_serializing_if = "Latest::is_unset")]
    pub(super) paused: Latest<bool>,
    /// A resumption was reported and no pause was seen since.
    #[serde(default, rename = "rr", skip_serializing_if = "is_default")]
    pub(super) resumed_reported: bool,
    /// When the dates were moved last, and to which.
    #[serde(default, rename = "mv", skip_serializing_if = "is_default")]
    pub(super) moved_at: Option<i64>,
    #[serde(default, rename = "md", skip_serializing_if = "is_default")]
    pub(super) moved_dates: Option<Dates>,
    #[serde(default, rename = "pn", skip_serializing_if = "Latest::is_unset")]
    pub(super) plan_name: Latest<String>,
    #[serde(default, rename = "pt", skip_serializing_if = "Latest::is_unset")]
    pub(super) plan_type: Latest<String>,
    #[serde(default, rename = "tt", skip_serializing_if = "Latest::is_unset")]
    pub(super) total: Latest<i64>,
    #[serde(default, rename = "cu", skip_serializing_if = "Latest::is_unset")]
    pub(super) currency: Latest<String>,
    #[serde(default, rename = "iv", skip_serializing_if = "Latest::is_unset")]
    pub(super) interval: Latest<String>,
    #[serde(default, rename = "ex", skip_serializing_if = "Latest::is_unset")]
    pub(super) expected: Latest<u32>,
    /// How many payments the end that is set on the subscription makes; 0 if none says how many.
    #[serde(default, rename = "ue", skip_serializing_if = "Latest::is_unset")]
    pub(super) until_end: Latest<u32>,
    /// The first billing day, where the subscription starts before it.
    #[serde(default, rename = "fd", skip_serializing_if = "is_default")]
    pub(super) first_due: Option<i64>,
    #[serde(default, rename = "de", skip_serializing_if = "Latest::is_unset")]
    pub(super) deposit: Latest<i64>,
    #[serde(default, rename = "or", skip_serializing_if = "Latest::is_unset")]
    pub(super) order_reference: Latest<String>,
    /// Payments that are no longer remembered one by one.
    #[serde(default, rename = "oc", skip_serializing_if = "is_default")]
    pub(super) older_count: u32,
    #[serde(default, rename = "oa", skip_serializing_if = "is_default")]
    pub(super) older_amount: i64,
    #[serde(default, rename = "ot", skip_serializing_if = "is_default")]
    pub(super) older_at: Option<i64>,
}

/// What ties a payment or failure to a plan, as far as its objects say.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Ties {
    #[serde(default, rename = "s", skip_serializing_if = "is_default")]
    pub(super) subscription: Option<String>,
    /// The plan's name, as the payment's own metadata have it.
    #[serde(default, rename = "p", skip_serializing_if = "is_default")]
    pub(super) plan: Option<String>,
    /// Known to belong to no subscription.
    #[serde(default, rename = "l", skip_serializing_if = "is_default")]
    pub(super) lone: bool,
    /// Known to belong to some subscription of the customer.
    #[serde(default, rename = "y", skip_serializing_if = "is_default")]
    pub(super) of_subscription: bool,
}

/// One payment, whatever objects reported it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Payment {
    #[serde(default, rename = "i", skip_serializing_if = "is_default")]
    pub(super) invoice: Option<String>,
    #[serde(default, rename = "p", skip_serializing_if = "is_default")]
    pub(super) intent: Option<String>,
    #[serde(default, rename = "c", skip_serializing_if = "is_default")]
    pub(super) charge: Option<String>,
    /// Whether the ids are known to belong together; if not, a guess may still be corrected.
    #[serde(default, rename = "x", skip_serializing_if = "is_default")]
    pub(super) certain: bool,
    /// When it succeeded; none while only something else is known of it, such as a refund.
    #[serde(default, rename = "t", skip_serializing_if = "is_default")]
    pub(super) paid_at: Option<i64>,
    #[serde(default, rename = "a", skip_serializing_if = "is_default")]
    pub(super) amount: i64,
    /// How much of the bill was covered by credit.
    #[serde(default, rename = "k", skip_serializing_if = "is_default")]
    pub(super) credited: i64,
    #[serde(default, rename = "u", skip_serializing_if = "is_default")]
    pub(super) currency: Option<String>,
    #[serde(default, rename = "b", skip_serializing_if = "is_default")]
    pub(super) ties: Ties,
    /// A bill that is none of the plan's instalments.
    #[serde(default, rename = "e", skip_serializing_if = "is_default")]
    pub(super) extra: bool,
    /// Money for a bill of a subscription that was not seen yet, so that it may be an extra.
    #[serde(default, rename = "w", skip_serializing_if = "is_default")]
    pub(super) unbilled: bool,
    /// The totals given back, as each refund was reported; without what turned out not to be given back.
    #[serde(default, rename = "r", skip_serializing_if = "is_default")]
    pub(super) refunds: Vec<i64>,
    /// When the newest refund was reported.
    #[serde(default, rename = "rt", skip_serializing_if = "is_default")]
    pub(super) refunded_at: Option<i64>,
    #[serde(default, rename = "rf", skip_serializing_if = "is_default")]
    pub(super) failed_refunds: Vec<FailedRefund>,
}

/// A refund that gave nothing back. A total that Stripe reported between the two times includes its amount.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct FailedRefund {
    #[serde(rename = "m")]
    pub(super) made_at: i64,
    #[serde(rename = "t")]
    pub(super) failed_at: i64,
    #[serde(rename = "a")]
    pub(super) amount: i64,
}

/// One failed attempt, whatever objects reported it, or a bill that was not paid in time.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct FailedPayment {
    #[serde(rename = "t")]
    pub(super) at: i64,
    #[serde(default, rename = "i", skip_serializing_if = "is_default")]
    pub(super) invoice: Option<String>,
    #[serde(default, rename = "p", skip_serializing_if = "is_default")]
    pub(super) intent: Option<String>,
    /// The Stripe events that reported it: one for the invoice, one for the PaymentIntent.
    #[serde(default, rename = "ie", skip_serializing_if = "is_default")]
    pub(super) invoice_event: Option<String>,
    #[serde(default, rename = "pe", skip_serializing_if = "is_default")]
    pub(super) money_event: Option<String>,
    #[serde(default, rename = "n", skip_serializing_if = "is_default")]
    pub(super) attempt: Option<u32>,
    #[serde(default, rename = "x", skip_serializing_if = "is_default")]
    pub(super) next: Option<i64>,
    #[serde(default, rename = "c", skip_serializing_if = "is_default")]
    pub(super) code: Option<String>,
    #[serde(default, rename = "m", skip_serializing_if = "is_default")]
    pub(super) message: Option<String>,
    #[serde(default, rename = "a", skip_serializing_if = "is_default")]
    pub(super) amount: i64,
    #[serde(default, rename = "u", skip_serializing_if = "is_default")]
    pub(super) currency: Option<String>,
    #[serde(default, rename = "b", skip_serializing_if = "is_default")]
    pub(super) ties: Ties,
    /// A bill that was sent to the customer and not paid in time: nothing was attempted.
    #[serde(default, rename = "d", skip_serializing_if = "is_default")]
    pub(super) is_overdue_bill: bool,
    /// How the plan became overdue by it, if that was reported.
    #[serde(default, rename = "o", skip_serializing_if = "is_default")]
    pub(super) overdue_reported: Option<PlanStatus>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Ledger {
    /// Records what an event says of the person.
    pub(super) fn learn_person(&mut self, about: &About, at: i64) {
        let person = about.person.clone();
        self.email.learn(person.email, at);
        self.name.learn(person.name, at);
        self.phone.learn(person.phone, at);
        self.address.learn(person.address, at);
        let holder = about.card_holder.clone();
        self.email.fill(holder.email);
        self.name.fill(holder.name);
        self.phone.fill(holder.phone);
        self.address.fill(holder.address);
    }

    /// Whether the person's e-mail address or phone number is known.
    pub(super) fn can_be_known(&self) -> bool {
        self.email.get().is_some() || self.phone.get().is_some()
    }

    pub(super) fn enrolment(&self, key: &str) -> Option<&Enrolment> {
        self.enrolments.iter().find(|enrolment| enrolment.key == key)
    }

    /// The enrolment with this key; a new one if there is none.
    pub(super) fn enrol(&mut self, key: &str) -> &mut Enrolment {
        let place = self.enrolments.iter().position(|enrolment| enrolment.key == key);
        let place = place.unwrap_or_else(|| {
            if self.enrolments.len() >= MAX_ENROLMENTS {
                self.enrolments.remove(0);
            }
            self.enrolments.push(Enrolment { key: key.to_owned(), ..Enrolment::default() });
            self.enrolments.len() - 1
        });
        &mut self.enrolments[place]
    }

    /// The key of the enrolment that a payment or failure of this time belongs to.
    ///
    /// Stripe's newer shapes do not say which invoice a PaymentIntent pays. One that Stripe describes as a
    /// payment of a subscription counts for the one that started last before it, until a tie says more. One
    /// that nothing ties to a plan belongs to none: it may be for something bought beside it.
    pub(super) fn key_of<'a>(&'a self, ties: &'a Ties, at: i64) -> Cow<'a, str> {
        if let Some(subscription) = &ties.subscription {
            return Cow::Borrowed(subscription);
        }
        if let Some(plan) = &ties.plan {
            let named = |one: &&Enrolment| one.is_subscription() && one.plan_name.get() == Some(plan);
            return match self.enrolments.iter().find(named) {
                Some(one) => Cow::Borrowed(&one.key),
                None => Cow::Owned(format!("plan:{plan}")),
            };
        }
        if ties.lone || !ties.of_subscription {
            return Cow::Borrowed(PAYMENTS);
        }
        let latest = self.enrolments.iter().filter(|one| one.may_be_paid_at(at));
        let latest = latest.max_by_key(|one| (one.start, &one.key));
        latest.map_or(Cow::Borrowed(PAYMENTS), |one| Cow::Borrowed(&one.key))
    }

    /// The key of the enrolment that a failed attempt belongs to: that of its payment, if it came in since.
    pub(super) fn key_of_failure<'a>(&'a self, failure: &'a FailedPayment) -> Cow<'a, str> {
        match self.payments.iter().find(|payment| failure.is_of(payment)) {
            Some(payment) => self.key_of(&payment.ties, payment.paid_at.unwrap_or(failure.at)),
            None => self.key_of(&failure.ties, failure.at),
        }
    }

    /// Whether the enrolment is one on a plan. Payments that belong to no known plan are taken as a plan of
    /// their own only while there is no other that they could stand beside.
    pub(super) fn is_plan(&self, key: &str) -> bool {
        key != PAYMENTS || self.enrolments.iter().all(|one| one.key == PAYMENTS)
    }

    /// Records that an invoice need not be paid any more.
    pub(super) fn forgive(&mut self, invoice: &str) {
        if self.is_forgiven(invoice) {
            return;
        }
        if self.voided.len() >= MAX_VOIDED {
            self.voided.remove(0);
        }
        self.voided.push(invoice.to_owned());
    }

    pub(super) fn is_forgiven(&self, invoice: &str) -> bool {
        self.voided.iter().any(|voided| voided == invoice)
    }

    /// The enrolment that is shown in events about the customer as a whole: the one that started last.
    pub(super) fn main_enrolment(&self) -> Option<String> {
        let open = self.enrolments.iter().filter(|one| one.ended.is_none());
        open.max_by_key(|one| (one.start, &one.key)).map(|one| one.key.clone())
    }

    /// Whether something is reported for the first time; remembers that it was.
    pub(super) fn report_once(&mut self, what: &str) -> bool {
        if self.reported.iter().any(|known| known == what) {
            return false;
        }
        if self.reported.len() >= MAX_REPORTED {
            self.reported.remove(0);
        }
        self.reported.push(what.to_owned());
        true
    }

    /// Keeps the document within its limits. Payments that are dropped still count.
    pub(super) fn trim(&mut self) {
        self.payments.retain(|payment| !payment.is_empty());
        while self.payments.len() > MAX_PAYMENTS {
            let oldest = (0..self.payments.len()).min_by_key(|n| self.payments[*n].paid_at).unwrap_or(0);
            let payment = self.payments.remove(oldest);
            let Some(paid_at) = payment.paid_at else { continue };
            let key = self.key_of(&payment.ties, paid_at).into_owned();
            let enrolment = self.enrol(&key);
            if !payment.extra {
                enrolment.older_count = enrolment.older_count.saturating_add(1);
                enrolment.older_amount = enrolment.older_amount.saturating_add(payment.worth());
            }
            enrolment.older_at = enrolment.older_at.max(Some(paid_at));
        }
        while self.failures.len() > MAX_FAILURES {
            let oldest = (0..self.failures.len()).min_by_key(|n| self.failures[*n].at).unwrap_or(0);
            self.failures.remove(oldest);
        }
    }

    /// Whether a payment of this time may be one that is no longer remembered: it was counted long ago, and its
    /// event arrives again.
    pub(super) fn has_forgotten(&self, at: i64) -> bool {
        let full = self.payments.len() >= MAX_PAYMENTS;
        full && self.enrolments.iter().filter_map(|one| one.older_at).max().is_some_and(|older| at <= older)
    }
}

/// Two objects of the same amount within this time may be two sides of one payment.
pub(super) const SAME_PAYMENT_MS: i64 = 2 * 3600 * 1000;

impl Enrolment {
    pub(super) fn is_subscription(&self) -> bool {
        self.key != PAYMENTS && !self.key.starts_with("plan:")
    }

    /// Whether a payment of this time that names no plan may be one of this subscription. One whose start is
    /// not known yet may have started at any time.
    fn may_be_paid_at(&self, at: i64) -> bool {
        self.is_subscription()
            && self.start.is_none_or(|start| start <= at.saturating_add(SAME_PAYMENT_MS))
            && self.ended.is_none_or(|ended| ended >= at)
    }
}

impl Ties {
    pub(super) fn new(pay: &Pay, about: &About, settings: &PaythenSettings) -> Self {
        Self {
            subscription: about.subscription.clone(),
            plan: super::plan::lookup(&settings.plan_name_keys, about).map(str::to_owned),
            lone: pay.lone,
            of_subscription: pay.of_subscription,
        }
    }

    /// Adds what another object of the same payment says.
    pub(super) fn add(&mut self, other: Self) {
        self.subscription = other.subscription.or(self.subscription.take());
        self.plan = other.plan.or(self.plan.take());
        self.lone |= other.lone;
        self.of_subscription |= other.of_subscription;
    }
}

impl Payment {
    /// What it counts for the plan, whether money came in or credit covered it.
    pub(super) const fn worth(&self) -> i64 {
        self.amount.saturating_add(self.credited)
    }

    pub(super) fn ids(&self) -> Ids {
        Ids { invoice: self.invoice.clone(), intent: self.intent.clone(), charge: self.charge.clone() }
    }
}
