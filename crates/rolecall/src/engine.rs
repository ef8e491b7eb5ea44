//! The one place that knows which template engine runs.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rolecall_crosscheck::Template;
use rolecall_jinja::syntax::Source;
use rolecall_jinja::{Clock, DateTime, Error, ErrorKind, Limits, RenderOptions};
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
        // What does not parse is refused in the reference's own words before anything else looks at it.
        Source::new(source).parse()?;
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
        let marked = self.0.render_marked(context, needle, trusted, &options)?;
        Ok((Output { text: marked.text, clock_read: moment.get().is_some() }, marked.written))
    }
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

/// Whether an engine's error means only that it cannot tell who wrote what.
pub(crate) fn cannot_tell(error: &Error) -> bool {
    error.kind() == ErrorKind::Unsupported
}

/// The variables that a template reads and does not set itself.
pub(crate) fn variables(source: &str) -> Result<Vec<String>, Error> {
    Template::new(source).map(|template| template.variables())
}
