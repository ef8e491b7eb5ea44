//! Prompts as token ids: the render and the encoding apart, a whole conversation and one that grew by a message, and the
//! tokenizers library by itself.
//!
//! The tokenizer is that of Llama 3.1 if the environment variable `ROLECALL_TOKENIZERS` names a folder that has it, in
//! `llama3_1`; otherwise the small one that comes with the repository.
//!
//! With the argument `ratios` it prints one table, measured in turns, instead of criterion's reports.

#![allow(clippy::expect_used, reason = "a benchmark that cannot start has nothing better to do")]
#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::path::PathBuf;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use rolecall::tokens::{EncodeOptions, EncodingCache, Tokenizer};
use rolecall::{ChatTemplate, Model, Options, Prompt};
use rolecall_benches::timing::{Entry, in_turns};
use rolecall_benches::{BOS_TOKEN, TEMPLATE, conversation};
use serde_json::{Value, json};

const LENGTHS: [usize; 3] = [2, 20, 200];

/// How many last messages there are, so that a cache does not know the one that comes. It is made anew when all were used.
const ENDINGS: usize = 64;

fn main() {
    let subject = Subject::new();
    if std::env::args().any(|argument| argument == "ratios") {
        ratios(&subject);
        return;
    }
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut group = criterion.benchmark_group("encode");
    for length in LENGTHS {
        let input = Input::new(&subject, length);
        group.throughput(Throughput::Bytes(input.prompt().text().len() as u64));
        for mut entry in subject.entries(&input) {
            let id = BenchmarkId::new(entry.name, length);
            group.bench_function(id, |bencher| bencher.iter_custom(|runs| entry.time(runs)));
        }
        let id = BenchmarkId::new("encode_cached, one more message, cache copied before", length);
        group.bench_function(id, |bencher| {
            let grown = |mut cache: EncodingCache| subject.cached(input.prompt(), &mut cache);
            bencher.iter_batched(|| input.cache.clone(), grown, BatchSize::SmallInput);
        });
    }
    group.finish();
    criterion.final_summary();
}

/// What is measured.
struct Subject {
    name: String,
    tokenizer: Tokenizer,
    library: tokenizers::Tokenizer,
    template: ChatTemplate,
    options: Options,
}

/// A conversation, and what a cache knows before its last message comes.
struct Input {
    messages: Value,
    prompts: Vec<Prompt>,
    cache: EncodingCache,
}

impl Input {
    fn new(subject: &Subject, length: usize) -> Self {
        let mut messages = conversation(length);
        let list = messages.as_array_mut().expect("messages");
        let last = list.pop().expect("a message");
        let text =
            |message: &Value| message.get("content").and_then(Value::as_str).expect("a text").to_owned();
        let endings = (0..ENDINGS).map(|ending| {
            let mut message = last.clone();
            if let Some(content) = message.get_mut("content") {
                *content = json!(format!("{} {ending}", text(&last)));
            }
            message
        });
        let endings: Vec<Value> = endings.collect();
        let mut cache = EncodingCache::new();
        subject.cached(&subject.render(&json!(list)), &mut cache);
        let prompts = endings
            .iter()
            .map(|ending| {
                let mut all = list.clone();
                all.push(ending.clone());
                subject.render(&all.into())
            })
            .collect();
        list.extend(endings.into_iter().next());
        Self { messages, prompts, cache }
    }

    fn prompt(&self) -> &Prompt {
        self.prompts.first().expect("a prompt")
    }
}

impl Subject {
    fn new() -> Self {
        let named =
            std::env::var_os("ROLECALL_TOKENIZERS").map(|folder| PathBuf::from(folder).join("llama3_1"));
        let folder = named.filter(|folder| folder.is_dir()).unwrap_or_else(rolecall_testkit::tiny_llama);
        let model = Model::from_dir(&folder).expect("a model");
        let tokenizer = Tokenizer::from_files(model.files(), model.special_tokens()).expect("a tokenizer");
        let library = tokenizers::Tokenizer::from_file(folder.join("tokenizer.json")).expect("a tokenizer");
        Self {
            name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            tokenizer,
            library,
            template: ChatTemplate::new(TEMPLATE, [("bos_token", BOS_TOKEN)]).expect("the template compiles"),
            options: Options::new().add_generation_prompt(true),
        }
    }

    fn render(&self, messages: &Value) -> Prompt {
        self.template.apply_chat_template(messages, &self.options).expect("renders")
    }

    fn cached(&self, prompt: &Prompt, cache: &mut EncodingCache) -> usize {
        self.tokenizer.encode_cached(prompt, &EncodeOptions::default(), cache).expect("encodes").len()
    }

    fn entries<'a>(&'a self, input: &'a Input) -> Vec<Entry<'a>> {
        let whole =
            |prompt: &Prompt| self.tokenizer.encode(prompt, &EncodeOptions::default()).expect("encodes");
        let library = |prompt: &Prompt| self.library.encode_fast(prompt.text(), false).expect("encodes");
        for prompt in &input.prompts {
            let expected = whole(prompt).ids;
            assert_eq!(expected, library(prompt).get_ids());
            let cached =
                self.tokenizer.encode_cached(prompt, &EncodeOptions::default(), &mut input.cache.clone());
            assert_eq!(expected, cached.expect("encodes").ids);
        }
        let mut cache = input.cache.clone();
        let mut next = 0;
        let prompt = input.prompt();
        vec![
            Entry::new("encode", move || whole(prompt).len()),
            Entry::new("encode_cached, one more message", move || {
                if next == ENDINGS {
                    (cache, next) = (input.cache.clone(), 0);
                }
                let grown = input.prompts.get(next).expect("a prompt");
                next += 1;
                self.cached(grown, &mut cache)
            }),
            Entry::new("apply_chat_template", || self.render(&input.messages).text().len()),
            Entry::new("tokenizers alone", move || library(prompt).len()),
        ]
    }
}

/// Times as parts of that of `encode`.
fn ratios(subject: &Subject) {
    println!("tokenizer {}: how often each fits into `encode`", subject.name);
    for length in LENGTHS {
        let input = Input::new(subject, length);
        let mut entries = subject.entries(&input);
        let times = in_turns(&mut entries, 30, Duration::from_millis(20));
        let base = times.first().copied().unwrap_or(f64::NAN);
        let bytes = input.prompt().text().len();
        let tokens =
            subject.tokenizer.encode(input.prompt(), &EncodeOptions::default()).expect("encodes").len();
        println!("  {length} messages, {bytes} bytes, {tokens} tokens");
        for (entry, time) in entries.iter().zip(&times) {
            println!("    {:<32} {:>8.2}", entry.name, base / time);
        }
    }
    println!("bar: `encode_cached` of 200 messages after one more fits at least 20 times");
}
