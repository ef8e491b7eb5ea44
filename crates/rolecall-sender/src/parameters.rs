//! How an answer is generated.

use serde_json::{Map, Value};

use crate::limits::{self, ServerLimits};

/// The most tokens of an answer where nothing is said, our own choice. Servers of
/// completions differ from 16 to all that fit, so that it is always sent to them.
pub const DEFAULT_MAX_NEW_TOKENS: u32 = 100;

/// The example of a setter: what a dialect sends of it.
macro_rules! sent {
    (Chat, $($example:tt)+) => {
        sent!("Chat", "Payload::Messages(&messages)", $($example)+)
    };
    ($dialect:ident, $($example:tt)+) => {
        sent!(stringify!($dialect), "Payload::Text(\"Hi\")", $($example)+)
    };
    ($dialect:expr, $prompt:literal, $($name:ident($($value:tt)*)).+, $sent:literal) => {
        concat!(
            "\n```\n",
            "# use rolecall_sender::{Dialect, Endpoint, Grammar, Parameters, Payload};\n",
            "# use serde_json::json;\n",
            "# let endpoint = Endpoint::parse(\"http://127.0.0.1:8080\")?;\n",
            "# let messages = json!([{\"role\": \"user\", \"content\": \"Hi\"}]);\n",
            "let parameters = Parameters::new()",
            $(".", stringify!($name), "(", stringify!($($value)*), ")",)+
            ";\n",
            "let request = Dialect::", $dialect, ".request(&endpoint, ", $prompt, ", &parameters, false)?;\n",
            "assert!(request.body.contains(", stringify!($sent), "));\n",
            "# Ok::<(), rolecall_sender::Error>(())\n",
            "```",
        )
    };
}

/// What an answer has to look like.
///
/// ```
/// use rolecall_sender::{Endpoint, Grammar, Parameters, Sender};
/// use serde_json::json;
///
/// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
/// let body = |parameters| Ok(sender.prepare("Hi", &parameters, false)?.request.body);
/// let yes_or_no = Grammar::Regex("yes|no".to_owned());
/// assert!(body(Parameters::new().grammar(yes_or_no))?.contains(r#"{"type":"regex","value":"yes|no"}"#));
/// let person = Grammar::Json(json!({"properties": {"name": {"type": "string"}}}));
/// assert!(body(Parameters::new().grammar(person))?.contains(r#"{"type":"json","value":{"properties":"#));
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Grammar {
    /// JSON that fits a schema.
    Json(Value),
    /// Text that a regular expression matches.
    Regex(String),
}

impl Grammar {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Json(_) => "json",
            Self::Regex(_) => "regex",
        }
    }

    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Json(schema) => schema.clone(),
            Self::Regex(pattern) => pattern.as_str().into(),
        }
    }
}

/// Parameters of text generation, of all dialects. What is not set is left to the server, but for
/// [`return_full_text`](Self::return_full_text) and, where servers' own limits differ widely,
/// [`max_new_tokens`](Self::max_new_tokens). A parameter that a dialect has no place for is an error.
///
/// ```
/// use rolecall_sender::{Endpoint, Parameters, Sender};
///
/// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
/// let parameters = Parameters::new().max_new_tokens(50).temperature(0.8).seed(42);
/// let body = sender.prepare("Hi", &parameters, false)?.request.body;
/// assert!(body.ends_with(r#"{"max_new_tokens":50,"return_full_text":false,"seed":42,"temperature":0.8}}"#));
/// # Ok::<(), rolecall_sender::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    pub(crate) adapter_id: Option<String>,
    pub(crate) add_special_tokens: Option<bool>,
    pub(crate) best_of: Option<u32>,
    pub(crate) decoder_input_details: Option<bool>,
    pub(crate) details: Option<bool>,
    pub(crate) do_sample: Option<bool>,
    pub(crate) frequency_penalty: Option<f64>,
    pub(crate) grammar: Option<Grammar>,
    pub(crate) include_usage: bool,
    pub(crate) logit_bias: Option<Value>,
    pub(crate) logprobs: bool,
    pub(crate) max_new_tokens: Option<u32>,
    pub(crate) n: Option<u32>,
    pub(crate) presence_penalty: Option<f64>,
    pub(crate) repetition_penalty: Option<f64>,
    pub(crate) response_format: Option<Value>,
    pub(crate) return_full_text: bool,
    pub(crate) seed: Option<u64>,
    pub(crate) stop: Vec<String>,
    pub(crate) temperature: Option<f64>,
    pub(crate) tool_choice: Option<Value>,
    pub(crate) tool_prompt: Option<String>,
    pub(crate) tools: Option<Value>,
    pub(crate) top_k: Option<u32>,
    pub(crate) top_n_tokens: Option<u32>,
    pub(crate) top_p: Option<f64>,
    pub(crate) truncate: Option<u32>,
    pub(crate) typical_p: Option<f64>,
    pub(crate) watermark: Option<bool>,
    pub(crate) extra: Map<String, Value>,
    /// What the server takes at most. It is not sent.
    pub(crate) limits: ServerLimits,
}

