//! The state of a plan, worked out from the facts.

use super::ledger::{Enrolment, FailedPayment, Ledger, Payment};
use serde::{Deserialize, Serialize};
use tieline_model::connection::PaythenSettings;

/// The status of a plan, in Paythen's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) enum PlanStatus {
    #[default]
    InProgress,
    Completed,
    Paused,
    Cancelled,
    Retrying,
    AtRisk,
    ActionRequired,
}

impl PlanStatus {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::InProgress => "In progress",
            Self::Completed => "Completed",
            Self::Paused => "Paused",
            Self::Cancelled => "Cancelled",
            Self::Retrying => "Overdue – Retrying",
            Self::AtRisk => "Overdue – At Risk",
            Self::ActionRequired => "Overdue – Manual action required",
        }
    }

    /// The event that reports that a plan became overdue in this way.
    pub(super) const fn overdue_kind(self) -> Option<&'static str> {
        match self {
            Self::Retrying => Some(super::kinds::OVERDUE_RETRYING),
            Self::AtRisk => Some(super::kinds::OVERDUE_AT_RISK),
            Self::ActionRequired => Some(super::kinds::ACTION_REQUIRED),
            _ => None,
        }
    }
}

/// The state of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct PlanState {
    pub(super) paid: u32,
    /// How many payments the plan has.
    pub(super) expected: Option<u32>,
    pub(super) status: PlanStatus,
    /// Whether a payment is missing, even if the status says something more important.
    pub(super) overdue: bool,
    /// When the newest failure of what is unpaid happened.
    pub(super) newest_failure: Option<i64>,
}

impl PlanState {
    /// Whether a payment is missing of a plan that goes on, now or after a pause. Nothing is owed of one that ended.
    pub(super) const fn owes(&self) -> bool {
        self.overdue && !matches!(self.status, PlanStatus::Completed | PlanStatus::Cancelled)
    }
}

impl Ledger {
    pub(super) fn plan_state(&self, key: &str, settings: &PaythenSettings) -> PlanState {
        let Some(enrolment) = self.enrolment(key) else { return PlanState::default() };
        let received = self.received(enrolment);
        let trouble = self.trouble(enrolment, received.last, settings);
        let expected = enrolment.payments_expected(received.before_first_due);
        let complete = match (expected, enrolment.total.get()) {
            (Some(expected), _) => received.settled(enrolment).0 >= expected,
            // Plans whose customers pick the amounts have a total and no count.
            (None, Some(total)) => received.settled(enrolment).1 >= *total,
            (None, None) => false,
        };
        // A plan that was reported as completed does not end as cancelled.
        let complete = complete || (enrolment.completed_reported && enrolment.ended.is_some());
        let status = if complete {
            PlanStatus::Completed
        } else if enrolment.ended.is_some() {
            PlanStatus::Cancelled
        } else if enrolment.paused.get() == Some(&true) {
            PlanStatus::Paused
        } else {
            trouble.map_or(PlanStatus::InProgress, |(status, _)| status)
        };
        let newest_failure = trouble.and_then(|(_, at)| at);
        PlanState { paid: received.count, expected, status, overdue: trouble.is_some(), newest_failure }
    }

    /// What came in for an enrolment. Bills that are no instalments make only the last payment newer.
    fn received(&self, enrolment: &Enrolment) -> Received {
        let mut sum = Received {
            count: enrolment.older_count,
            amount: enrolment.older_amount,
            last: enrolment.older_at.unwrap_or(i64::MIN),
            ..Received::default()
        };
        for payment in &self.payments {
            let Some(at) = payment.paid_at else { continue };
            if self.key_of(&payment.ties, at) == enrolment.key {
                sum.add(payment, at, enrolment.first_due);
            }
        }
        sum
    }

    /// What is unpaid, and when the newest failure was.
    fn trouble(
        &self,
        enrolment: &Enrolment,
        last_success: i64,
        settings: &PaythenSettings,
    ) -> Option<(PlanStatus, Option<i64>)> {
        if !self.is_plan(&enrolment.key) {
            return None;
        }
        let open = |one: &&FailedPayment| {
            self.is_open(one, enrolment, last_success) && self.key_of_failure(one) == enrolment.key
        };
        let failures: Vec<&FailedPayment> = self.failures.iter().filter(open).collect();
        let newest = failures.iter().max_by_key(|one| (one.at, one.attempt, one.next)).copied();
        let newest_at = newest.map(|one| one.at);
        // Only the subscription says that it is so no longer: a payment may be of another bill.
        if [&enrolment.unpaid, &enrolment.past_due].into_iter().any(|flag| flag.get() == Some(&true)) {
            return Some((PlanStatus::ActionRequired, newest_at));
        }
        let newest = newest?;
        let reported_by_invoice = newest.invoice_event.is_some();
        let of_subscription = enrolment.is_subscription() || newest.ties.of_subscription;
        let retried = if reported_by_invoice { newest.next.is_some() } else { of_subscription };
        let attempts = failures.iter().filter_map(|one| one.attempt).max().unwrap_or(0);
        let in_a_row = attempts.max(u32::try_from(failures.len()).unwrap_or(u32::MAX));
        let status = if !retried {
            PlanStatus::ActionRequired
        } else if in_a_row >= settings.at_risk_after.max(1) {
            PlanStatus::AtRisk
        } else {
            PlanStatus::Retrying
        };
        Some((status, newest_at))
    }

    /// Whether what failed is still to be paid. A bill is, until it is paid itself, whatever else comes in. Without
    /// a bill the next payment counts, because a customer who tries again may do so with a new PaymentIntent.
    fn is_open(&self, failure: &FailedPayment, enrolment: &Enrolment, last_success: i64) -> bool {
        let Some(invoice) = &failure.invoice else { return failure.at > last_success };
        let paid = |one: &Payment| one.paid_at.is_some() && failure.is_of(one);
        // Its payment may be one that is only counted by now.
        let forgotten = enrolment.older_at.is_some_and(|older| failure.at <= older);
        !forgotten && !self.is_forgiven(invoice) && !self.payments.iter().any(paid)
    }
}

/// What came in for a plan.
#[derive(Clone, Copy, Default)]
struct Received {
    count: u32,
    amount: i64,
    /// The part of both whose bills were not seen yet.
    unbilled: (u32, i64),
    /// How many came in before the first whole period began.
    before_first_due: u32,
    /// When the last payment came in, even if it was no instalment.
    last: i64,
}

impl Received {
    fn add(&mut self, payment: &Payment, at: i64, first_due: Option<i64>) {
        self.last = self.last.max(at);
        if payment.extra {
            return;
        }
        self.count = self.count.saturating_add(1);
        self.amount = self.amount.saturating_add(payment.worth());
        if payment.unbilled {
            self.unbilled.0 = self.unbilled.0.saturating_add(1);
            self.unbilled.1 = self.unbilled.1.saturating_add(payment.worth());
        }
        self.before_first_due += u32::from(first_due.is_some_and(|due| at < due));
    }

    /// How many and how much completes a plan. Money whose bill was not seen yet may be for an extra, so it waits
    /// for its bill unless the plan is over.
    fn settled(&self, enrolment: &Enrolment) -> (u32, i64) {
        if enrolment.ended.is_some() {
            return (self.count, self.amount);
        }
        (self.count.saturating_sub(self.unbilled.0), self.amount.saturating_sub(self.unbilled.1))
    }
}
