//! What happens in the demo: two people on payment plans, as Stripe's events report it.

use std::time::Duration;
use tieline_connect::paythen::fixtures::Sample;
use tieline_model::{ConnectionId, Timestamp};

/// One post to the connection.
pub(crate) struct Post {
    /// The Stripe event's id.
    pub(crate) event_id: String,
    /// What it reports, for the table.
    pub(crate) what: &'static str,
    /// The event, as Stripe would send it.
    pub(crate) body: String,
}

struct Script {
    posts: Vec<Post>,
    mark: String,
    now: Timestamp,
}

impl Script {
    fn days_ago(&self, days: i64) -> Timestamp {
        Timestamp::from_millis(self.now.millis() - days * 86_400_000)
    }

    fn add(&mut self, what: &'static str, mut sample: Sample, body: impl Fn(&Sample) -> String) {
        sample.event_id = format!("evt_{}{:02}", self.mark, self.posts.len() + 1);
        let body = body(&sample);
        self.posts.push(Post { event_id: sample.event_id, what, body });
    }

    fn repeat(&mut self, what: &'static str) {
        if let Some(last) = self.posts.last() {
            let (event_id, body) = (last.event_id.clone(), last.body.clone());
            self.posts.push(Post { event_id, what, body });
        }
    }
}

/// The events in the order in which they arrive. Their ids hold the connection's, so that the demo can be run
/// on the same data again.
pub(crate) fn story(connection: &ConnectionId, now: Timestamp) -> Vec<Post> {
    let mark = connection.as_str().chars().skip(8).collect();
    let mut script = Script { posts: Vec::new(), mark, now };
    maya(&mut script);
    omar(&mut script);
    script.posts
}

/// Three payments; the second fails, is reported twice, and recovers.
fn maya(script: &mut Script) {
    let plan = Sample {
        customer: format!("cus_{}Maya", script.mark),
        email: "maya.chen@example.com".to_owned(),
        name: "Maya Chen".to_owned(),
        phone: "+61412345678".to_owned(),
        subscription: format!("sub_{}Maya", script.mark),
        plan_name: "Pottery course".to_owned(),
        payments_expected: Some(3),
        amount: 40_000,
        started: Some(script.days_ago(60)),
        ..Sample::default()
    };
    let payment = |n: u32, created: Timestamp| Sample {
        payment: format!("{}Maya{n}", plan.subscription),
        created,
        ..plan.clone()
    };
    let first = payment(1, script.days_ago(60));
    script.add("Maya leaves her card", first.clone(), Sample::customer_created);
    script.add("Maya signs up", first.clone(), Sample::subscription_created);
    script.add("pays 1 of 3", first.clone(), Sample::invoice_paid);
    let failed = Sample {
        status: "past_due".to_owned(),
        next_attempt: Some(script.days_ago(27)),
        ..payment(2, script.days_ago(30))
    };
    script.add("payment 2 fails", failed, Sample::invoice_payment_failed);
    script.repeat("the same event once more");
    script.add("an old event arrives late", first, Sample::invoice_payment_succeeded);
    let recovered = Sample { attempt: 2, ..payment(2, script.days_ago(27)) };
    script.add("pays 2 of 3 after all", recovered, Sample::invoice_paid);
    script.add("pays 3 of 3", payment(3, script.days_ago(0)), Sample::invoice_paid);
}

/// Six payments; the second fails and the plan is cancelled.
fn omar(script: &mut Script) {
    let start = script.days_ago(33);
    let plan = Sample {
        customer: format!("cus_{}Omar", script.mark),
        email: "omar.haddad@example.com".to_owned(),
        name: "Omar Haddad".to_owned(),
        phone: "+61487654321".to_owned(),
        subscription: format!("sub_{}Omar", script.mark),
        plan_name: "Kiln membership".to_owned(),
        payments_expected: Some(6),
        amount: 9_900,
        started: Some(start),
        created: start,
        payment: format!("{}Omar1", script.mark),
        ..Sample::default()
    };
    script.add("Omar leaves his card", plan.clone(), Sample::customer_created);
    script.add("Omar signs up", plan.clone(), Sample::subscription_created);
    let paid = Sample { created: start.plus(Duration::from_secs(5)), ..plan.clone() };
    script.add("pays 1 of 6", paid, Sample::invoice_paid);
    let failed = Sample {
        payment: format!("{}Omar2", script.mark),
        created: script.days_ago(2),
        next_attempt: Some(script.now.plus(Duration::from_secs(86_400))),
        status: "past_due".to_owned(),
        ..plan.clone()
    };
    script.add("payment 2 fails", failed, Sample::invoice_payment_failed);
    let cancelled = Sample { created: script.days_ago(0), status: "canceled".to_owned(), ..plan };
    script.add("the plan is cancelled", cancelled, Sample::subscription_deleted);
}
