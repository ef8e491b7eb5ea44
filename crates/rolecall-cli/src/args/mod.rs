//! The arguments of the command.

mod sending;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rolecall::{DateTime, ImageSize, VideoSize};
use serde_json::Value;

use crate::input;

pub(crate) use sending::{ChatArgs, RequestArgs, SendArgs, StatusArgs, WhoamiArgs};

/// Chat prompts, exactly as the model was trained to see them.
#[derive(Debug, Parser)]
#[command(
    name = "rolecall",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Render a conversation with a model's chat template and print the prompt
    #[command(
        after_help = "Example:\n  rolecall render --model builtin:llama-3 examples/llama-cookbook.json"
    )]
    Render(RenderArgs),
    /// Render a conversation and print the prompt as token ids
    #[command(
        after_help = "On a terminal it is a table, elsewhere one line with a JSON list of ids.\n\nExample:\n  rolecall tokens --model org/name examples/llama-cookbook.json"
    )]
    Tokens(TokensArgs),
    /// Render many conversations: a chat request on each line in, a prompt on each line out
    #[command(
        long_about = BATCH,
        after_help = "Examples:\n  rolecall batch --model builtin:llama-3 examples/chats.jsonl\n  rolecall batch --template t.jinja --special-tokens tokens.json < in.jsonl > out.jsonl"
    )]
    Batch(BatchArgs),
    /// Render a conversation, send the prompt to a text-generation endpoint and print the answer
    #[command(
        after_help = "Example:\n  rolecall send --endpoint http://127.0.0.1:8091 --model builtin:llama-3 --stream examples/llama-cookbook.json"
    )]
    Send(Box<SendArgs>),
    /// Talk with a model in the terminal
    #[command(
        long_about = CHAT,
        after_help = "Examples:\n  rolecall chat --endpoint http://127.0.0.1:8091 --model builtin:llama-3 --system \"Be brief.\"\n  rolecall chat --endpoint http://127.0.0.1:8080 --chat"
    )]
    Chat(Box<ChatArgs>),
    /// Tell how an endpoint is and what it says about itself, or what a provider serves
    #[command(
        after_help = "The exit code is 0 when the server is well, or the provider serves the model.\n\nExamples:\n  rolecall status --endpoint http://127.0.0.1:8091\n  rolecall status --provider hf-inference\n  rolecall status --provider together --served-model ORG/NAME"
    )]
    Status(Box<StatusArgs>),
    /// Tell whose token is used for the Hub
    #[command(after_help = "Example:\n  rolecall whoami")]
    Whoami(WhoamiArgs),
    /// Fetch a model's files from the Hub into templates-cache/ and pin them in its lock file
    #[command(
        after_help = "Examples:\n  rolecall fetch meta-llama/Meta-Llama-3-8B-Instruct\n  rolecall fetch --locked"
    )]
    Fetch(FetchArgs),
    /// Tell what a model has: files, templates and what they read, special tokens, control tokens, who writes BOS
    #[command(after_help = "Example:\n  rolecall inspect builtin:llama-3")]
    Inspect(InspectArgs),
    /// Keep the prompts of a folder's conversations as files, and tell when they change
    #[command(subcommand, after_help = SNAPSHOT)]
    Snapshot(SnapshotCommand),
    /// Show what another revision of a model makes of conversations
    #[command(
        long_about = DIFF,
        after_help = "Examples:\n  rolecall diff org/name@v1.0 org/name@main\n  rolecall diff builtin:chatml ./my-model examples/llama-cookbook.json"
    )]
    Diff(DiffArgs),
    /// Print what makes a shell complete this command's arguments
    #[command(
        after_help = "Example:\n  rolecall completions bash > ~/.local/share/bash-completion/completions/rolecall"
    )]
    Completions(CompletionsArgs),
    /// Write the manual pages, one for each command
    #[command(after_help = "Example:\n  rolecall man ~/.local/share/man/man1")]
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder to write them to; it is made if it is not there
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

/// What `rolecall chat` reads.
const CHAT: &str = "\
Talk with a model in the terminal

Each line of standard input is a message; the answer is printed as it comes, and both stay in the conversation. Lines that \
begin with a slash are commands, and //TEXT is the message /TEXT. /help lists them: /reset, /image FILE, /save FILE, /quit. \
The end of input ends the conversation.

