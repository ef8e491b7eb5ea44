//! A golden: recorded, written, read.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::body::{self, Line};
use super::drift::Drift;
use super::escape::{escape_line, unescaped};
use super::header::{ClockUse, Header};
use crate::chat_template::to_json;
use crate::{Error, ErrorKind, Model, Options, Result};

/// The first line of a golden: the name of the format and its version.
const FORMAT: &str = "rolecall prompt 1";
const PROMPT: &str = "--- prompt";
const ERROR: &str = "--- error";
const END: &str = "--- end";

/// A prompt, or the error in its place, and what it was made from.
///
/// ```
/// use rolecall::snapshot::Golden;
/// use rolecall::{Model, Options};
/// use serde_json::json;
///
/// let (model, options) = (Model::builtin("chatml")?, Options::new().add_generation_prompt(true));
/// let golden = Golden::record(&model, &json!([{"role": "user", "content": "Hi "}]), &options)?;
/// let text = golden.to_string();
/// assert!(text.contains("<|im_start|>⟦0.role:user⟧\n⟦0:Hi ⟧⟪<|im_end|>⟫\n"));
///
/// let read: Golden = text.parse()?;
/// assert_eq!(read, golden);
/// assert_eq!(read.prompt().as_deref(), Some("<|im_start|>user\nHi <|im_end|>\n<|im_start|>assistant\n"));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Golden {
    /// What it was made from.
    pub header: Header,
    /// What was made.
    pub body: Body,
}

/// What a render gave.
///
/// ```
/// use rolecall::snapshot::{Body, Golden};
/// use rolecall::{Message, Model, Options};
///
/// let model = Model::builtin("chatml")?;
/// let options = Options::new().chat_template("{{ raise_exception('No system role') }}");
/// let golden = Golden::record(&model, &[Message::system("Moo")], &options)?;
/// assert_eq!(golden.body, Body::Error("TemplateError: No system role".into()));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// The lines of a prompt.
    Prompt(Vec<Line>),
    /// The class and the message of the error that the reference raises.
    Error(String),
}

impl Golden {
    /// Renders a conversation and records the result. An error that the reference raises too, such as that of a template
    /// which refuses a system message, is a result like a prompt.
    ///
    /// ```
    /// use rolecall::snapshot::Golden;
    /// use rolecall::{Message, Model, Options};
    ///
    /// let options = Options::new().add_generation_prompt(true);
    /// let golden = Golden::record(&Model::builtin("chatml")?, &[Message::user("Hi")], &options)?;
    /// assert!(golden.to_string().ends_with("<|im_start|>assistant\n\n--- end\n"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Model::apply_chat_template`] that the reference does not raise: limits, and what is not supported.
    pub fn record<M>(model: &Model, messages: &M, options: &Options) -> Result<Self>
    where
        M: Serialize + ?Sized,
    {
        let messages = to_json(messages)?;
        let template = model.selected(options).ok();
        let control = model.control_tokens()?;
        let mut header = Header::new(model, template, &messages, options);
        header.files.extend(control.file.clone());
        header.files.sort();
        let rendered = model.prepare(&messages, options).and_then(|prepared| {
            let prompt = prepared.render();
            header.clock = match (prepared.clock_read(), &options.clock) {
                (false, _) => ClockUse::NotRead,
                (true, Some(_)) => ClockUse::Given,
                (true, None) => ClockUse::Computer,
            };
            prompt
        });
        let body = match rendered {
            Ok(prompt) => Body::Prompt(body::of_prompt(&prompt, control)),
            Err(error) => Body::Error(raised(&error).ok_or(error)?),
        };
        Ok(Self { header, body })
    }

    /// The same golden for a model of another name, such as the one that a list of models has for it.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, snapshot::Golden};
    ///
    /// let model = Model::builtin("chatml")?;
    /// let golden = Golden::record(&model, &[Message::user("Hi")], &Options::new())?.named("house-model");
    /// assert!(golden.to_string().starts_with("rolecall prompt 1\nmodel: house-model\n"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    #[must_use]
    pub fn named(mut self, model: impl Into<String>) -> Self {
        self.header.model = model.into();
        self
    }

