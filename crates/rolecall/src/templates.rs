//! Where a model's chat templates come from, and which of several is meant.
//!
//! The reference has two loaders with rules of their own: the tokenizer's and the processor's (for models
//! with images, video or audio). Their quirks are kept: a model's authors tested with them.

use serde_json::{Map, Value};

use crate::files::ADDITIONAL_TEMPLATES;
use crate::python::{is_true, item, type_name};
use crate::{Error, ErrorKind, ModelFiles, Result};

/// The chat templates that one of the reference's loaders finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TemplateSet {
    /// No template at all.
    None,
    /// One template without a name.
    Single(Stored),
    /// Templates by name, in the order in which they were found.
    Named(Vec<(String, Stored)>),
}

/// What stands where a template should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stored {
    Text(String),
    /// Something else, of this class of Python's. It is no fault before somebody renders with it.
    Other(&'static str),
}

impl<T: Into<String>> From<T> for Stored {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl Stored {
    fn of(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.clone()),
            other => Self::Other(type_name(other)),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(_) => None,
        }
    }

    /// The text to compile.
    fn to_compile(&self) -> Result<&str> {
        let class = match self {
            Self::Text(text) => return Ok(text),
            Self::Other(class) => *class,
        };
        let message = match class {
            // Compiled templates are kept in a dict.
            "list" | "dict" => format!("unhashable type: '{class}'"),
            _ => "Can't compile non template nodes".to_owned(),
        };
        let error = rolecall_jinja::Error::new(rolecall_jinja::ErrorKind::Type, message);
        Err(Error::from_reference(ErrorKind::Model, error)
            .help(format!("The model's template is {class}, not text: give another one")))
    }
}

/// Who asks for a template; the two follow different rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    Tokenizer,
    Processor,
}

