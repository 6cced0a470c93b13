//! The state of a plan, worked out from the facts.

use super::ledger::{Enrolment, FailedPayment, Ledger};
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
    pub(super) status: PlanStatus,
    /// Whether a payment is missing, even if the status says something more important.
    pub(super) overdue: bool,
    /// When the newest failure happened, if it is newer than the newest success.
    pub(super) newest_failure: Option<i64>,
}

impl Ledger {
    pub(super) fn plan_state(&self, key: &str, settings: &PaythenSettings) -> PlanState {
        let Some(enrolment) = self.enrolment(key) else { return PlanState::default() };
        let (paid, amount, last_success) = self.received(enrolment);
        let trouble = self.trouble(enrolment, last_success, settings);
        let complete = match (enrolment.payments_expected(), enrolment.total.get()) {
            (Some(expected), _) => paid >= expected,
            // Plans whose customers pick the amounts have a total and no count.
            (None, Some(total)) => amount >= *total,
            (None, None) => false,
        };
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
        PlanState { paid, status, overdue: trouble.is_some(), newest_failure }
    }

    /// How many payments came in, how much in all and when the last one.
    fn received(&self, enrolment: &Enrolment) -> (u32, i64, i64) {
        let older_at = enrolment.older_at.unwrap_or(i64::MIN);
        let mut sum = (enrolment.older_count, enrolment.older_amount, older_at);
        for payment in &self.payments {
            let Some(at) = payment.paid_at else { continue };
            if self.key_of(&payment.ties, at) == enrolment.key {
                sum = (sum.0.saturating_add(1), sum.1.saturating_add(payment.worth()), sum.2.max(at));
            }
        }
        sum
    }

    /// What is wrong after the last success, and when the newest failure was.
    fn trouble(
        &self,
        enrolment: &Enrolment,
        last_success: i64,
        settings: &PaythenSettings,
    ) -> Option<(PlanStatus, Option<i64>)> {
        if !self.is_plan(&enrolment.key) {
            return None;
        }
        let forgiven = |one: &FailedPayment| one.invoice.as_ref().is_some_and(|id| self.is_forgiven(id));
        let recent = |one: &&FailedPayment| {
            one.at > last_success && !forgiven(one) && self.key_of_failure(one) == enrolment.key
        };
        let failures: Vec<&FailedPayment> = self.failures.iter().filter(recent).collect();
        let newest = failures.iter().max_by_key(|one| (one.at, one.attempt, one.next)).copied();
        let newest_at = newest.map(|one| one.at);
        let unpaid = enrolment.unpaid.get() == Some(&true) && enrolment.unpaid.at() > last_success;
        if unpaid {
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
}
