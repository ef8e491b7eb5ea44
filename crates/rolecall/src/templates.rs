//! Where a model's chat templates come from, and which of several is meant.
//!
//! The reference has two loaders with rules of their own: the tokenizer's and the processor's (for models
//! with images, video or audio). Their quirks are kept: a model's authors tested with them.

use serde_json::{Map, Value};

use crate::files::ADDITIONAL_TEMPLATES;
use crate::python::{is_true, type_name};
use crate::{Error, ErrorKind, ModelFiles, Result};

/// The chat templates that one of the reference's loaders finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TemplateSet {
    /// No template at all.
    None,
    /// One template without a name.
    Single(String),
    /// Templates by name, in the order in which they were found.
    Named(Vec<(String, String)>),
}

/// Who asks for a template; the two follow different rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    Tokenizer,
    Processor,
}

impl TemplateSet {
    /// The templates that the reference's tokenizer loads.
    pub(crate) fn of_tokenizer(files: &ModelFiles, config: &Map<String, Value>) -> Result<Self> {
        let mut named = Vec::new();
        if let Some(text) = jinja_file(files, "chat_template.jinja")? {
            put(&mut named, "default", text);
        }
        let (first, others): (Vec<_>, Vec<_>) =
            additional_templates(files)?.into_iter().partition(|(name, _)| *name == "file");
        // The reference files this name under the key of chat_template.jinja itself, which is read before all others.
        for (_, text) in first {
            put(&mut named, "default", text);
        }
        for (name, text) in others {
            put(&mut named, name, text);
        }
        if !named.is_empty() {
            return Ok(Self::single_if_default(named));
        }
        match config.get("chat_template") {
            Some(value) => Self::from_value(value, "tokenizer_config.json", files),
            None if converts_tekken(files) => Self::legacy_json(files),
            None => Ok(Self::None),
        }
    }

    /// The templates that the reference's processor loads.
    pub(crate) fn of_processor(files: &ModelFiles) -> Result<Self> {
        if let Some(config) = files.json_object("processor_config.json")? {
            match config.get("chat_template") {
                None | Some(Value::Null) => {}
                Some(value) => return Self::from_value(value, "processor_config.json", files),
            }
        }
        let additional = additional_templates(files)?;
        if files.get("chat_template.json").is_some() {
            if !additional.is_empty() {
                return Err(Error::from_reference(
                    ErrorKind::Model,
                    rolecall_jinja::Error::new(
                        rolecall_jinja::ErrorKind::Value,
                        "Cannot load chat template due to conflicting files - this checkpoint combines a legacy \
                         chat_template.json file with separate template files, which is not supported. To resolve \
                         this error, replace the legacy chat_template.json file with a modern chat_template.jinja \
                         file.",
                    ),
                ));
            }
            return Self::legacy_json(files);
        }
        let mut named = Vec::new();
        for (name, text) in additional {
            put(&mut named, name, text);
        }
        if let Some(text) = jinja_file(files, "chat_template.jinja")? {
            put(&mut named, "default", text);
        }
        Ok(match Self::single_if_default(named) {
            Self::Single(text) if text.is_empty() => Self::None,
            set => set,
        })
    }

    /// `chat_template.json`, the processors' file of old.
    fn legacy_json(files: &ModelFiles) -> Result<Self> {
        let Some(file) = files.json_object("chat_template.json")? else { return Ok(Self::None) };
        let Some(value) = file.get("chat_template") else {
            return Err(Error::new(
                ErrorKind::Model,
                format!("{}: chat_template.json has no key \"chat_template\"", files.origin()),
            )
            .help("Put the template's text under that key, or into a file chat_template.jinja"));
        };
        Self::from_value(value, "chat_template.json", files)
    }