The prompt is rendered with --model and sent as rolecall send does it; with --chat the messages themselves are sent. When an \
answer fails, the message is taken back and the conversation goes on. What is not an answer goes to standard error. When \
input is not a terminal, the exit code is 1 if a line failed.";

/// What `rolecall diff` does.
const DIFF: &str = "\
Show what another revision of a model makes of conversations

Both models render the same conversations. First it is told which of the model's files changed, then for each conversation \
how the prompts differ; after \"marks\" the text is the same, and who wrote it or what of it is a control token is not. \
Control tokens of the template stand in ⟪…⟫, what came from the input in ⟦…⟧ with the number of \
its message. The exit code is 0 when both rendered, whatever they rendered; --exit-code makes it 1 when prompts differ.";

/// What `rolecall snapshot` keeps, and where.
const SNAPSHOT: &str = "\
DIR holds a file snapshots.json such as

  {
    \"models\": [\"builtin:llama-3\", \"../my-model\", \"org/name@v1.0\"],
    \"options\": {\"add_generation_prompt\": true},
    \"now\": \"2026-07-04T12:34:56\"
  }

and a folder conversations/ with chat requests, each a file NAME.json. The goldens are in goldens/MODEL/NAME.prompt. \
Models are paths from DIR, built in, or pinned in the templates cache; nothing is fetched.";

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Render all conversations with all models and compare with the goldens
    #[command(
        after_help = "The exit code is 0 when all are as they were, 1 when one has changed, is missing or is not needed.\n\nExample:\n  rolecall snapshot test prompts --junit report.xml"
    )]
    Test(SnapshotTestArgs),
    /// Accept what is rendered now: write the goldens anew, and remove those that are not needed
    #[command(after_help = "Example:\n  rolecall snapshot update prompts")]
    Update(SnapshotArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    /// The folder with snapshots.json
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// The folder of pinned models, where snapshots.json names none
    #[arg(long, value_name = "DIR", default_value = "templates-cache", env = "ROLECALL_TEMPLATES_CACHE")]
    pub(crate) templates_cache: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotTestArgs {
    #[command(flatten)]
    pub(crate) folder: SnapshotArgs,
    /// Write the result as JUnit XML too
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) color: ColorArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The model as it was: a folder, a .gguf file, builtin:NAME, or a repository ORG/NAME[@REVISION]
    #[arg(value_name = "MODEL")]
    pub(crate) before: String,
    /// The model as it is
    #[arg(value_name = "MODEL")]
    pub(crate) after: String,
    /// A chat request, a folder of them, or - for standard input [a set of rolecall's own if unset]
    #[arg(value_name = "INPUT")]
    pub(crate) conversation: Option<String>,
    #[command(flatten)]
    pub(crate) options: OptionArgs,
    /// The folder of pinned models
    #[arg(long, value_name = "DIR", default_value = "templates-cache", env = "ROLECALL_TEMPLATES_CACHE")]
    pub(crate) templates_cache: PathBuf,
    /// End with 1 when prompts differ
    #[arg(long)]
    pub(crate) exit_code: bool,
    #[command(flatten)]
    pub(crate) color: ColorArgs,
}

/// What `rolecall batch` reads and writes.
const BATCH: &str = "\
Render many conversations: a chat request on each line in, a prompt on each line out

