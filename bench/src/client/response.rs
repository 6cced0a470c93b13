//! Reading responses.

use serde_json::Value;

/// The largest head or chunk line that is waited for, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// An answer.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Whether the server closes the connection behind it.
    pub(crate) close: bool,
}

impl Response {
    /// Lets 2xx pass; anything else becomes a message with the beginning of what came back.
    pub(crate) fn success(self) -> Result<Self, String> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let body = String::from_utf8_lossy(&self.body);
        Err(format!("answered {}: {}", self.status, body.chars().take(500).collect::<String>()))
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let body = String::from_utf8_lossy(&self.body);
            format!("answered no JSON ({error}): {}", body.chars().take(500).collect::<String>())
        })
    }
}

enum Framing {
    Length(usize),
    Chunked,
}

struct Head {
    status: u16,
    framing: Framing,
    close: bool,
    length: usize,
}

/// Reads a response from the front of what was received: the response and how many bytes it took, or nothing
/// while it is not whole yet.
///
/// # Errors
/// A message where the bytes are no response that this client can follow.
pub(crate) fn parse(received: &[u8]) -> Result<Option<(Response, usize)>, String> {
    let Some(head) = head(received)? else { return Ok(None) };
    let rest = &received[head.length..];
    let body = match head.framing {
        Framing::Length(length) => rest.get(..length).map(|body| (body.to_vec(), length)),
        Framing::Chunked => chunked(rest)?,
    };
    Ok(body.map(|(body, length)| {
        (Response { status: head.status, body, close: head.close }, head.length + length)
    }))
}

fn head(received: &[u8]) -> Result<Option<Head>, String> {
    let Some(end) = find(received, b"\r\n\r\n", MAX_HEAD)? else { return Ok(None) };
    let mut lines = received[..end].split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let status = status(lines.next().unwrap_or_default())?;
    let mut head = Head { status, framing: Framing::Length(0), close: false, length: end + 4 };
    let mut framed = matches!(status, 204 | 304);
    for line in lines {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
        let value = line[colon + 1..].trim_ascii();
        match &line[..colon] {
            name if name.eq_ignore_ascii_case(b"content-length") => {
                head.framing = Framing::Length(number(value, 10)?);
                framed = true;
            }
            name if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                head.framing = Framing::Chunked;
                framed = true;
            }
            name if name.eq_ignore_ascii_case(b"connection") => {
                head.close = value.eq_ignore_ascii_case(b"close");
            }
            _ => {}
        }
    }
    if framed { Ok(Some(head)) } else { Err("the answer has neither a length nor chunks".to_owned()) }
}

fn status(line: &[u8]) -> Result<u16, String> {
    let digits = line.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3));
    digits
        .and_then(|digits| number(digits, 10).ok())
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| *status >= 200)
        .ok_or_else(|| format!("`{}` is no status line of HTTP/1.1", String::from_utf8_lossy(line)))
}

/// The joined chunks and how many bytes they took with their framing.
fn chunked(received: &[u8]) -> Result<Option<(Vec<u8>, usize)>, String> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let Some(line) = find(&received[at..], b"\r\n", MAX_HEAD)? else { return Ok(None) };
        let size = received[at..at + line].split(|&byte| byte == b';').next().unwrap_or_default();
        let size = number(size.trim_ascii(), 16)?;
        at += line + 2;
        if size == 0 {
            return trailers(&received[at..]).map(|end| end.map(|end| (body, at + end)));
        }
        let Some(chunk) = received.get(at..at + size + 2) else { return Ok(None) };
        if !chunk.ends_with(b"\r\n") {
            return Err("a chunk of the answer is longer than it says".to_owned());
        }
        body.extend_from_slice(&chunk[..size]);
        at += size + 2;
    }
}

/// Where the trailers end, which are read over.
fn trailers(received: &[u8]) -> Result<Option<usize>, String> {
    if received.starts_with(b"\r\n") {
        return Ok(Some(2));
    }
    Ok(find(received, b"\r\n\r\n", MAX_HEAD)?.map(|end| end + 4))
}

