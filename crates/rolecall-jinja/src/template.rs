//! A compiled template and its renders.

use std::cell::Cell;

use bumpalo::Bump;
use serde_json::{Map, Value as Json};

use crate::program::{Op, Program};
use crate::runtime::Runtime;
use crate::syntax::Source;
use crate::trace::Trace;
use crate::traced::Traced;
use crate::value::from_text;
use crate::value::names::type_name;
use crate::vm::fast::member;
use crate::vm::{Machine, Output, Variables};
use crate::{Error, ErrorKind, Limits, RenderOptions, compile, json};

/// A chat template, compiled once for any number of renders on any number of threads.
///
/// ```
/// use rolecall_jinja::Template;
/// use serde_json::json;
///
/// let template = Template::new("{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}")?;
/// let text = template.render(&json!({"messages": [{"role": "user", "content": "Hi"}]}))?;
/// assert_eq!(text, "<user>Hi\n");
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug)]
pub struct Template {
    source: String,
    program: Program,
    limits: Limits,
}

/// Memory that renders of a thread use one after another, kept up to this size.
const KEPT: usize = 4 << 20;

/// The longest output that is prepared for; beyond, it is better to grow with what is really printed.
const MOST_AT_FIRST: usize = 64 << 20;

thread_local! {
    static ARENA: Cell<Option<Bump>> = const { Cell::new(None) };
}

impl Template {
    /// Compiles a template, with the default limits.
    ///
    /// # Errors
    ///
    /// A template that does not parse is an error of kind [`ErrorKind::Syntax`]; an unknown filter or test, of kind
    /// [`ErrorKind::TemplateAssertion`]; one that is too large or too deeply nested, of kind [`ErrorKind::Limit`].
    ///
    /// ```
    /// use rolecall_jinja::{ErrorKind, Template};
    ///
    /// assert!(Template::new("{{ messages|length }}").is_ok());
    /// assert_eq!(Template::new("{{ messages|tally }}").unwrap_err().kind(), ErrorKind::TemplateAssertion);
    /// ```
    pub fn new(source: &str) -> Result<Self, Error> {
        Self::with_limits(source, Limits::default())
    }

    /// Compiles a template with `limits`, which are also those of its renders, unless [`RenderOptions::limits`] says
    /// otherwise.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// ```
    /// use rolecall_jinja::{ErrorKind, Limits, Template};
    ///
    /// let mut limits = Limits::default();
    /// limits.source_bytes = 10;
    /// let error = Template::with_limits("{{ messages|length }}", limits).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Limit);
    /// ```
    pub fn with_limits(source: &str, limits: Limits) -> Result<Self, Error> {
        measure(source, limits)?;
        let normalised = Source::new(source);
        let body = normalised.parse()?;
        let program = compile::compile(normalised.text(), &body)?;
        Ok(Self { source: source.to_owned(), program, limits })
    }