impl Parameters {
    /// Nothing set.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint, Parameters, Payload};
    ///
    /// let endpoint = Endpoint::parse("http://127.0.0.1:8080")?;
    /// let request = Dialect::Tgi.request(&endpoint, Payload::Text("Hi"), &Parameters::new(), false)?;
    /// assert_eq!(request.body, r#"{"inputs":"Hi","parameters":{"return_full_text":false}}"#);
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The most tokens of the answer, at least 1. Unset, completions and `SGLang` are asked for
    /// [`DEFAULT_MAX_NEW_TOKENS`], the others for as many as the server gives.
    #[doc = sent!(Completions, max_new_tokens(50), r#""max_tokens":50"#)]
    #[must_use]
    pub fn max_new_tokens(mut self, count: u32) -> Self {
        self.max_new_tokens = Some(count);
        self
    }

    /// Setting it turns sampling on. TGI wants more than 0, and decodes greedily without it; the others take 0 for
    /// greedy decoding, and have defaults of their own.
    #[doc = sent!(Tgi, temperature(0.8), r#""temperature":0.8"#)]
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// The probability mass to sample from, above 0 and up to 1; TGI refuses 1.
    #[doc = sent!(Completions, top_p(0.9), r#""top_p":0.9"#)]
    #[must_use]
    pub fn top_p(mut self, mass: f64) -> Self {
        self.top_p = Some(mass);
        self
    }

    /// The number of most probable tokens to sample from, at least 1. TGI and `SGLang`.
    #[doc = sent!(Tgi, top_k(40), r#""top_k":40"#)]
    #[must_use]
    pub fn top_k(mut self, count: u32) -> Self {
        self.top_k = Some(count);
        self
    }

    /// Typical decoding, above 0 and below 1. TGI.
    #[doc = sent!(Tgi, typical_p(0.95), r#""typical_p":0.95"#)]
    #[must_use]
    pub fn typical_p(mut self, mass: f64) -> Self {
        self.typical_p = Some(mass);
        self
    }

    /// The seed of the sampling.
    #[doc = sent!(Completions, temperature(0.8).seed(42), r#""seed":42"#)]
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Whether to sample. `false` is a temperature of 0 for all but TGI, which has this field.
    #[doc = sent!(Completions, do_sample(false), r#""temperature":0.0"#)]
    #[must_use]
    pub fn do_sample(mut self, sample: bool) -> Self {
        self.do_sample = Some(sample);
        self
    }

    /// A text that ends the answer; up to four can be given to TGI. TGI leaves it at the end of the text, the others do not.
    #[doc = sent!(Tgi, stop("\n\n").stop("User:"), r#""stop":["\n\n","User:"]"#)]
    #[must_use]
    pub fn stop(mut self, text: impl Into<String>) -> Self {
        self.stop.push(text.into());
        self
    }

    /// Above 0; 1 is no penalty. TGI and `SGLang`.
    #[doc = sent!(SgLang, repetition_penalty(1.1), r#""repetition_penalty":1.1"#)]
    #[must_use]
    pub fn repetition_penalty(mut self, penalty: f64) -> Self {
        self.repetition_penalty = Some(penalty);
        self
    }

    /// From -2 to 2; 0 is no penalty.
    #[doc = sent!(Completions, frequency_penalty(0.5), r#""frequency_penalty":0.5"#)]
    #[must_use]
    pub fn frequency_penalty(mut self, penalty: f64) -> Self {
        self.frequency_penalty = Some(penalty);
        self
    }

    /// From -2 to 2; 0 is no penalty. All but TGI.
    #[doc = sent!(Chat, presence_penalty(0.5), r#""presence_penalty":0.5"#)]
    #[must_use]
    pub fn presence_penalty(mut self, penalty: f64) -> Self {
        self.presence_penalty = Some(penalty);
        self
    }

