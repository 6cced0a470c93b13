//! Numbers and byte strings in the compact form in which segments hold them.

use crate::error::{Error, Result};

/// Appends a number in seven bits a byte, the lowest first.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Appends a byte string with its length in front.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads what was appended, from the front.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for (n, byte) in self.0.iter().enumerate().take(10) {
            number |= u64::from(byte & 0x7f) << (7 * n).min(63);
            if byte & 0x80 == 0 {
                self.0 = &self.0[n + 1..];
                return Ok(number);
            }
        }
        Err(corrupt("a number has no end"))
    }

    pub(super) fn length(&mut self) -> Result<usize> {
        usize::try_from(self.number()?).map_err(|_| corrupt("a length is too large"))
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(|| corrupt("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }
}

/// The error for a page or segment that cannot be read.
pub(super) fn corrupt(message: &str) -> Error {
    Error::Corrupt {
        table: "search_pages".to_owned(),
        column: "body".to_owned(),
        row: "?".to_owned(),
        message: format!("the search index cannot be read: {message}"),
    }
}
