//! How a golden and a new one differ, and which of the things that prompts are made from has changed.

use std::fmt;

use super::golden::Golden;
use super::header::ClockUse;

/// A difference between a golden that was kept and what is rendered now.
///
/// ```
/// use rolecall::snapshot::{Golden, PromptDrift};
/// use rolecall::{Model, Options};
/// use serde_json::json;
///
/// let model = Model::builtin("chatml")?;
/// let golden = |content: &str| Golden::record(&model, &json!([{"role": "user", "content": content}]), &Options::new());
/// let drift = golden("Hi")?.drift(&golden("Ho")?).expect("it is another prompt");
/// assert_eq!(drift.prompt, PromptDrift::Text);
/// assert_eq!(drift.changes[0].what, "the conversation");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// What the prompt is made from and is not the same any more.
    pub changes: Vec<Change>,
    /// What of the prompt itself is another.
    pub prompt: PromptDrift,
    /// The versions of rolecall, if they are two.
    pub versions: Option<(String, String)>,
    /// Whether a difference may be the clock's, which nothing holds.
    clock: bool,
}

/// What of a prompt is another.
///
/// ```
/// use rolecall::snapshot::{Golden, PromptDrift};
/// use rolecall::{Message, Model, Options};
///
/// let model = Model::builtin("chatml")?;
/// let golden = |options| Golden::record(&model, &[Message::user("Hi")], &options);
/// // The template does not look at this variable.
/// let now = golden(Options::new().variable("enable_thinking", true))?;
/// let drift = golden(Options::new())?.drift(&now);
/// assert_eq!(drift.map(|drift| (drift.changes.len(), drift.prompt)), Some((1, PromptDrift::None)));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PromptDrift {
    /// Nothing.
    None,
    /// The text is the same: who wrote a part of it, or whether it is a control token, is not.
    Marks,
    /// The text, or the error in its place.
    Text,
}

/// One of the things that a prompt is made from.
///
/// ```
/// use rolecall::snapshot::Golden;
/// use rolecall::{Message, Model, Options};
///
/// let model = Model::builtin("chatml")?;
/// let golden = |options| Golden::record(&model, &[Message::user("Hi")], &options);
/// let now = golden(Options::new().add_generation_prompt(true))?;
/// let changes = golden(Options::new())?.drift(&now).map(|drift| drift.changes).unwrap_or_default();
/// assert_eq!(changes[0].what, "the options");
/// assert_eq!(changes[0].how, r#"{} → {"add_generation_prompt":true}"#);
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Such as `the template` or `the file tokenizer_config.json`.
    pub what: String,
    /// What it was and is, where that can be said in a word.
    pub how: String,
}

impl Drift {
    pub(super) fn between(kept: &Golden, now: &Golden) -> Option<Self> {
        let (old, new) = (&kept.header, &now.header);
        let mut changes = Vec::new();
        let mut differ = |what: &str, before: Option<&str>, after: Option<&str>| {
            if before != after {
                changes.push(Change { what: what.to_owned(), how: transition(before, after) });
            }
        };
        differ("the model", Some(&old.model), Some(&new.model));
        differ("the revision", old.revision.as_deref(), new.revision.as_deref());
        differ("the template", old.template.as_deref(), new.template.as_deref());
        let names = old.files.iter().chain(&new.files).map(|(name, _)| name);
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            if seen.contains(&name.as_str()) {
                continue;
            }
            seen.push(name);
            let digest = |files: &'_ [(String, String)]| {
                files.iter().find(|(known, _)| known == name).map(|(_, digest)| digest.clone())
            };
            let (before, after) = (digest(&old.files), digest(&new.files));
            differ(&format!("the file {name}"), before.as_deref(), after.as_deref());
        }
        differ("the conversation", Some(&old.conversation), Some(&new.conversation));
        let options = |header: &super::Header| serde_json::Value::Object(header.options.clone()).to_string();
        differ("the options", Some(&options(old)), Some(&options(new)));
        differ("the use of the clock", Some(old.clock.name()), Some(new.clock.name()));
        let prompt = PromptDrift::between(kept, now);
        if changes.is_empty() && prompt == PromptDrift::None {
            return None;
        }
        let versions = (old.rolecall != new.rolecall).then(|| (old.rolecall.clone(), new.rolecall.clone()));
        Some(Self { changes, prompt, versions, clock: new.clock == ClockUse::Computer })
    }
}

impl PromptDrift {
    /// What of the prompts of two goldens is not the same.
    ///
    /// ```
    /// use rolecall::snapshot::{Golden, PromptDrift};
    /// use rolecall::{Message, Model, Options};
    ///
    /// let model = Model::builtin("chatml")?;
    /// let golden = |template| {
    ///     Golden::record(&model, &[Message::user("Hi")], &Options::new().chat_template(template))
    /// };
    /// let (kept, now) = (golden("User: {{ messages[0].content }}")?, golden("User: Hi")?);
    /// assert_eq!(PromptDrift::between(&kept, &now), PromptDrift::Marks);
    /// assert_eq!(PromptDrift::between(&kept, &golden("{{ messages[0].content }}")?), PromptDrift::Text);
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn between(kept: &Golden, now: &Golden) -> Self {
        if kept.body == now.body {
            Self::None
        } else if kept.prompt().is_some() && kept.prompt() == now.prompt() {
            Self::Marks
        } else {
            Self::Text
        }
    }
}

/// From what to what, with digests cut to what people compare.
fn transition(before: Option<&str>, after: Option<&str>) -> String {
    let is_digest =
        |text: &str| matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let short = |text: &str| if is_digest(text) { format!("{text:.12}…") } else { text.to_owned() };
    match (before, after) {
        (Some(before), Some(after)) => format!("{} → {}", short(before), short(after)),
        (None, Some(after)) => format!("new: {}", short(after)),
        (Some(before), None) => format!("gone: {}", short(before)),
        (None, None) => String::new(),
    }
}

impl fmt::Display for Drift {
    /// Says in a line or more what has changed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Change { what, how } in &self.changes {
            writeln!(f, "{what} changed ({how})")?;
        }
        let versions = match &self.versions {
            Some((before, now)) => format!("rolecall changed ({before} → {now})"),
            None => "rolecall is of the same version".to_owned(),
        };
        let is_alone = self.changes.is_empty();
        if is_alone && self.clock {
            return f.write_str(
                "nothing else changed, but the template reads the computer's clock: give it one that stands still",
            );
        }
        if is_alone {
            writeln!(
                f,
                "nothing that the prompt is made from changed, so rolecall itself does otherwise; {versions}"
            )?;
        } else if self.versions.is_some() && self.prompt != PromptDrift::None {
            writeln!(f, "{versions}")?;
        }
        f.write_str(match self.prompt {
            PromptDrift::None => "the prompt is the same",
            PromptDrift::Marks => "the text of the prompt is the same, the marks in it are others",
            PromptDrift::Text => "the prompt is another",
        })
    }
}
