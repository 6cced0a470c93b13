//! The values of a statement.

use tieline_model::Timestamp;

/// A value that goes into a statement.
#[derive(Clone, Copy, Debug)]
pub enum Param<'a> {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number; times are milliseconds since 1970.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    Text(&'a str),
    /// Raw bytes.
    Bytes(&'a [u8]),
}

macro_rules! from {
    ($($kind:ty, $value:ident => $param:expr;)*) => {$(
        impl<'a> From<$kind> for Param<'a> {
            fn from($value: $kind) -> Self {
                $param
            }
        }
    )*};
}

from! {
    bool, value => Self::Bool(value);
    i64, value => Self::Int(value);
    u32, value => Self::Int(i64::from(value));
    f64, value => Self::Float(value);
    Timestamp, value => Self::Int(value.millis());
    &'a str, value => Self::Text(value);
    &'a String, value => Self::Text(value);
    &'a [u8], value => Self::Bytes(value);
    &'a Vec<u8>, value => Self::Bytes(value);
    &'a [u8; 32], value => Self::Bytes(value);
}

/// Lets each kind of id go into a statement and come out of a row.
macro_rules! ids {
    ($($id:ident),* $(,)?) => {$(
        impl<'a> From<&'a tieline_model::$id> for Param<'a> {
            fn from(id: &'a tieline_model::$id) -> Self {
                Self::Text(id.as_str())
            }
        }

        impl crate::row::FromCell for tieline_model::$id {
            const EXPECTED: &'static str = "an id";

            fn from_cell(cell: crate::row::Cell) -> Option<Self> {
                String::from_cell(cell).map(Self::from)
            }
        }
    )*};
}

ids!(
    ConnectionId,
    ContactId,
    CustomFieldId,
    DeliveryId,
    EventId,
    KeyId,
    LocationId,
    NoteId,
    RunId,
    TaskId,
    WorkflowId,
);

impl<'a, T> From<Option<T>> for Param<'a>
where
    Param<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

/// The values of a statement, each by [`Param::from`].
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::param::Param::from($value)),*] };
}
pub(crate) use params;
