//! Forms of the type `multipart/form-data`, as browsers send them with files.

use super::form::Form;
use crate::charset::{decode, guess, of_content_type};
use bytes::Bytes;
use futures_util::{FutureExt, stream};
use multer::{Field, Multipart};
use serde_json::{Map, Value, json};
use std::convert::Infallible;
use std::future::ready;

/// Reads the fields. Of a file, it reads the name, type and size, and skips the content.
///
/// # Errors
/// A sentence that names the problem and does not quote the body.
pub fn read(content_type: &str, body: &[u8]) -> Result<Map<String, Value>, String> {
    let boundary = multer::parse_boundary(content_type)
        .map_err(|_| "the Content-Type multipart/form-data has no boundary, which separates the fields")?;
    let body = Bytes::copy_from_slice(body);
    let body = stream::once(ready(Ok::<_, Infallible>(body)));
    // The whole body is in memory, so nothing here waits.
    fields(Multipart::new(body, boundary)).now_or_never().unwrap_or_else(|| Err(unreadable()))
}

async fn fields(mut multipart: Multipart<'_>) -> Result<Map<String, Value>, String> {
    let mut form = Form::default();
    while let Some(field) = multipart.next_field().await.map_err(|_| unreadable())? {
        let name = field.name().unwrap_or_default().to_owned();
        form.add(&name, value(field).await?);
    }
    Ok(form.finish())
}

async fn value(field: Field<'_>) -> Result<Value, String> {
    let kind = field.content_type().map(ToString::to_string);
    let file = field.file_name().map(str::to_owned);
    let bytes = field.bytes().await.map_err(|_| unreadable())?;
    if let Some(name) = file {
        return Ok(json!({ "name": name, "type": kind, "size": bytes.len() }));
    }
    let charset = kind.as_deref().and_then(of_content_type).unwrap_or_else(|| guess(&bytes));
    Ok(Value::String(decode(Some(charset), &bytes).into_owned()))
}

fn unreadable() -> String {
    "the body is not the multipart/form-data that its Content-Type describes".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TYPE: &str = "multipart/form-data; boundary=----x";

    fn part(head: &str, body: &str) -> String {
        format!("------x\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
    }

    fn form(parts: &[String]) -> Value {
        Value::Object(read(TYPE, format!("{}------x--\r\n", parts.concat()).as_bytes()).unwrap())
    }

    /// Case W4.
    #[test]
    fn fields_are_texts_and_files_are_named() {
        let file = "name=\"photo\"; filename=\"me.png\"\r\nContent-Type: image/png";
        assert_eq!(
            form(&[
                part("name=\"name\"", "J\u{fc}rgen"),
                part("name=\"tags[]\"", "a"),
                part("name=\"tags[]\"", "b"),
                part("name=\"items[0][sku]\"", "A\r\nB"),
                part(file, "\u{0}\u{1}PNG"),
            ]),
            json!({
                "name": "J\u{fc}rgen", "tags": ["a", "b"], "items": [{"sku": "A\r\nB"}],
                "photo": {"name": "me.png", "type": "image/png", "size": 5},
            })
        );
        assert_eq!(form(&[]), json!({}));
    }

    #[test]
    fn a_field_is_read_in_its_character_set() {
        let head = "name=\"name\"\r\nContent-Type: text/plain; charset=ISO-8859-1";
        let mut body = part(head, "J?rgen").into_bytes();
        let at = body.iter().rposition(|byte| *byte == b'?').unwrap();
        body[at] = 0xfc;
        body.extend_from_slice(b"------x--\r\n");
        assert_eq!(read(TYPE, &body).unwrap()["name"], "J\u{fc}rgen");
    }

    #[test]
    fn what_is_no_multipart_form_is_refused() {
        assert!(read("multipart/form-data", b"").unwrap_err().contains("boundary"));
        for wrong in ["{}", "", "------x\r\n\r\n", &part("name=\"a\"", "b")] {
            assert!(read(TYPE, wrong.as_bytes()).unwrap_err().contains("multipart/form-data"), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(parts in proptest::collection::vec("------x|--|\r\n|Content-Disposition: form-data|; name=\"a\"|[a-z:\u{0}]{0,4}", 0..12)) {
            let _ = read(TYPE, parts.concat().as_bytes());
        }
    }
}
