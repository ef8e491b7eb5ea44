//! The folder of real templates and conversations that the environment variable `ROLECALL_CORPUS` names.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// What the folder holds.
pub struct Corpus {
    /// In the order of its index.
    pub templates: Vec<RealTemplate>,
    /// Without those that end inside of a message.
    pub conversations: Vec<Conversation>,
}

/// A template as its model has it.
pub struct RealTemplate {
    /// Its name.
    pub name: String,
    /// Its text.
    pub source: String,
    tokens: Vec<(&'static str, Value)>,
}

/// A conversation and the variables beside it.
pub struct Conversation {
    /// Its name.
    pub name: String,
    messages: Vec<Value>,
    variables: Map<String, Value>,
}

/// The folder's contents; `None`, with a word about it on standard output, where no folder is named.
pub fn corpus() -> Option<Corpus> {
    let Some(folder) = std::env::var_os("ROLECALL_CORPUS").map(PathBuf::from) else {
        #[allow(clippy::print_stdout, reason = "a benchmark says what it leaves out")]
        {
            println!("PASSED OVER: the real templates. ROLECALL_CORPUS names no folder that has them.");
        }
        return None;
    };
    let list = |name: &str| -> Vec<Value> {
        let text = read(&folder.join(name));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let templates = list("index.json").iter().map(|entry| real_template(&folder, entry)).collect();
    let conversations = list("conversations.json").iter().filter_map(conversation).collect();
    Some(Corpus { templates, conversations })
}

fn real_template(folder: &Path, entry: &Value) -> RealTemplate {
    let name = entry.get("name").and_then(Value::as_str).expect("a template has a name").to_owned();
    let tokens = ["bos_token", "eos_token"].into_iter().filter_map(|token| {
        let text = entry.get(token).filter(|text| text.is_string())?;
        Some((token, text.clone()))
    });
    RealTemplate {
        source: read(&folder.join(format!("templates/{name}.jinja"))),
        tokens: tokens.collect(),
        name,
    }
}

fn conversation(entry: &Value) -> Option<Conversation> {
    let option = |name: &str| entry.get("options").and_then(|options| options.get(name)).cloned();
    if option("continue_final_message").is_some() {
        return None;
    }
    let mut messages = entry.get("messages")?.as_array()?.clone();
    // What transformers does to the messages before the template sees them.
    for message in &mut messages {
        message.as_object_mut()?.retain(|_, value| !value.is_null());
    }
    let mut variables = entry.get("kwargs").and_then(Value::as_object).cloned().unwrap_or_default();
    for name in ["tools", "documents"] {
        variables.insert(name.to_owned(), entry.get(name).cloned().unwrap_or(Value::Null));
    }
    let prompt = option("add_generation_prompt").unwrap_or(Value::Bool(false));
    variables.insert("add_generation_prompt".to_owned(), prompt);
    Some(Conversation { name: entry.get("name")?.as_str()?.to_owned(), messages, variables })
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// About how many messages a long conversation has.
const LONG: usize = 50;

impl Conversation {
    /// The variables of a render of this conversation with this template.
    pub fn context(&self, template: &RealTemplate) -> Value {
        self.with_messages(template, self.messages.clone())
    }

    /// The same with the turns repeated until there are some fifty messages, in the ways that a template may accept,
    /// the likeliest first.
    pub fn long_contexts(&self, template: &RealTemplate) -> Vec<Value> {
        let system = self.messages.first().filter(|first| matches!(role(first), "system" | "developer"));
        let turns = self.messages.get(usize::from(system.is_some())..).unwrap_or_default();
        let (Some(first), Some(last)) = (turns.first(), turns.last()) else { return Vec::new() };
        let mut periods = Vec::new();
        if let [question] = turns {
            let answer =
                json!({"role": "assistant", "content": "Nothing is easier than that; thank you for asking."});
            periods.push(vec![question.clone(), answer]);
        } else if role(first) == role(last) {
            periods.push(turns.get(..turns.len() - 1).unwrap_or_default().to_vec());
        }
        periods.push(turns.to_vec());
        let long = |period: &Vec<Value>| {
            let mut messages: Vec<Value> = system.into_iter().cloned().collect();
            let times = LONG.saturating_sub(messages.len() + turns.len()).div_ceil(period.len());
            messages.extend(std::iter::repeat_n(period, times).flatten().cloned());
            messages.extend(turns.iter().cloned());
            self.with_messages(template, messages)
        };
        periods.iter().map(long).collect()
    }

    fn with_messages(&self, template: &RealTemplate, messages: Vec<Value>) -> Value {
        let mut context: Map<String, Value> =
            template.tokens.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
        context.extend(self.variables.clone());
        context.insert("messages".to_owned(), Value::Array(messages));
        Value::Object(context)
    }
}

fn role(message: &Value) -> &str {
    message.get("role").and_then(Value::as_str).unwrap_or_default()
}
