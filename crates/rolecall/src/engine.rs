//! The one place that knows which template engine runs.

use std::ops::Range;

use rolecall_jinja::{Error, Origin, RenderOptions, Template, Traced};
use serde_json::Value;

/// A compiled template.
#[derive(Debug)]
pub(crate) struct Engine(Template);

impl Engine {
    pub(crate) fn new(source: &str) -> Result<Self, Error> {
        Template::new(source).map(Self)
    }

    pub(crate) fn source(&self) -> &str {
        self.0.source()
    }

    /// The variables that the template reads and does not set itself.
    pub(crate) fn variables(&self) -> Vec<&str> {
        self.0.variables()
    }

    #[cfg(feature = "tokenizers")]
    pub(crate) fn has_generation_blocks(&self) -> bool {
        self.0.has_generation_blocks()
    }

    pub(crate) fn render(&self, context: &Value, options: &RenderOptions) -> Result<String, Error> {
        self.0.render_with(context, options)
    }

    /// Renders, and keeps who wrote what. `trusted` are the names of variables whose text is not a user's.
    pub(crate) fn render_traced(
        &self,
        context: &Value,
        trusted: &[&str],
        options: &RenderOptions,
    ) -> Result<Traced, Error> {
        self.0.render_traced_with(context, options, trusted)
    }
}

/// The parts of the output that the template wrote or took from a trusted value: between them stands a user's text.
pub(crate) fn own_parts(traced: &Traced) -> impl Iterator<Item = Range<usize>> {
    let mut spans = traced.spans();
    std::iter::from_fn(move || {
        let mut own: Option<Range<usize>> = None;
        for span in spans.by_ref() {
            if matches!(span.origin, Origin::Template | Origin::Trusted { .. }) {
                own = Some(own.map_or(span.range.start, |own| own.start)..span.range.end);
            } else if own.is_some() {
                break;
            }
        }
        own
    })
}

/// Where `needle` is found inside of one of the parts of a text.
pub(crate) fn found(text: &str, parts: &[Range<usize>], needle: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for part in parts {
        let text = text.get(part.clone()).unwrap_or_default();
        found.extend(text.match_indices(needle).map(|(at, _)| {
            let start = part.start + at;
            start..start + needle.len()
        }));
    }
    found
}

/// The variables that a template reads and does not set itself.
pub(crate) fn variables(source: &str) -> Result<Vec<String>, Error> {
    let template = Template::new(source)?;
    Ok(template.variables().into_iter().map(str::to_owned).collect())
}
