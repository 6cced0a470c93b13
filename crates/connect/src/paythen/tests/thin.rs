//! Bodies that are not as Stripe usually sends them.

use super::{Notes, Shape, at, short};
use crate::connector::{Connector, Malformed, Reading, Stored};
use crate::paythen::Paythen;
use serde_json::{Value, json};
use tieline_model::Timestamp;
use tieline_model::connection::PaythenSettings;

fn read(body: &str) -> Result<Reading, Malformed> {
    Paythen::new(PaythenSettings::default()).read(&Stored {
        content_type: "application/json",
        headers: "{}",
        query: "{}",
        body: body.as_bytes(),
        received_at: Timestamp::from_millis(0),
    })
}

/// Case P6.
#[test]
fn a_thin_event_is_ignored_with_advice() {
    let body = json!({
        "id": "evt_thin", "object": "v2.core.event", "type": "v1.invoice.paid", "livemode": false,
        "created": "2026-11-23T12:00:00.000Z", "related_object": {"id": "in_1", "type": "invoice"},
    })
    .to_string();
    let reading = read(&body).unwrap();
    assert_eq!(reading.external_id.as_deref(), Some("evt_thin"));
    let facts = format!("{:?}", reading.facts);
    assert!(facts.starts_with("Ignored") && facts.contains("snapshot"), "{facts}");
}

#[test]
fn half_a_character_in_a_name_does_not_lose_a_payment() {
    let body = at(Shape::Unlinked, 1, 0, 1).invoice_payment_failed();
    let cut = body.replace("Mara Voss", r"Omar \ud83c\u0000");
    for body in [cut.clone(), format!("\u{feff}{cut}")] {
        let facts = format!("{:?}", read(&body).unwrap().facts);
        assert!(facts.starts_with("StripeFacts"), "{facts}");
        let events = Notes::default().events(&body);
        let failed = events.iter().find(|event| short(event.kind) == "payment.failed").unwrap();
        let payload: Value = serde_json::from_str(failed.payload.get()).unwrap();
        assert_eq!(payload["customer"]["name"], "Omar \u{fffd}");
    }
}

#[test]
fn a_body_that_is_no_json_is_refused() {
    let problem = read("{\"id\": \"evt_1\"").unwrap_err();
    assert!(
        matches!(&problem, Malformed::Unreadable(why) if why.starts_with("the body is not JSON")),
        "{problem}"
    );
}
