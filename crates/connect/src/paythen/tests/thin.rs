//! Events that carry no data.

use crate::connector::{Connector, Stored};
use crate::paythen::Paythen;
use serde_json::json;
use tieline_model::Timestamp;
use tieline_model::connection::PaythenSettings;

/// Case P6.
#[test]
fn a_thin_event_is_ignored_with_advice() {
    let body = json!({
        "id": "evt_thin", "object": "v2.core.event", "type": "v1.invoice.paid", "livemode": false,
        "created": "2026-11-23T12:00:00.000Z", "related_object": {"id": "in_1", "type": "invoice"},
    })
    .to_string();
    let delivery = Stored {
        content_type: "application/json",
        headers: "{}",
        query: "{}",
        body: body.as_bytes(),
        received_at: Timestamp::from_millis(0),
    };
    let reading = Paythen::new(PaythenSettings::default()).read(&delivery).unwrap();
    assert_eq!(reading.external_id.as_deref(), Some("evt_thin"));
    let facts = format!("{:?}", reading.facts);
    assert!(facts.starts_with("Ignored") && facts.contains("snapshot"), "{facts}");
}