    /// Whether the answer has the prompt in front. Servers differ in what they do unasked, so that it is always
    /// sent to TGI; for the others the sender puts it there.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint, Parameters, blocking::Sender};
    ///
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let sender = Sender::new(Endpoint::parse(&address)?).dialect(Dialect::Completions);
    /// let parameters = Parameters::new().max_new_tokens(2).return_full_text(true);
    /// assert_eq!(sender.generate("Look: ", &parameters)?.text, "Look: A llama");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn return_full_text(mut self, full: bool) -> Self {
        self.return_full_text = full;
        self
    }

    /// Tells the finish reason, the counts and the tokens. TGI; the others tell reason and counts unasked.
    #[doc = sent!(Tgi, details(true), r#""details":true"#)]
    #[must_use]
    pub fn details(mut self, details: bool) -> Self {
        self.details = Some(details);
        self
    }

    /// Tells the tokens of the prompt, too; needs [`details`](Self::details). TGI, and not in streams.
    #[doc = sent!(Tgi, details(true).decoder_input_details(true), r#""decoder_input_details":true"#)]
    #[must_use]
    pub fn decoder_input_details(mut self, details: bool) -> Self {
        self.decoder_input_details = Some(details);
        self
    }

    /// Tells so many most probable tokens at each place, with their probabilities: `top_n_tokens` of TGI, `logprobs`
    /// of completions, `top_logprobs` of chat.
    #[doc = sent!(Completions, top_n_tokens(3), r#""logprobs":3"#)]
    #[must_use]
    pub fn top_n_tokens(mut self, count: u32) -> Self {
        self.top_n_tokens = Some(count);
        self
    }

    /// Tells the tokens with their probabilities. Chat.
    #[doc = sent!(Chat, logprobs(true), r#""logprobs":true"#)]
    #[must_use]
    pub fn logprobs(mut self, wanted: bool) -> Self {
        self.logprobs = wanted;
        self
    }

    /// Generates so many answers and gives the most probable. TGI, which wants sampling and no seed for it.
    #[doc = sent!(Tgi, temperature(0.8).best_of(2), r#""best_of":2"#)]
    #[must_use]
    pub fn best_of(mut self, count: u32) -> Self {
        self.best_of = Some(count);
        self
    }

    /// Gives so many answers: the first, and the rest in [`Generation::others`](crate::Generation::others).
    /// Completions and chat, not in streams.
    #[doc = sent!(Chat, temperature(0.8).n(3), r#""n":3"#)]
    #[must_use]
    pub fn n(mut self, count: u32) -> Self {
        self.n = Some(count);
        self
    }

    /// Cuts a prompt from the left to so many tokens. TGI. Images count as tokens and are cut to pieces.
    #[doc = sent!(Tgi, truncate(1000), r#""truncate":1000"#)]
    #[must_use]
    pub fn truncate(mut self, tokens: u32) -> Self {
        self.truncate = Some(tokens);
        self
    }

    /// Marks the answer as a machine's. TGI.
    #[doc = sent!(Tgi, watermark(true), r#""watermark":true"#)]
    #[must_use]
    pub fn watermark(mut self, watermark: bool) -> Self {
        self.watermark = Some(watermark);
        self
    }

    /// The id of a `LoRA` adapter. TGI.
    #[doc = sent!(Tgi, adapter_id("org/adapter"), r#""adapter_id":"org/adapter""#)]
    #[must_use]
    pub fn adapter_id(mut self, id: impl Into<String>) -> Self {
        self.adapter_id = Some(id.into());
        self
    }

    /// What the answer has to look like. All but completions, which have no field for it that servers agree on.
    #[doc = sent!(SgLang, grammar(Grammar::Regex("yes|no".to_owned())), r#""regex":"yes|no""#)]
    #[must_use]
    pub fn grammar(mut self, grammar: Grammar) -> Self {
        self.grammar = Some(grammar);
        self
    }

    /// The answer is JSON that fits this schema.
    #[doc = sent!(Chat, json_schema(json!({"type": "object"})), r#""schema":{"type":"object"}"#)]
    #[must_use]
    pub fn json_schema(self, schema: Value) -> Self {
        self.grammar(Grammar::Json(schema))
    }

    /// The format of the answer as chat completions take it, such as `{"type": "json_object"}`. Chat.
    #[doc = sent!(Chat, response_format(json!({"type": "json_object"})), r#"{"type":"json_object"}"#)]
    #[must_use]
    pub fn response_format(mut self, format: Value) -> Self {
        self.response_format = Some(format);
        self
    }

    /// The functions that the model may call, a list as chat completions take it. Chat.
    #[doc = sent!(
        Chat,
        tools(json!([{"type": "function", "function": {"name": "today"}}])),
        r#""tools":[{"type":"function","function":{"name":"today"}}]"#
    )]
    #[must_use]
    pub fn tools(mut self, tools: Value) -> Self {
        self.tools = Some(tools);
        self
    }

    /// Whether and which functions are called: `"auto"`, `"none"`, `"required"`, or an object. Chat.
    #[doc = sent!(Chat, tool_choice("required"), r#""tool_choice":"required""#)]
    #[must_use]
    pub fn tool_choice(mut self, choice: impl Into<Value>) -> Self {
        self.tool_choice = Some(choice.into());
        self
    }

    /// What TGI writes in front of the functions. Chat.
    #[doc = sent!(Chat, tool_prompt("You may call:"), r#""tool_prompt":"You may call:""#)]
    #[must_use]
    pub fn tool_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.tool_prompt = Some(prompt.into());
        self
    }

    /// What is added to the logits of tokens, an object from ids to numbers. Chat.
    #[doc = sent!(Chat, logit_bias(json!({"1734": -100})), r#""logit_bias":{"1734":-100}"#)]
    #[must_use]
    pub fn logit_bias(mut self, bias: Value) -> Self {
        self.logit_bias = Some(bias);
        self
    }

    /// Streams end with the counts of tokens. Completions and chat; the others give them unasked.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint, Parameters, Payload};
    ///
    /// let endpoint = Endpoint::parse("http://127.0.0.1:8000")?;
    /// let parameters = Parameters::new().include_usage(true);
    /// let request = Dialect::Completions.request(&endpoint, Payload::Text("Hi"), &parameters, true)?;
    /// assert!(request.body.contains(r#""stream_options":{"include_usage":true}"#));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    #[must_use]
    pub fn include_usage(mut self, wanted: bool) -> Self {
        self.include_usage = wanted;
        self
    }

    /// Whether the server's tokenizer adds its special tokens; vLLM knows it. Completions.
    #[doc = sent!(Completions, add_special_tokens(false), r#""add_special_tokens":false"#)]
    #[must_use]
    pub fn add_special_tokens(mut self, add: bool) -> Self {
        self.add_special_tokens = Some(add);
        self
    }

    /// A field of the request that has no name here, as it is: it is put at the top of the body, over a field of the
    /// same name. Servers differ in what else they know, and some ignore what they do not.
    ///
    /// ```
    /// use rolecall_sender::{Dialect, Endpoint, Parameters, Sender};
    ///
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8000")?).dialect(Dialect::Completions);
    /// let prepared = sender.prepare("Hi", &Parameters::new().extra("min_p", 0.1), false)?;
    /// assert!(prepared.request.body.contains(r#""min_p":0.1"#));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// The most tokens, as it is sent where it always has to be.
    pub(crate) fn max_tokens(&self) -> u32 {
        self.max_new_tokens.unwrap_or(DEFAULT_MAX_NEW_TOKENS)
    }

    /// The temperature where 0 means greedy decoding.
    pub(crate) fn greedy_temperature(&self) -> Option<f64> {
        if self.do_sample == Some(false) { Some(0.0) } else { self.temperature }
    }

    pub(crate) fn add_extra(&self, body: &mut Map<String, Value>) {
        body.extend(self.extra.iter().map(|(name, value)| (name.clone(), value.clone())));
    }

    /// What the server takes at most, if it is not the default. Nothing of it is sent.
    ///
    /// ```
    /// use rolecall_sender::{Endpoint, Parameters, Sender, ServerLimits};
    ///
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let parameters = Parameters::new().temperature(0.8).best_of(3);
    /// assert!(sender.prepare("Hi", &parameters, false).is_err());
    ///
    /// let mut limits = ServerLimits::default();
    /// limits.best_of = 3;
    /// let prepared = sender.prepare("Hi", &parameters.limits(limits), false)?;
    /// assert!(prepared.request.body.contains(r#""best_of":3"#));
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    #[must_use]
    pub fn limits(mut self, limits: ServerLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Refuses what the dialect's servers are known to refuse.
    pub(crate) fn check(&self, dialect: crate::Dialect, stream: bool) -> crate::Result<()> {
        limits::check(self, dialect, stream)
    }

    /// Refuses what the dialect has no place for.
    pub(crate) fn refuse_unknown(&self, dialect: crate::Dialect) -> crate::Result<()> {
        limits::refuse_unknown(self, dialect)
    }
}
