//! Bodies that differ in a number only, cut in pieces once so that writing one is copying.

use serde_json::Value;

/// What stands in a body for the number; [`Template::write`] puts eight digits there.
pub(crate) const NUMBER: &str = "<n>";

/// A text with gaps for a number.
pub(crate) struct Template(Vec<String>);

impl Template {
    /// Cuts the JSON text of `body` at every [`NUMBER`].
    pub(crate) fn of(body: &Value) -> Self {
        Self(body.to_string().split(NUMBER).map(str::to_owned).collect())
    }

    /// Appends the text for the `n`-th thing. Numbers repeat after 100 million.
    pub(crate) fn write(&self, n: u64, out: &mut Vec<u8>) {
        let digits = digits(n);
        for (at, piece) in self.0.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(&digits);
            }
            out.extend_from_slice(piece.as_bytes());
        }
    }

    /// How long every text is, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(String::len).sum::<usize>() + 8 * (self.0.len() - 1)
    }
}

fn digits(mut n: u64) -> [u8; 8] {
    let mut digits = [b'0'; 8];
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(n % 10).unwrap_or_default();
        n /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_gap_is_filled_and_the_length_is_known() {
        let template = Template::of(&json!({"a": "x<n>y", "b": ["<n>", 1]}));
        let mut out = Vec::new();
        template.write(120_034, &mut out);
        assert_eq!(String::from_utf8(out.clone()).unwrap(), r#"{"a":"x00120034y","b":["00120034",1]}"#);
        assert_eq!(out.len(), template.len());
    }

    #[test]
    fn a_text_without_gaps_stays() {
        let mut out = Vec::new();
        Template::of(&json!(1)).write(5, &mut out);
        assert_eq!(out, b"1");
    }
}
