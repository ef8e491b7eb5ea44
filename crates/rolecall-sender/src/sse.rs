//! Server-sent events, out of bytes that may be cut anywhere.

use serde_json::{Value, json};

use crate::dialect::has_error;
use crate::{Error, ErrorKind, Result};

/// The most bytes of one event.
const MAX_EVENT: usize = 16 << 20;

const CHECK: &str = "Check that the address is that of a text-generation server";

/// Collects the bytes of a `text/event-stream` until events are complete. Lines end with LF, CR or CRLF and with nothing
/// else: U+2028 inside JSON is text. Of each event only the data is given out, as the servers of language models use it;
/// that of an event named `error`, and of llama.cpp's field of that name, comes as `{"error": …}`.
///
/// ```
/// use rolecall_sender::EventReader;
///
/// let mut reader = EventReader::default();
/// assert!(reader.push(b": still here\n\ndata: {\"a\":").0.is_empty());
/// assert_eq!(reader.push(b"1}\r\n\r\ndata:[DONE]\n").0, [r#"{"a":1}"#]);
/// // Some servers leave out the last blank line.
/// assert_eq!(reader.finish()?.as_deref(), Some("[DONE]"));
/// let (events, _) = EventReader::default().push(b"event: error\ndata: out of memory\n\n");
/// assert_eq!(events, [r#"{"error":"out of memory"}"#]);
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct EventReader {
    line: Vec<u8>,
    data: Option<Vec<u8>>,
    /// The event says of itself that it is an error.
    is_error: bool,
    /// The last byte was a CR, so that an LF now belongs to the line before.
    after_return: bool,
    /// The beginning of the stream is past, where a byte order mark may stand.
    started: bool,
}

impl EventReader {
    /// Takes the next bytes; gives the data of the events that they complete, and [`ErrorKind::Protocol`] where an
    /// event is larger than any real one or is not UTF-8: nothing can be read after that.
    ///
    /// ```
    /// use rolecall_sender::EventReader;
    ///
    /// let mut reader = EventReader::default();
    /// let (events, broken) = reader.push(b"data: one\n\ndata: two\n\ndata: thr");
    /// assert_eq!(events, ["one", "two"]);
    /// assert!(broken.is_none());
    /// // What came before an error is not lost.
    /// let (events, broken) = EventReader::default().push(b"data: one\n\ndata: \xff\n\n");
    /// assert_eq!(events, ["one"]);
    /// assert!(broken.is_some_and(|error| error.to_string().contains("not UTF-8")));
    /// ```
    pub fn push(&mut self, bytes: &[u8]) -> (Vec<String>, Option<Error>) {
        let mut events = Vec::new();
        let broken = self.read(bytes, &mut events).err();
        (events, broken)
    }

    fn read(&mut self, bytes: &[u8], events: &mut Vec<String>) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
            self.line.extend_from_slice(line);
            if self.line.len() + self.data.as_ref().map_or(0, Vec::len) > MAX_EVENT {
                return Err(Error::new(
                    ErrorKind::Protocol,
                    format!("the server sent an event of more than {} MiB", MAX_EVENT >> 20),
                )
                .help(CHECK));
            }
            let Some((&byte, after)) = after.split_first() else {
                self.after_return &= line.is_empty();
                break;
            };
            rest = after;
            let belongs_to_return = byte == b'\n' && self.after_return && line.is_empty();
            self.after_return = byte == b'\r';
            if !belongs_to_return {
                events.extend(self.end_line()?);
            }
        }
        Ok(())
    }

    /// The event that the end of the stream completes: some servers leave out the last blank line.
    ///
    /// ```
    /// use rolecall_sender::EventReader;
    ///
    /// let mut reader = EventReader::default();
    /// assert!(reader.push(b"data: the last").0.is_empty());
    /// assert_eq!(reader.finish()?.as_deref(), Some("the last"));
    /// assert_eq!(reader.finish()?, None);
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] when it is not UTF-8.
    pub fn finish(&mut self) -> Result<Option<String>> {
        if !self.line.is_empty() {
            self.end_line()?;
        }
        self.dispatch()
    }

    fn end_line(&mut self) -> Result<Option<String>> {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if !self.started {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
            self.started = true;
        }
        if line.is_empty() {
            return self.dispatch();
        }
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let name = parts.next().unwrap_or_default();
        let value = parts.next().unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => {}
            b"error" => self.is_error = true,
            b"event" => {
                self.is_error = value == b"error";
                return Ok(None);
            }
            // Comments keep the connection alive; other fields mean nothing here.
            _ => return Ok(None),
        }
        match &mut self.data {
            Some(data) => {
                data.push(b'\n');
                data.extend_from_slice(value);
            }
            None => self.data = Some(value.to_vec()),
        }
        Ok(None)
    }

    fn dispatch(&mut self) -> Result<Option<String>> {
        let is_error = std::mem::take(&mut self.is_error);
        let Some(data) = self.data.take() else { return Ok(None) };
        let text = String::from_utf8(data);
        let text = text.map_err(|_| {
            Error::new(ErrorKind::Protocol, "the server sent an event that is not UTF-8").help(CHECK)
        })?;
        Ok(Some(if is_error { as_error(text) } else { text }))
    }
}