    /// The template's source, as it was given.
    ///
    /// ```
    /// let template = rolecall_jinja::Template::new("Hi\r\n")?;
    /// assert_eq!(template.source(), "Hi\r\n");
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The variables that the template may look up in its context, in alphabetical order: those that it reads at
    /// a place where it is not certain to have set them. Functions of the language are not among them.
    ///
    /// ```
    /// let template = rolecall_jinja::Template::new("{% set a = b %}{{ a }}{{ range(c) }}")?;
    /// assert_eq!(template.variables(), ["b", "c"]);
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn variables(&self) -> Vec<&str> {
        let context = self.program.context.iter();
        let mut names: Vec<&str> =
            context.filter(|name| name.function.is_none()).map(|name| name.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// Whether the template has `{% generation %}` blocks.
    ///
    /// ```
    /// use rolecall_jinja::Template;
    ///
    /// assert!(Template::new("{% generation %}Moo{% endgeneration %}")?.has_generation_blocks());
    /// assert!(!Template::new("Moo")?.has_generation_blocks());
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn has_generation_blocks(&self) -> bool {
        self.program.ops.iter().any(|op| matches!(op, Op::GenerationStart))
    }

    /// Renders with the variables of `context`, which must be an object, without a clock.
    ///
    /// # Errors
    ///
    /// What the template raises, in the reference's words; [`ErrorKind::Limit`] where a budget is used up;
    /// [`ErrorKind::Unsupported`] for what this engine does not do, and where the template asks for the time;
    /// [`ErrorKind::Type`] where the context is no object.
    ///
    /// ```
    /// use rolecall_jinja::{ErrorKind, Template};
    /// use serde_json::json;
    ///
    /// let error = Template::new("Hi")?.render(&json!([])).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Type);
    /// assert_eq!(error.message(), "the context of a render must be an object of variables, not an array");
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn render(&self, context: &Json) -> Result<String, Error> {
        self.render_with(context, &RenderOptions::default())
    }

    /// Renders with a clock and limits.
    ///
    /// # Errors
    ///
    /// As [`render`](Self::render).
    ///
    /// ```
    /// use rolecall_jinja::{Clock, RenderOptions, Template};
    /// use serde_json::json;
    ///
    /// let mut options = RenderOptions::default();
    /// options.clock = Some(Clock::fixed("2026-07-04T12:34:56".parse()?));
    /// let text = Template::new("{{ strftime_now('%d %b %Y') }}")?.render_with(&json!({}), &options)?;
    /// assert_eq!(text, "04 Jul 2026");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn render_with(&self, context: &Json, options: &RenderOptions) -> Result<String, Error> {
        let map = object(context)?;
        in_arena(|bump| {
            let rt = self.runtime(bump, Variables::Json(map), options, None)?;
            self.run(&rt, capacity(&self.program, map)).map(|out| out.text)
        })
    }

    /// Renders, and keeps the origin of every byte.
    ///
    /// The text is that of [`render`](Self::render). The notes count as memory, and some of them as steps: a traced render
    /// may reach [`Limits::memory_bytes`] or [`Limits::steps`] where a plain one does not.
    ///
    /// # Errors
    ///
    /// As [`render`](Self::render).
    ///
    /// ```
    /// use rolecall_jinja::{Origin, Template};
    /// use serde_json::json;
    ///
    /// let traced = Template::new("{{ name }}!")?.render_traced(&json!({"name": "Ann"}))?;
    /// assert_eq!(traced.text(), "Ann!");
    /// let first = traced.spans().next().unwrap();
    /// assert!(matches!(first.origin, Origin::Copied { pointer, .. } if pointer == "/name"));
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn render_traced(&self, context: &Json) -> Result<Traced, Error> {
        self.render_traced_with(context, &RenderOptions::default(), &[])
    }

    /// Renders with a clock and limits, and keeps the origin of every byte.
    ///
    /// `trusted` names variables of the context that hold no text of users, such as the special tokens: their text
    /// is told apart.
    ///
    /// # Errors
    ///
    /// As [`render_traced`](Self::render_traced).
    ///
    /// ```
    /// use rolecall_jinja::{Origin, RenderOptions, Template};
    /// use serde_json::json;
    ///
    /// let template = Template::new("{{ bos_token }}{{ text }}")?;
    /// let context = json!({"bos_token": "<s>", "text": "my <s>"});
    /// let traced = template.render_traced_with(&context, &RenderOptions::default(), &["bos_token"])?;
    /// let first = traced.spans().next().unwrap();
    /// assert_eq!((first.range, first.origin), (0..3, Origin::Trusted { variable: "bos_token" }));
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn render_traced_with(
        &self,
        context: &Json,
        options: &RenderOptions,
        trusted: &[&str],
    ) -> Result<Traced, Error> {
        let map = object(context)?;
        in_arena(|bump| {
            let trace = Trace::new(bump, trusted, 4 * messages(map));
            let rt = self.runtime(bump, Variables::Json(map), options, Some(&trace))?;
            self.traced(&rt, &trace, capacity(&self.program, map))
        })
    }

    fn traced<'a>(
        &'a self,
        rt: &Runtime<'a>,
        trace: &'a Trace<'a>,
        capacity: usize,
    ) -> Result<Traced, Error> {
        let mut out = self.run(rt, capacity)?;
        let generations = out.take_generations();
        Ok(Traced::new(out, generations, trace))
    }

    /// Renders with the variables of a JSON text, read as Python reads it: integers of any size, `NaN`, and of a
    /// repeated key the last value. Strings without escapes are read in place, and no `Value` is made in between.
    ///
    /// # Errors
    ///
    /// As [`render`](Self::render), and [`ErrorKind::Value`] with line and column of the *text* in the message where it
    /// is no JSON.
    ///
    /// ```
    /// use rolecall_jinja::{RenderOptions, Template};
    ///
    /// let template = Template::new("{{ n + 1 }}")?;
    /// let text = template.render_json(r#"{"n": 99999999999999999999}"#, &RenderOptions::default())?;
    /// assert_eq!(text, "100000000000000000000");
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn render_json(&self, context: &str, options: &RenderOptions) -> Result<String, Error> {
        in_arena(|bump| {
            let rt = self.runtime_of_text(bump, context, options, None)?;
            self.run(&rt, self.capacity_of_text(context)).map(|out| out.text)
        })
    }

    /// Renders with the variables of a JSON text, and keeps the origin of every byte.
    ///
    /// What is copied from a string is told by its bytes after escapes are decoded. `trusted` is that of
    /// [`render_traced_with`](Self::render_traced_with).
    ///
    /// # Errors
    ///
    /// As [`render_json`](Self::render_json) and [`render_traced`](Self::render_traced).
    ///
    /// ```
    /// use rolecall_jinja::{Origin, RenderOptions, Template};
    ///
    /// let template = Template::new("{{ user.name|trim }}")?;
    /// let context = r#"{"user": {"name": "\tAnn"}}"#;
    /// let traced = template.render_json_traced(context, &RenderOptions::default(), &[])?;
    /// let Origin::Copied { pointer, range } = traced.spans().next().unwrap().origin else { panic!() };
    /// assert_eq!((pointer.to_string(), range), ("/user/name".to_owned(), 1..4));
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn render_json_traced(
        &self,
        context: &str,
        options: &RenderOptions,
        trusted: &[&str],
    ) -> Result<Traced, Error> {
        in_arena(|bump| {
            let trace = Trace::new(bump, trusted, context.len() / 128);
            let rt = self.runtime_of_text(bump, context, options, Some(&trace))?;
            self.traced(&rt, &trace, self.capacity_of_text(context))
        })
    }