    /// A `chat_template` entry of a JSON file: text, an object of texts, or a list of name and template.
    fn from_value(value: &Value, file: &str, files: &ModelFiles) -> Result<Self> {
        let wrong = |what: String| {
            Error::new(ErrorKind::Model, format!("{}: \"chat_template\" in {file} {what}", files.origin()))
                .help(r#"It has to be the template's text, or a list like [{"name": "default", "template": "…"}]"#)
        };
        let text = |value: &Value, name: &str| match value {
            Value::String(text) => Ok(text.clone()),
            other => Err(wrong(format!("holds {} as template {name:?}", type_name(other)))),
        };
        match value {
            Value::Null => Ok(Self::None),
            Value::String(text) => Ok(Self::Single(text.clone())),
            Value::Object(templates) => {
                let named = templates.iter().map(|(name, value)| Ok((name.clone(), text(value, name)?)));
                Ok(Self::Named(named.collect::<Result<_>>()?))
            }
            Value::Array(entries) => {
                let mut named = Vec::new();
                for (at, entry) in entries.iter().enumerate() {
                    let field = |key: &str| {
                        let value = entry.get(key);
                        value.ok_or_else(|| wrong(format!("is a list whose entry {at} has no key {key:?}")))
                    };
                    let name = field("name")?;
                    let Some(name) = name.as_str() else {
                        return Err(wrong(format!("is a list whose entry {at} has no text as its name")));
                    };
                    put(&mut named, name, text(field("template")?, name)?);
                }
                Ok(Self::Named(named))
            }
            other => Err(wrong(format!("is {}", type_name(other)))),
        }
    }

    fn single_if_default(mut named: Vec<(String, String)>) -> Self {
        match named.pop() {
            None => Self::None,
            Some((name, text)) if named.is_empty() && name == "default" => Self::Single(text),
            Some(last) => {
                named.push(last);
                Self::Named(named)
            }
        }
    }

    /// The templates with their names; a single one is called `default`.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let (single, named) = match self {
            Self::None => (None, &[][..]),
            Self::Single(text) => (Some(("default", text.as_str())), &[][..]),
            Self::Named(named) => (None, named.as_slice()),
        };
        single.into_iter().chain(named.iter().map(|(name, text)| (name.as_str(), text.as_str())))
    }

    fn get(&self, name: &str) -> Option<&str> {
        match self {
            Self::Named(named) => {
                named.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
            }
            Self::None | Self::Single(_) => None,
        }
    }

    /// Which template an argument `chat_template` means: one of the stored ones by name, or the text itself.
    pub(crate) fn select<'a>(
        &'a self,
        asker: Asker,
        argument: Option<&'a str>,
        tools: Option<&Value>,
    ) -> Result<&'a str> {
        if let Some(argument) = argument {
            return Ok(self.get(argument).unwrap_or(argument));
        }
        match self {
            Self::Single(text) => Ok(text),
            Self::None => Err(no_template(asker)),
            Self::Named(named) => {
                let with_tools = asker == Asker::Tokenizer && tools.is_some_and(|tools| !tools.is_null());
                with_tools
                    .then(|| self.get("tool_use"))
                    .flatten()
                    .or_else(|| self.get("default"))
                    .ok_or_else(|| no_default(asker, named))
            }
        }
    }
}

fn no_template(asker: Asker) -> Error {
    refused(match asker {
        Asker::Tokenizer => {
            "Cannot use chat template functions because tokenizer.chat_template is not set and no template argument \
             was passed! For information about writing templates and setting the tokenizer.chat_template attribute, \
             please see the documentation at https://huggingface.co/docs/transformers/main/en/chat_templating"
                .to_owned()
        }
        Asker::Processor => {
            "Cannot use apply_chat_template because this processor does not have a chat template.".to_owned()
        }
    })
}

fn no_default(asker: Asker, named: &[(String, String)]) -> Error {
    let names = named.iter().map(|(name, _)| name.as_str());
    refused(match asker {
        Asker::Tokenizer => {
            let mut names: Vec<&str> = names.collect();
            names.sort_unstable();
            let names: Vec<String> = names.into_iter().map(rolecall_jinja::text::repr).collect();
            format!(
                "This model has multiple chat templates with no default specified! Please either pass a chat \
                 template or the name of the template you wish to use to the `chat_template` argument. Available \
                 template names are [{}].",
                names.join(", ")
            )
        }
        Asker::Processor => format!(
            "The processor has multiple chat templates but none of them are named \"default\". You need to specify \
             which one to use by passing the `chat_template` argument. Available templates are: {}",
            names.collect::<Vec<_>>().join(", ")
        ),
    })
}

