//! What a client asked, and how it is read.

use std::fmt;
use std::io::{self, BufRead, Read, Write};

use serde_json::Value;

use super::Response;

/// The most bytes of a request's head.
const MAX_HEAD: u64 = 64 << 10;

/// The most bytes of a request's body.
const MAX_BODY: u64 = 64 << 20;

/// The most bytes of the line before a chunk.
const MAX_CHUNK_LINE: u64 = 1 << 10;

/// What a client asked.
///
/// Its `Debug` form leaves out what `Authorization` said.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// `GET`, `HEAD`, `POST`, …
    pub method: String,
    /// The path as it was sent, without the query.
    pub path: String,
    /// What stands after the `?`.
    pub query: String,
    /// The headers in order, names as they were sent.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the connection ends with the answer.
    pub(super) is_last: bool,
}

impl Request {
    /// A header's value, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The token of `Authorization: Bearer …`.
    pub fn bearer(&self) -> Option<&str> {
        self.header("authorization").and_then(|value| value.strip_prefix("Bearer "))
    }

    /// The value of a name in the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        form(&self.query).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The body as JSON; `null` if it is not.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body's names and values, if it is a form.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        std::str::from_utf8(&self.body).map(form).unwrap_or_default()
    }

    /// Whether a header that holds a list of words has this one.
    fn says(&self, header: &str, word: &str) -> bool {
        self.header(header)
            .is_some_and(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word)))
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let is_secret = name.eq_ignore_ascii_case("authorization");
                (name.as_str(), if is_secret { "…" } else { value.as_str() })
            })
            .collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &headers)
            .field("body", &String::from_utf8_lossy(&self.body))
            .finish_non_exhaustive()
    }
}

/// What came over a connection.
pub(super) enum Incoming {
    /// Nothing more.
    End,
    /// Something that is answered and ends the connection.
    Refused(Response),
    Request(Request),
}

fn refused(status: u16, why: &str) -> Incoming {
    Incoming::Refused(Response::new(status).text(why))
}

/// Reads the next request. `reply` is where a client that waits for `100 Continue` gets it.
pub(super) fn read(reader: &mut impl BufRead, reply: &mut impl Write) -> io::Result<Incoming> {
    let mut head = reader.by_ref().take(MAX_HEAD);
    let line = match read_line(&mut head)? {
        Some(line) => line,
        None if head.limit() == 0 => return Ok(refused(431, "the request line is too long")),
        None => return Ok(Incoming::End),
    };
    let words: Vec<&str> = line.split(' ').collect();
    let &[method, target, version] = words.as_slice() else {
        return Ok(refused(400, "a request line has a method, a target and a version"));
    };
    let Some(version) = version.strip_prefix("HTTP/1.") else {
        return Ok(refused(505, "only HTTP/1.0 and HTTP/1.1 are spoken here"));
    };
    if !target.starts_with('/') {
        return Ok(refused(400, "a target starts with a slash"));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        is_last: false,
    };
    loop {
        let line = match read_line(&mut head)? {
            Some(line) => line,
            None if head.limit() == 0 => return Ok(refused(431, "the headers are too long")),
            None => return Ok(Incoming::End),
        };
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else {
            return Ok(refused(400, "a header has a name, a colon and a value"));
        };
        request.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    request.is_last = if version == "0" {
        !request.says("connection", "keep-alive")
    } else {
        request.says("connection", "close")
    };
    if request.says("expect", "100-continue") {
        reply.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let body = if request.says("transfer-encoding", "chunked") {
        read_chunks(reader)?
    } else {
        match request.header("content-length").map_or(Ok(0), str::parse) {
            Ok(length) => read_body(reader, length)?,
            Err(_) => return Ok(refused(400, "the content's length is no number")),
        }
    };
    match body {
        Body::Whole(body) => request.body = body,
        Body::TooLong => return Ok(refused(413, "the body is too long")),
        Body::Malformed => return Ok(refused(400, "the body's chunks are malformed")),
    }
    Ok(Incoming::Request(request))
}

enum Body {
    Whole(Vec<u8>),
    TooLong,
    Malformed,
}

fn read_body(reader: &mut impl BufRead, length: u64) -> io::Result<Body> {
    if length > MAX_BODY {
        return Ok(Body::TooLong);
    }
    let mut body = Vec::new();
    // Memory is taken as the bytes come, not as they are promised.
    if reader.by_ref().take(length).read_to_end(&mut body)? as u64 == length {
        Ok(Body::Whole(body))
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Body> {
    let mut body = Vec::new();
    loop {
        let Some(line) = read_line(&mut reader.by_ref().take(MAX_CHUNK_LINE))? else {
            return Ok(Body::Malformed);
        };
        let size = line.split_once(';').map_or(line.as_str(), |(size, _)| size).trim();
        let Ok(length) = u64::from_str_radix(size, 16) else { return Ok(Body::Malformed) };
        if length == 0 {
            break;
        }
        if length > MAX_BODY.saturating_sub(body.len() as u64) {
            return Ok(Body::TooLong);
        }
        if reader.by_ref().take(length).read_to_end(&mut body)? as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if read_line(&mut reader.by_ref().take(2))?.is_none_or(|rest| !rest.is_empty()) {
            return Ok(Body::Malformed);
        }
    }
    let mut trailers = reader.by_ref().take(MAX_HEAD);
    while let Some(line) = read_line(&mut trailers)? {
        if line.is_empty() {
            return Ok(Body::Whole(body));
        }
    }
    Ok(Body::Malformed)
}

/// A line without its end; `None` if it has none before the limit or the end of the connection.
fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Ok(None);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    // Outside ASCII a byte is a character, as in Latin-1.
    Ok(Some(line.into_iter().map(char::from).collect()))
}

/// The names and values of a query or a form.
fn form(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| decode(&text.replace('+', " "));
    text.split('&')
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        })
        .collect()
}

/// Undoes percent-encoding; `None` if the result is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%').then(|| after.get(..2)).flatten();
        let code = code
            .filter(|code| code.iter().all(u8::is_ascii_hexdigit))
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair((name, value): (&str, &str)) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn percent_encoding() {
        assert_eq!(decode("refs%2Fpr%2f1").as_deref(), Some("refs/pr/1"));
        assert_eq!(decode("100%").as_deref(), Some("100%"));
        assert_eq!(decode("%+1%zz").as_deref(), Some("%+1%zz"));
        assert_eq!(decode("%ff"), None, "not UTF-8");
        assert_eq!(form("a=1+2&b%3d=%26&c"), [("a", "1 2"), ("b=", "&"), ("c", "")].map(pair));
    }
}
