//! Parameters of text generation, as the command takes them.

use std::path::PathBuf;

use clap::Args;
use rolecall_sender::{Dialect, Grammar, Parameters};
use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::input;

/// Sets what is given.
macro_rules! set {
    ($arguments:expr, $parameters:ident: $($name:ident)*) => {$(
        if let Some(value) = $arguments.$name.clone() {
            $parameters = $parameters.$name(value);
        }
    )*};
}

/// How the answer is generated. What is not set is left to the server.
#[derive(Debug, Args)]
pub(crate) struct ParameterArgs {
    /// The most tokens of the answer
    #[arg(long, visible_alias = "max-tokens", value_name = "N")]
    pub(crate) max_new_tokens: Option<u32>,
    /// Leave it out for greedy decoding with the dialect tgi; 0 is greedy with the others
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub(crate) temperature: Option<f64>,
    /// Above 0 and below 1; up to 1 with other dialects than tgi
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub(crate) top_p: Option<f64>,
    /// At least 1
    #[arg(long, value_name = "K")]
    pub(crate) top_k: Option<u32>,
    /// Between 0 and 1, both excluded
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub(crate) typical_p: Option<f64>,
    /// The seed of the sampling
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Sample, or decode greedily
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) do_sample: Option<bool>,
    /// A text that ends the answer; repeat it for more, up to four with the dialect tgi
    #[arg(long, value_name = "TEXT")]
    pub(crate) stop: Vec<String>,
    /// Above 0; 1 is no penalty
    #[arg(long, value_name = "F", allow_negative_numbers = true)]
    pub(crate) repetition_penalty: Option<f64>,
    /// From -2 to 2; 0 is no penalty
    #[arg(long, value_name = "F", allow_negative_numbers = true)]
    pub(crate) frequency_penalty: Option<f64>,
    /// From -2 to 2; 0 is no penalty
    #[arg(long, value_name = "F", allow_negative_numbers = true)]
    pub(crate) presence_penalty: Option<f64>,
    /// Cut the prompt from the left to so many tokens
    #[arg(long, value_name = "N")]
    pub(crate) truncate: Option<u32>,
    /// Mark the answer as a machine's
    #[arg(long)]
    pub(crate) watermark: bool,
    /// The id of a LoRA adapter
    #[arg(long, value_name = "ID")]
    pub(crate) adapter_id: Option<String>,
    /// A file with a JSON schema that the answer has to fit
    #[arg(long, value_name = "FILE", conflicts_with = "regex")]
    pub(crate) json_schema: Option<PathBuf>,
    /// A regular expression that the answer has to match
    #[arg(long, value_name = "PATTERN")]
    pub(crate) regex: Option<String>,
    /// A field of the request that has no option here; the value is JSON, or text if it is not
    #[arg(long = "extra", value_name = "NAME=VALUE", value_parser = input::variable)]
    pub(crate) extra: Vec<(String, Value)>,
}

/// What is told beside the answer's own text.
#[derive(Debug, Args)]
pub(crate) struct AnswerArgs {
    /// Give the best of so many answers
    #[arg(long, value_name = "N")]
    pub(crate) best_of: Option<u32>,
    /// Tell the most probable tokens at each place, with --json
    #[arg(long, value_name = "N", requires = "json")]
    pub(crate) top_n_tokens: Option<u32>,
    /// Tell the finish reason and the counts of tokens, with --json; for the dialect tgi, the others do it unasked
    #[arg(long, requires = "json")]
    pub(crate) details: bool,
    /// Answer with the prompt in front
    #[arg(long)]
    pub(crate) return_full_text: bool,
}

impl AnswerArgs {
    /// Adds what is given.
    pub(crate) fn add(&self, mut parameters: Parameters) -> Parameters {
        set!(self, parameters: best_of top_n_tokens);
        if self.details {
            parameters = parameters.details(true);
        }
        parameters.return_full_text(self.return_full_text)
    }
}

impl ParameterArgs {
    /// The parameters for a dialect; in streams of those that count tokens only when asked, they are asked.
    pub(crate) fn read(&self, dialect: Dialect, stream: bool) -> Outcome<Parameters> {
        let mut p = Parameters::new();
        set!(self, p: max_new_tokens temperature top_p top_k typical_p seed do_sample repetition_penalty
            frequency_penalty presence_penalty truncate adapter_id);
        if self.watermark {
            p = p.watermark(true);
        }
        if let Some(path) = &self.json_schema {
            let name = path.display().to_string();
            let schema = serde_json::from_str(&input::text(&name)?);
            p = p.json_schema(schema.map_err(|error| Failure::Job(format!("{name} is not JSON: {error}.")))?);
        }
        if let Some(pattern) = &self.regex {
            p = p.grammar(Grammar::Regex(pattern.clone()));
        }
        if stream && matches!(dialect, Dialect::Completions | Dialect::Chat) {
            p = p.include_usage(true);
        }
        p = self.stop.iter().fold(p, Parameters::stop);
        Ok(self.extra.iter().fold(p, |p, (name, value)| p.extra(name, value.clone())))
    }
}