fn refused(message: String) -> Error {
    let reference = rolecall_jinja::Error::new(rolecall_jinja::ErrorKind::Value, message);
    Error::from_reference(ErrorKind::Model, reference)
}

/// A `tekken.json` without the usual tokenizer files is converted, and then the template is looked for
/// where processors keep it.
fn converts_tekken(files: &ModelFiles) -> bool {
    files.has("tekken.json") && !files.has("tokenizer.json") && files.get("chat_template.json").is_some()
}

fn put(named: &mut Vec<(String, String)>, name: &str, text: String) {
    match named.iter_mut().find(|(known, _)| known == name) {
        Some(entry) => entry.1 = text,
        None => named.push((name.to_owned(), text)),
    }
}

/// `additional_chat_templates/NAME.jinja`, in that folder only, by name.
fn additional_templates(files: &ModelFiles) -> Result<Vec<(&str, String)>> {
    let mut found = Vec::new();
    for (path, _) in files.iter() {
        let name = path.strip_prefix(ADDITIONAL_TEMPLATES).and_then(|rest| rest.strip_prefix('/'));
        let Some(name) = name.and_then(|name| name.strip_suffix(".jinja")) else { continue };
        if name.contains('/') {
            continue;
        }
        if let Some(text) = jinja_file(files, path)? {
            found.push((name, text));
        }
    }
    Ok(found)
}

/// A template file's text, with the newlines that Python's text mode gives.
fn jinja_file(files: &ModelFiles, path: &str) -> Result<Option<String>> {
    let Some(text) = files.text(path)? else { return Ok(None) };
    Ok(Some(if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }))
}

