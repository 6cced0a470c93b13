//! Saved mappings of webhooks that send what Tieline sends itself.

use tieline_connect::webhook::mapping::reserved_words;
use tieline_model::connection::{Connection, Settings};
use tieline_store::{Result, Store, connections, locations};

/// A warning if a connection's mapping sends a kind of event or a subject that is reserved. It was saved before the
/// word was reserved.
pub(crate) fn warning(connection: &Connection) -> Option<String> {
    let Settings::Webhook(webhook) = &connection.settings else { return None };
    let problems = reserved_words(&webhook.mapping);
    if problems.is_empty() {
        return None;
    }
    let problems = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let id = &connection.id;
    Some(format!(
        "connection {id}: {problems}; change it with `tieline connections update {id} --mapping FILE`"
    ))
}

/// Logs a warning for each mapping that sends a reserved kind or subject.
pub(crate) async fn warn_of_reserved_words(store: &Store) -> Result<()> {
    for location in store.read(locations::List).await? {
        for connection in store.read(connections::List { location_id: location.id.clone() }).await? {
            if let Some(warning) = warning(&connection) {
                tracing::warn!(location = %location.id, "{warning}");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieline_model::Timestamp;
    use tieline_model::connection::{Mapping, WebhookAuth, WebhookSettings};

    /// Case R15.
    #[test]
    fn a_saved_mapping_that_sends_a_reserved_kind_is_reported_with_its_fix() {
        let warning_of = |event: &str, subject: &str| {
            let (event, subject) = (Some(event.to_owned()), Some(subject.to_owned()));
            let mapping = Mapping { event, subject, ..Mapping::default() };
            warning(&Connection {
                id: "c1".into(),
                location_id: "l1".into(),
                name: "Shop".to_owned(),
                settings: Settings::Webhook(WebhookSettings { auth: WebhookAuth::Url, mapping }),
                secrets: Vec::new(),
                created_at: Timestamp::default(),
            })
        };
        let reserved = warning_of("form.submitted", "shop:1").unwrap();
        assert!(
            reserved.contains("`form.submitted`") && reserved.contains("connections update c1"),
            "{reserved}"
        );
        assert!(warning_of("shop.order_paid", "stripe:cus_1").unwrap().contains("`stripe:cus_1`"));
        assert_eq!(warning_of("shop.order_paid", "shop:1"), None);
    }
}
