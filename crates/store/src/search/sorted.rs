//! Byte strings in one piece of memory: a contact has about a hundred tokens, and each of its own would cost more to
//! allocate than to find.

use std::sync::OnceLock;

/// Byte strings, which are sorted when one is looked up for the first time: most contacts go into a segment without
/// being searched one by one before.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Sorted {
    bytes: Vec<u8>,
    /// Where each begins and ends, as they were added.
    ranges: Vec<Range>,
    /// The same in byte order, each string once.
    in_order: OnceLock<Vec<Range>>,
}

/// Where a byte string begins and ends.
type Range = (u32, u32);

impl Sorted {
    pub(super) fn with_capacity(count: usize, bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ranges: Vec::with_capacity(count), ..Self::default() }
    }

    /// Adds a byte string that consists of these parts. What does not fit into 4 GB is left out.
    pub(super) fn push(&mut self, parts: &[&[u8]]) {
        let begin = self.bytes.len();
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
        if let (Ok(begin), Ok(end)) = (u32::try_from(begin), u32::try_from(self.bytes.len())) {
            self.ranges.push((begin, end));
        }
    }

    /// Keeps the first `most` of them in byte order, where there are more.
    pub(super) fn limit(&mut self, most: usize) {
        if self.ranges.len() > most {
            self.ranges = self.sorted();
            self.ranges.truncate(most);
        }
    }

    fn sorted(&self) -> Vec<Range> {
        let (bytes, mut ranges) = (&self.bytes, self.ranges.clone());
        ranges.sort_unstable_by(|a, b| at(bytes, *a).cmp(at(bytes, *b)));
        ranges.dedup_by(|a, b| at(bytes, *a) == at(bytes, *b));
        ranges
    }

    /// All of them, in the order in which they were added; some perhaps more than once.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.ranges.iter().map(|range| at(&self.bytes, *range))
    }

    /// Those from this one on, in byte order.
    pub(super) fn from<'s>(&'s self, first: &[u8]) -> impl Iterator<Item = &'s [u8]> {
        let ranges = self.in_order.get_or_init(|| self.sorted());
        let begin = ranges.partition_point(|range| at(&self.bytes, *range) < first);
        ranges[begin..].iter().map(|range| at(&self.bytes, *range))
    }

    pub(super) fn contains(&self, wanted: &[u8]) -> bool {
        self.from(wanted).next() == Some(wanted)
    }
}

fn at(bytes: &[u8], (begin, end): Range) -> &[u8] {
    bytes.get(begin as usize..end as usize).unwrap_or_default()
}
