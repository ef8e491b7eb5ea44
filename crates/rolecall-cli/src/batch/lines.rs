//! Pieces of an input of lines.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;

use super::ordered::{Held, Source};

/// How many bytes are asked for at once.
const READ: usize = 64 << 10;
/// A piece is full at so many lines or bytes. It is large enough that threads seldom wait for each other, and
/// small enough that all of them have something to do on a small input.
const PIECE_LINES: usize = 32;
const PIECE_BYTES: usize = 32 << 10;

/// Some lines that follow each other.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    text: Vec<u8>,
    /// Where in the text each line is; none for a line that was too long to be kept.
    lines: Vec<Option<Range<usize>>>,
}

impl Piece {
    /// The lines without what ends them; none for a line that was too long.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Option<&[u8]>> {
        self.lines.iter().map(|line| line.clone().map(|range| self.text.get(range).unwrap_or_default()))
    }
}

impl Held for Piece {
    fn bytes(&self) -> usize {
        self.text.capacity()
    }
}

/// Reads lines as they come.
///
/// It never waits for more input while it has a whole line to give, so that a line that is written to a pipe is
/// answered at once.
pub(crate) struct Lines<R> {
    source: BufReader<R>,
    /// The most bytes of a line.
    most: usize,
    /// The piece that is being read; behind its lines there may be the beginning of a further one.
    piece: Piece,
    /// Where that further line begins.
    start: usize,
    /// The line that is being read is too long: what comes of it is dropped.
    dropping: bool,
}

impl<R: Read> Lines<R> {
    /// A line of more than `most` bytes is not kept.
    pub(crate) fn new(source: R, most: usize) -> Self {
        let source = BufReader::with_capacity(READ, source);
        Self { source, most, piece: Piece::default(), start: 0, dropping: false }
    }

    /// Takes a part of a line.
    fn extend(&mut self, available: usize) {
        let part = self.source.buffer().get(..available).unwrap_or_default();
        if self.dropping || self.piece.text.len() - self.start + part.len() > self.most {
            self.dropping = true;
            self.piece.text.truncate(self.start);
        } else {
            self.piece.text.extend_from_slice(part);
        }
        self.source.consume(available);
    }

    /// Ends a line.
    fn end_line(&mut self) {
        let line = self.start..self.piece.text.len();
        self.piece.lines.push(if self.dropping { None } else { Some(line) });
        self.start = self.piece.text.len();
        self.dropping = false;
    }

    /// The whole lines; the beginning of a further one is kept.
    fn take(&mut self) -> Piece {
        let text = self.piece.text.split_off(self.start);
        self.start = 0;
        std::mem::replace(&mut self.piece, Piece { text, lines: Vec::new() })
    }
}

impl<R: Read + Send + 'static> Source for Lines<R> {
    type Piece = Piece;

    fn next(&mut self) -> io::Result<Option<Piece>> {
        loop {
            let available = self.source.buffer();
            if available.is_empty() {
                if !self.piece.lines.is_empty() {
                    return Ok(Some(self.take()));
                }
                let read = match self.source.fill_buf() {
                    Ok(read) => read.len(),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => return Err(error),
                };
                if read == 0 {
                    // The last line needs no end.
                    if self.dropping || self.piece.text.len() > self.start {
                        self.end_line();
                        return Ok(Some(self.take()));
                    }
                    return Ok(None);
                }
            } else if let Some(at) = available.iter().position(|byte| *byte == b'\n') {
                self.extend(at);
                self.source.consume(1);
                self.end_line();
                if self.piece.lines.len() >= PIECE_LINES || self.piece.text.len() >= PIECE_BYTES {
                    return Ok(Some(self.take()));
                }
            } else {
                let all = available.len();
                self.extend(all);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its parts one at a time, as a pipe does.
    struct Parts<I>(I);

    impl<I: Iterator<Item = &'static [u8]>> Read for Parts<I> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let part = self.0.next().unwrap_or_default();
            buffer[..part.len()].copy_from_slice(part);
            Ok(part.len())
        }
    }

    fn pieces<const N: usize>(parts: [&'static [u8]; N]) -> Vec<Vec<Option<String>>> {
        let mut lines = Lines::new(Parts(parts.into_iter()), 8);
        let mut pieces = Vec::new();
        while let Some(piece) = lines.next().expect("reads") {
            let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
            pieces.push(piece.lines().map(|line| line.map(text)).collect());
        }
        pieces
    }

    #[test]
    fn whole_lines_are_given_without_waiting_for_more() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(pieces([]), [[]; 0]);
        assert_eq!(pieces([b"a\nb", b"c\n", b"d"]), [vec![some("a")], vec![some("bc")], vec![some("d")]]);
        assert_eq!(pieces([b"\n\r\n", b"\n"]), [vec![some(""), some("\r")], vec![some("")]]);
        assert_eq!(pieces([b"\xff\n"]), [[some("\u{fffd}")]]);
    }

    #[test]
    fn a_line_that_is_too_long_is_dropped_and_counted() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(pieces([b"12345678\n123456789\n1\n"]), [[some("12345678"), None, some("1")]]);
        assert_eq!(
            pieces([b"a\n12345", b"67890", b"12", b"\nb\n", b"1234567890"]),
            [vec![some("a")], vec![None, some("b")], vec![None]]
        );
    }

    #[test]
    fn many_lines_are_several_pieces() {
        let text = b"x\n".repeat(1000);
        let mut lines = Lines::new(io::Cursor::new(text), 8);
        let mut count = 0;
        while let Some(piece) = lines.next().expect("reads") {
            assert!(piece.lines().all(|line| line == Some(b"x")) && piece.lines.len() <= PIECE_LINES);
            count += piece.lines.len();
        }
        assert_eq!(count, 1000);
    }
}
