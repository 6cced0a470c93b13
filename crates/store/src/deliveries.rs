//! Deliveries: every post to a connection as it was received, and its outcome.

use crate::error::Result;
use crate::param::params;
use crate::row::{Cell, FromCell, FromRow, Row, insert, select};
use crate::store::Procedure;
use crate::tx::Tx;
use serde::Serialize;
use tieline_model::{ConnectionId, DeliveryId, LocationId, Refusal, Timestamp};

/// The outcome of a delivery.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryStatus {
    /// It became events.
    Processed,
    /// It is irrelevant, such as a kind of Stripe event that says nothing about a payment.
    Ignored,
    /// It could not be turned into an event. It is kept and can be replayed once the mapping is corrected.
    Failed,
}

impl DeliveryStatus {
    /// The status as it is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Ignored => "ignored",
            Self::Failed => "failed",
        }
    }
}

impl FromCell for DeliveryStatus {
    const EXPECTED: &'static str = "a status";

    /// A status that this version does not know is shown as failed, so that somebody checks it.
    fn from_cell(cell: Cell) -> Option<Self> {
        String::from_cell(cell).map(|text| text.parse().unwrap_or(Self::Failed))
    }
}

impl std::str::FromStr for DeliveryStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "processed" => Ok(Self::Processed),
            "ignored" => Ok(Self::Ignored),
            "failed" => Ok(Self::Failed),
            _ => Err(format!("`{text}` is not a status of a delivery; they are processed, ignored, failed")),
        }
    }
}

/// A post to a connection, as it was received.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The connection.
    pub connection_id: ConnectionId,
    /// The location that it belongs to.
    pub location_id: LocationId,
    /// The sender's id for it: a second post with the same id is a duplicate.
    pub external_id: Option<String>,
    /// The `Content-Type` header.
    pub content_type: String,
    /// The headers that may be kept, as a JSON object.
    pub headers: String,
    /// The query string, without any secret.
    pub query: String,
    /// The body.
    pub body: Vec<u8>,
}

/// A delivery as it is stored.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// What was received.
    pub posted: Posted,
    /// Its outcome.
    pub status: DeliveryStatus,
    /// A sentence: which events it became, or why it became none.
    pub detail: String,
    /// When it was received.
    pub received_at: Timestamp,
}

/// The outcome of the delivery with the sender's id, if one is stored. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn status_of(
    tx: &mut Tx<'_>,
    connection: &ConnectionId,
    external_id: &str,
) -> Result<Option<DeliveryStatus>> {
    let sql = "SELECT status FROM deliveries WHERE connection_id = ?1 AND external_id = ?2";
    tx.value(sql, "status", params![connection, external_id]).await
}

/// Stores a post and its outcome. For use inside a procedure that has called [`status_of`] before: if two
/// duplicates arrive at once, the one that commits second is run again and finds the first.
///
/// # Errors
/// What the database reports.
pub async fn insert(
    tx: &mut Tx<'_>,
    posted: &Posted,
    status: DeliveryStatus,
    detail: &str,
) -> Result<DeliveryId> {
    let id = DeliveryId::mint(tx.now(), tx.id_part());
    tx.execute(
        insert!(Delivery),
        params![
            &id,
            &posted.connection_id,
            &posted.location_id,
            posted.external_id.as_ref(),
            status.as_str(),
            detail,
            tx.now(),
            &posted.content_type,
            &posted.headers,
            &posted.query,
            &posted.body,
        ],
    )
    .await?;
    Ok(id)
}

/// Records the outcome of a replayed delivery, and the sender's id for it, which may be known only now. For use
/// inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn conclude(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<()> {
    tx.execute(
        "UPDATE deliveries SET status = ?3, detail = ?4, external_id = ?5 WHERE location_id = ?1 AND id = ?2",
        params![
            &delivery.posted.location_id,
            &delivery.id,
            delivery.status.as_str(),
            &delivery.detail,
            delivery.posted.external_id.as_ref()
        ],
    )
    .await
    .map(|_| ())
}

/// Gets a delivery.
#[derive(Clone, Debug)]
pub struct Get {
    /// The location.
    pub location_id: LocationId,
    /// The delivery.
    pub id: DeliveryId,
}

impl Procedure for Get {
    type Output = Delivery;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Delivery> {
        let sql = select!(Delivery, "WHERE location_id = ?1 AND id = ?2");
        let delivery = tx.first(sql, params![&self.location_id, &self.id]).await?;
        let not_found = || Refusal::NotFound { what: "Delivery", id: self.id.to_string() };
        Ok(delivery.ok_or_else(not_found)?)
    }
}

/// Lists a location's deliveries, newest first.
#[derive(Clone, Debug)]
pub struct List {
    /// The location.
    pub location_id: LocationId,
    /// Only those with this status.
    pub status: Option<DeliveryStatus>,
    /// Only those before this one, for the next page.
    pub before: Option<DeliveryId>,
    /// How many at most.
    pub limit: u32,
}

impl Procedure for List {
    type Output = Vec<Delivery>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Delivery>> {
        let sql = select!(
            Delivery,
            "WHERE location_id = ?1 AND id < ?2 AND (?3 = '' OR status = ?3) ORDER BY id DESC LIMIT ?4"
        );
        let before = self.before.as_ref().map_or("~", DeliveryId::as_str);
        let status = self.status.map_or("", DeliveryStatus::as_str);
        tx.all(sql, params![&self.location_id, before, status, self.limit]).await
    }
}

impl FromRow for Delivery {
    const TABLE: &'static str = "deliveries";
    const COLUMNS: &'static str = "id, connection_id, location_id, external_id, status, detail, received_at, \
        content_type, headers, query, body";

    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            status: row.get("status")?,
            detail: row.get("detail")?,
            received_at: row.get("received_at")?,
            posted: Posted {
                connection_id: row.get("connection_id")?,
                location_id: row.get("location_id")?,
                external_id: row.get("external_id")?,
                content_type: row.get("content_type")?,
                headers: row.get("headers")?,
                query: row.get("query")?,
                body: row.get("body")?,
            },
        })
    }
}