/// Whether the files are those of a processor: a model with images, video or audio.
pub(crate) fn has_processor(files: &ModelFiles) -> Result<bool> {
    let class = |file: &str| -> Result<bool> {
        Ok(files.json_object(file)?.is_some_and(|config| config.get("processor_class").is_some_and(is_true)))
    };
    Ok(files.get("chat_template.json").is_some()
        || files.get("processor_config.json").is_some()
        || class("preprocessor_config.json")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &str)]) -> ModelFiles {
        let mut files = ModelFiles::new("m");
        for (name, text) in entries {
            files.insert(*name, *text);
        }
        files
    }

    fn tokenizer(entries: &[(&str, &str)]) -> Result<TemplateSet> {
        let files = files(entries);
        let config = files.json_object("tokenizer_config.json")?.unwrap_or_default();
        TemplateSet::of_tokenizer(&files, &config)
    }

    fn single(text: &str) -> TemplateSet {
        TemplateSet::Single(text.to_owned())
    }

    fn named(pairs: &[(&str, &str)]) -> TemplateSet {
        TemplateSet::Named(
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        )
    }

    /// Each row was observed with the reference's tokenizer.
    #[test]
    fn precedence_of_the_tokenizers_sources() {
        let config = ("tokenizer_config.json", r#"{"chat_template": "C"}"#);
        let rows: Vec<(Vec<(&str, &str)>, TemplateSet)> = vec![
            (vec![config], single("C")),
            (vec![config, ("chat_template.jinja", "A\r\nB\rC\n")], single("A\nB\nC\n")),
            (vec![config, ("chat_template.jinja", "")], single("")),
            (vec![config, ("chat_template.jinja", "\u{feff}A")], single("\u{feff}A")),
            (vec![config, ("additional_chat_templates/rag.jinja", "R")], named(&[("rag", "R")])),
            (
                vec![("chat_template.jinja", "A"), ("additional_chat_templates/rag.jinja", "R")],
                named(&[("default", "A"), ("rag", "R")]),
            ),
            (
                vec![("chat_template.jinja", "A"), ("additional_chat_templates/default.jinja", "D")],
                single("D"),
            ),
            (vec![("chat_template.jinja", "A"), ("additional_chat_templates/file.jinja", "F")], single("F")),
            (
                vec![
                    ("additional_chat_templates/default.jinja", "D"),
                    ("additional_chat_templates/file.jinja", "F"),
                ],
                single("D"),
            ),
            (vec![("additional_chat_templates/deep/er.jinja", "E"), config], single("C")),
            (vec![("chat_template.json", r#"{"chat_template": "J"}"#)], TemplateSet::None),
            (vec![("tekken.json", ""), ("chat_template.json", r#"{"chat_template": "J"}"#)], single("J")),
            (
                vec![(
                    "tokenizer_config.json",
                    r#"{"chat_template": [{"name": "a", "template": "1"}, {"name": "default", "template": "3"},
                        {"name": "a", "template": "2"}]}"#,
                )],
                named(&[("a", "2"), ("default", "3")]),
            ),
            (vec![("tokenizer_config.json", r#"{"chat_template": null}"#)], TemplateSet::None),
            (
                vec![("tokenizer_config.json", r#"{"chat_template": {"default": "x"}}"#)],
                named(&[("default", "x")]),
            ),
        ];
        for (entries, expected) in rows {
            assert_eq!(tokenizer(&entries).expect("loads"), expected, "{entries:?}");
        }
    }

    #[test]
    fn entries_that_are_no_templates_are_refused() {
        for config in [
            r#"{"chat_template": 5}"#,
            r#"{"chat_template": [{"name": "a"}]}"#,
            r#"{"chat_template": ["x"]}"#,
        ] {
            let error = tokenizer(&[("tokenizer_config.json", config)]).expect_err("is refused");
            assert!(error.to_string().contains("tokenizer_config.json"), "{error}");
        }
    }

    #[test]
    fn precedence_of_the_processors_sources() {
        let legacy = ("chat_template.json", r#"{"chat_template": "J"}"#);
        let jinja = ("chat_template.jinja", "A");
        let rows: Vec<(Vec<(&str, &str)>, TemplateSet)> = vec![
            (vec![jinja], single("A")),
            (vec![jinja, legacy], single("J")),
            (vec![jinja, legacy, ("processor_config.json", r#"{"chat_template": ""}"#)], single("")),
            (vec![jinja, ("processor_config.json", r#"{"chat_template": null}"#)], single("A")),
            (vec![jinja, ("additional_chat_templates/default.jinja", "D")], single("A")),
            (vec![("chat_template.jinja", "")], TemplateSet::None),
        ];
        for (entries, expected) in rows {
            assert_eq!(TemplateSet::of_processor(&files(&entries)).expect("loads"), expected, "{entries:?}");
        }
        let conflict = files(&[legacy, ("additional_chat_templates/a.jinja", "A")]);
        assert!(TemplateSet::of_processor(&conflict).is_err());
        assert!(TemplateSet::of_processor(&files(&[("chat_template.json", "{}")])).is_err());
    }

    #[test]
    fn selection_by_name_tools_and_default() {
        let several = named(&[("rag", "R"), ("tool_use", "T"), ("default", "D")]);
        let tools = Value::Array(Vec::new());
        let ask = |set: &TemplateSet, asker, argument, tools: Option<&Value>| {
            set.select(asker, argument, tools).map(str::to_owned)
        };
        assert_eq!(ask(&several, Asker::Tokenizer, None, None).ok().as_deref(), Some("D"));
        assert_eq!(ask(&several, Asker::Tokenizer, None, Some(&tools)).ok().as_deref(), Some("T"));
        assert_eq!(ask(&several, Asker::Tokenizer, None, Some(&Value::Null)).ok().as_deref(), Some("D"));
        assert_eq!(ask(&several, Asker::Processor, None, Some(&tools)).ok().as_deref(), Some("D"));
        assert_eq!(ask(&several, Asker::Tokenizer, Some("rag"), Some(&tools)).ok().as_deref(), Some("R"));
        assert_eq!(ask(&single("S"), Asker::Tokenizer, Some("rag"), None).ok().as_deref(), Some("rag"));

        let no_default = ask(&named(&[("tool_use", "T"), ("rag", "R")]), Asker::Tokenizer, None, None);
        assert!(no_default.expect_err("is refused").message().contains("names are ['rag', 'tool_use']."));
        assert!(ask(&TemplateSet::None, Asker::Tokenizer, None, None).is_err());
    }
}
