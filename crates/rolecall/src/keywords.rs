//! Names that no variable of a template can have.
//!
//! The reference hands the variables on from function to function as keyword arguments, beside arguments of its own.
//! Python refuses a name that is given twice, in each function at its time and with its words.

use rolecall_jinja::ErrorKind as Class;

use crate::contract::refused;
use crate::templates::Asker;
use crate::{Error, Options, Result, SpecialTokens};

/// What the methods take by position.
const POSITIONAL: [&str; 2] = ["self", "conversation"];

/// What the tokenizer's method takes by keyword.
const TOKENIZER: [&str; 14] = [
    "tools",
    "documents",
    "chat_template",
    "add_generation_prompt",
    "continue_final_message",
    "tokenize",
    "padding",
    "truncation",
    "max_length",
    "return_tensors",
    "return_dict",
    "return_assistant_tokens_mask",
    "sanitize_control_tokens",
    "tokenizer_kwargs",
];

/// What the processor's method takes by keyword.
const PROCESSOR: [&str; 12] = [
    "chat_template",
    "tools",
    "documents",
    "add_generation_prompt",
    "continue_final_message",
    "return_assistant_tokens_mask",
    "tokenize",
    "return_tensors",
    "return_dict",
    "load_audio_from_video",
    "processor_kwargs",
    "sanitize_control_tokens",
];

/// What the function behind both methods takes, which gets the special tokens too.
const RENDER: [&str; 7] = [
    "conversations",
    "tools",
    "documents",
    "chat_template",
    "return_assistant_tokens_mask",
    "continue_final_message",
    "add_generation_prompt",
];

/// The check of the method itself, before anything else.
pub(crate) fn check_arguments(asker: Asker, options: &Options) -> Result<()> {
    let (module, class, keywords) = match asker {
        Asker::Tokenizer => {
            ("transformers.tokenization_utils_base", "PreTrainedTokenizerBase", TOKENIZER.as_slice())
        }
        Asker::Processor => ("transformers.processing_utils", "ProcessorMixin", PROCESSOR.as_slice()),
    };
    let names = || options.variables.keys().map(String::as_str);
    // Keywords are counted before any argument is taken.
    let message = if let Some(name) = names().find(|name| keywords.contains(name)) {
        format!("{module}.{class}.apply_chat_template() got multiple values for keyword argument '{name}'")
    } else if let Some(name) = names().find(|name| POSITIONAL.contains(name)) {
        format!("{class}.apply_chat_template() got multiple values for argument '{name}'")
    } else {
        return Ok(());
    };
    Err(refused(Class::Type, message).help(
        "A parameter of apply_chat_template is no variable of the template: set it as the option that it is",
    ))
}

/// The check where variables and special tokens are handed on to be rendered, before the template is compiled.
pub(crate) fn check_handed_on(tokens: &SpecialTokens, options: &Options) -> Result<()> {
    let Some(name) = names(tokens, options).find(|name| RENDER.contains(name)) else { return Ok(()) };
    Err(taken(
        name,
        format!(
            "transformers.utils.chat_template_utils.render_jinja_template() got multiple values for keyword \
             argument '{name}'"
        ),
    ))
}

/// The check of the template's own method, when the conversation is ready to be rendered.
pub(crate) fn check_rendered(tokens: &SpecialTokens, options: &Options) -> Result<()> {
    let has = |wanted: &str| names(tokens, options).any(|name| name == wanted);
    let message = if has("messages") {
        "jinja2.environment.Template.render() got multiple values for keyword argument 'messages'"
    } else if has("self") {
        "Template.render() got multiple values for argument 'self'"
    } else {
        return Ok(());
    };
    Err(taken(if has("messages") { "messages" } else { "self" }, message.to_owned()))
}

/// The names of all that a template sees beside what the methods take.
fn names<'a>(tokens: &'a SpecialTokens, options: &'a Options) -> impl Iterator<Item = &'a str> {
    tokens.iter().map(|(name, _)| name).chain(options.variables.keys().map(String::as_str))
}

fn taken(name: &str, message: String) -> Error {
    refused(Class::Type, message)
        .help(format!("Give the variable or the special token another name: {name:?} is taken"))
}