    /// What a render begins with.
    fn runtime<'a>(
        &'a self,
        bump: &'a Bump,
        variables: Variables<'a>,
        options: &'a RenderOptions,
        trace: Option<&'a Trace<'a>>,
    ) -> Result<Runtime<'a>, Error> {
        let limits = options.limits.unwrap_or(self.limits);
        measure(&self.source, limits)?;
        Ok(Runtime::new(bump, &self.program, variables, limits, options.clock.as_ref(), trace))
    }

    /// What a render with the variables of a JSON text begins with.
    fn runtime_of_text<'a>(
        &'a self,
        bump: &'a Bump,
        context: &'a str,
        options: &'a RenderOptions,
        trace: Option<&'a Trace<'a>>,
    ) -> Result<Runtime<'a>, Error> {
        let mut rt = self.runtime(bump, Variables::None, options, trace)?;
        let context = from_text::read(&rt, context).map_err(|failure| match failure {
            from_text::Failure::Json(error) => unreadable(&error),
            from_text::Failure::Raised(error) => Error::new(error.kind(), error.message()),
        })?;
        let Some(dict) = context.as_dict() else {
            let message =
                format!("the context of a render must be an object of variables, not {}", type_name(context));
            return Err(Error::new(ErrorKind::Type, message));
        };
        rt.variables = Variables::Dict(dict);
        Ok(rt)
    }

    /// How long an output is likely to be: most of a context is the text of messages.
    fn capacity_of_text(&self, context: &str) -> usize {
        self.program.literal_bytes.min(4096) + context.len().min(MOST_AT_FIRST) + 256
    }

    fn run<'a>(&'a self, rt: &Runtime<'a>, capacity: usize) -> Result<Output<'a>, Error> {
        let frame = rt.frame(self.program.slots, None).map_err(|error| self.error(error))?;
        let mut out = Output::new(rt.bump, capacity);
        if let Some(trace) = rt.trace {
            out.spans = trace.take_spans();
        }
        Machine::new(rt, frame, out).run().map_err(|error| self.error(error))
    }

    #[cold]
    fn error(&self, error: crate::raised::Raised) -> Error {
        error.into_error(Source::new(&self.source).text())
    }
}

/// Whether a source is within the limits.
fn measure(source: &str, limits: Limits) -> Result<(), Error> {
    if source.len() <= limits.source_bytes {
        return Ok(());
    }
    let message = format!(
        "the template has {} bytes; at most {} are allowed (limit `source_bytes`)",
        source.len(),
        limits.source_bytes
    );
    Err(Error::new(ErrorKind::Limit, message))
}

fn unreadable(error: &json::JsonError) -> Error {
    Error::new(ErrorKind::Value, format!("the context is not JSON that can be used: {error}"))
}

fn object(context: &Json) -> Result<&Map<String, Json>, Error> {
    let kind = match context {
        Json::Object(map) => return Ok(map),
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
    };
    let message = format!("the context of a render must be an object of variables, not {kind}");
    Err(Error::new(ErrorKind::Type, message))
}

/// Runs something with an arena that is empty.
fn in_arena<T>(job: impl FnOnce(&Bump) -> T) -> T {
    let mut bump = ARENA.take().unwrap_or_default();
    let result = job(&bump);
    if bump.allocated_bytes() <= KEPT {
        bump.reset();
        ARENA.set(Some(bump));
    }
    result
}

/// How many messages there are.
fn messages(context: &Map<String, Json>) -> usize {
    match member(context, "messages") {
        Some((_, Json::Array(messages))) => messages.len().min(1 << 16),
        _ => 0,
    }
}

/// How long an output is likely to be: the strings of the messages, and what the template writes for each.
fn capacity(program: &Program, context: &Map<String, Json>) -> usize {
    let mut bytes = program.literal_bytes.min(4096);
    let Some((_, Json::Array(messages))) = member(context, "messages") else { return bytes + 256 };
    for message in messages {
        bytes += 64;
        let Json::Object(message) = message else { continue };
        for (_, value) in message {
            match value {
                Json::String(text) => bytes += text.len(),
                Json::Array(parts) => {
                    for part in parts {
                        if let Json::Object(part) = part {
                            bytes += part.get("text").and_then(Json::as_str).map_or(0, str::len);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    bytes.min(MOST_AT_FIRST)
}
