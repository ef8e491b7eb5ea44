//! How an answer is generated.

use serde_json::{Map, Value};

use crate::{Error, ErrorKind, Result};

/// The most stop sequences that servers take.
const MAX_STOPS: usize = 4;

/// Parameters of text generation. What is not set is left to the server.
///
/// ```
/// use rolecall_sender::Parameters;
///
/// let parameters = Parameters::new().max_new_tokens(50).temperature(0.8).seed(42).stop("\n\n");
/// # let _ = parameters;
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    max_new_tokens: Option<u32>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    top_k: Option<u32>,
    seed: Option<u64>,
    stop: Vec<String>,
    repetition_penalty: Option<f64>,
    return_full_text: bool,
}

impl Parameters {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The most tokens of the answer, at least 1.
    #[must_use]
    pub fn max_new_tokens(mut self, count: u32) -> Self {
        self.max_new_tokens = Some(count);
        self
    }

    /// Above 0. Setting it turns sampling on; greedy decoding has none.
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// The probability mass to sample from, between 0 and 1, both excluded.
    #[must_use]
    pub fn top_p(mut self, mass: f64) -> Self {
        self.top_p = Some(mass);
        self
    }

    /// The number of most probable tokens to sample from, at least 1.
    #[must_use]
    pub fn top_k(mut self, count: u32) -> Self {
        self.top_k = Some(count);
        self
    }

    /// The seed of the sampling.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// A text that ends the answer; up to four can be given.
    #[must_use]
    pub fn stop(mut self, text: impl Into<String>) -> Self {
        self.stop.push(text.into());
        self
    }

    /// Above 0; 1 is no penalty.
    #[must_use]
    pub fn repetition_penalty(mut self, penalty: f64) -> Self {
        self.repetition_penalty = Some(penalty);
        self
    }

    /// Whether the answer has the prompt in front. Servers differ in what they do unasked, so that it is always
    /// sent.
    #[must_use]
    pub fn return_full_text(mut self, full: bool) -> Self {
        self.return_full_text = full;
        self
    }

    /// Refuses what servers are known to refuse.
    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |name: &str, value: String, rule: &str, help: &str| {
            Err(Error::new(ErrorKind::Parameter, format!("{name} is {value}, but {rule}")).help(help))
        };
        let not_positive = |value: f64| !(value > 0.0 && value.is_finite());
        if self.max_new_tokens == Some(0) {
            return refuse(
                "max_new_tokens",
                "0".into(),
                "it has to be at least 1",
                "Leave it out for the server's limit",
            );
        }
        if let Some(value) = self.temperature.filter(|value| not_positive(*value)) {
            return refuse(
                "temperature",
                value.to_string(),
                "it has to be above 0",
                "Leave it out for greedy decoding",
            );
        }
        if let Some(value) = self.top_p.filter(|value| not_positive(*value) || *value >= 1.0) {
            let rule = "it has to be above 0 and below 1";
            return refuse("top_p", value.to_string(), rule, "Leave it out to sample from all tokens");
        }
        if self.top_k == Some(0) {
            return refuse(
                "top_k",
                "0".into(),
                "it has to be at least 1",
                "Leave it out to sample from all tokens",
            );
        }
        if let Some(value) = self.repetition_penalty.filter(|value| not_positive(*value)) {
            let rule = "it has to be above 0";
            return refuse("repetition_penalty", value.to_string(), rule, "Leave it out for no penalty");
        }
        if self.stop.len() > MAX_STOPS {
            let rule = format!("servers take up to {MAX_STOPS} sequences");
            return refuse("stop", format!("a list of {}", self.stop.len()), &rule, "Give fewer");
        }
        Ok(())
    }

    /// The parameters as the text-generation protocol has them: what is unset is left out, nothing is `null`.
    pub(crate) fn to_wire(&self) -> Value {
        let mut wire = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                wire.insert(name.to_owned(), value);
            }
        };
        put("max_new_tokens", self.max_new_tokens.map(Value::from));
        put("repetition_penalty", self.repetition_penalty.map(Value::from));
        put("return_full_text", Some(Value::from(self.return_full_text)));
        put("seed", self.seed.map(Value::from));
        put("stop", (!self.stop.is_empty()).then(|| Value::from(self.stop.clone())));
        put("temperature", self.temperature.map(Value::from));
        put("top_k", self.top_k.map(Value::from));
        put("top_p", self.top_p.map(Value::from));
        Value::Object(wire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unset_parameters_are_left_out_but_return_full_text_is_always_there() {
        assert_eq!(Parameters::new().to_wire().to_string(), r#"{"return_full_text":false}"#);
        let all = Parameters::new()
            .max_new_tokens(50)
            .temperature(0.8)
            .top_p(0.9)
            .top_k(5)
            .seed(42)
            .stop("a")
            .stop("b")
            .repetition_penalty(1.1)
            .return_full_text(true);
        assert_eq!(
            all.to_wire().to_string(),
            r#"{"max_new_tokens":50,"repetition_penalty":1.1,"return_full_text":true,"seed":42,"stop":["a","b"],"temperature":0.8,"top_k":5,"top_p":0.9}"#
        );
        assert!(all.check().is_ok());
    }

    #[test]
    fn what_servers_refuse_is_refused_before_sending() {
        let new = Parameters::new;
        let five = ["a", "b", "c", "d", "e"].into_iter().fold(new(), Parameters::stop);
        for (parameters, name) in [
            (new().max_new_tokens(0), "max_new_tokens"),
            (new().temperature(0.0), "temperature"),
            (new().temperature(f64::NAN), "temperature"),
            (new().top_p(1.0), "top_p"),
            (new().top_p(-0.5), "top_p"),
            (new().top_k(0), "top_k"),
            (new().repetition_penalty(f64::INFINITY), "repetition_penalty"),
            (five, "stop"),
        ] {
            let error = parameters.check().expect_err(name);
            assert_eq!(*error.kind(), ErrorKind::Parameter);
            assert!(error.to_string().starts_with(name), "{error}");
        }
    }
}
