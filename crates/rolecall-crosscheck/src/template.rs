//! A compiled template and its renders.

use std::sync::Arc;

use rolecall_jinja::{Error, ErrorKind, Limits, RenderOptions};
use serde_json::Value as Json;

use crate::compile::{self, Compiled};
use crate::value::Dict;
use crate::{Marked, convert, marking, render};

/// A chat template, compiled once for any number of renders on any number of threads.
#[derive(Debug)]
pub struct Template {
    source: String,
    compiled: Compiled,
    limits: Limits,
}

impl Template {
    /// Compiles a template, with the default limits.
    ///
    /// # Errors
    ///
    /// A template that does not parse is an error of kind [`ErrorKind::Syntax`]; one that is too large or too
    /// deeply nested, of kind [`ErrorKind::Limit`].
    pub fn new(source: &str) -> Result<Self, Error> {
        Self::with_limits(source, Limits::default())
    }

    /// Compiles a template with `limits`, which are also those of [`render`](Self::render).
    pub fn with_limits(source: &str, limits: Limits) -> Result<Self, Error> {
        if source.len() > limits.source_bytes {
            let message = format!(
                "the template has {} bytes; at most {} are allowed",
                source.len(),
                limits.source_bytes
            );
            return Err(Error::new(ErrorKind::Limit, message));
        }
        let compiled = compile::compile(&compile::normal_newlines(source))?;
        Ok(Self { source: source.to_owned(), compiled, limits })
    }

    /// The template's source, as it was given.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The variables that the template may look up in its context, in alphabetical order: those that it reads at
    /// a place where it is not certain to have set them. Functions of the language are not among them.
    ///
    /// ```
    /// let template = rolecall_crosscheck::Template::new("{% set a = b %}{{ a }}{{ range(c) }}")?;
    /// assert_eq!(template.variables(), ["b", "c"]);
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    pub fn variables(&self) -> Vec<String> {
        self.compiled.variables.clone()
    }

    /// Renders with the variables of `context`, which must be an object, without a clock.
    pub fn render(&self, context: &Json) -> Result<String, Error> {
        self.render_with(context, &RenderOptions::default())
    }

    /// Renders with a clock and limits.
    pub fn render_with(&self, context: &Json, options: &RenderOptions) -> Result<String, Error> {
        self.run(&convert::context(context)?, options)
    }

    /// Renders with the variables of a JSON text, read as Python reads it, with integers of up to 128 bits and
    /// numbers that are not finite.
    pub fn render_json(&self, context: &str, options: &RenderOptions) -> Result<String, Error> {
        self.run(&convert::context_from_text(context)?, options)
    }

    /// Renders, and finds where the template itself wrote `needle`, a placeholder such as `<image>`.
    ///
    /// `trusted` names variables of the context that hold no text of users, such as the special tokens: what
    /// they hold counts as written by the template. Only text is looked at: a placeholder made of nothing but
    /// a user's numbers or constants would count as the template's.
    ///
    /// ```
    /// use rolecall_crosscheck::Template;
    /// use rolecall_jinja::RenderOptions;
    /// use serde_json::json;
    ///
    /// let template = Template::new("<image>{{ text }}")?;
    /// let context = json!({"text": "my <image>"});
    /// let marked = template.render_marked(&context, "<image>", &[], &RenderOptions::default())?;
    /// assert_eq!((marked.text.as_str(), marked.written), ("<image>my <image>", vec![0..7]));
    /// # Ok::<(), rolecall_jinja::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of a render; and an error of kind [`ErrorKind::Unsupported`] where the template treats the text in
    /// a way that keeps us from telling.
    pub fn render_marked(
        &self,
        context: &Json,
        needle: &str,
        trusted: &[&str],
        options: &RenderOptions,
    ) -> Result<Marked, Error> {
        let render = |context: &Json, options: &RenderOptions| self.render_with(context, options);
        marking::marked(&self.source, context, needle, trusted, options, render)
    }

    fn run(&self, context: &Arc<Dict>, options: &RenderOptions) -> Result<String, Error> {
        let limits = options.limits.unwrap_or(self.limits);
        let source = compile::normal_newlines(&self.source);
        render::render(&self.compiled, &source, context, options.clock.clone(), limits)
    }
}
