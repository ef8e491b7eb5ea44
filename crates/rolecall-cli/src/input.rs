//! What the command reads: a chat request, a model, images, a clock.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rolecall::{ChatRequest, Clock, DateTime, Image, Loader, Model, ModelFiles, ModelSource, Options};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::args::{LoaderArg, ModelArgs, OptionArgs, PromptArgs, VariableArgs};
use crate::failure::{Failure, Outcome};

/// The most bytes of a document that is read: a conversation of a million words has some ten megabytes.
pub(crate) const MAX_DOCUMENT_BYTES: u64 = 256 << 20;

/// Reads a whole text from a file, or from standard input for `-`.
pub(crate) fn text(path: &str) -> Outcome<String> {
    let name = name(path);
    let bytes = open(path).and_then(capped).map_err(|error| unreadable(path, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::Job(format!("{name} is not UTF-8 text: byte {at} is wrong. Save it as UTF-8."))
    })
}

/// What can be read from a file, or from standard input for `-`.
pub(crate) fn open(path: &str) -> io::Result<Box<dyn Read + Send>> {
    if path == "-" {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    Ok(Box::new(file))
}

/// Why an input could not be read, and what to do about it.
pub(crate) fn unreadable(path: &str, error: &io::Error) -> Failure {
    let advice = match error.kind() {
        io::ErrorKind::NotFound => "Check the path, or use - for standard input",
        io::ErrorKind::PermissionDenied => "Check its permissions",
        _ => "Give a text file, or - for standard input",
    };
    Failure::Job(format!("cannot read {}: {error}. {advice}.", name(path)))
}

/// What an input is called.
fn name(path: &str) -> &str {
    if path == "-" { "standard input" } else { path }
}

fn capped(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_DOCUMENT_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_DOCUMENT_BYTES {
        return Err(io::Error::other(format!("it has more than {} MiB", MAX_DOCUMENT_BYTES >> 20)));
    }
    Ok(bytes)
}

/// The chat request of a command, with the options of the command line over those of the document.
pub(crate) fn request(args: &PromptArgs, document: &str, images: &[Image]) -> Outcome<ChatRequest> {
    let mut request = ChatRequest::from_json(document)
        .map_err(|error| Failure::Job(format!("{}: {error}", name(&args.input))))?;
    check_variables(&args.options.template)?;
    let mut options = overridden(request.options, &args.options);
    for image in images {
        options = options.image(image.clone());
    }
    if !args.image_sizes.is_empty() {
        options = options.expand_images(args.image_sizes.iter().copied());
    }
    if !args.video_sizes.is_empty() {
        options = options.expand_videos(args.video_sizes.iter().copied());
    }
    if let Some(token) = &args.image_token {
        options = options.image_token(token);
    }
    request.options = options;
    Ok(request)
}

/// The images of a command, in order.
pub(crate) fn images(paths: &[PathBuf]) -> Outcome<Vec<Image>> {
    paths.iter().map(|path| Ok(Image::read(path)?)).collect()
}

/// Options, with those of the command line over them.
pub(crate) fn overridden(mut options: Options, args: &OptionArgs) -> Options {
    if args.add_generation_prompt {
        options = options.add_generation_prompt(true);
    }
    if let Some(field) = &args.continue_final_message {
        options = options.continue_final_message(field.as_str());
    }
    with_variables(options, &args.template)
}

/// Each variable may be given once, as a keyword argument in Python.
pub(crate) fn check_variables(args: &VariableArgs) -> Outcome {
    let mut names = BTreeSet::new();
    match args.variables.iter().find(|(name, _)| !names.insert(name)) {
        Some((name, _)) => {
            Err(Failure::Usage(format!("--var gives {name} more than once. Leave out all but one.")))
        }
        None => Ok(()),
    }
}

/// Options, with what a template sees beside the conversation.
pub(crate) fn with_variables(mut options: Options, args: &VariableArgs) -> Options {
    for (name, value) in &args.variables {
        options = options.variable(name, value.clone());
    }
    if let Some(now) = args.now {
        options = options.clock(Clock::fixed(now));
    }
    options
}

/// Options that choose among the templates of a model.
pub(crate) fn choosing(mut options: Options, args: &ModelArgs) -> Options {
    options = options.loader(args.loader.into());
    if let Some(name) = &args.template_name {
        options = options.chat_template(name);
    }
    options
}

/// The model that the arguments name, and the options that choose among its templates.
pub(crate) fn model(args: &ModelArgs) -> Outcome<Model> {
    model_for(args, false)
}

/// The same, with the files for tokenising fetched too.
pub(crate) fn model_with_tokenizer(args: &ModelArgs) -> Outcome<Model> {
    model_for(args, true)
}

fn model_for(args: &ModelArgs, tokenizer: bool) -> Outcome<Model> {
    if let Some(template) = &args.template {
        return template_alone(template, args.special_tokens.as_deref());
    }
    let Some(name) = &args.model else {
        let names: Vec<String> = Model::builtin_names().map(|name| format!("builtin:{name}")).collect();
        return Err(Failure::Usage(format!(
            "no model is named. Add --model with a folder, a repository such as org/name, or one of {}; or \
             --template with a template file.",
            names.join(", ")
        )));
    };
    let source = ModelSource::parse(name, &args.templates_cache)?;
    Ok(load(&source, tokenizer)?)
}

/// A template file without a model's folder.
fn template_alone(template: &Path, special_tokens: Option<&Path>) -> Outcome<Model> {
    let mut files = ModelFiles::new(template.display().to_string());
    let path =
        |path: &Path| path.to_str().map(str::to_owned).ok_or_else(|| Failure::job("a path is not UTF-8"));
    files.insert("chat_template.jinja", text(&path(template)?)?);
    if let Some(tokens) = special_tokens {
        let name = path(tokens)?;
        let content = text(&name)?;
        let value: Value = serde_json::from_str(&content).map_err(|error| {
            Failure::Job(format!(
                "{name} is not JSON: {error}. It should be like {{\"bos_token\": \"<s>\"}}."
            ))
        })?;
        rolecall::SpecialTokens::from_json(&value)
            .map_err(|error| Failure::Job(format!("{name}: {error}")))?;
        // It is shaped like one, and read by the same rules.
        files.insert("tokenizer_config.json", content);
    }
    Ok(Model::from_files(files)?)
}

/// A model with its files for tokenising, and a bar while they are fetched.
pub(crate) fn load_with_tokenizer(source: &ModelSource) -> Outcome<Model> {
    Ok(load(source, true)?)
}

#[cfg(feature = "hub")]
fn load(source: &ModelSource, tokenizer: bool) -> rolecall::Result<Model> {
    let ModelSource::Hub { repo, revision } = source else { return source.load() };
    let mut options = rolecall::hub::HubOptions::from_env().tokenizer(tokenizer);
    if let Some(revision) = revision {
        options = options.revision(revision);
    }
    Model::from_files(rolecall::hub::load(repo, &crate::progress::shown(options))?)
}

#[cfg(not(feature = "hub"))]
fn load(source: &ModelSource, _: bool) -> rolecall::Result<Model> {
    source.load()
}

/// A name of a template has to be one that the model has: unlike in the library it is never a template's text.
pub(crate) fn check_template_name(model: &Model, args: &ModelArgs) -> Outcome {
    match &args.template_name {
        Some(wanted) => check_template(model, args.loader.into(), wanted),
        None => Ok(()),
    }
}

/// The same for a name that comes from elsewhere.
pub(crate) fn check_template(model: &Model, loader: Loader, wanted: &str) -> Outcome {
    let names: Vec<&str> = model.templates(loader).map(|(name, _)| name).collect();
    if names.contains(&wanted) {
        return Ok(());
    }
    let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Err(Failure::Job(format!("{} has no template named {wanted:?}. It has: {known}.", model.origin())))
}

impl From<LoaderArg> for Loader {
    fn from(arg: LoaderArg) -> Self {
        match arg {
            LoaderArg::Auto => Self::Auto,
            LoaderArg::Tokenizer => Self::Tokenizer,
            LoaderArg::Processor => Self::Processor,
        }
    }
}

/// `NAME=VALUE`, the value as JSON; what is not JSON is text, and JSON that cannot be kept exactly is refused.
pub(crate) fn variable(argument: &str) -> Result<(String, Value), String> {
    let Some((name, value)) = argument.split_once('=') else {
        return Err("write it as NAME=VALUE, such as enable_thinking=false".to_owned());
    };
    if name.is_empty() {
        return Err("the name before the = is missing".to_owned());
    }
    let value = match rolecall::json::to_value(value) {
        Ok(value) => value,
        Err(error) if serde_json::from_str::<IgnoredAny>(value).is_ok() => {
            return Err(error.message().to_owned());
        }
        Err(_) => Value::from(value),
    };
    Ok((name.to_owned(), value))
}

/// A moment for `--now`.
pub(crate) fn moment(argument: &str) -> Result<DateTime, String> {
    argument.parse()
}
