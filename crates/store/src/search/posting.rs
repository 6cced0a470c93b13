//! Postings: the documents of a segment that have a token, as ascending numbers.

use super::bytes::{Bytes, corrupt, put_number};
use crate::error::Result;
use roaring::RoaringBitmap;

/// Fewer documents than this are written as distances: a bitmap's head alone is longer.
const FEW: usize = 64;

/// The posting of no documents.
pub(super) const NONE: &[u8] = &[0];

/// Appends ascending numbers.
pub(super) fn put(out: &mut Vec<u8>, documents: &[u32]) -> Result<()> {
    if documents.len() < FEW {
        put_number(out, documents.len() as u64);
        let mut last = 0;
        for &document in documents {
            put_number(out, u64::from(document - last));
            last = document;
        }
        return Ok(());
    }
    put_number(out, FEW as u64);
    let mut bitmap = sorted(documents)?;
    bitmap.optimize();
    bitmap.serialize_into(out).map_err(|error| corrupt(&error.to_string()))
}

/// Reads what [`put`] wrote.
pub(super) fn read(posting: &[u8]) -> Result<RoaringBitmap> {
    let mut bytes = Bytes(posting);
    let count = bytes.length()?;
    if count == FEW {
        return RoaringBitmap::deserialize_unchecked_from(bytes.0)
            .map_err(|error| corrupt(&error.to_string()));
    }
    let mut documents = Vec::with_capacity(FEW);
    distances(bytes, count, |document| documents.push(document))?;
    sorted(&documents)
}

/// Gives the numbers that [`put`] wrote, one after the other.
pub(super) fn each(posting: &[u8], give: impl FnMut(u32)) -> Result<()> {
    let mut bytes = Bytes(posting);
    match bytes.length()? {
        FEW => read(posting)?.into_iter().for_each(give),
        count => distances(bytes, count, give)?,
    }
    Ok(())
}

/// The set of ascending numbers.
pub(super) fn sorted(documents: &[u32]) -> Result<RoaringBitmap> {
    RoaringBitmap::from_sorted_iter(documents.iter().copied())
        .map_err(|_| corrupt("documents are out of order"))
}

fn distances(mut bytes: Bytes<'_>, count: usize, mut give: impl FnMut(u32)) -> Result<()> {
    let mut last = 0_u32;
    for _ in 0..count {
        let distance = u32::try_from(bytes.number()?).ok().and_then(|distance| last.checked_add(distance));
        last = distance.ok_or_else(|| corrupt("a document's number is too large"))?;
        give(last);
    }
    Ok(())
}

/// The union of many postings, most of which are short.
#[derive(Default)]
pub(super) struct Union {
    short: Vec<u32>,
    long: RoaringBitmap,
}

impl Union {
    pub(super) fn add(&mut self, posting: &[u8]) -> Result<()> {
        let mut bytes = Bytes(posting);
        match bytes.length()? {
            FEW => self.long |= read(posting)?,
            count => distances(bytes, count, |document| self.short.push(document))?,
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> RoaringBitmap {
        self.short.sort_unstable();
        self.short.dedup();
        self.long.extend(self.short);
        self.long
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn reads_what_was_written(documents in proptest::collection::btree_set(0_u32..200_000, 0..300)) {
            let documents: Vec<u32> = documents.into_iter().collect();
            let mut out = Vec::new();
            put(&mut out, &documents).unwrap();
            proptest::prop_assert_eq!(read(&out).unwrap().into_iter().collect::<Vec<_>>(), documents);
        }
    }
}
