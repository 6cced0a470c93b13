//! The id that an answer, its `x-request-id` header and the log know a request by.

use http::HeaderValue;
use std::fmt;
use tieline_store::clock::Entropy;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// A random UUID (version 4), as text.
#[derive(Clone, Copy)]
pub(crate) struct TraceId([u8; 36]);

impl TraceId {
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let mut text = [b'-'; 36];
        let mut at = 0;
        for (n, byte) in bytes.into_iter().enumerate() {
            if matches!(n, 4 | 6 | 8 | 10) {
                at += 1;
            }
            text[at] = HEX[usize::from(byte >> 4)];
            text[at + 1] = HEX[usize::from(byte & 0x0f)];
            at += 2;
        }
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieline_store::clock::SeededEntropy;

    #[test]
    fn is_a_uuid_of_version_4() {
        let entropy = SeededEntropy::new(1);
        let (first, second) = (TraceId::draw(&entropy).to_string(), TraceId::draw(&entropy).to_string());
        assert_ne!(first, second);
        let parts: Vec<usize> = first.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(&first[14..15], "4");
        assert!("89ab".contains(&first[19..20]));
    }
}
