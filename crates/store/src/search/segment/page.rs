//! Pages, as they are read.
//!
//! A page of tokens stays in memory as it is stored, and is searched from its beginning: that takes a microsecond or
//! two. Unpacked, it would take two or three times the memory, and reading it from the database because it was
//! dropped costs ten times as much.

use crate::error::Result;
use crate::search::bytes::Bytes;
use std::cmp::Ordering;
use std::ops::Range;

/// Keys in byte order, each stored as what it does not share with the one before; a posting behind each if there
/// are any.
#[derive(Debug)]
struct Packed {
    body: Box<[u8]>,
    count: usize,
    with_postings: bool,
}

/// A page of tokens in byte order, each with its posting.
#[derive(Debug)]
pub(in crate::search) struct Tokens(Packed);

/// A page of ids in byte order; unpacked, because ids are looked up by their place, and are few beside the rest.
#[derive(Debug)]
pub(in crate::search) struct Ids(List);

/// A page of the searched texts of documents, in the order of the documents.
#[derive(Debug)]
pub(in crate::search) struct Texts {
    /// Where each text begins and ends in `body`.
    ranges: Box<[(u32, u32)]>,
    body: Box<[u8]>,
}

/// The keys of a page one by one, for those who need all of them, or need them backwards.
#[derive(Debug)]
pub(in crate::search) struct List {
    /// All keys, one after the other.
    keys: Vec<u8>,
    places: Vec<Place>,
    body: Box<[u8]>,
}

/// Where a key of a list ends, and where its posting begins and ends.
#[derive(Debug)]
struct Place {
    key: u32,
    posting: (u32, u32),
}

/// What is stored for a key.
struct Stored<'p> {
    /// How many bytes it shares with the key before.
    shared: usize,
    /// The rest of it.
    own: &'p [u8],
    /// Where its posting stands on the page.
    posting: Range<usize>,
}

/// Where something begins or ends on a page; pages are far smaller than 4 GB.
fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Packed {
    /// Reads all of it once, so that a page that cannot be read is noticed here.
    fn read(body: Vec<u8>, with_postings: bool) -> Result<Self> {
        let page = Self { body: body.into(), count: 0, with_postings };
        let count = page.stored().try_fold(0, |count, stored| stored.map(|_| count + 1))?;
        Ok(Self { count, ..page })
    }

    fn stored(&self) -> impl Iterator<Item = Result<Stored<'_>>> {
        let mut bytes = Bytes(&self.body);
        let mut next = move || {
            let (shared, own) = (bytes.length()?, bytes.bytes()?);
            let length = if self.with_postings { bytes.bytes()?.len() } else { 0 };
            let end = self.body.len() - bytes.0.len();
            Ok(Stored { shared, own, posting: end - length..end })
        };
        let mut left = self.body.len();
        std::iter::from_fn(move || {
            let stored = (left > 0).then(&mut next)?;
            left = stored.as_ref().map_or(0, |stored: &Stored<'_>| self.body.len() - stored.posting.end);
            Some(stored)
        })
    }

    fn posting(&self, place: Range<usize>) -> &[u8] {
        self.body.get(place).unwrap_or_default()
    }

    /// How many keys stand before this one, and where its posting is if it is on the page.
    fn find(&self, wanted: &[u8]) -> (usize, Option<Range<usize>>) {
        // How much of the wanted key the key before begins with; that one comes before the wanted one.
        let mut alike = 0;
        for (n, Stored { shared, own, posting }) in self.stored().flatten().enumerate() {
            match shared.cmp(&alike) {
                // It differs from the wanted key where the one before does.
                Ordering::Greater => continue,
                Ordering::Less => return (n, None),
                Ordering::Equal => {}
            }
            let rest = &wanted[alike..];
            let more = own.iter().zip(rest).take_while(|(a, b)| a == b).count();
            match own[more..].cmp(&rest[more..]) {
                Ordering::Less => alike += more,
                Ordering::Equal => return (n, Some(posting)),
                Ordering::Greater => return (n, None),
            }
        }
        (self.count, None)
    }

    /// Gives each key with its posting, until `give` says that it wants no more.
    fn each(&self, mut give: impl FnMut(&[u8], &[u8]) -> bool) {
        let mut key = Vec::with_capacity(64);
        for Stored { shared, own, posting } in self.stored().flatten() {
            key.truncate(shared);
            key.extend_from_slice(own);
            if !give(&key, self.posting(posting)) {
                return;
            }
        }
    }

    fn unpack(&self) -> List {
        let (mut keys, mut places, mut begin) =
            (Vec::with_capacity(self.body.len()), Vec::with_capacity(self.count), 0);
        for Stored { shared, own, posting } in self.stored().flatten() {
            let end = keys.len();
            keys.extend_from_within(begin..end.min(begin + shared));
            keys.extend_from_slice(own);
            begin = end;
            places.push(Place {
                key: offset(keys.len()),
                posting: (offset(posting.start), offset(posting.end)),
            });
        }
        List { keys, places, body: self.body.clone() }
    }
}

impl List {
    pub(in crate::search) fn size(&self) -> usize {
        self.keys.capacity() + size_of::<Place>() * self.places.capacity() + self.body.len()
    }

