//! Byte strings in order, in one piece of memory: a contact has about a hundred tokens, and each of its own would cost
//! more to allocate than to find.

/// Byte strings. Sort them before anything is looked up.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Sorted {
    bytes: Vec<u8>,
    /// Where each begins and ends.
    ranges: Vec<(u32, u32)>,
}

impl Sorted {
    pub(super) fn with_capacity(count: usize, bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ranges: Vec::with_capacity(count) }
    }

    /// Adds a byte string that consists of these parts. What does not fit into 4 GB is left out.
    pub(super) fn push(&mut self, parts: &[&[u8]]) {
        let begin = self.bytes.len();
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
        if let (Ok(begin), Ok(end)) = (u32::try_from(begin), u32::try_from(self.bytes.len())) {
            self.ranges.push((begin, end));
        }
    }

    /// Sorts them and leaves each once, the first `most` of them.
    pub(super) fn sort(&mut self, most: usize) {
        let bytes = &self.bytes;
        self.ranges.sort_unstable_by(|a, b| at(bytes, *a).cmp(at(bytes, *b)));
        self.ranges.dedup_by(|a, b| at(bytes, *a) == at(bytes, *b));
        self.ranges.truncate(most);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.ranges.iter().map(|range| at(&self.bytes, *range))
    }

    /// Those from this one on.
    pub(super) fn from<'s>(&'s self, first: &[u8]) -> impl Iterator<Item = &'s [u8]> {
        let begin = self.ranges.partition_point(|range| at(&self.bytes, *range) < first);
        self.ranges[begin..].iter().map(|range| at(&self.bytes, *range))
    }

    pub(super) fn contains(&self, wanted: &[u8]) -> bool {
        self.from(wanted).next() == Some(wanted)
    }
}

fn at(bytes: &[u8], (begin, end): (u32, u32)) -> &[u8] {
    bytes.get(begin as usize..end as usize).unwrap_or_default()
}
