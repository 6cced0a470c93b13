//! Definitions of custom fields.

use crate::error::Result;
use crate::param::params;
use crate::store::Procedure;
use crate::tx::Tx;
use tieline_model::custom_field::{CustomField, CustomFieldInput, full_key, key_for};
use tieline_model::{CustomFieldId, LocationId, Refusal};

/// Creates a custom field.
#[derive(Clone, Debug)]
pub struct Create {
    /// The location.
    pub location_id: LocationId,
    /// What it holds.
    pub input: CustomFieldInput,
}

impl Procedure for Create {
    type Output = CustomField;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<CustomField> {
        let field = CustomField {
            id: CustomFieldId::mint(tx.now(), tx.id_part()),
            name: self.input.name.clone(),
            field_key: key_for(&self.input.name),
            data_type: self.input.data_type,
            placeholder: self.input.placeholder.clone(),
            position: self.input.position,
            picklist_options: self.input.options.clone(),
        };
        let taken = tx
            .query_first(
                "SELECT id FROM custom_fields WHERE location_id = ?1 AND field_key = ?2",
                params![&self.location_id, &field.field_key],
            )
            .await?;
        if taken.is_some() {
            return Err(Refusal::Conflict(format!(
                "{} is already taken by another custom field; choose another name",
                field.field_key
            ))
            .into());
        }
        tx.execute(
            "INSERT INTO custom_fields (location_id, id, field_key, doc) VALUES (?1, ?2, ?3, ?4)",
            params![&self.location_id, &field.id, &field.field_key, &serde_json::to_string(&field)?],
        )
        .await?;
        Ok(field)
    }
}

/// Lists a location's custom fields, oldest first.
#[derive(Clone, Debug)]
pub struct List(
    /// The location.
    pub LocationId,
);

impl Procedure for List {
    type Output = Vec<CustomField>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<CustomField>> {
        let rows = tx
            .query("SELECT id, doc FROM custom_fields WHERE location_id = ?1 ORDER BY id", params![&self.0])
            .await?;
        rows.into_iter().map(|mut row| row.json("doc")).collect()
    }
}

/// Finds a location's custom field by its key.
#[derive(Clone, Debug)]
pub struct Find {
    /// The location.
    pub location_id: LocationId,
    /// The key, with or without `contact.` in front.
    pub key: String,
}

impl Procedure for Find {
    type Output = Option<CustomField>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<CustomField>> {
        let row = tx
            .query_first(
                "SELECT id, doc FROM custom_fields WHERE location_id = ?1 AND field_key = ?2",
                params![&self.location_id, &full_key(&self.key)],
            )
            .await?;
        row.map(|mut row| row.json("doc")).transpose()
    }
}