impl TemplateSet {
    /// The templates that the reference's tokenizer loads.
    pub(crate) fn of_tokenizer(
        files: &ModelFiles,
        config: &Map<String, Value>,
        special_tokens_map: Option<&Map<String, Value>>,
    ) -> Result<Self> {
        // Whatever stands in that file takes the place of what was found before.
        match special_tokens_map.and_then(|map| map.get("chat_template")) {
            None => {}
            Some(Value::Object(_)) => return Ok(Self::Single(Stored::Other("AddedToken"))),
            Some(Value::Array(entries)) => return Self::from_entries(entries, files),
            Some(value) => return Ok(Self::from_value(value)),
        }
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
            Some(Value::Array(entries)) => Self::from_entries(entries, files),
            Some(value) => Ok(Self::from_value(value)),
            None if converts_tekken(files) => Ok(Self::from_value(&legacy_json(files)?.unwrap_or_default())),
            None => Ok(Self::None),
        }
    }

    /// The templates that the reference's processor loads.
    pub(crate) fn of_processor(files: &ModelFiles) -> Result<Self> {
        let set = Self::of_template_files(files)?;
        let config = files.json_object("processor_config.json")?.unwrap_or_default();
        Ok(match config.get("chat_template") {
            None | Some(Value::Null) => set,
            Some(value) => Self::from_value(value),
        })
    }

    /// The templates in a processor's files other than its config.
    fn of_template_files(files: &ModelFiles) -> Result<Self> {
        let additional = additional_templates(files)?;
        if let Some(legacy) = legacy_json(files)? {
            if !additional.is_empty() {
                return Err(refused(
                    "Cannot load chat template due to conflicting files - this checkpoint combines a legacy \
                     chat_template.json file with separate template files, which is not supported. To resolve this \
                     error, replace the legacy chat_template.json file with a modern chat_template.jinja file."
                        .to_owned(),
                )
                .in_model(files.origin()));
            }
            return Ok(if is_true(&legacy) { Self::from_value(&legacy) } else { Self::None });
        }
        let mut named = Vec::new();
        for (name, text) in additional {
            // What is nothing but an ending is a name, for processors.
            put(&mut named, if name.is_empty() { ".jinja" } else { name }, text);
        }
        if let Some(text) = jinja_file(files, "chat_template.jinja")? {
            put(&mut named, "default", text);
        }
        Ok(match Self::single_if_default(named) {
            Self::Single(Stored::Text(text)) if text.is_empty() => Self::None,
            set => set,
        })
    }

    /// A `chat_template` entry of a JSON file: text, or an object of texts.
    fn from_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::None,
            Value::Object(templates) => {
                Self::Named(templates.iter().map(|(name, value)| (name.clone(), Stored::of(value))).collect())
            }
            other => Self::Single(Stored::of(other)),
        }
    }

    /// The list of names and templates of a tokenizer's config.
    fn from_entries(entries: &[Value], files: &ModelFiles) -> Result<Self> {
        let mut named = Vec::new();
        for entry in entries {
            let field = |key: &str| {
                item(entry, key)
                    .map_err(|error| wrong_entry(Error::from_reference(ErrorKind::Model, error), files))
            };
            let Value::String(name) = field("name")? else {
                let message = "a template's name is not text".to_owned();
                return Err(wrong_entry(Error::new(ErrorKind::Model, message), files));
            };
            put(&mut named, name, Stored::of(field("template")?));
        }
        Ok(Self::Named(named))
    }

    fn single_if_default(mut named: Vec<(String, Stored)>) -> Self {
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
            Self::Single(stored) => (stored.text().map(|text| ("default", text)), &[][..]),
            Self::Named(named) => (None, named.as_slice()),
        };
        single
            .into_iter()
            .chain(named.iter().filter_map(|(name, stored)| Some((name.as_str(), stored.text()?))))
    }

    fn get(&self, name: &str) -> Option<&Stored> {
        match self {
            Self::Named(named) => named.iter().find(|(known, _)| known == name).map(|(_, stored)| stored),
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
            return self.get(argument).map_or(Ok(argument), Stored::to_compile);
        }
        match self {
            Self::Single(stored) => stored.to_compile(),
            Self::None => Err(no_template(asker)),
            Self::Named(named) => {
                let with_tools = asker == Asker::Tokenizer && tools.is_some_and(|tools| !tools.is_null());
                with_tools
                    .then(|| self.get("tool_use"))
                    .flatten()
                    .or_else(|| self.get("default"))
                    .ok_or_else(|| no_default(asker, named))?
                    .to_compile()
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

fn no_default(asker: Asker, named: &[(String, Stored)]) -> Error {
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

/// `chat_template.json`, the processors' file of old.
fn legacy_json(files: &ModelFiles) -> Result<Option<Value>> {
    let Some(mut file) = files.json_object("chat_template.json")? else { return Ok(None) };
    let Some(value) = file.shift_remove("chat_template") else {
        let error = rolecall_jinja::Error::new(rolecall_jinja::ErrorKind::Key, "'chat_template'");
        return Err(Error::from_reference(ErrorKind::Model, error)
            .in_model(&format!("{}: chat_template.json", files.origin()))
            .help("Put the template's text under that key, or into a file chat_template.jinja"));
    };
    Ok(Some(value))
}

fn wrong_entry(error: Error, files: &ModelFiles) -> Error {
    error
        .in_model(&format!("{}: \"chat_template\" in tokenizer_config.json", files.origin()))
        .help(r#"It has to be the template's text, or a list like [{"name": "default", "template": "…"}]"#)
}

fn put(named: &mut Vec<(String, Stored)>, name: &str, stored: impl Into<Stored>) {
    match named.iter_mut().find(|(known, _)| known == name) {
        Some(entry) => entry.1 = stored.into(),
        None => named.push((name.to_owned(), stored.into())),
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
        let map = crate::special_tokens::special_tokens_map(&files, &config)?;
        TemplateSet::of_tokenizer(&files, &config, map.as_ref())
    }

    fn single(text: &str) -> TemplateSet {
        TemplateSet::Single(text.into())
    }

    fn named(pairs: &[(&str, &str)]) -> TemplateSet {
        TemplateSet::Named(
            pairs.iter().map(|(name, text)| ((*name).to_owned(), Stored::from(*text))).collect(),
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
            (
                vec![
                    ("chat_template.jinja", "A"),
                    ("special_tokens_map.json", r#"{"chat_template": [{"name": "a", "template": "1"}]}"#),
                ],
                named(&[("a", "1")]),
            ),
            (
                vec![
                    ("tokenizer_config.json", r#"{"chat_template": "C", "added_tokens_decoder": {}}"#),
                    ("special_tokens_map.json", "is not read"),
                ],
                single("C"),
            ),
        ];
        for (entries, expected) in rows {
            assert_eq!(tokenizer(&entries).expect("loads"), expected, "{entries:?}");
        }
    }

    #[test]
    fn entries_that_are_no_templates_are_refused() {
        for (config, expected) in [
            (r#"{"chat_template": [{"name": "a"}]}"#, "KeyError: 'template'"),
            (r#"{"chat_template": [{"template": "a"}]}"#, "KeyError: 'name'"),
            (r#"{"chat_template": ["x"]}"#, "TypeError: string indices must be integers, not 'str'"),
        ] {
            let error = tokenizer(&[("tokenizer_config.json", config)]).expect_err("is refused");
            assert!(error.to_string().contains("tokenizer_config.json"), "{error}");
            assert_eq!(error.reference().expect("the reference's").to_string(), expected, "{config}");
        }
    }

    /// Each row was observed: such a model loads, and renders with another template.
    #[test]
    fn what_is_no_text_fails_where_it_is_meant() {
        let several = tokenizer(&[(
            "tokenizer_config.json",
            r#"{"chat_template": [{"name": "default", "template": null}, {"name": "a", "template": "A"},
                {"name": "b", "template": ["B"]}]}"#,
        )]);
        let several = several.expect("loads");
        let config =
            ("processor_config.json", r#"{"chat_template": [{"name": "default", "template": "x"}]}"#);
        let list = TemplateSet::of_processor(&files(&[config])).expect("loads");
        let number = tokenizer(&[("tokenizer_config.json", r#"{"chat_template": 5}"#)]).expect("loads");
        let uncompiled = Err("TypeError: Can't compile non template nodes".to_owned());
        for (set, argument, expected) in [
            (&several, None, uncompiled.clone()),
            (&several, Some("a"), Ok("A".to_owned())),
            (&several, Some("b"), Err("TypeError: unhashable type: 'list'".to_owned())),
            (&list, None, Err("TypeError: unhashable type: 'list'".to_owned())),
            (&list, Some("default"), Ok("default".to_owned())),
            (&number, None, uncompiled),
        ] {
            let found = set.select(Asker::Tokenizer, argument, None).map(str::to_owned);
            let found = found.map_err(|error| error.reference().expect("the reference's").to_string());
            assert_eq!(found, expected, "{argument:?}");
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
            (vec![("chat_template.json", r#"{"chat_template": ""}"#), jinja], TemplateSet::None),
            (vec![("chat_template.json", r#"{"chat_template": {"a": "1"}}"#)], named(&[("a", "1")])),
        ];
        for (entries, expected) in rows {
            assert_eq!(TemplateSet::of_processor(&files(&entries)).expect("loads"), expected, "{entries:?}");
        }
        let conflict = files(&[legacy, ("additional_chat_templates/a.jinja", "A")]);
        assert!(TemplateSet::of_processor(&conflict).is_err());
        let (none, config) =
            (("chat_template.json", "{}"), ("processor_config.json", r#"{"chat_template": "P"}"#));
        let error = TemplateSet::of_processor(&files(&[none, config])).expect_err("is refused");
        assert_eq!(error.reference().expect("the reference's").to_string(), "KeyError: 'chat_template'");
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