    fn key(&self, n: usize) -> Option<&[u8]> {
        let begin = n.checked_sub(1).and_then(|before| self.places.get(before)).map_or(0, |place| place.key);
        self.keys.get(begin as usize..self.places.get(n)?.key as usize)
    }

    /// A key and its posting.
    pub(in crate::search) fn get(&self, n: usize) -> Option<(&[u8], &[u8])> {
        let (from, to) = self.places.get(n)?.posting;
        Some((self.key(n)?, self.body.get(from as usize..to as usize)?))
    }

    /// How many keys of the page come before this one.
    pub(in crate::search) fn rank(&self, wanted: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.places.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.key(middle).is_some_and(|key| key < wanted) { low = middle + 1 } else { high = middle }
        }
        low
    }

    pub(in crate::search) fn len(&self) -> usize {
        self.places.len()
    }
}

impl Tokens {
    pub(in crate::search) fn read(body: Vec<u8>) -> Result<Self> {
        Packed::read(body, true).map(Self)
    }

    /// Where the posting of a token is, if the token is on the page.
    pub(in crate::search) fn place(&self, token: &[u8]) -> Option<Range<usize>> {
        self.0.find(token).1
    }

    pub(in crate::search) fn posting(&self, place: Range<usize>) -> &[u8] {
        self.0.posting(place)
    }

    /// Gives each token with its posting, until `give` says that it wants no more.
    pub(in crate::search) fn each(&self, give: impl FnMut(&[u8], &[u8]) -> bool) {
        self.0.each(give);
    }

    pub(in crate::search) fn unpack(&self) -> List {
        self.0.unpack()
    }

    pub(in crate::search) fn size(&self) -> usize {
        self.0.body.len()
    }
}

impl Ids {
    pub(in crate::search) fn read(body: Vec<u8>) -> Result<Self> {
        Packed::read(body, false).map(|page| Self(List { body: Box::default(), ..page.unpack() }))
    }

    /// The id at a place.
    pub(in crate::search) fn get(&self, n: usize) -> Option<&str> {
        std::str::from_utf8(self.0.key(n)?).ok()
    }

    /// How many ids of the page come before this one.
    pub(in crate::search) fn rank(&self, id: &str) -> usize {
        self.0.rank(id.as_bytes())
    }

    pub(in crate::search) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::search) fn size(&self) -> usize {
        self.0.size()
    }
}

impl Texts {
    pub(in crate::search) fn read(body: Vec<u8>) -> Result<Self> {
        let (mut ranges, mut bytes) = (Vec::new(), Bytes(&body));
        while !bytes.is_empty() {
            let length = bytes.bytes()?.len();
            let end = body.len() - bytes.0.len();
            ranges.push((offset(end - length), offset(end)));
        }
        Ok(Self { ranges: ranges.into(), body: body.into() })
    }

    /// A text's bytes; empty for a place behind the last one.
    pub(in crate::search) fn get(&self, n: usize) -> &[u8] {
        let range = self.ranges.get(n).and_then(|(from, to)| self.body.get(*from as usize..*to as usize));
        range.unwrap_or_default()
    }

    pub(in crate::search) fn len(&self) -> usize {
        self.ranges.len()
    }

    pub(in crate::search) fn size(&self) -> usize {
        self.body.len() + 8 * self.ranges.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::bytes::{put_bytes, put_number};
    use std::collections::BTreeMap;

    fn page(keys: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
        let (mut body, mut last) = (Vec::new(), &[][..]);
        for (key, posting) in keys {
            let shared = last.iter().zip(key).take_while(|(a, b)| a == b).count();
            put_number(&mut body, shared as u64);
            put_bytes(&mut body, &key[shared..]);
            put_bytes(&mut body, posting);
            last = key;
        }
        body
    }

    proptest::proptest! {
        #[test]
        fn every_key_is_found_and_no_other(
            keys in proptest::collection::btree_map(proptest::collection::vec(0_u8..3, 1..6), "[a-c]{0,3}", 0..60),
            others in proptest::collection::vec(proptest::collection::vec(0_u8..3, 0..7), 20),
        ) {
            let keys: BTreeMap<_, _> = keys.into_iter().map(|(key, posting)| (key, posting.into_bytes())).collect();
            let tokens = Tokens::read(page(&keys)).unwrap();
            let list = tokens.unpack();
            for wanted in keys.keys().chain(&others) {
                let rank = keys.range(..wanted.clone()).count();
                proptest::prop_assert_eq!(tokens.place(wanted).map(|place| tokens.posting(place)), keys.get(wanted).map(Vec::as_slice));
                proptest::prop_assert_eq!((tokens.0.find(wanted).0, list.rank(wanted)), (rank, rank));
            }
            let mut all = BTreeMap::new();
            tokens.each(|key, posting| all.insert(key.to_vec(), posting.to_vec()).is_none());
            let listed = (0..list.len()).filter_map(|n| list.get(n)).map(|(key, posting)| (key.to_vec(), posting.to_vec()));
            proptest::prop_assert_eq!(&listed.collect::<BTreeMap<_, _>>(), &keys);
            proptest::prop_assert_eq!(all, keys);
        }
    }
}
