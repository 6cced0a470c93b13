//! The OpenAPI documents, made from the operations.

use crate::pipeline::is_own;
use axum::body::Bytes;
use serde_json::{Map, Value, json};
use tieline_model::form::{Door, Field, Place};
use tieline_operations::{Catalogue, Class, Entity, Operation, Shape, Version};

/// Where entities are described.
const SCHEMAS: &str = "#/components/schemas/";

/// The documents, written once when the server starts.
#[derive(Debug)]
pub(crate) struct Documents {
    v2: Bytes,
    v3: Bytes,
    own: Bytes,
}

impl Documents {
    pub(crate) fn of(catalogue: &Catalogue) -> Self {
        let write = |own, version| Bytes::from(document(catalogue, own, version).to_string());
        Self { v2: write(false, Version::V2), v3: write(false, Version::V3), own: write(true, Version::V2) }
    }

    /// HighLevel's half, as a version has it.
    pub(crate) fn compatible(&self, version: Version) -> Bytes {
        match version {
            Version::V2 => self.v2.clone(),
            Version::V3 => self.v3.clone(),
        }
    }

    /// Tieline's own half.
    pub(crate) fn own(&self) -> Bytes {
        self.own.clone()
    }
}

fn document(catalogue: &Catalogue, own: bool, version: Version) -> Value {
    let (mut paths, mut entities) = (Map::new(), Vec::new());
    for operation in catalogue.operations() {
        for route in operation.routes.iter().filter(|route| is_own(route.path) == own) {
            let path = paths.entry(route.path).or_insert_with(|| json!({}));
            path[route.method.as_str().to_ascii_lowercase()] = described(operation, own, version);
            operation.output.iter().for_each(|(_, shape)| shape.entities(&mut entities));
        }
    }
    let title = if own { "Tieline" } else { "Tieline, compatible with HighLevel's Contacts API" };
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "description": "a key, `pit-…`" } },
            "schemas": schemas(entities, version),
        },
    })
}

fn schemas(entities: Vec<&'static Entity>, version: Version) -> Map<String, Value> {
    let mut schemas: Map<String, Value> =
        entities.into_iter().map(|entity| (entity.name.to_owned(), (entity.schema)(version))).collect();
    let message =
        json!({ "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] });
    schemas.insert(
        "Error".to_owned(),
        json!({
            "type": "object",
            "properties": {
                "statusCode": { "type": "integer" },
                "message": message,
                "error": { "type": "string" },
                "traceId": { "type": "string" },
            },
            "required": ["statusCode", "message", "traceId"],
        }),
    );
    schemas
}

fn described(operation: &Operation, own: bool, version: Version) -> Value {
    let module = operation.key.split('.').next().unwrap_or_default();
    let mut described = json!({
        "operationId": operation.id(),
        "summary": operation.title,
        "description": operation.summary,
        "tags": [module],
        "security": [{ "bearer": [operation.scope.as_str()] }],
        "parameters": parameters(operation, own, version),
        "responses": responses(operation, version),
    });
    let in_body = |field: &Field| field.place == Place::Body && field.is_shown();
    if operation.input.offered(Door::Api).any(in_body) {
        described["requestBody"] = json!({
            "required": true,
            "content": { "application/json": {
                "schema": version.renamed(operation.input.schema(Door::Api, in_body)),
                "example": version.renamed(operation.input.sample(Door::Api, in_body).into()),
            } },
        });
    }
    described
}

fn parameters(operation: &Operation, own: bool, version: Version) -> Vec<Value> {
    let named = |field: &Field| {
        let place = match field.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Body => return None,
        };
        let required = field.place == Place::Path || field.is_required(Door::Api);
        let schema = field.kind.schema();
        Some(json!({
            "name": field.name, "in": place, "required": required, "description": field.summary, "schema": schema,
        }))
    };
    let header = (!own).then(|| {
        let names = match version {
            Version::V2 => json!(["2021-07-28", "2021-04-15", "2023-02-21", "legacy", "v3"]),
            Version::V3 => json!(["v3"]),
        };
        let description = "the version of the answer; `/openapi.json?version=v3` describes those under `v3`";
        json!({
            "name": "Version", "in": "header", "required": true, "description": description,
            "schema": { "type": "string", "enum": names },
        })
    });
    header.into_iter().chain(operation.input.offered(Door::Api).filter_map(named)).collect()
}

fn responses(operation: &Operation, version: Version) -> Value {
    let warnings = (operation.class == Class::Writes).then(|| ("warnings", Shape::texts()));
    let parts =
        operation.output.iter().cloned().chain(warnings).chain([("traceId", Shape::text())]).collect();
    let schema = Shape::Object(parts).schema(version, Some(SCHEMAS));
    let error = |words: &str| {
        let schema = json!({ "$ref": format!("{SCHEMAS}Error") });
        json!({ "description": words, "content": { "application/json": { "schema": schema } } })
    };
    json!({
        operation.status.to_string(): {
            "description": "done",
            "content": { "application/json": { "schema": schema } },
        },
        "400": error("it cannot be done"),
        "401": error("the version, the key or its scope is missing or wrong"),
        "403": error("the location is not the key's own"),
        "404": error("nothing is served at this address"),
        "413": error("the body is too large"),
        "422": error("fields are wrong"),
        "500": error("internal error"),
    })
}
