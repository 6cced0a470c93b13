//! The names of the events; a workflow's trigger takes them by these.

/// Somebody signed up to a plan. Told when an address of the person is known, however late that is.
pub const SIGNED_UP: &str = "paythen.customer.signed_up";
/// A payment came in.
pub const PAYMENT_SUCCEEDED: &str = "paythen.payment.succeeded";
/// An attempt to collect a payment failed.
pub const PAYMENT_FAILED: &str = "paythen.payment.failed";
/// A payment will be collected soon.
pub const PAYMENT_UPCOMING: &str = "paythen.payment.upcoming";
/// A payment was given back, in part or whole.
pub const PAYMENT_REFUNDED: &str = "paythen.payment.refunded";
/// A payment failed and will be tried again.
pub const OVERDUE_RETRYING: &str = "paythen.plan.overdue_retrying";
/// Payments failed repeatedly and will be tried again.
pub const OVERDUE_AT_RISK: &str = "paythen.plan.overdue_at_risk";
/// A payment failed and nothing will be tried any more unless somebody acts.
pub const ACTION_REQUIRED: &str = "paythen.plan.action_required";
/// A plan that was overdue was paid.
pub const RECOVERED: &str = "paythen.plan.recovered";
/// All payments of a plan are in.
pub const COMPLETED: &str = "paythen.plan.completed";
/// A plan ended before all of its payments were in.
pub const CANCELLED: &str = "paythen.plan.cancelled";
/// The collection of payments was paused.
pub const PAUSED: &str = "paythen.plan.paused";
/// The collection of payments goes on.
pub const RESUMED: &str = "paythen.plan.resumed";
/// The dates of a plan were moved.
pub const SCHEDULE_CHANGED: &str = "paythen.plan.schedule_changed";
/// The customer pays with another card or account from now on.
pub const METHOD_UPDATED: &str = "paythen.payment_method.updated";
/// A payment is disputed.
pub const DISPUTE_OPENED: &str = "paythen.dispute.opened";
/// A dispute was decided; `customFields.disputeStatus` says how.
pub const DISPUTE_CLOSED: &str = "paythen.dispute.closed";

/// All of the above.
pub const KINDS: &[&str] = &[
    SIGNED_UP,
    PAYMENT_SUCCEEDED,
    PAYMENT_FAILED,
    PAYMENT_UPCOMING,
    PAYMENT_REFUNDED,
    OVERDUE_RETRYING,
    OVERDUE_AT_RISK,
    ACTION_REQUIRED,
    RECOVERED,
    COMPLETED,
    CANCELLED,
    PAUSED,
    RESUMED,
    SCHEDULE_CHANGED,
    METHOD_UPDATED,
    DISPUTE_OPENED,
    DISPUTE_CLOSED,
];
