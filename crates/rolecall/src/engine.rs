//! The one place that knows which template engine runs.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rolecall_jinja::{Clock, DateTime, Error, Limits, Origin, RenderOptions, Template, Traced};
use serde_json::Value;

/// A compiled template.
pub(crate) struct Engine(Template);

/// The text of a render, and whether the template asked for the time.
pub(crate) struct Output {
    pub(crate) text: String,
    pub(crate) clock_read: bool,
}

/// What a render depends on beside the context.
pub(crate) struct Surroundings<'a> {
    pub(crate) clock: &'a Clock,
    pub(crate) limits: Limits,
}

impl Engine {
    pub(crate) fn new(source: &str) -> Result<Self, Error> {
        Template::new(source).map(Self)
    }

    pub(crate) fn source(&self) -> &str {
        self.0.source()
    }

    pub(crate) fn render(&self, context: &Value, around: &Surroundings<'_>) -> Result<Output, Error> {
        let (options, moment) = observed(around);
        let text = self.0.render_with(context, &options)?;
        Ok(Output { text, clock_read: moment.get().is_some() })
    }

    /// Renders, and finds where the template (or a trusted value) wrote `needle`. `trusted` are the names
    /// of variables whose text is not a user's.
    pub(crate) fn render_finding(
        &self,
        context: &Value,
        needle: &str,
        trusted: &[&str],
        around: &Surroundings<'_>,
    ) -> Result<(Output, Vec<Range<usize>>), Error> {
        let (options, moment) = observed(around);
        let traced = self.0.render_traced_with(context, &options, trusted)?;
        let written = written(&traced, needle);
        Ok((Output { text: traced.into_text(), clock_read: moment.get().is_some() }, written))
    }
}

/// Where all of `needle` was written by the template or taken from a trusted value.
fn written(traced: &Traced, needle: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // The parts between which a user's text stands: an occurrence that is the template's lies inside of one.
    let mut own: Option<Range<usize>> = None;
    let mut search = |part: Option<Range<usize>>| {
        if let Some(part) = part {
            let text = traced.text().get(part.clone()).unwrap_or_default();
            found.extend(text.match_indices(needle).map(|(at, _)| {
                let start = part.start + at;
                start..start + needle.len()
            }));
        }
    };
    for span in traced.spans() {
        if matches!(span.origin, Origin::Template | Origin::Trusted { .. }) {
            own = Some(own.map_or(span.range.start, |own| own.start)..span.range.end);
        } else {
            search(own.take());
        }
    }
    search(own);
    found
}

/// A clock that stands still during one render, so that all of a prompt is of one moment, and the place
/// where that moment is found if the clock was read.
fn observed(around: &Surroundings<'_>) -> (RenderOptions, Arc<OnceLock<DateTime>>) {
    let moment = Arc::new(OnceLock::new());
    let clock = {
        let (moment, clock) = (Arc::clone(&moment), around.clock.clone());
        Clock::from_fn(move || *moment.get_or_init(|| clock.now()))
    };
    (RenderOptions { clock: Some(clock), limits: around.limits }, moment)
}

/// The variables that a template reads and does not set itself.
pub(crate) fn variables(source: &str) -> Result<Vec<String>, Error> {
    let template = Template::new(source)?;
    Ok(template.variables().into_iter().map(str::to_owned).collect())
}