A line in is a JSON object with messages and, if wanted, tools, documents, chat_template_kwargs, \
add_generation_prompt (false if it is left out) and continue_final_message; any other key is refused by its name. A \
line out, in the same order, is {\"prompt\": TEXT} or \
{\"error\": {\"kind\": NAME, \"message\": TEXT, \"line\": NUMBER or null}}. The line is the template's, and the kind \
is the exception class that Python's transformers raises. Where it raises none the kind is LimitError or \
UnsupportedError (the engine refuses), LineError (the line is empty, too long or not UTF-8), JsonError (it is not \
JSON, or holds what cannot be kept exactly), RequestError (it is no chat request), ModelError or InternalError.

A line that fails stops nothing. At the end standard error tells how many lines there were and how many failed. The \
exit code is 0 when all were rendered, 1 when some failed or the output ended early, 2 when the command was used \
wrongly.";

/// Which template renders.
#[derive(Debug, Clone, Args)]
pub(crate) struct ModelArgs {
    /// A folder, a .gguf file, builtin:NAME, or a repository ORG/NAME[@REVISION]
    #[arg(short, long, value_name = "MODEL", conflicts_with = "template")]
    pub(crate) model: Option<String>,
    /// A template file, instead of a model
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,
    /// Special tokens for --template: a JSON file such as {"bos_token": "<s>"}
    #[arg(long, value_name = "FILE", requires = "template", conflicts_with = "model")]
    pub(crate) special_tokens: Option<PathBuf>,
    /// Which of the model's templates, by its name (inspect lists them)
    #[arg(long, value_name = "NAME")]
    pub(crate) template_name: Option<String>,
    /// Whose rules say where the template comes from
    #[arg(long, value_enum, default_value_t = LoaderArg::Auto, value_name = "LOADER")]
    pub(crate) loader: LoaderArg,
    /// The folder of pinned models
    #[arg(long, value_name = "DIR", default_value = "templates-cache", env = "ROLECALL_TEMPLATES_CACHE")]
    pub(crate) templates_cache: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LoaderArg {
    /// The processor's for a model that has one when images are given, otherwise the tokenizer's
    Auto,
    /// As transformers' AutoTokenizer finds it
    Tokenizer,
    /// As transformers' AutoProcessor finds it
    Processor,
}

/// What is rendered.
#[derive(Debug, Args)]
pub(crate) struct PromptArgs {
    /// A JSON file, or - for standard input: a list of messages, or an object with messages, tools,
    /// documents, chat_template_kwargs, add_generation_prompt, continue_final_message
    #[arg(value_name = "INPUT", default_value = "-")]
    pub(crate) input: String,
    #[command(flatten)]
    pub(crate) options: OptionArgs,
    /// An image for the next image slot; repeat it for more
    #[arg(long = "image", value_name = "FILE")]
    pub(crate) images: Vec<PathBuf>,
    /// The size of the next image in pixels: placeholders are expanded as the model's processor does it; repeat it for
    /// more
    #[arg(long = "image-size", value_name = "WxH", value_parser = image_size, conflicts_with = "images")]
    pub(crate) image_sizes: Vec<ImageSize>,
    /// The size of the next video in pixels, and how many frames the model gets
    #[arg(long = "video-size", value_name = "WxHxFRAMES", value_parser = video_size, conflicts_with = "images")]
    pub(crate) video_sizes: Vec<VideoSize>,
    /// What the template writes for an image, where the model's files do not say it
    #[arg(long, value_name = "TEXT")]
    pub(crate) image_token: Option<String>,
}

fn image_size(text: &str) -> Result<ImageSize, String> {
    match *numbers(text)? {
        [width, height] => Ok(ImageSize { width, height }),
        _ => Err("write the width and the height, as in 640x480".to_owned()),
    }
}

fn video_size(text: &str) -> Result<VideoSize, String> {
    match *numbers(text)? {
        [width, height, frames] => Ok(VideoSize { width, height, frames }),
        _ => Err("write the width, the height and the frames, as in 640x480x8".to_owned()),
    }
}

fn numbers(text: &str) -> Result<Vec<u32>, String> {
    let number = |part: &str| part.parse().map_err(|_| format!("{part:?} is no number of pixels or frames"));
    text.split('x').map(number).collect()
}

/// Options of a chat request, over those in its document.
#[derive(Debug, Args)]
pub(crate) struct OptionArgs {
    /// End the prompt with the header of an answer
    #[arg(long)]
    pub(crate) add_generation_prompt: bool,
    /// Leave the final message open; with a value, another field of it than its content
    #[arg(long, value_name = "FIELD", num_args = 0..=1, require_equals = true, default_missing_value = "content")]
    pub(crate) continue_final_message: Option<String>,
    #[command(flatten)]
    pub(crate) template: VariableArgs,
}

/// What a template sees beside the conversation.
#[derive(Debug, Args)]
pub(crate) struct VariableArgs {
    /// A variable for the template; the value is JSON, or text if it is not [such as enable_thinking=false]
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = input::variable)]
    pub(crate) variables: Vec<(String, Value)>,
    /// The local time that templates see [such as 2026-07-04T12:34:56; the computer's clock if unset]
    #[arg(long, value_name = "TIME", value_parser = input::moment)]
    pub(crate) now: Option<DateTime>,
}

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct RenderArgs {
    #[command(flatten)]
    pub(crate) prompt: PromptArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Print a JSON document instead of the bare prompt
    #[arg(long)]
    pub(crate) json: bool,
    /// Show who wrote what: in colour on a terminal, a line for each part elsewhere, with --json as a list
    #[arg(long)]
    pub(crate) spans: bool,
    #[command(flatten)]
    pub(crate) color: ColorArgs,
    /// Render a second time on another engine, minijinja, and fail if it gives something else
    #[cfg(feature = "cross-check")]
    #[arg(long)]
    pub(crate) cross_check: bool,
    /// With --cross-check: say so on standard error when both engines give the same
    #[cfg(feature = "cross-check")]
    #[arg(short, long, requires = "cross_check")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct TokensArgs {
    #[command(flatten)]
    pub(crate) prompt: PromptArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Where control tokens count
    #[arg(long, value_enum, default_value_t = ControlTokensArg::Template, value_name = "WHERE")]
    pub(crate) control_tokens: ControlTokensArg,
    /// Tell which tokens are the assistant's
    #[arg(long)]
    pub(crate) mask: bool,
    /// With --mask: the control token that ends an assistant's turn is the assistant's too
    #[arg(long, requires = "mask")]
    pub(crate) end_of_turn: bool,
    /// Keep so many tokens; the tokenizer's files say which side is cut, the end if they do not
    #[arg(long, value_name = "N")]
    pub(crate) max_length: Option<usize>,
    /// Print one line with the ids, on a terminal too
    #[arg(long, conflicts_with_all = ["table", "json", "mask"])]
    pub(crate) ids: bool,
    /// Print a table of tokens, not only on a terminal
    #[arg(long, conflicts_with = "json")]
    pub(crate) table: bool,
    /// Print a JSON document: ids, offsets, what each token is
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) color: ColorArgs,
}

