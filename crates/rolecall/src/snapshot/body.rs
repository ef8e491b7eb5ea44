//! The lines of a prompt, in pieces of one origin each.

use std::fmt;

use super::control::ControlTokens;
use super::escape::{CONTROL, INPUT, escape, escape_line, unescape};
use crate::{Origin, Pointer, PointerStep, Prompt};

/// Who wrote a piece of a prompt.
///
/// ```
/// use rolecall::snapshot::{Body, Mark};
/// use rolecall::{Message, Model, Options, snapshot::Golden};
///
/// let golden = Golden::record(&Model::builtin("chatml")?, &[Message::user("Hi")], &Options::new())?;
/// let Body::Prompt(lines) = golden.body else { unreachable!("chatml takes users' messages") };
/// let marks: Vec<&Mark> = lines[0].pieces().iter().map(|piece| &piece.mark).collect();
/// assert_eq!(lines[0].text(), "<|im_start|>user");
/// assert_eq!(marks, [&Mark::Template, &Mark::Input("0.role".into())]);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// The template.
    Template,
    /// The template, and it is a control token.
    Control,
    /// The input: `0` for the content of message 0, `0.role` for another field of it, else the name of a variable;
    /// several with a `+` between them.
    Input(String),
}

/// A piece of a line that is all of one origin. It holds no newline.
///
/// ```
/// use rolecall::snapshot::{Body, Mark};
/// use rolecall::{Message, Model, Options, snapshot::Golden};
///
/// let golden = Golden::record(&Model::builtin("llama-3")?, &[Message::user("Hi")], &Options::new())?;
/// let Body::Prompt(lines) = &golden.body else { unreachable!("llama-3 takes users' messages") };
/// let pieces = lines.iter().flat_map(|line| line.pieces());
/// let control = pieces.filter(|piece| piece.mark == Mark::Control).map(|piece| piece.text.as_str());
/// assert!(control.eq(["<|begin_of_text|>", "<|eot_id|>"]));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Piece {
    /// Who wrote it.
    pub mark: Mark,
    /// What it says.
    pub text: String,
}

/// A line of a prompt.
///
/// ```
/// use rolecall::snapshot::Body;
/// use rolecall::{Message, Model, Options, snapshot::Golden};
///
/// let golden = Golden::record(&Model::builtin("chatml")?, &[Message::user("Hi")], &Options::new())?;
/// let Body::Prompt(lines) = &golden.body else { unreachable!("chatml takes users' messages") };
/// assert_eq!(lines[1].to_string(), "⟦0:Hi⟧⟪<|im_end|>⟫");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pieces: Vec<Piece>,
}

impl Line {
    /// Its pieces, in order.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, snapshot::{Body, Golden, Mark}};
    ///
    /// let golden = Golden::record(&Model::builtin("chatml")?, &[Message::user("Hi")], &Options::new())?;
    /// let Body::Prompt(lines) = &golden.body else { unreachable!("chatml takes users' messages") };
    /// let [said, end] = lines[1].pieces() else { unreachable!("the line is ⟦0:Hi⟧⟪<|im_end|>⟫") };
    /// assert_eq!((&said.mark, &*said.text), (&Mark::Input("0".into()), "Hi"));
    /// assert_eq!((&end.mark, &*end.text), (&Mark::Control, "<|im_end|>"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Its text.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, snapshot::{Body, Golden}};
    ///
    /// let golden = Golden::record(&Model::builtin("chatml")?, &[Message::user("Hi")], &Options::new())?;
    /// let Body::Prompt(lines) = &golden.body else { unreachable!("chatml takes users' messages") };
    /// assert_eq!(lines[1].text(), "Hi<|im_end|>");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Adds to the end. Neighbours of one origin are one piece, but for control tokens, of which each is its own.
    fn push(&mut self, mark: &Mark, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.pieces.last_mut().filter(|last| last.mark == *mark && *mark != Mark::Control) {
            Some(last) => last.text.push_str(text),
            None => self.pieces.push(Piece { mark: mark.clone(), text: text.to_owned() }),
        }
    }

    /// Reads a line as it is written in a golden.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut line = Self::default();
        let mut rest = text.chars();
        let mut bare = String::new();
        while let Some(c) = rest.next() {
            let mark = match c {
                '\\' => {
                    bare.push(unescape(&mut rest)?);
                    continue;
                }
                c if c == CONTROL.0 => Mark::Control,
                c if c == INPUT.0 => Mark::Input(until(&mut rest, ':')?),
                c if c == CONTROL.1 || c == INPUT.1 => return Err(format!("{c} closes nothing")),
                c => {
                    bare.push(c);
                    continue;
                }
            };
            line.push(&Mark::Template, &std::mem::take(&mut bare));
            let close = if mark == Mark::Control { CONTROL.1 } else { INPUT.1 };
            line.push(&mark, &until(&mut rest, close)?);
        }
        line.push(&Mark::Template, &bare);
        Ok(line)
    }
}

