//! Values on their way into PostgreSQL's statements and out of its rows.

use crate::error::Result;
use crate::param::Param;
use crate::row::{Cell, Row, Shape};
use bytes::BytesMut;
use std::error::Error as StdError;
use std::sync::Arc;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(value) => value.to_sql(ty, out),
            Self::Int(value) => value.to_sql(ty, out),
            Self::Float(value) => value.to_sql(ty, out),
            // PostgreSQL's texts cannot hold a zero byte, which a client may send. JSON escapes it, so only columns
            // for lookups lose it.
            Self::Text(value) if value.contains('\0') => value.replace('\0', "").to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Bytes(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::BOOL, Type::INT8, Type::FLOAT8, Type::TEXT, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

/// Reads the rows of an answer, which all have the same shape.
pub(super) fn read(rows: &[tokio_postgres::Row], sql: &'static str) -> Result<Vec<Row>> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let shape = Shape::of(sql, || first.columns().iter().map(|column| column.name().to_owned()).collect());
    rows.iter().map(|row| Ok(Row::new(Arc::clone(&shape), cells(row)?))).collect()
}

fn cells(row: &tokio_postgres::Row) -> Result<Vec<Cell>> {
    (0..row.len()).map(|n| Ok(row.try_get::<_, Option<Cell>>(n)?.unwrap_or(Cell::Null))).collect()
}

impl<'a> FromSql<'a> for Cell {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(match *ty {
            Type::BOOL => Self::Bool(bool::from_sql(ty, raw)?),
            Type::INT2 => Self::Int(i16::from_sql(ty, raw)?.into()),
            Type::INT4 => Self::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => Self::Int(i64::from_sql(ty, raw)?),
            Type::FLOAT4 => Self::Float(f32::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Self::Float(f64::from_sql(ty, raw)?),
            Type::NUMERIC => numeric(raw).ok_or("a NUMERIC value cannot be read")?,
            Type::BYTEA => Self::Bytes(raw.to_vec()),
            _ => Self::Text(String::from_sql(ty, raw)?),
        })
    }

    fn accepts(ty: &Type) -> bool {
        let numbers = [Type::BOOL, Type::INT2, Type::INT4, Type::INT8, Type::FLOAT4, Type::FLOAT8];
        numbers.contains(ty) || [Type::NUMERIC, Type::BYTEA].contains(ty) || <String as FromSql>::accepts(ty)
    }
}

/// Reads a NUMERIC, the type that PostgreSQL gives a sum of whole numbers. On the wire it is the count of
/// its digits to base 10,000, the first one's power, the sign, how many decimals are shown, and the digits.
fn numeric(raw: &[u8]) -> Option<Cell> {
    let mut words = raw.chunks_exact(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]]));
    let (_count, mut power, sign) = (words.next()?, i32::from(words.next()?), words.next()?);
    words.next()?;
    let negative = match sign {
        0 => false,
        0x4000 => true,
        // NaN or infinite.
        _ => return None,
    };
    let (mut whole, mut exact) = (0_i128, 0.0_f64);
    for digit in words {
        exact += f64::from(digit) * 10_000_f64.powi(power);
        whole = match u32::try_from(power) {
            Ok(power) => {
                whole.checked_add(i128::from(digit).checked_mul(10_000_i128.checked_pow(power)?)?)?
            }
            Err(_) => whole,
        };
        power -= 1;
    }
    let is_whole = exact.fract() == 0.0;
    match i64::try_from(if negative { -whole } else { whole }) {
        Ok(whole) if is_whole => Some(Cell::Int(whole)),
        _ => Some(Cell::Float(if negative { -exact } else { exact })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(power: i16, sign: i16, digits: &[i16]) -> Vec<u8> {
        let count = i16::try_from(digits.len()).unwrap();
        let words = [&[count, power, sign, 0], digits].concat();
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn a_numeric_is_a_whole_number_if_it_fits() {
        assert_eq!(numeric(&wire(0, 0, &[])), Some(Cell::Int(0)));
        assert_eq!(numeric(&wire(1, 0, &[12, 3456])), Some(Cell::Int(123_456)));
        assert_eq!(numeric(&wire(1, 0x4000, &[12])), Some(Cell::Int(-120_000)));
        assert_eq!(numeric(&wire(0, 0, &[1, 2500])), Some(Cell::Float(1.25)));
        assert_eq!(numeric(&wire(5, 0, &[1])), Some(Cell::Float(1e20)));
        assert_eq!(numeric(&wire(0, -0x4000, &[])), None, "not a number");
    }
}
