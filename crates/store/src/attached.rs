//! What is attached to a contact and deleted with it: notes and tasks. The five procedures are the same for
//! both, so they are written once.

use crate::contacts::{must_exist, not_found};
use crate::error::Result;
use crate::log;
use crate::param::{Param, params};
use crate::store::Procedure;
use crate::tx::Tx;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tieline_model::form::Input;
use tieline_model::{Cause, ContactId, LocationId, NewEvent, Timestamp};

/// A kind of thing that is attached to contacts.
pub trait Attached: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static {
    /// Its id.
    type Id: Clone + ToString + Send + Sync + 'static;

    /// What it is called in messages and, in lower case, in the payload of events.
    const NAME: (&'static str, &'static str);
    /// Selects id and document of all of a contact's, newest first.
    const SELECT_ALL: &'static str;
    /// Selects id and document of one.
    const SELECT: &'static str;
    /// Inserts one.
    const INSERT: &'static str;
    /// Writes a document over one.
    const UPDATE: &'static str;
    /// Deletes one.
    const DELETE: &'static str;
    /// The kind of event that reports a new one.
    const CREATED: &'static str;
    /// The kind of event that reports a deleted one.
    const DELETED: &'static str;

    /// A new one with empty fields.
    fn blank(id: Self::Id, contact_id: ContactId, now: Timestamp) -> Self;
    /// A new id.
    fn mint(now: Timestamp, random: [u8; 12]) -> Self::Id;
    /// The kind of event that reports a change from `before`.
    fn changed(&self, before: &Self) -> &'static str;
    /// The contact that it belongs to.
    fn contact_id(&self) -> &ContactId;
}

/// Lists a contact's, newest first.
#[derive(Clone, Debug)]
pub struct List<T> {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// Which kind; leave it to [`List::new`].
    kind: std::marker::PhantomData<fn() -> T>,
}

impl<T> List<T> {
    /// Lists those of this contact.
    #[must_use]
    pub const fn new(location_id: LocationId, contact_id: ContactId) -> Self {
        Self { location_id, contact_id, kind: std::marker::PhantomData }
    }
}

impl<T: Attached> Procedure for List<T> {
    type Output = Vec<T>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<T>> {
        must_exist(tx, &self.location_id, &self.contact_id).await?;
        let rows = tx.query(T::SELECT_ALL, params![&self.location_id, &self.contact_id]).await?;
        rows.into_iter().map(|mut row| row.json("doc")).collect()
    }
}

/// Gets one.
#[derive(Clone, Debug)]
pub struct Get<T: Attached> {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// Its id.
    pub id: T::Id,
}

impl<T: Attached> Procedure for Get<T> {
    type Output = T;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<T> {
        find(tx, &self.location_id, &self.contact_id, &self.id).await
    }
}

async fn find<T: Attached>(
    tx: &mut Tx<'_>,
    location_id: &LocationId,
    contact_id: &ContactId,
    id: &T::Id,
) -> Result<T> {
    must_exist(tx, location_id, contact_id).await?;
    let key = id.to_string();
    let row = tx.query_first(T::SELECT, params![location_id, contact_id, &key]).await?;
    row.ok_or_else(|| not_found(T::NAME.0, id))?.json("doc")
}

/// Creates one.
#[derive(Clone, Debug)]
pub struct Create<T> {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// What its form read, with all required fields.
    pub input: Input,
    /// Who creates it.
    pub cause: Cause,
    /// Which kind; leave it to [`Create::new`].
    kind: std::marker::PhantomData<fn() -> T>,
}

impl<T> Create<T> {
    /// Creates one on this contact.
    #[must_use]
    pub const fn new(location_id: LocationId, contact_id: ContactId, input: Input, cause: Cause) -> Self {
        Self { location_id, contact_id, input, cause, kind: std::marker::PhantomData }
    }
}

impl<T: Attached> Procedure for Create<T> {
    type Output = T;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<T> {
        must_exist(tx, &self.location_id, &self.contact_id).await?;
        let id = T::mint(tx.now(), tx.id_part());
        let item = applied(&T::blank(id.clone(), self.contact_id.clone(), tx.now()), &self.input)?;
        write(tx, T::INSERT, &self.location_id, &item, &id.to_string()).await?;
        append(tx, &self.location_id, &self.cause, T::CREATED, &item, None).await?;
        Ok(item)
    }
}

/// Changes one. If nothing changes, nothing is written.
#[derive(Clone, Debug)]
pub struct Update<T: Attached> {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// Its id.
    pub id: T::Id,
    /// What its form read.
    pub input: Input,
    /// Who changes it.
    pub cause: Cause,
}

impl<T: Attached> Procedure for Update<T> {
    type Output = T;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<T> {
        let before: T = find(tx, &self.location_id, &self.contact_id, &self.id).await?;
        let item = applied(&before, &self.input)?;
        if item != before {
            write(tx, T::UPDATE, &self.location_id, &item, &self.id.to_string()).await?;
            append(tx, &self.location_id, &self.cause, item.changed(&before), &item, Some(&before)).await?;
        }
        Ok(item)
    }
}

/// Deletes one.
#[derive(Clone, Debug)]
pub struct Delete<T: Attached> {
    /// The location.
    pub location_id: LocationId,
    /// The contact.
    pub contact_id: ContactId,
    /// Its id.
    pub id: T::Id,
    /// Who deletes it.
    pub cause: Cause,
}

impl<T: Attached> Procedure for Delete<T> {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let item: T = find(tx, &self.location_id, &self.contact_id, &self.id).await?;
        let key = self.id.to_string();
        tx.execute(T::DELETE, params![&self.location_id, &self.contact_id, &key]).await?;
        append(tx, &self.location_id, &self.cause, T::DELETED, &item, None).await
    }
}

/// The item with the input applied. Fields that only the form or a newer version knows are kept too.
fn applied<T: Attached>(item: &T, input: &Input) -> Result<T> {
    let mut document = serde_json::to_value(item)?;
    if let Value::Object(fields) = &mut document {
        input.apply_to(fields);
    }
    Ok(serde_json::from_value(document)?)
}

async fn write<T: Attached>(
    tx: &mut Tx<'_>,
    sql: &'static str,
    location_id: &LocationId,
    item: &T,
    id: &str,
) -> Result<()> {
    let doc = serde_json::to_string(item)?;
    let params: &[Param<'_>] = params![location_id, item.contact_id(), id, &doc];
    tx.execute(sql, params).await.map(|_| ())
}

/// Appends the event, for a change with the values before.
async fn append<T: Attached>(
    tx: &mut Tx<'_>,
    location_id: &LocationId,
    cause: &Cause,
    kind: &str,
    item: &T,
    before: Option<&T>,
) -> Result<()> {
    let mut payload: Map<String, Value> = Map::new();
    payload.insert(T::NAME.1.to_owned(), serde_json::to_value(item)?);
    if let Some(before) = before {
        payload.insert("before".to_owned(), serde_json::to_value(before)?);
    }
    let event = NewEvent {
        kind: kind.to_owned(),
        contact_id: Some(item.contact_id().clone()),
        subject: None,
        occurred_at: tx.now(),
        payload: log::payload(&payload)?,
    };
    log::append(tx, location_id, cause, &event).await.map(|_| ())
}
