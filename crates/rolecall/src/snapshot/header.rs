//! The head of a golden: what its prompt was made from.

use std::fmt;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::escape::{escape_line, is_hidden, unescaped};
use crate::cache::sha256;
use crate::{Loader, Model, Options};

/// What a golden's prompt was made from.
///
/// ```
/// use rolecall::snapshot::Golden;
/// use rolecall::{Message, Model, Options};
///
/// let options = Options::new().add_generation_prompt(true);
/// let header = Golden::record(&Model::builtin("chatml")?, &[Message::user("Hi")], &options)?.header;
/// assert_eq!((&*header.model, header.revision), ("builtin:chatml", None));
/// assert_eq!(header.options["add_generation_prompt"], true);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Header {
    /// How the model is named; of an absolute path only the last part, so that a golden is the same on all computers.
    pub model: String,
    /// The commit or revision of the model's files, if it is known.
    pub revision: Option<String>,
    /// SHA-256 of the template's text; nothing if the model has no template for these options.
    pub template: Option<String>,
    /// The model's files that decide prompts, by name, and their SHA-256.
    pub files: Vec<(String, String)>,
    /// SHA-256 of the JSON of the messages, the tools and the documents.
    pub conversation: String,
    /// The other options that are set, by the names that chat requests use.
    pub options: Map<String, Value>,
    /// Whether the template asked for the time.
    pub clock: ClockUse,
    /// The version of rolecall that rendered.
    pub rolecall: String,
}

/// Whether a template asked for the time.
///
/// ```
/// use rolecall::snapshot::{ClockUse, Golden};
/// use rolecall::{Message, Model, Options};
///
/// let model = Model::builtin("chatml")?;
/// let clock = |template| {
///     let options = Options::new().chat_template(template);
///     Ok::<_, rolecall::Error>(Golden::record(&model, &[Message::user("Hi")], &options)?.header.clock)
/// };
/// assert_eq!(clock("Today is {{ strftime_now('%d %b %Y') }}.")?, ClockUse::Computer);
/// assert_eq!(clock("Today is a good day.")?, ClockUse::NotRead);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockUse {
    /// It did not.
    NotRead,
    /// It did, and saw the clock that the options give.
    Given,
    /// It did, and saw the computer's clock: the prompt differs from day to day.
    Computer,
}

impl ClockUse {
    const ALL: [(Self, &'static str); 3] = [
        (Self::NotRead, "not read"),
        (Self::Given, "read, as given"),
        (Self::Computer, "read, the computer's"),
    ];

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(clock, _)| *clock).ok_or_else(|| format!("{text:?} says nothing of the clock"))
    }
}

impl Header {
    pub(super) fn new(model: &Model, template: Option<&str>, messages: &Value, options: &Options) -> Self {
        let files = model.files().iter().map(|(name, content)| (name.to_owned(), sha256(content)));
        let conversation = json!([messages, options.tools, options.documents]).to_string();
        Self {
            model: portable(model.origin()),
            revision: model.files().revision().map(str::to_owned),
            template: template.map(|text| sha256(text.as_bytes())),
            files: files.collect(),
            conversation: sha256(conversation.as_bytes()),
            options: settings(model, options),
            clock: ClockUse::NotRead,
            rolecall: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Reads the lines of a head, in the order in which they are written.
    pub(super) fn parse<'t>(lines: impl Iterator<Item = (usize, &'t str)>) -> Result<Self, (usize, String)> {
        let mut found = Self {
            model: String::new(),
            revision: None,
            template: None,
            files: Vec::new(),
            conversation: String::new(),
            options: Map::new(),
            clock: ClockUse::NotRead,
            rolecall: String::new(),
        };
        let mut missing =
            vec!["model", "revision", "template", "conversation", "options", "clock", "rolecall"];
        let mut last = 1;
        for (number, line) in lines {
            last = number;
            found.read(line, &mut missing).map_err(|problem| (number, problem))?;
        }
        match missing.first() {
            Some(name) => Err((last, format!("the head has no line \"{name}:\""))),
            None => Ok(found),
        }
    }

