//! Saved mappings of webhooks that send what a later version of Tieline sends itself.

use tieline_connect::webhook::mapping::reserved_kind;
use tieline_model::connection::{Connection, Settings};
use tieline_store::{Result, Store, connections, locations};

/// A warning if a connection's mapping sends a kind of event that is reserved. It was saved before the word was
/// reserved and keeps working until Tieline sends such events itself.
pub(crate) fn warning(connection: &Connection) -> Option<String> {
    let Settings::Webhook(webhook) = &connection.settings else { return None };
    let problem = reserved_kind(&webhook.mapping)?;
    let id = &connection.id;
    Some(format!(
        "connection {id}: {problem}; change it with `tieline connections update {id} --mapping FILE`"
    ))
}

/// Logs a warning for each mapping that sends a reserved kind.
pub(crate) async fn warn_of_reserved_kinds(store: &Store) -> Result<()> {
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
        let warning_of = |event: &str| {
            let mapping = Mapping { event: Some(event.to_owned()), ..Mapping::default() };
            warning(&Connection {
                id: "c1".into(),
                location_id: "l1".into(),
                name: "Shop".to_owned(),
                settings: Settings::Webhook(WebhookSettings { auth: WebhookAuth::Url, mapping }),
                secrets: Vec::new(),
                created_at: Timestamp::default(),
            })
        };
        let reserved = warning_of("form.submitted").unwrap();
        assert!(
            reserved.contains("`form.submitted`") && reserved.contains("connections update c1"),
            "{reserved}"
        );
        assert_eq!(warning_of("shop.order_paid"), None);
    }
}