/// The text up to a character, which is read too.
fn until(rest: &mut std::str::Chars<'_>, close: char) -> Result<String, String> {
    let mut out = String::new();
    while let Some(c) = rest.next() {
        match c {
            '\\' => out.push(unescape(rest)?),
            c if c == close => return Ok(out),
            c => out.push(c),
        }
    }
    Err(format!("there is no {close} where one is open"))
}

impl fmt::Display for Line {
    /// Writes the line as it stands in a golden.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends_in_spaces = |piece: &Piece| piece.text.bytes().all(|byte| byte == b' ');
        let blank = self.pieces.iter().rev().take_while(|piece| ends_in_spaces(piece)).count();
        let seen = self.pieces.len() - blank;
        let mut out = String::new();
        for (at, Piece { mark, text }) in self.pieces.iter().enumerate() {
            let trailing = if at + 1 >= seen { text.len() - text.trim_end_matches(' ').len() } else { 0 };
            match mark {
                Mark::Template => escape_line(&mut out, text, trailing),
                Mark::Control => {
                    out.push(CONTROL.0);
                    escape_line(&mut out, text, trailing);
                    out.push(CONTROL.1);
                }
                Mark::Input(origin) => {
                    out.push(INPUT.0);
                    escape(&mut out, origin, true);
                    out.push(':');
                    escape_line(&mut out, text, trailing);
                    out.push(INPUT.1);
                }
            }
        }
        f.write_str(&out)
    }
}

/// Lines that are being written.
#[derive(Debug)]
pub(super) struct Lines(Vec<Line>);

impl Lines {
    pub(super) fn new() -> Self {
        Self(vec![Line::default()])
    }

    /// Adds a text of any number of lines.
    pub(super) fn push(&mut self, mark: &Mark, text: &str) {
        for (at, part) in text.split('\n').enumerate() {
            if at > 0 {
                self.0.push(Line::default());
            }
            if let Some(line) = self.0.last_mut() {
                line.push(mark, part);
            }
        }
    }

    pub(super) fn finish(self) -> Vec<Line> {
        self.0
    }
}

/// The lines of a prompt.
pub(super) fn of_prompt(prompt: &Prompt, control: &ControlTokens) -> Vec<Line> {
    let mut lines = Lines::new();
    // What the template wrote, up to the next piece of the input: a token may be of several spans.
    let mut own = String::new();
    for span in prompt.spans() {
        let text = prompt.text().get(span.range.clone()).unwrap_or_default();
        if span.origin.is_own() {
            own.push_str(text);
            continue;
        }
        write_own(&mut lines, &std::mem::take(&mut own), control);
        lines.push(&Mark::Input(name(&span.origin)), text);
    }
    write_own(&mut lines, &own, control);
    lines.finish()
}

fn write_own(lines: &mut Lines, text: &str, control: &ControlTokens) {
    for (part, is_control) in control.parts(text) {
        lines.push(if is_control { &Mark::Control } else { &Mark::Template }, part);
    }
}

/// How an origin in the input is called.
fn name(origin: &Origin<'_>) -> String {
    let pointers = match origin {
        Origin::Copied { pointer, .. } | Origin::CopiedKey { pointer, .. } => std::slice::from_ref(pointer),
        Origin::Computed { pointers } => pointers.as_slice(),
        Origin::Image { index } => return format!("image {index}"),
        Origin::Video { index } => return format!("video {index}"),
        Origin::Template | Origin::Trusted { .. } => &[],
    };
    let mut names: Vec<String> = Vec::new();
    for name in pointers.iter().map(place) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join("+")
}

fn place(pointer: &Pointer<'_>) -> String {
    match pointer.steps().as_slice() {
        [PointerStep::Key("messages"), PointerStep::Index(message), inside @ ..] => match inside.first() {
            None | Some(PointerStep::Key("content")) => message.to_string(),
            Some(PointerStep::Key(field)) => format!("{message}.{field}"),
            Some(PointerStep::Index(index)) => format!("{message}.{index}"),
        },
        [PointerStep::Key(variable), ..] => (*variable).to_owned(),
        [PointerStep::Index(index), ..] => index.to_string(),
        [] => "input".to_owned(),
    }
}
