//! What a server answers, and the ways in which an answer can go wrong.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::server::Stop;

/// A piece of an answer's body.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Part {
    /// Bytes, written at once.
    Bytes(Vec<u8>),
    /// Nothing, for a while.
    Pause(Duration),
    /// The end of the connection, whatever was promised.
    Cut,
    /// A stretch of a file, read as it is written.
    File {
        /// The file.
        path: PathBuf,
        /// The first byte of the stretch.
        start: u64,
        /// How many bytes.
        length: u64,
    },
}

/// How a client learns where the body ends.
#[derive(Debug, Clone, Copy)]
enum Framing {
    /// `Content-Length` says so.
    Length(u64),
    /// It comes in chunks.
    Chunks,
    /// The connection ends with it.
    Close,
    /// The parts are the whole answer, head and all.
    Raw,
}

/// An answer.
///
/// ```
/// use std::time::Duration;
///
/// use rolecall_testkit::Response;
///
/// let slow = Response::new(200).text("a word at a time").paced(4, Duration::from_millis(50));
/// let broken = Response::new(200).text("never to be read to its end").cut_after(5);
/// # let _ = (slow, broken);
/// ```
#[derive(Debug, Clone)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    delay: Option<Duration>,
    parts: Vec<Part>,
    framing: Framing,
}

