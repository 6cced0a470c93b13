//! The facts in a Stripe event, the same for every version of Stripe's API.

use serde::{Deserialize, Serialize};
use tieline_model::Timestamp;

/// The person and the plan that an event is about.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    pub(super) customer: Option<String>,
    /// What Stripe's customer record or the checkout says.
    pub(super) person: Person,
    /// The details of the card, which may be somebody else's, so they only fill gaps.
    pub(super) card_holder: Person,
    pub(super) subscription: Option<String>,
    /// The object's own metadata first, then those of its subscription and its first line.
    pub(super) metadata: Vec<(String, String)>,
    pub(super) plan_name: Option<String>,
    pub(super) interval: Option<String>,
    pub(super) currency: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) address: Option<Address>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Address {
    pub(super) line1: Option<String>,
    pub(super) line2: Option<String>,
    pub(super) city: Option<String>,
    pub(super) state: Option<String>,
    pub(super) postal_code: Option<String>,
    pub(super) country: Option<String>,
}

/// The ids by which a payment is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Ids {
    pub(super) invoice: Option<String>,
    pub(super) intent: Option<String>,
    pub(super) charge: Option<String>,
}

/// Which side of a payment an event speaks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Side {
    /// The bill: an invoice.
    #[default]
    Invoice,
    /// The money: a PaymentIntent or a charge.
    Money,
}

/// A payment as one object reports it. Amounts are in minor units.
#[derive(Clone, Debug, Default)]
pub(super) struct Pay {
    pub(super) side: Side,
    pub(super) ids: Ids,
    /// Whether the object's shape has a place for the other side's id, so that an empty one means "none".
    pub(super) linked: bool,
    /// Known to belong to no subscription.
    pub(super) lone: bool,
    /// Stripe describes it as a payment of a subscription, without saying of which one.
    pub(super) of_subscription: bool,
    pub(super) amount: i64,
    /// How much of a bill was covered by credit rather than paid.
    pub(super) credited: i64,
    pub(super) currency: Option<String>,
    pub(super) attempt: Option<u32>,
    pub(super) next_attempt: Option<Timestamp>,
    /// The day by which a bill that was sent to the customer is to be paid.
    pub(super) due: Option<Timestamp>,
    pub(super) failure_code: Option<String>,
    pub(super) failure_message: Option<String>,
    /// A bill of a subscription that is none of its instalments, such as a proration.
    pub(super) extra: bool,
    /// The total of all refunds so far.
    pub(super) refunded: i64,
    /// The total of the refunds before this one, if the event says so.
    pub(super) refunded_before: Option<i64>,
    pub(super) page: Option<String>,
    pub(super) receipt: Option<String>,
}

/// The current state of a subscription.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    pub(super) created: bool,
    /// Active or on trial.
    pub(super) live: bool,
    /// Until this event, the first payment had not come in.
    pub(super) was_incomplete: bool,
    pub(super) start: Option<Timestamp>,
    pub(super) ended: bool,
    pub(super) unpaid: bool,
    /// A bill that was sent to the customer was not paid in time.
    pub(super) past_due: bool,
    pub(super) paused: bool,
    /// The event says that the pause was set, changed or cleared by it.
    pub(super) pause_touched: bool,
    /// The dates after this event, if it moved any.
    pub(super) moved_dates: Option<Dates>,
    pub(super) end: PlannedEnd,
}

/// The dates of a subscription that only a change of its schedule moves, in seconds since 1970.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Dates {
    #[serde(default, rename = "t", skip_serializing_if = "Option::is_none")]
    pub(super) trial_end: Option<i64>,
    #[serde(default, rename = "b", skip_serializing_if = "Option::is_none")]
    pub(super) billing_day: Option<i64>,
    #[serde(default, rename = "e", skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<i64>,
}

/// The end that is set on a subscription, as far as it says how many payments a plan has.
#[derive(Clone, Debug, Default)]
pub(super) struct PlannedEnd {
    /// The first billing day, if the subscription starts less than a period before it.
    pub(super) first_due: Option<Timestamp>,
    /// How many payments are due before the end; none if no end is set, or if it is that of a period.
    pub(super) payments: Option<u32>,
    /// No end is set at all.
    pub(super) open: bool,
    /// The end was asked for after the start, so it may be a cancellation.
    pub(super) set_later: bool,
    /// How many payments were due before the end that this event replaces; 0 if there was none.
    pub(super) payments_before: Option<u32>,
}

/// What happened.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    /// Nothing that Paythen has a name for.
    Nothing,
    Customer {
        new_method: Option<String>,
    },
    Method(String),
    Checkout {
        intent: Option<String>,
    },
    Subscription(Change),
    Paid(Pay),
    Failed(Pay),
    /// A bill that was sent to the customer was not paid in time.
    Overdue(Pay),
    /// A bill need not be paid any more.
    Voided(Pay),
    Refunded(Pay),
    /// A refund gave nothing back: it failed or was cancelled. The amount is that of the refund.
    RefundFailed {
        id: String,
        pay: Pay,
        made: Option<Timestamp>,
    },
    Upcoming(Pay),
    Dispute {
        id: String,
        pay: Pay,
        opened: bool,
        reason: Option<String>,
        status: Option<String>,
    },
    /// An invoice was paid by this PaymentIntent.
    Tie {
        invoice: String,
        intent: String,
    },
}
