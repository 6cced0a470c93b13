//! The connector of webhooks: the connection's mapping turns any JSON or form into an event.

use super::auth::authenticate;
use super::body::{self, Body};
use super::mapping::{CompiledMapping, Mapped, headers_as_json, query_as_json};
use crate::connector::{
    Connector, ConnectorKind, Kept, Malformed, Outcome, Reading, Request, Setting, Stored, Unproven,
};
use serde_json::Value;
use tieline_model::connection::{WebhookAuth, WebhookSettings};
use tieline_model::{NewEvent, Timestamp};

/// How webhooks are described.
pub const KIND: ConnectorKind = ConnectorKind {
    key: "webhook",
    title: "Webhook",
    help: "Use it for anything that can post JSON or a form.",
    settings: &[
        Setting { name: "auth", help: "How a request proves where it comes from." },
        Setting { name: "mapping", help: "How a body becomes an event." },
    ],
};

/// A webhook connection with its mapping compiled.
#[derive(Debug)]
pub struct Webhook {
    auth: WebhookAuth,
    /// The compiled mapping, or every mistake in it.
    mapping: Result<CompiledMapping, String>,
}

impl Webhook {
    /// Opens a webhook. A mapping that does not compile makes its deliveries fail with the mistakes, so that
    /// they can be replayed after the fix.
    #[must_use]
    pub fn new(settings: &WebhookSettings) -> Self {
        let mapping = CompiledMapping::compile(&settings.mapping).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            problems.join("; ")
        });
        Self { auth: settings.auth.clone(), mapping }
    }
}

impl Connector for Webhook {
    fn verify(&self, secrets: &[&str], request: &Request<'_>, _now: Timestamp) -> Result<(), Unproven> {
        let secrets = secrets.iter().copied();
        authenticate(&self.auth, secrets, request.headers, request.query, &request.body)
            .map_err(|error| Unproven(error.to_string()))
    }

    fn keep(&self, request: &Request<'_>) -> Kept {
        Kept {
            headers: headers_as_json(request.headers).to_string(),
            query: query_as_json(request.query).to_string(),
        }
    }

    fn read(&self, delivery: &Stored<'_>) -> Result<Reading, Malformed> {
        let json = |text: &str| -> Value { serde_json::from_str(text).unwrap_or_default() };
        let headers = json(delivery.headers);
        let value = body::read(Body {
            content_type: delivery.content_type,
            content_encoding: headers["content-encoding"].as_str().unwrap_or_default(),
            bytes: delivery.body,
        })?;
        let mapped = match &self.mapping {
            Ok(mapping) => mapping.apply(value, headers, json(delivery.query)),
            Err(problems) => Err(problems.clone()),
        };
        Ok(match mapped {
            Ok(mapped) => event(mapped, delivery.received_at),
            Err(reason) => Reading { external_id: None, facts: Box::new(Outcome::Failed(reason)) },
        })
    }
}

fn event(mapped: Mapped, received_at: Timestamp) -> Reading {
    let event = NewEvent {
        kind: mapped.kind,
        contact_id: None,
        subject: mapped.subject,
        occurred_at: received_at,
        payload: mapped.payload,
    };
    Reading { external_id: mapped.external_id, facts: Box::new(Outcome::Events(vec![event])) }
}
