//! What servers are known to refuse, and what a dialect has no place for: it is said before anything is sent.

use std::fmt::Display;

use crate::{Dialect, Error, ErrorKind, Info, Parameters, Result};

/// The most that a server takes of what it counts. The default is that of TGI, and holds for [`Dialect::Tgi`] only; a server
/// that was started with other limits tells them in `/info`.
///
/// ```
/// use rolecall_sender::{Endpoint, Parameters, ServerLimits, blocking::Sender};
///
/// # let server = rolecall_testkit::FakeGeneration::new().start()?;
/// # let address = server.url();
/// let sender = Sender::new(Endpoint::parse(&address)?);
/// let limits = ServerLimits::from(&sender.info()?);
/// let parameters = Parameters::new().limits(limits).stop("\n");
/// # assert_eq!(limits, ServerLimits::default());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerLimits {
    /// Stop sequences.
    pub stop: u64,
    /// Answers of which the best is given.
    pub best_of: u64,
    /// Competitors of each token that are told.
    pub top_n_tokens: u64,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self { stop: 4, best_of: 2, top_n_tokens: 5 }
    }
}

impl ServerLimits {
    /// The limits of a dialect's server: those that were given, and those that all of its servers begin with.
    fn of(self, dialect: Dialect) -> Self {
        if dialect == Dialect::Tgi || self != Self::default() {
            return self;
        }
        Self { stop: u64::MAX, best_of: u64::MAX, top_n_tokens: u64::MAX }
    }
}

impl From<&Info> for ServerLimits {
    fn from(info: &Info) -> Self {
        let default = Self::default();
        Self {
            stop: info.max_stop_sequences.unwrap_or(default.stop),
            best_of: info.max_best_of.unwrap_or(default.best_of),
            ..default
        }
    }
}

/// What helps against a limit.
const FEWER: &str = "Give fewer, or the limits of your server (Parameters::limits)";

fn refused(name: &str, value: impl Display, rule: &str, help: &str) -> Result<()> {
    Err(Error::new(ErrorKind::Parameter, format!("{name} is {value}, but {rule}")).help(help))
}

/// Every rule, the field's name in front.
pub(crate) fn check(p: &Parameters, dialect: Dialect, stream: bool) -> Result<()> {
    let limits = p.limits.of(dialect);
    counts(p, limits)?;
    sampling(p, dialect)?;
    penalties(p)?;
    if p.stop.len() as u64 > limits.stop {
        let rule = format!("servers take up to {} sequences", limits.stop);
        return refused("stop", format!("a list of {}", p.stop.len()), &rule, FEWER);
    }
    if p.stop.iter().any(String::is_empty) {
        return refused("stop", "an empty text", "every answer has that at once", "Leave it out");
    }
    several(p, limits, stream)?;
    grammar(p, dialect)?;
    if p.decoder_input_details == Some(true) && (stream || p.details != Some(true)) {
        let (rule, help) = if stream {
            ("streams do not have it", "Ask for the whole answer")
        } else {
            ("without details the server leaves it out", "Set details, too")
        };
        return refused("decoder_input_details", "true", rule, help);
    }
    Ok(())
}

fn counts(p: &Parameters, limits: ServerLimits) -> Result<()> {
    let rule = "it has to be at least 1";
    for (name, value, help) in [
        ("max_new_tokens", p.max_new_tokens, "Leave it out for the default"),
        ("top_k", p.top_k, "Leave it out to sample from all tokens"),
        ("truncate", p.truncate, "Leave it out to send all of the prompt"),
        ("best_of", p.best_of, "Leave it out for one answer"),
        ("n", p.n, "Leave it out for one answer"),
    ] {
        if value == Some(0) {
            return refused(name, 0, rule, help);
        }
    }
    let most = limits.top_n_tokens;
    if let Some(count) = p.top_n_tokens.filter(|count| u64::from(*count) > most) {
        return refused("top_n_tokens", count, &format!("servers take up to {most}"), FEWER);
    }
    Ok(())
}

fn sampling(p: &Parameters, dialect: Dialect) -> Result<()> {
    let is_tgi = dialect == Dialect::Tgi;
    if let Some(value) = p.temperature {
        if is_tgi && not_positive(value) {
            return refused("temperature", value, "it has to be above 0", "Leave it out for greedy decoding");
        }
        if !(value >= 0.0 && value.is_finite()) {
            return refused("temperature", value, "it has to be at least 0", "Use 0 for greedy decoding");
        }
        // TGI samples with a temperature whatever do_sample says.
        if p.do_sample == Some(false) && value != 0.0 {
            let rule = "do_sample is false, and a temperature turns sampling on";
            return refused("temperature", value, rule, "Set one of them");
        }
    }
    if let Some(value) =
        p.top_p.filter(|value| not_positive(*value) || *value > 1.0 || is_tgi && *value >= 1.0)
    {
        let rule =
            if is_tgi { "it has to be above 0 and below 1" } else { "it has to be above 0 and at most 1" };
        return refused("top_p", value, rule, "Leave it out to sample from all tokens");
    }
    if let Some(value) = p.typical_p.filter(|value| not_positive(*value) || *value >= 1.0) {
        return refused("typical_p", value, "it has to be above 0 and below 1", "Leave it out");
    }
    Ok(())
}

fn penalties(p: &Parameters) -> Result<()> {
    if let Some(value) = p.repetition_penalty.filter(|value| not_positive(*value)) {
        return refused("repetition_penalty", value, "it has to be above 0", "Leave it out for no penalty");
    }
    for (name, value) in
        [("frequency_penalty", p.frequency_penalty), ("presence_penalty", p.presence_penalty)]
    {
        if let Some(value) = value.filter(|value| !(-2.0..=2.0).contains(value)) {
            return refused(name, value, "it has to be from -2 to 2", "Leave it out for no penalty");
        }
    }
    Ok(())
}