    /// The prompt's text; nothing if there was an error in its place.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, snapshot::Golden};
    ///
    /// let model = Model::builtin("chatml")?;
    /// let golden = Golden::record(&model, &[Message::user("Hi")], &Options::new())?;
    /// assert_eq!(golden.prompt().as_deref(), Some("<|im_start|>user\nHi<|im_end|>\n"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn prompt(&self) -> Option<String> {
        let Body::Prompt(lines) = &self.body else { return None };
        Some(lines.iter().map(Line::text).collect::<Vec<_>>().join("\n"))
    }

    /// What the file of a golden says behind its head, a line for each line of the prompt.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, snapshot::Golden};
    ///
    /// let model = Model::builtin("chatml")?;
    /// let golden = Golden::record(&model, &[Message::user("Hi\t")], &Options::new())?;
    /// assert_eq!(golden.body_text(), "<|im_start|>⟦0.role:user⟧\n⟦0:Hi\\t⟧⟪<|im_end|>⟫\n\n");
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn body_text(&self) -> String {
        let mut out = String::new();
        match &self.body {
            Body::Prompt(lines) => lines.iter().for_each(|line| out.extend([&line.to_string(), "\n"])),
            Body::Error(error) => {
                for line in error.split('\n') {
                    escape_line(&mut out, line, line.len() - line.trim_end_matches(' ').len());
                    out.push('\n');
                }
            }
        }
        out
    }

    /// How a golden that was recorded now differs from this one, which was kept; nothing if they agree. That another
    /// version of rolecall recorded it is no difference by itself.
    ///
    /// ```
    /// use rolecall::{Message, Model, Options, snapshot::Golden};
    ///
    /// let model = Model::builtin("chatml")?;
    /// let golden = |text: &str| Golden::record(&model, &[Message::user(text)], &Options::new());
    /// assert_eq!(golden("Hi")?.drift(&golden("Hi")?), None);
    ///
    /// let drift = golden("Hi")?.drift(&golden("Ho")?).map(|drift| drift.to_string()).unwrap_or_default();
    /// assert!(drift.starts_with("the conversation changed") && drift.ends_with("the prompt is another"));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn drift(&self, now: &Golden) -> Option<Drift> {
        Drift::between(self, now)
    }
}

/// The error in the words of the reference, if it raises it too.
fn raised(error: &Error) -> Option<String> {
    use rolecall_jinja::ErrorKind::{Limit, Unsupported};
    let reference = error.reference().filter(|error| !matches!(error.kind(), Limit | Unsupported))?;
    Some(format!("{}: {}", reference.kind().class_name(), reference.message()))
}

impl fmt::Display for Golden {
    /// Writes the text of a `.prompt` file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begin = match self.body {
            Body::Prompt(_) => PROMPT,
            Body::Error(_) => ERROR,
        };
        write!(f, "{FORMAT}\n{}{begin}\n{}{END}\n", self.header, self.body_text())
    }
}

impl FromStr for Golden {
    type Err = Error;

    /// Reads the text of a `.prompt` file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Snapshot`] with the line that is not as a golden's should be.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = |line: usize, problem: &str| {
            Error::new(ErrorKind::Snapshot, format!("line {line} of the golden: {problem}"))
                .help("Restore it from version control, or record it anew")
        };
        // Carriage returns are escaped: such as there are come from a checkout on Windows.
        let text = text.replace("\r\n", "\n");
        let lines: Vec<&str> = text.trim_end_matches('\n').split('\n').collect();
        let numbered = |from: usize, to: usize| {
            let lines = lines.get(from..to).unwrap_or_default();
            lines.iter().enumerate().map(move |(at, line)| (from + at + 1, *line))
        };
        match lines.first() {
            Some(first) if *first == FORMAT => {}
            Some(first) if first.starts_with("rolecall prompt ") => {
                return Err(wrong(
                    1,
                    &format!("it is of a format that this program does not know: {first:?}"),
                ));
            }
            _ => return Err(wrong(1, &format!("it does not begin with {FORMAT:?}"))),
        }
        let begin = lines.iter().position(|line| matches!(*line, PROMPT | ERROR));
        let begin = begin.ok_or_else(|| wrong(lines.len(), &format!("there is no line {PROMPT:?}")))?;
        let end = lines.len() - 1;
        if end <= begin || lines.last() != Some(&END) {
            return Err(wrong(lines.len(), &format!("it does not end with {END:?}")));
        }
        let header = Header::parse(numbered(1, begin)).map_err(|(line, problem)| wrong(line, &problem))?;
        let rest = numbered(begin + 1, end);
        let body = if lines.get(begin) == Some(&PROMPT) {
            let parsed =
                rest.map(|(number, line)| Line::parse(line).map_err(|problem| wrong(number, &problem)));
            Body::Prompt(parsed.collect::<Result<_>>()?)
        } else {
            let parsed =
                rest.map(|(number, line)| unescaped(line).map_err(|problem| wrong(number, &problem)));
            Body::Error(parsed.collect::<Result<Vec<_>>>()?.join("\n"))
        };
        if matches!(&body, Body::Prompt(lines) if lines.is_empty()) || begin + 1 == end {
            return Err(wrong(begin + 1, "no line follows it"));
        }
        Ok(Self { header, body })
    }
}
