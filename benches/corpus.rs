//! Real templates, each with one long conversation: rolecall beside minijinja and hf-chat-template.
//!
//! `ROLECALL_CORPUS` names the folder of templates and conversations. With arguments, only templates with one of
//! them in their name are measured.

#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rolecall_benches::conversations::{Conversation, Corpus, RealTemplate, corpus};
use rolecall_benches::peers;
use rolecall_benches::timing::{Entry, geometric_mean, in_turns, readable};
use rolecall_jinja::{RenderOptions, Template, Traced};
use serde_json::Value;

/// How many of the longest templates are measured in every way.
const LONG_TEMPLATES: usize = 10;

fn main() {
    let Some(corpus) = corpus() else { return };
    let filters: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let start = Instant::now();
    let mut measured = Vec::new();
    let mut left_out: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for template in &corpus.templates {
        if !filters.is_empty() && !filters.iter().any(|filter| template.name.contains(filter.as_str())) {
            continue;
        }
        match measure(template, &corpus) {
            Ok(result) => measured.push(result),
            Err(reason) => left_out.entry(reason).or_default().push(template.name.clone()),
        }
    }
    report(&mut measured, &left_out);
    long_templates(&measured);
    println!("measured in {:.0} s", start.elapsed().as_secs_f64());
}

/// Times of one template, in seconds.
struct Measured<'a> {
    template: &'a RealTemplate,
    conversation: &'a str,
    context: Value,
    messages: usize,
    bytes: usize,
    rolecall: f64,
    minijinja: f64,
    hf: f64,
}

impl Measured<'_> {
    fn over_minijinja(&self) -> f64 {
        self.minijinja / self.rolecall
    }

    fn over_hf(&self) -> f64 {
        self.hf / self.rolecall
    }
}

/// One template, compiled by everyone.
struct Engines {
    rolecall: Template,
    options: RenderOptions,
    minijinja: minijinja::Environment<'static>,
    hf: hf_chat_template::ChatTemplate,
}

impl Engines {
    fn new(source: &str) -> Result<Self, &'static str> {
        let mut minijinja = peers::minijinja();
        let own = peers::without_generation_tags(source).into_owned();
        Ok(Self {
            rolecall: Template::new(source).map_err(|_| "rolecall does not compile it")?,
            options: RenderOptions { clock: Some(peers::clock()), ..RenderOptions::default() },
            minijinja: {
                let added = minijinja.add_template_owned("chat", own);
                added.map_err(|_| "minijinja does not compile it")?;
                minijinja
            },
            hf: peers::hf_chat_template(source).map_err(|_| "hf-chat-template does not compile it")?,
        })
    }

    fn rolecall(&self, context: &Value) -> Option<String> {
        self.rolecall.render_with(context, &self.options).ok()
    }

    fn minijinja(&self, context: minijinja::Value) -> Option<String> {
        self.minijinja.get_template("chat").ok()?.render(context).ok()
    }

    /// The text, if all engines agree about it.
    fn agreed(&self, context: &Value) -> Result<String, &'static str> {
        let text = self.rolecall(context).ok_or("rolecall fails")?;
        let minijinja =
            self.minijinja(peers::converted(context)).ok_or("minijinja fails in each conversation")?;
        if minijinja != text {
            return Err("minijinja renders another text in each conversation");
        }
        let hf =
            self.hf.render_context(context).map_err(|_| "hf-chat-template fails in each conversation")?;
        if hf != text {
            return Err("hf-chat-template renders another text in each conversation");
        }
        Ok(text)
    }
}

fn measure<'a>(template: &'a RealTemplate, corpus: &'a Corpus) -> Result<Measured<'a>, &'static str> {
    let engines = Engines::new(&template.source)?;
    let (conversation, context, text) = longest(template, corpus, &engines)?;
    let converted = peers::converted(&context);
    let mut entries = [
        Entry::new("rolecall", || engines.rolecall(&context).map_or(0, |text| text.len())),
        Entry::new("minijinja", || engines.minijinja(converted.clone()).map_or(0, |text| text.len())),
        Entry::new("hf-chat-template", || engines.hf.render_context(&context).map_or(0, |text| text.len())),
    ];
    let [rolecall, minijinja, hf] = in_turns(&mut entries, 20, Duration::from_millis(2))[..] else {
        return Err("nothing was measured");
    };
    drop(entries);
    Ok(Measured {
        template,
        conversation: &conversation.name,
        messages: context.get("messages").and_then(Value::as_array).map_or(0, Vec::len),
        bytes: text.len(),
        rolecall,
        minijinja,
        hf,
        context,
    })
}

