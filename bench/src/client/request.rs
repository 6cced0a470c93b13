//! Writing requests: all that stays the same is put together once.

use std::fmt::Arguments;
use std::io::Write;

/// `GET` of paths that differ in their end.
pub(crate) struct Get {
    before: String,
    after: String,
}

impl Get {
    /// `path` is how every path begins; `headers` are whole lines, each with its line break.
    pub(crate) fn new(path: &str, headers: &str) -> Self {
        Self {
            before: format!("GET {path}"),
            after: format!(" HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"),
        }
    }

    /// Appends the request for the path with `rest` behind it.
    pub(crate) fn write(&self, rest: &str, out: &mut Vec<u8>) {
        for part in [&self.before, rest, &self.after] {
            out.extend_from_slice(part.as_bytes());
        }
    }

    /// The request for the path with `rest` behind it.
    pub(crate) fn with(&self, rest: &str) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(rest, &mut out);
        out
    }
}

/// `POST` of JSON to one path.
pub(crate) struct Post(String);

impl Post {
    /// `headers` are whole lines, each with its line break.
    pub(crate) fn new(path: &str, headers: &str) -> Self {
        let fixed = "Host: localhost\r\nContent-Type: application/json\r\n";
        Self(format!("POST {path} HTTP/1.1\r\n{fixed}{headers}"))
    }

    /// Appends the head, with the further header lines `more`, for a body of `length` bytes, which the caller
    /// appends next.
    pub(crate) fn write_head(&self, more: Arguments<'_>, length: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
        // Writing into memory does not fail.
        let _ = write!(out, "{more}Content-Length: {length}\r\n\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_whole() {
        let get = Get::new("/contacts/", "A: b\r\n").with("x?y=1");
        assert_eq!(get, b"GET /contacts/x?y=1 HTTP/1.1\r\nHost: localhost\r\nA: b\r\n\r\n");
        let mut post = Vec::new();
        Post::new("/hooks/1", "").write_head(format_args!("B: {}\r\n", 2), 7, &mut post);
        let head = "POST /hooks/1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        assert_eq!(String::from_utf8(post).unwrap(), format!("{head}B: 2\r\nContent-Length: 7\r\n\r\n"));
    }
}