/// What an error says, as servers write it into events without a name.
fn as_error(data: String) -> String {
    let document = serde_json::from_str(&data).ok().filter(|document: &Value| !document.is_null());
    match document {
        Some(document) if has_error(&document) => data,
        Some(document) => json!({"error": document}).to_string(),
        None => json!({"error": data}).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let mut reader = EventReader::default();
        let mut events: Vec<String> = pieces.iter().flat_map(|piece| reader.push(piece).0).collect();
        events.extend(reader.finish().expect("UTF-8"));
        events
    }

    #[test]
    fn what_an_event_is() {
        let rows: [(&str, &[&str]); 19] = [
            ("data: a\n\ndata: b\n\n", &["a", "b"]),
            ("data:a\r\n\r\ndata:  b\r\n\r\n", &["a", " b"]),
            ("data: a\r\rdata: b\r\r", &["a", "b"]),
            ("\u{feff}data: a\n\n", &["a"]),
            (": comment\n\ndata: a\n\n", &["a"]),
            ("data: a\ndata: b\n\n", &["a\nb"]),
            ("data: a\u{2028}b\u{85}c\n\n", &["a\u{2028}b\u{85}c"]),
            ("data: a", &["a"]),
            ("data: a\n", &["a"]),
            ("event: x\nid: 1\nretry: 5\ndata: a\n\n", &["a"]),
            ("data\n\n", &[""]),
            ("\n\n\n", &[]),
            ("database: a\n\n", &[]),
            ("event: error\ndata: boom\n\ndata: b\n\n", &[r#"{"error":"boom"}"#, "b"]),
            ("event: error\ndata: {\"message\":\"x\"}\n\n", &[r#"{"error":{"message":"x"}}"#]),
            ("event: error\ndata: {\"error\": 1}\n\n", &[r#"{"error": 1}"#]),
            ("error: {\"code\":500}\n\ndata: b\n\n", &[r#"{"error":{"code":500}}"#, "b"]),
            ("event: error\n\ndata: a\n\n", &["a"]),
            ("event: errors\ndata: a\n\n", &["a"]),
        ];
        for (stream, expected) in rows {
            assert_eq!(read(&[stream.as_bytes()]), expected, "{stream:?}");
            let bytes: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
            assert_eq!(read(&bytes), expected, "{stream:?} byte by byte");
        }
    }

    #[test]
    fn hostile_streams_are_refused() {
        let mut reader = EventReader::default();
        assert!((0..20).any(|_| reader.push(&vec![b'x'; 1 << 20]).1.is_some()));
        let (events, broken) = EventReader::default().push(b"data: a\n\ndata: \xff\n\ndata: b\n\n");
        assert_eq!(events, ["a"], "what came before is not lost");
        assert!(broken.is_some());
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_events(
            stream in "(data: ?|:|\u{feff}|a|é|\r\n|\n|\r|\u{2028}){0,40}",
            cuts in proptest::collection::vec(0usize..200, 0..8),
        ) {
            let bytes = stream.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(read(&pieces), read(&[bytes]));
        }
    }
}
