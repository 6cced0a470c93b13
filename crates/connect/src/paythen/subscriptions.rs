//! Changes of a subscription: started, paused, moved, unpaid, ended.

use super::apply::Rules;
use super::facts::Change;
use super::kinds;
use super::ledger::Enrolment;
use super::outcome::{Draft, Drafts};
use super::plan_state::PlanStatus;
use tieline_model::Timestamp;

impl Rules<'_> {
    /// Records the state of a subscription and returns what that changes.
    pub(super) fn subscription(&mut self, change: &Change) -> Vec<Draft> {
        let Some(key) = self.event.about.subscription.clone() else { return Vec::new() };
        let (before, at) = (self.plan_state(&key), self.at());
        self.learn_plan(&key);
        let enrolment = self.ledger.enrol(&key);
        let start = change.start.map(Timestamp::millis);
        enrolment.start = enrolment.start.or(start).min(start.or(enrolment.start));
        enrolment.learn_length(change, at);
        let unpaid = enrolment.unpaid.set(change.unpaid, at) && change.unpaid;
        let past_due = enrolment.past_due.set(change.past_due, at) && change.past_due;
        let pause = pause_news(enrolment, change, at);
        let moved = enrolment.move_dates(change, at);
        if change.ended {
            enrolment.ended = enrolment.ended.or(Some(at));
        }
        enrolment.sign_up_awaited |= change.created;
        if change.live && (enrolment.sign_up_awaited || change.was_incomplete) {
            self.sign_up(&key);
        }
        let after = self.plan_state(&key);
        let required = (unpaid || past_due)
            && after.status == PlanStatus::ActionRequired
            && before.status != PlanStatus::ActionRequired;
        // Without a payment: a bill was voided, or the subscription was set right by hand.
        let recovered = before.owes() && !after.overdue && !change.ended;
        let mut drafts = Drafts::new(Some(key.clone()), None);
        if let Some(kind) = pause {
            drafts.push(kind);
        }
        drafts.push_if(moved, kinds::SCHEDULE_CHANGED);
        drafts.push_if(required, kinds::ACTION_REQUIRED);
        drafts.push_if(recovered, kinds::RECOVERED);
        self.conclude(&key, after, &mut drafts);
        drafts.finish()
    }
}

impl Enrolment {
    /// Records the dates that a change moved, and returns whether that is new. Stripe may make two events of one
    /// change: both end at the same dates.
    fn move_dates(&mut self, change: &Change, at: i64) -> bool {
        let Some(dates) = &change.moved_dates else { return false };
        if self.moved_at.is_some_and(|moved_at| moved_at > at) {
            return false;
        }
        self.moved_at = Some(at);
        let known = self.moved_dates.replace(dates.clone());
        known.as_ref() != Some(dates)
    }
}

/// Records whether the plan is paused and returns what is new. Only the newest report counts, and an end is neither
/// a pause nor a resumption. A resumption is also reported if its pause was not seen, but only once.
fn pause_news(enrolment: &mut Enrolment, change: &Change, at: i64) -> Option<&'static str> {
    let was = enrolment.paused.get() == Some(&true);
    if !enrolment.paused.set(change.paused, at) || change.ended {
        return None;
    }
    if change.paused {
        enrolment.resumed_reported = false;
        return (!was).then_some(kinds::PAUSED);
    }
    let news = was || (change.pause_touched && !enrolment.resumed_reported);
    enrolment.resumed_reported |= news;
    news.then_some(kinds::RESUMED)
}