/// Whether there are colours.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ColorArgs {
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t = ColorArg::Auto,
        hide_default_value = true,
        hide_possible_values = true,
        help = "Colours: auto, always or never [auto: on a terminal, unless NO_COLOR, CLICOLOR or CLICOLOR_FORCE say otherwise]"
    )]
    pub(crate) color: ColorArg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ControlTokensArg {
    /// Where the template wrote them; what users typed is text
    Template,
    /// Wherever they stand
    Anywhere,
    /// As transformers' sanitize_control_tokens does it
    Reference,
}

#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    /// A file of JSON lines, or - for standard input
    #[arg(value_name = "INPUT", default_value = "-")]
    pub(crate) input: String,
    /// Where the answers go, instead of standard output; the file is written anew
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) options: OptionArgs,
    /// How many lines are rendered at once [as many as the computer has processors if unset]
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct FetchArgs {
    /// The repository, ORG/NAME or ORG/NAME@REVISION; with --locked all models of the lock file if unset
    #[arg(value_name = "REPO", required_unless_present = "locked")]
    pub(crate) repo: Option<String>,
    /// A branch, tag or commit
    #[arg(long, value_name = "REVISION", conflicts_with = "locked")]
    pub(crate) revision: Option<String>,
    /// Change nothing in the lock file: verify the files against it, and fetch what is missing
    #[arg(long)]
    pub(crate) locked: bool,
    /// The folder of pinned models
    #[arg(long, value_name = "DIR", default_value = "templates-cache", env = "ROLECALL_TEMPLATES_CACHE")]
    pub(crate) templates_cache: PathBuf,
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A folder, a .gguf file, builtin:NAME, or a repository ORG/NAME[@REVISION]
    #[arg(value_name = "MODEL", required_unless_present = "model_flag")]
    pub(crate) model: Option<String>,
    /// The same, as the other commands take it
    #[arg(short, long = "model", value_name = "MODEL", id = "model_flag", conflicts_with = "model")]
    pub(crate) model_flag: Option<String>,
    /// The folder of pinned models
    #[arg(long, value_name = "DIR", default_value = "templates-cache", env = "ROLECALL_TEMPLATES_CACHE")]
    pub(crate) templates_cache: PathBuf,
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

impl InspectArgs {
    /// The model in the form that all commands share.
    pub(crate) fn model_args(&self) -> ModelArgs {
        ModelArgs {
            model: self.model.clone().or_else(|| self.model_flag.clone()),
            template: None,
            special_tokens: None,
            template_name: None,
            loader: LoaderArg::Auto,
            templates_cache: self.templates_cache.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
