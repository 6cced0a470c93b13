//! A Stripe customer is one contact, whatever the e-mail address is.

use crate::support::both;
use serde_json::json;
use tieline_store::runs::RunStatus;

const FAILED: &str = r#"
tieline: 1
name: Failed
trigger: { on: paythen.payment.failed }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.customer.email }}" }
  - do: contacts.add-tags
    with: { tags: [payment-failed] }
"#;

const RECOVERED: &str = r#"
tieline: 1
name: Recovered
trigger: { on: paythen.plan.recovered }
steps:
  - do: contacts.upsert-contact
    with: { email: "{{ trigger.customer.email }}" }
  - do: contacts.remove-tags
    with: { tags: [payment-failed] }
"#;

const DISPUTED: &str = r#"
tieline: 1
name: Disputed
trigger: { on: paythen.dispute.opened }
steps:
  - do: contacts.get-contact-by-external-id
    with: { externalId: "stripe:{{ trigger.stripe.customer }}" }
  - do: contacts.add-tags
    with: { tags: [disputed] }
"#;

/// Case P10.
#[test]
fn a_recovery_under_another_email_untags_the_contact_that_the_failure_tagged() {
    both(async |app| {
        for document in [FAILED, RECOVERED, DISPUTED] {
            app.publish(document).await;
        }
        let _runtime = app.start();
        let customer = |email: &str| json!({"customer": {"email": email}, "stripe": {"customer": "cus_1"}});
        app.happens("paythen.payment.failed", "stripe:cus_1", customer("old@example.com")).await;
        app.settle().await;
        let contact = app.contact("old@example.com").await.unwrap();
        assert_eq!(contact["tags"], json!(["payment-failed"]));
        app.happens("paythen.plan.recovered", "stripe:cus_1", customer("new@example.com")).await;
        app.settle().await;
        // The old address is kept as an additional one, so it still finds the contact.
        assert_eq!(app.contact("old@example.com").await.unwrap()["id"], contact["id"]);
        let recovered = app.contact("new@example.com").await.unwrap();
        assert_eq!((&recovered["id"], &recovered["tags"]), (&contact["id"], &json!([])));
        let nobody = json!({"customer": {"email": null}, "stripe": {"customer": "cus_1"}});
        app.happens("paythen.dispute.opened", "stripe:cus_1", nobody).await;
        app.settle().await;
        assert_eq!(app.contact("new@example.com").await.unwrap()["tags"], json!(["disputed"]));
        assert_eq!(app.statuses().await, [RunStatus::Completed; 3]);
    });
}
