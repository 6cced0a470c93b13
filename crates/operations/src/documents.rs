//! The tables of the documents, written from the catalogue.

use crate::catalogue::Catalogue;
use crate::operation::Operation;
use std::fmt::Write as _;
use tieline_model::form::Door;

/// The page of all actions and triggers, `docs/CATALOGUE.md`.
#[must_use]
pub fn catalogue_page(catalogue: &Catalogue) -> String {
    let mut page = String::from(
        "<!-- Written by `cargo xtask documents`. Change the definitions in crates/operations instead. -->\n\n\
         # The catalogue\n\nWhat a workflow can do, and what can start it. `tieline catalog --json` prints the same with \
         schemas and samples.\n\n## Actions\n",
    );
    for action in catalogue.actions() {
        write_action(&mut page, action);
    }
    page.push_str(
        "\n## Triggers\n\nA wait takes the same names. A webhook's mapping may send further ones.\n\n",
    );
    page.push_str("| Event | When | `trigger` |\n|---|---|---|\n");
    for event in catalogue.events() {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            event.key,
            cell(event.summary),
            names(&event.payload_schema())
        );
    }
    page
}

/// The table of requests in `docs/API.md`.
#[must_use]
pub fn request_table(catalogue: &Catalogue) -> String {
    let mut table = String::from("| Operation | Request | Scope | Answer |\n|---|---|---|---|\n");
    for operation in catalogue.operations() {
        for route in &operation.routes {
            let parts: Vec<String> = operation.output.iter().map(|(name, _)| format!("`{name}`")).collect();
            let _ = writeln!(
                table,
                "| `{}` | `{} {}` | `{}` | {} {} |",
                operation.id(),
                route.method,
                route.path,
                operation.scope.as_str(),
                operation.status,
                parts.join(", "),
            );
        }
    }
    table
}

fn write_action(page: &mut String, action: &Operation) {
    let _ = write!(page, "\n### `{}`: {}\n\n{}\n\n", action.key, action.title, action.summary);
    if action.step_fields().next().is_none() {
        page.push_str("It takes nothing.\n\n");
    } else {
        page.push_str("| Field | | What it is |\n|---|---|---|\n");
    }
    for field in action.step_fields() {
        let need =
            if field.is_required(Door::Workflow) && field.name != "contactId" { "required" } else { "" };
        let _ = writeln!(page, "| `{}` | {need} | {} |", field.name, cell(field.summary_for(Door::Workflow)));
    }
    let output = action.output.iter().chain(&action.step_output).map(|(name, _)| format!("`{name}`"));
    let output: Vec<String> = output.collect();
    let _ = write!(page, "\nIts output: {}.\n", output.join(", "));
}

/// The names of an object's members.
fn names(schema: &serde_json::Value) -> String {
    let members = schema["properties"].as_object().into_iter().flatten();
    let names: Vec<String> = members.map(|(name, _)| format!("`{name}`")).collect();
    if names.is_empty() { "what the sender sent".to_owned() } else { names.join(", ") }
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