impl Response {
    /// An answer with an empty body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), delay: None, parts: Vec::new(), framing: Framing::Length(0) }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// These bytes as they are, be they HTTP or not; then the connection ends.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { parts: vec![Part::Bytes(bytes.into())], framing: Framing::Raw, ..Self::new(0) }
    }

    /// No answer: the connection ends.
    pub fn hang_up() -> Self {
        Self::raw([])
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets a header, over one of the same name.
    #[must_use]
    pub(crate) fn set_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.header(name, value)
    }

    /// A body of known length.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        self.framing = Framing::Length(bytes.len() as u64);
        self.parts = vec![Part::Bytes(bytes)];
        self
    }

    /// A stretch of a file as the body.
    #[must_use]
    pub(crate) fn file(mut self, path: PathBuf, start: u64, length: u64) -> Self {
        self.framing = Framing::Length(length);
        self.parts = vec![Part::File { path, start, length }];
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, value: &Value) -> Self {
        self.typed("application/json").body(value.to_string())
    }

    /// A text body.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.typed("text/plain; charset=utf-8").body(text)
    }

    /// Says what the body is, unless that was said.
    fn typed(self, kind: &str) -> Self {
        let is_known = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if is_known { self } else { self.header("content-type", kind) }
    }

    /// A body that comes in parts, with chunked encoding.
    #[must_use]
    pub fn parts(mut self, parts: Vec<Part>) -> Self {
        self.framing = Framing::Chunks;
        self.parts = parts;
        self
    }

    /// Promises no length: the body ends where the connection does.
    #[must_use]
    pub fn until_close(mut self) -> Self {
        self.framing = Framing::Close;
        self
    }

    /// Waits before the first byte of the answer, its status.
    #[must_use]
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Puts a part between the head and the body: a pause, say.
    #[must_use]
    pub fn first(mut self, part: Part) -> Self {
        self.parts.insert(0, part);
        self
    }

    /// Sends only so many bytes of the body and then ends the connection. The promised length stays.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        let mut left = bytes as u64;
        let mut kept = Vec::new();
        for part in self.parts {
            let (part, length) = match part {
                Part::Bytes(mut bytes) => {
                    bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                    let length = bytes.len() as u64;
                    (Part::Bytes(bytes), length)
                }
                Part::File { path, start, length } => {
                    let length = length.min(left);
                    (Part::File { path, start, length }, length)
                }
                other => (other, 0),
            };
            left -= length;
            kept.push(part);
            if left == 0 {
                break;
            }
        }
        kept.push(Part::Cut);
        self.parts = kept;
        self
    }

    /// Splits the body into pieces of so many bytes, each written by itself.
    #[must_use]
    pub fn in_pieces_of(self, bytes: usize) -> Self {
        self.split(bytes, None)
    }

    /// Splits the body into pieces of so many bytes with a pause after each.
    #[must_use]
    pub fn paced(self, bytes: usize, pause: Duration) -> Self {
        self.split(bytes, Some(pause))
    }

    fn split(mut self, bytes: usize, pause: Option<Duration>) -> Self {
        let size = bytes.max(1);
        let mut parts = Vec::new();
        for part in self.parts {
            match part {
                Part::Bytes(part) => {
                    for piece in part.chunks(size) {
                        parts.push(Part::Bytes(piece.to_vec()));
                        parts.extend(pause.map(Part::Pause));
                    }
                }
                Part::File { path, mut start, length } => {
                    let end = start.saturating_add(length);
                    while start < end {
                        let length = (end - start).min(size as u64);
                        parts.push(Part::File { path: path.clone(), start, length });
                        parts.extend(pause.map(Part::Pause));
                        start += length;
                    }
                }
                other => parts.push(other),
            }
        }
        self.parts = parts;
        self
    }

    /// Writes the answer; `false` if the connection is over with it.
    pub(super) fn write(
        &self,
        out: &mut impl Write,
        with_body: bool,
        is_last: bool,
        stop: &Stop,
    ) -> io::Result<bool> {
        if self.delay.is_some_and(|delay| stop.pause(delay)) {
            return Ok(false);
        }
        let goes_on = !is_last && matches!(self.framing, Framing::Length(_) | Framing::Chunks);
        // These have no body, and a length would be that of the body they stand for.
        let has_body = !matches!(self.status, 204 | 304);
        out.write_all(self.head(has_body, goes_on).as_bytes())?;
        if !with_body || !has_body {
            return Ok(goes_on);
        }
        let is_chunked = matches!(self.framing, Framing::Chunks);
        for part in &self.parts {
            match part {
                Part::Bytes(bytes) => write_piece(out, bytes, is_chunked)?,
                Part::File { path, start, length } => {
                    write_file(out, &mut File::open(path)?, *start, *length, is_chunked)?;
                }
                Part::Pause(pause) if stop.pause(*pause) => return Ok(false),
                Part::Pause(_) => {}
                Part::Cut => return Ok(false),
            }
        }
        if is_chunked {
            out.write_all(b"0\r\n\r\n")?;
        }
        Ok(goes_on)
    }

    fn head(&self, has_body: bool, goes_on: bool) -> String {
        let framing = match self.framing {
            Framing::Raw => return String::new(),
            Framing::Length(length) if has_body => format!("content-length: {length}\r\n"),
            Framing::Chunks if has_body => "transfer-encoding: chunked\r\n".to_owned(),
            _ => String::new(),
        };
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str(&framing);
        head.push_str(if goes_on { "\r\n" } else { "connection: close\r\n\r\n" });
        head
    }
}

fn write_piece(out: &mut impl Write, bytes: &[u8], is_chunked: bool) -> io::Result<()> {
    if bytes.is_empty() || !is_chunked {
        return out.write_all(bytes);
    }
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    out.write_all(&chunk)
}

/// Copies a stretch of a file; a file that got shorter ends the connection.
fn write_file(
    out: &mut impl Write,
    file: &mut File,
    start: u64,
    length: u64,
    is_chunked: bool,
) -> io::Result<()> {
    file.seek(SeekFrom::Start(start))?;
    let mut left = length;
    let mut buffer = vec![0; 64 << 10];
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let stretch = buffer.get_mut(..wanted).unwrap_or_default();
        file.read_exact(stretch)?;
        write_piece(out, stretch, is_chunked)?;
        left -= wanted as u64;
    }
    Ok(())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        422 => "Unprocessable Entity",
        424 => "Failed Dependency",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
