//! Pages, as they are read.

use crate::error::Result;
use crate::search::bytes::Bytes;

/// A page of tokens with their postings, or a page of ids.
#[derive(Debug)]
struct Page {
    /// All keys, one after the other.
    keys: Vec<u8>,
    /// Where each key ends, and where its posting ends in `body`.
    ends: Vec<(u32, u32)>,
    body: Vec<u8>,
}

/// A page of tokens in byte order, each with its posting.
#[derive(Debug)]
pub(in crate::search) struct Tokens(Page);

/// A page of ids in byte order.
#[derive(Debug)]
pub(in crate::search) struct Ids(Page);

/// A page of the searched texts of documents, in the order of the documents.
#[derive(Debug)]
pub(in crate::search) struct Texts {
    /// Where each text begins and ends in `body`.
    ranges: Vec<(u32, u32)>,
    body: Vec<u8>,
}

/// Where something begins or ends on a page; pages are far smaller than 4 GB.
fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Page {
    /// Reads keys, each written as what it does not share with the one before; a posting behind each if
    /// there are any.
    fn read(body: Vec<u8>, with_postings: bool) -> Result<Self> {
        let (mut keys, mut ends, mut begin) = (Vec::with_capacity(body.len()), Vec::new(), 0);
        let mut bytes = Bytes(&body);
        while !bytes.is_empty() {
            let shared = bytes.length()?.min(keys.len() - begin);
            let own = bytes.bytes()?;
            let end = keys.len();
            keys.extend_from_within(begin..begin + shared);
            keys.extend_from_slice(own);
            begin = end;
            if with_postings {
                bytes.bytes()?;
            }
            ends.push((offset(keys.len()), offset(body.len() - bytes.0.len())));
        }
        Ok(Self { keys, ends, body })
    }

    fn key(&self, n: usize) -> Option<&[u8]> {
        let begin = n.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(end, _)| *end);
        self.keys.get(begin as usize..self.ends.get(n)?.0 as usize)
    }

    /// How many keys stand before this one.
    fn rank(&self, wanted: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.key(middle).is_some_and(|key| key < wanted) { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn size(&self) -> usize {
        self.keys.len() + self.body.len() + 8 * self.ends.len()
    }
}

impl Tokens {
    pub(in crate::search) fn read(body: Vec<u8>) -> Result<Self> {
        Page::read(body, true).map(Self)
    }

    /// A token and its posting.
    pub(in crate::search) fn get(&self, n: usize) -> Option<(&[u8], &[u8])> {
        let token = self.0.key(n)?;
        let begin = n.checked_sub(1).and_then(|before| self.0.ends.get(before)).map_or(0, |(_, end)| *end);
        let mut entry = Bytes(self.0.body.get(begin as usize..self.0.ends.get(n)?.1 as usize)?);
        entry.number().ok()?;
        entry.bytes().ok()?;
        Some((token, entry.bytes().ok()?))
    }

    /// How many tokens of the page come before this one.
    pub(in crate::search) fn rank(&self, token: &[u8]) -> usize {
        self.0.rank(token)
    }

    pub(in crate::search) fn len(&self) -> usize {
        self.0.ends.len()
    }

    pub(in crate::search) fn size(&self) -> usize {
        self.0.size()
    }
}

impl Ids {
    pub(in crate::search) fn read(body: Vec<u8>) -> Result<Self> {
        let mut page = Page::read(body, false)?;
        page.body = Vec::new();
        Ok(Self(page))
    }

    pub(in crate::search) fn get(&self, n: usize) -> Option<&str> {
        std::str::from_utf8(self.0.key(n)?).ok()
    }

    /// How many ids of the page come before this one.
    pub(in crate::search) fn rank(&self, id: &str) -> usize {
        self.0.rank(id.as_bytes())
    }

    pub(in crate::search) fn len(&self) -> usize {
        self.0.ends.len()
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
        Ok(Self { ranges, body })
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
