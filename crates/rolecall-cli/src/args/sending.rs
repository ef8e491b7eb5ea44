//! The arguments of the commands that ask servers.

use std::path::PathBuf;

use clap::Args;
use rolecall::Model;
use rolecall_sender::Dialect;

use super::{ModelArgs, PromptArgs, VariableArgs};
use crate::endpoint::{GenerationArgs, ServerArgs};
use crate::failure::Outcome;
use crate::input;
use crate::parameters::{AnswerArgs, ParameterArgs};

/// Where a prompt goes, and in which form.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct RequestArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    #[command(flatten)]
    pub(crate) generation: GenerationArgs,
    #[command(flatten)]
    pub(crate) parameters: ParameterArgs,
    /// Send the messages themselves, for the server to render (chat completions)
    #[arg(long)]
    pub(crate) chat: bool,
    /// Send the prompt as token ids, in which no text of a message becomes a control token (the dialects completions and
    /// sglang, of servers that take ids; the model's tokenizer is needed)
    #[arg(long)]
    pub(crate) token_ids: bool,
    /// Send ![](…) that somebody typed with a backslash, so that the server does not take it for an image
    #[arg(long)]
    pub(crate) neutralise_images: bool,
    /// Make images smaller if the request is larger than the server takes
    #[cfg(feature = "image")]
    #[arg(long)]
    pub(crate) downscale: bool,
}

impl RequestArgs {
    /// The model, with what the request needs of it.
    pub(crate) fn model(&self, args: &ModelArgs) -> Outcome<Model> {
        if self.token_ids { input::model_with_tokenizer(args) } else { input::model(args) }
    }

    /// How the server is asked.
    pub(crate) fn dialect(&self) -> Dialect {
        if self.chat { Dialect::Chat } else { self.generation.dialect.unwrap_or_default() }
    }
}

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct SendArgs {
    #[command(flatten)]
    pub(crate) prompt: PromptArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Send this text as it is, without a template (- for standard input)
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["input", "model", "template", "images", "variables",
        "add_generation_prompt", "continue_final_message", "template_name", "image_token", "now", "chat", "token_ids"])]
    pub(crate) raw: Option<String>,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
    /// The server's model sees images: hold --raw to the rules of prompts with images
    #[arg(long)]
    pub(crate) sees_images: bool,
    /// Print the answer token by token, as it comes
    #[arg(long)]
    pub(crate) stream: bool,
    /// Print a JSON document instead of the bare answer
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ChatArgs {
    /// A conversation to go on with: a JSON file as send reads it, or as /save wrote it
    #[arg(value_name = "INPUT")]
    pub(crate) input: Option<String>,
    /// What the model has to keep to, in front of the conversation
    #[arg(long, value_name = "TEXT")]
    pub(crate) system: Option<String>,
    /// An image of INPUT, for the next image slot; repeat it for more
    #[arg(long = "image", value_name = "FILE", requires = "input")]
    pub(crate) images: Vec<PathBuf>,
    /// What the template writes for an image, where the model's files do not say it
    #[arg(long, value_name = "TEXT")]
    pub(crate) image_token: Option<String>,
    #[command(flatten)]
    pub(crate) template: VariableArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WhoamiArgs {
    /// The access token to ask about [that of HF_TOKEN or of the token file if unset]
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// Print a JSON document: all that the Hub says
    #[arg(long)]
    pub(crate) json: bool,
}
