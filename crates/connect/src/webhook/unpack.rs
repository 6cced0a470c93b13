//! Compressed bodies (`Content-Encoding`).

use crate::connector::{MAX_BODY, Malformed};
use std::borrow::Cow;
use std::io::Read;

/// The most layers of compression; senders use one.
const MOST_LAYERS: usize = 3;

/// Unpacks a body by its `Content-Encoding`: gzip, deflate and br, also several in a row. Returns any other body
/// unchanged.
///
/// # Errors
/// [`Malformed::Encoding`] for an unknown encoding, [`Malformed::TooLarge`] where more than
/// [`MAX_BODY`] bytes come out (reading stops there), [`Malformed::Unreadable`] where the body is not packed
/// as the header says.
pub fn unpack<'b>(content_encoding: &str, body: &'b [u8]) -> Result<Cow<'b, [u8]>, Malformed> {
    let layers: Vec<String> =
        content_encoding.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
    let layers = layers.iter().map(String::as_str).filter(|name| !matches!(*name, "" | "identity"));
    if layers.clone().count() > MOST_LAYERS {
        return Err(Malformed::Encoding(format!(
            "the body is packed more than {MOST_LAYERS} times; pack it once"
        )));
    }
    // The header lists them in the order in which they were applied.
    layers.rev().try_fold(Cow::Borrowed(body), |body, name| unpack_one(name, &body).map(Cow::Owned))
}

fn unpack_one(name: &str, body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let unpacked = match name {
        "gzip" | "x-gzip" => read(flate2::read::MultiGzDecoder::new(body)),
        "deflate" => inflate(body),
        "br" => read(brotli_decompressor::Decompressor::new(body, 4096)),
        _ => {
            let shown: String = name.chars().take(40).collect();
            return Err(Malformed::Encoding(format!(
                "the body is packed as `{shown}`, which cannot be unpacked; send it as gzip, deflate or br, \
                 or without Content-Encoding"
            )));
        }
    };
    let unpacked = unpacked.map_err(|_| {
        Malformed::Unreadable(format!(
            "Content-Encoding says {name}, but the body cannot be unpacked as that"
        ))
    })?;
    if unpacked.len() <= MAX_BODY {
        return Ok(unpacked);
    }
    Err(Malformed::TooLarge(format!(
        "the body has more than {MAX_BODY} bytes when it is unpacked; send less"
    )))
}

/// `deflate` means the zlib format, but some senders leave out its frame.
fn inflate(body: &[u8]) -> std::io::Result<Vec<u8>> {
    read(flate2::read::ZlibDecoder::new(body)).or_else(|_| read(flate2::read::DeflateDecoder::new(body)))
}

/// Reads at most one byte more than is allowed, so that a small body cannot fill the memory.
fn read(unpacking: impl Read) -> std::io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    unpacking.take(MAX_BODY as u64 + 1).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    const BODY: &[u8] = br#"{"kind":"x"}"#;

    fn packed(mut packing: impl Read) -> Vec<u8> {
        let mut packed = Vec::new();
        packing.read_to_end(&mut packed).unwrap();
        packed
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        packed(GzEncoder::new(body, Compression::best()))
    }

    /// Case W3.
    #[test]
    fn a_packed_body_is_unpacked() {
        let br = hex::decode("8b05807b226b696e64223a2278227d03").unwrap();
        let zlib = packed(ZlibEncoder::new(BODY, Compression::fast()));
        let raw = packed(DeflateEncoder::new(BODY, Compression::fast()));
        for (name, body) in [
            ("gzip", gzip(BODY)),
            ("X-GZIP", gzip(BODY)),
            ("deflate", zlib),
            ("deflate", raw),
            ("br", br),
            ("gzip, identity ,gzip", gzip(&gzip(BODY))),
            ("", BODY.to_vec()),
        ] {
            assert_eq!(unpack(name, &body).as_deref(), Ok(BODY), "{name}");
        }
    }

    #[test]
    fn a_small_body_that_would_become_a_large_one_is_refused() {
        let gzip = gzip(&vec![b' '; 64 << 20]);
        let br = hex::decode("9bffff3ff82540e2b14020f7fe07").unwrap();
        for (name, bomb) in [("gzip", gzip), ("br", br)] {
            assert!(matches!(unpack(name, &bomb), Err(Malformed::TooLarge(_))), "{name}");
        }
        assert!(unpack("gzip", &self::gzip(&vec![b' '; MAX_BODY])).is_ok());
    }

    #[test]
    fn what_cannot_be_unpacked_is_refused_with_the_reason() {
        let unknown = unpack("zstd", BODY).unwrap_err();
        assert!(matches!(&unknown, Malformed::Encoding(said) if said.contains("`zstd`")), "{unknown}");
        assert!(matches!(unpack("gzip,gzip,gzip,gzip", BODY), Err(Malformed::Encoding(_))));
        let half = &gzip(BODY)[..15];
        for (name, body) in [("gzip", BODY), ("deflate", BODY), ("br", &BODY[..3]), ("gzip", half)] {
            assert!(matches!(unpack(name, body), Err(Malformed::Unreadable(_))), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_body_is_unpacked_or_refused(name in "gzip|deflate|br|\\PC{0,9}", body: Vec<u8>) {
            let _ = unpack(&name, &body);
        }
    }
}