/// The longest templates, with everything that is measured of them.
fn long_templates(measured: &[Measured<'_>]) {
    let mut longest: Vec<&Measured<'_>> = measured.iter().collect();
    longest.sort_by_key(|result| std::cmp::Reverse(result.template.source.len()));
    longest.truncate(LONG_TEMPLATES);
    println!("the {} longest templates: times as multiples of that of `render`", longest.len());
    println!("  bytes of template  traced    json  minijinja  converting  hf-chat-t.  bytes of text");
    for result in longest {
        let Ok(engines) = Engines::new(&result.template.source) else { continue };
        let Engines { rolecall, options, hf, .. } = &engines;
        let context = &result.context;
        let (json, converted) = (context.to_string(), peers::converted(context));
        let length = |text: Option<String>| text.map_or(0, |text| text.len());
        let mut entries = [
            Entry::new("render", || length(engines.rolecall(context))),
            Entry::new("render_traced", || {
                length(rolecall.render_traced_with(context, options, &[]).ok().map(Traced::into_text))
            }),
            Entry::new("render_json", || length(rolecall.render_json(&json, options).ok())),
            Entry::new("minijinja", || length(engines.minijinja(converted.clone()))),
            Entry::new("minijinja, converting", || length(engines.minijinja(peers::converted(context)))),
            Entry::new("hf-chat-template", || length(hf.render_context(context).ok())),
        ];
        let times = in_turns(&mut entries, 20, Duration::from_millis(2));
        let [render, traced, json, minijinja, converting, hf] = times[..] else { continue };
        println!(
            "  {:>17}  {:>6.2}  {:>6.2}  {:>9.2}  {:>10.2}  {:>10.2}  {:>13}",
            result.template.source.len(),
            traced / render,
            json / render,
            minijinja / render,
            converting / render,
            hf / render,
            result.bytes
        );
    }
}

/// The conversation with the longest text of those about whose text all engines agree, with its turns repeated if
/// they agree about that too.
fn longest<'a>(
    template: &RealTemplate,
    corpus: &'a Corpus,
    engines: &Engines,
) -> Result<(&'a Conversation, Value, String), &'static str> {
    let rendered = corpus.conversations.iter().filter_map(|conversation| {
        let context = conversation.context(template);
        let bytes = engines.rolecall(&context)?.len();
        Some((bytes, conversation, context))
    });
    let mut rendered: Vec<_> = rendered.collect();
    rendered.sort_by_key(|(bytes, ..)| std::cmp::Reverse(*bytes));
    let mut reason = "rolecall renders no conversation";
    for (at, (_, conversation, context)) in rendered.into_iter().enumerate() {
        let long = conversation.long_contexts(template).into_iter();
        for context in long.chain([context]) {
            match engines.agreed(&context) {
                Ok(text) => return Ok((conversation, context, text)),
                // Of the longest conversation as it is.
                Err(why) if at == 0 => reason = why,
                Err(_) => {}
            }
        }
    }
    Err(reason)
}

fn report(measured: &mut [Measured<'_>], left_out: &BTreeMap<&'static str, Vec<String>>) {
    measured.sort_by(|a, b| a.over_minijinja().total_cmp(&b.over_minijinja()));
    println!("how many times as fast rolecall is, the worst first:");
    println!("  minijinja  hf-chat-t.  rolecall takes  messages   bytes  template (conversation)");
    for result in measured.iter() {
        println!(
            "  {:>9.2}  {:>10.2}  {:>14}  {:>8}  {:>6}  {} ({})",
            result.over_minijinja(),
            result.over_hf(),
            readable(result.rolecall),
            result.messages,
            result.bytes,
            result.template.name,
            result.conversation
        );
    }
    for (reason, templates) in left_out {
        println!("left out, {reason}: {} ({})", templates.len(), templates.join(", "));
    }
    let slower = measured.iter().filter(|result| result.over_minijinja() < 1.0).count();
    println!("measured: {}, left out: {}", measured.len(), left_out.values().map(Vec::len).sum::<usize>());
    println!(
        "geometric mean: {:.2} x minijinja (bar: 4), {:.2} x hf-chat-template (bar: 5); slower than minijinja: {slower} \
         (bar: 0)",
        geometric_mean(measured.iter().map(Measured::over_minijinja)),
        geometric_mean(measured.iter().map(Measured::over_hf)),
    );
}