/// Several answers to one prompt.
fn several(p: &Parameters, limits: ServerLimits, stream: bool) -> Result<()> {
    for (name, count) in [("best_of", p.best_of), ("n", p.n)] {
        if let Some(count) = count.filter(|count| stream && *count > 1) {
            return refused(name, count, "a stream has one answer", "Ask for the whole answers");
        }
    }
    let Some(count) = p.best_of.filter(|count| *count > 1) else { return Ok(()) };
    let most = limits.best_of;
    if u64::from(count) > most {
        return refused("best_of", count, &format!("servers take up to {most}"), FEWER);
    }
    if p.seed.is_some() {
        return refused("best_of", count, "with a seed all answers are the same", "Leave out the seed");
    }
    let samples = p.do_sample == Some(true)
        || p.temperature.is_some_and(|temperature| (temperature - 1.0).abs() > 0.0)
        || p.top_k.is_some()
        || p.top_p.is_some()
        || p.typical_p.is_some();
    if !samples {
        return refused("best_of", count, "it needs sampling", "Set do_sample or a temperature");
    }
    Ok(())
}

fn grammar(p: &Parameters, dialect: Dialect) -> Result<()> {
    let schema = match &p.grammar {
        Some(crate::Grammar::Json(schema)) => schema,
        Some(crate::Grammar::Regex(_)) if dialect == Dialect::Chat => {
            let message = "the dialect chat has no place for a grammar that is a regular expression";
            return Err(Error::new(ErrorKind::Parameter, message)
                .help("Use a JSON schema, or send a rendered prompt with another dialect"));
        }
        _ => return Ok(()),
    };
    if dialect == Dialect::Tgi && schema.get("properties").is_none() {
        return refused(
            "grammar",
            "a schema without properties",
            "the server wants a 'properties' field",
            "Add it",
        );
    }
    if dialect == Dialect::Chat && p.response_format.is_some() {
        let help = "Give one of them";
        return refused("grammar", "set", "response_format is set, too, and says the same", help);
    }
    Ok(())
}

fn not_positive(value: f64) -> bool {
    !(value > 0.0 && value.is_finite())
}

/// Which fields a dialect has no place for, and what there is instead.
pub(crate) fn refuse_unknown(p: &Parameters, dialect: Dialect) -> Result<()> {
    use Dialect::{Chat, Completions, SgLang, Tgi};
    const UNASKED: &str =
        "The finish reason and the counts are told unasked; ask for tokens with top_n_tokens";
    const EXTRA: &str = "If this server knows such a field, add it with extra";
    let rows: [(&str, bool, &[Dialect], &str); 25] = [
        ("adapter_id", p.adapter_id.is_some(), &[Tgi], "Name the adapter as the model"),
        ("add_special_tokens", p.add_special_tokens.is_some(), &[Completions], EXTRA),
        ("best_of", p.best_of.is_some_and(|count| count > 1), &[Tgi, Completions], EXTRA),
        ("decoder_input_details", p.decoder_input_details == Some(true), &[Tgi], UNASKED),
        ("details", p.details == Some(true), &[Tgi], UNASKED),
        ("do_sample = true", p.do_sample == Some(true), &[Tgi], "Set a temperature"),
        ("frequency_penalty", p.frequency_penalty.is_some(), &Dialect::ALL, EXTRA),
        ("grammar", p.grammar.is_some(), &[Tgi, SgLang, Chat], EXTRA),
        ("include_usage", p.include_usage, &Dialect::ALL, EXTRA),
        ("logit_bias", p.logit_bias.is_some(), &[Chat], EXTRA),
        ("logprobs", p.logprobs, &[Chat], "Ask for tokens with top_n_tokens"),
        ("n", p.n.is_some_and(|count| count > 1), &[Completions, Chat], "Ask several times"),
        (
            "presence_penalty",
            p.presence_penalty.is_some(),
            &[Completions, SgLang, Chat],
            "Use repetition_penalty",
        ),
        ("repetition_penalty", p.repetition_penalty.is_some(), &[Tgi, SgLang], EXTRA),
        ("response_format", p.response_format.is_some(), &[Chat], "Use grammar"),
        (
            "return_full_text",
            p.return_full_text,
            &[Tgi, Completions, SgLang],
            "The server renders the prompt itself",
        ),
        ("seed", p.seed.is_some(), &[Tgi, Completions, Chat], EXTRA),
        ("tool_choice", p.tool_choice.is_some(), &[Chat], "Functions are part of a rendered prompt"),
        ("tool_prompt", p.tool_prompt.is_some(), &[Chat], "Functions are part of a rendered prompt"),
        ("tools", p.tools.is_some(), &[Chat], "Functions are part of a rendered prompt"),
        ("top_k", p.top_k.is_some(), &[Tgi, SgLang], EXTRA),
        ("top_n_tokens", p.top_n_tokens.is_some(), &[Tgi, Completions, Chat], EXTRA),
        ("truncate", p.truncate.is_some(), &[Tgi], "Send a shorter prompt"),
        ("typical_p", p.typical_p.is_some(), &[Tgi], EXTRA),
        ("watermark", p.watermark == Some(true), &[Tgi], "Leave it out"),
    ];
    let unknown = rows.iter().find(|(_, is_set, dialects, _)| *is_set && !dialects.contains(&dialect));
    match unknown {
        Some((name, _, _, help)) => {
            let message = format!("the dialect {dialect} has no place for {name}");
            Err(Error::new(ErrorKind::Parameter, message).help(*help))
        }
        None => Ok(()),
    }
}