/// Where `needle` begins; nothing while it may still come.
fn find(haystack: &[u8], needle: &[u8], limit: usize) -> Result<Option<usize>, String> {
    let found = haystack.windows(needle.len()).position(|window| window == needle);
    if found.is_none() && haystack.len() > limit {
        return Err(format!("the answer has a line or head of more than {limit} bytes"));
    }
    Ok(found)
}

fn number(digits: &[u8], radix: u32) -> Result<usize, String> {
    str::from_utf8(digits)
        .ok()
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .and_then(|digits| usize::from_str_radix(digits, radix).ok())
        // No body of the benchmark comes near this, and sums of such lengths don't overflow.
        .filter(|number| *number <= 1 << 30)
        .ok_or_else(|| format!("`{}` is no length in an answer", String::from_utf8_lossy(digits)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(text: &str) -> Response {
        let (response, length) = parse(text.as_bytes()).unwrap().unwrap();
        assert_eq!(length, text.len());
        response
    }

    #[test]
    fn reads_a_body_with_a_length() {
        let response = whole("HTTP/1.1 201 Created\r\ncontent-LENGTH: 5\r\nx: y\r\n\r\nhello");
        assert_eq!(response, Response { status: 201, body: b"hello".to_vec(), close: false });
    }

    #[test]
    fn reads_chunks_with_extensions_and_trailers() {
        let response = whole(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
             5;a=b\r\nhello\r\nA\r\n, everyone\r\n0\r\nTrailer: x\r\n\r\n",
        );
        assert_eq!(response, Response { status: 200, body: b"hello, everyone".to_vec(), close: true });
    }

    #[test]
    fn an_answer_without_a_body_needs_no_length() {
        assert_eq!(whole("HTTP/1.1 204 No Content\r\n\r\n").body, b"");
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn what_follows_is_left_for_the_next() {
        let two = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\naHTTP/1.1 500 No\r\n";
        let (response, length) = parse(two).unwrap().unwrap();
        assert_eq!((response.status, &two[length..]), (200, &b"HTTP/1.1 500 No\r\n"[..]));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "SSH-2.0\r\n\r\n",
            "HTTP/1.1 2x0 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text} was taken");
        }
    }

    #[test]
    fn other_answers_than_success_say_what_came_back() {
        let response = whole("HTTP/1.1 422 No\r\ncontent-length: 10\r\n\r\nbad e-mail");
        assert_eq!(response.success().unwrap_err(), "answered 422: bad e-mail");
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(received in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&received);
            let _ = chunked(&received);
        }

        #[test]
        fn a_response_is_whole_at_its_last_byte_and_not_before(
            body in proptest::collection::vec(any::<u8>(), 0..300),
            sizes in proptest::collection::vec(1..50_usize, 1..10),
            plain in any::<bool>(),
        ) {
            let mut sent = b"HTTP/1.1 200 OK\r\n".to_vec();
            if plain {
                sent.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes().chain(body.clone()));
            } else {
                sent.extend(b"transfer-encoding: chunked\r\n\r\n");
                let (mut rest, mut sizes) = (&body[..], sizes.into_iter().cycle());
                while !rest.is_empty() {
                    let (chunk, behind) = rest.split_at(sizes.next().unwrap().min(rest.len()));
                    sent.extend(format!("{:x}\r\n", chunk.len()).bytes());
                    sent.extend(chunk.iter().chain(b"\r\n"));
                    rest = behind;
                }
                sent.extend(b"0\r\n\r\n");
            }
            for end in 0..sent.len() {
                prop_assert_eq!(parse(&sent[..end]).unwrap(), None);
            }
            let response = Response { status: 200, body, close: false };
            prop_assert_eq!(parse(&sent).unwrap(), Some((response, sent.len())));
        }
    }
}