    fn read(&mut self, line: &str, missing: &mut Vec<&str>) -> Result<(), String> {
        if let Some(file) = line.strip_prefix("file ") {
            let (name, digest) = file.rsplit_once(": sha256 ").ok_or("a file has no \": sha256 \"")?;
            self.files.push((unescaped(name)?, digest.to_owned()));
            return Ok(());
        }
        let (name, value) =
            line.split_once(':').ok_or("this is no line of a head, such as \"model: NAME\"")?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        let before = missing.len();
        missing.retain(|known| *known != name);
        if missing.len() == before {
            return Err(format!("{name:?} is unknown, or stands twice"));
        }
        let digest = |value: &str| {
            value.strip_prefix("sha256 ").map(str::to_owned).ok_or_else(|| format!("{value:?} is no sha256"))
        };
        match name {
            "model" => self.model = unescaped(value)?,
            "revision" => self.revision = optional(value, unescaped)?,
            "template" => self.template = optional(value, digest)?,
            "conversation" => self.conversation = digest(value)?,
            "options" => {
                self.options = serde_json::from_str(value).map_err(|error| error.to_string())?;
            }
            "clock" => self.clock = ClockUse::parse(value)?,
            _ => self.rolecall = unescaped(value)?,
        }
        Ok(())
    }
}

/// What stands for nothing.
const NONE: &str = "none";

fn optional(value: &str, read: impl Fn(&str) -> Result<String, String>) -> Result<Option<String>, String> {
    if value == NONE { Ok(None) } else { read(value).map(Some) }
}

impl fmt::Display for Header {
    /// Writes the lines of the head.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = |text: &str| {
            let mut out = String::new();
            escape_line(&mut out, text, text.len() - text.trim_end_matches(' ').len());
            out
        };
        let revision = match self.revision.as_deref() {
            // A branch may have that name.
            Some(NONE) => "\\u{6e}one".to_owned(),
            Some(revision) => escaped(revision),
            None => NONE.to_owned(),
        };
        let template = self.template.as_ref().map_or(NONE.to_owned(), |digest| format!("sha256 {digest}"));
        writeln!(f, "model: {}", escaped(&self.model))?;
        writeln!(f, "revision: {revision}")?;
        writeln!(f, "template: {template}")?;
        for (name, digest) in &self.files {
            writeln!(f, "file {}: sha256 {digest}", escaped(name))?;
        }
        writeln!(f, "conversation: sha256 {}", self.conversation)?;
        writeln!(f, "options: {}", visible_json(&self.options))?;
        writeln!(f, "clock: {}", self.clock.name())?;
        writeln!(f, "rolecall: {}", escaped(&self.rolecall))
    }
}

/// JSON on one line, in which what is not seen is escaped in the way of JSON: the same document.
fn visible_json(object: &Map<String, Value>) -> String {
    let mut out = String::new();
    for c in Value::Object(object.clone()).to_string().chars() {
        if c.is_control() || is_hidden(c) {
            let mut units = [0; 2];
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// Of an absolute path the last part: the rest is another on each computer.
fn portable(origin: &str) -> String {
    let path = Path::new(origin);
    let last = path.file_name().filter(|_| path.is_absolute()).and_then(|name| name.to_str());
    last.unwrap_or(origin).to_owned()
}

/// The options that decide a prompt, beside the conversation, the tools and the documents.
fn settings(model: &Model, options: &Options) -> Map<String, Value> {
    let mut settings = Map::new();
    let mut set = |name: &str, value: Value| {
        settings.insert(name.to_owned(), value);
    };
    if let Some(value) = &options.add_generation_prompt {
        set("add_generation_prompt", value.clone());
    }
    if let Some(value) = &options.continue_final_message {
        set("continue_final_message", value.clone());
    }
    if let Some(template) = &options.chat_template {
        let is_name = model.templates(options.loader).any(|(name, _)| name == template);
        // A template's text has a line of its own, by its SHA-256.
        set("chat_template", if is_name { template.as_str().into() } else { json!({"given": true}) });
    }
    match options.loader {
        Loader::Auto => {}
        Loader::Tokenizer => set("loader", "tokenizer".into()),
        Loader::Processor => set("loader", "processor".into()),
    }
    if !options.variables.is_empty() {
        set("chat_template_kwargs", options.variables.clone().into());
    }
    if !options.images.is_empty() {
        set("images", options.images.iter().map(|image| sha256(image.bytes())).collect());
    }
    if let Some(token) = &options.image_token {
        set("image_token", token.as_str().into());
    }
    settings
}
