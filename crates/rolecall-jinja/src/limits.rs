//! How much a template may use.

use crate::Clock;

/// Budgets that no template and no input can exceed; hitting one is an error of kind
/// [`ErrorKind::Limit`](crate::ErrorKind::Limit) that says which.
///
/// How deep statements and expressions may nest is not among them: it is fixed at 75 levels, and at 500 for chains such
/// as `1 + 1 + …`. Python takes up to 98 blocks, 69 parentheses and 197 operators.
///
/// ```
/// use rolecall_jinja::{ErrorKind, Limits, Template};
/// use serde_json::json;
///
/// let limits = Limits { output_bytes: 1 << 10, ..Limits::default() };
/// let template = Template::with_limits("{% for n in range(1000) %}{{ n }}, {% endfor %}", limits)?;
///
/// let error = template.render(&json!({})).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Limit);
/// assert_eq!(error.message(), "the output has more than 1024 bytes (limit `output_bytes`)");
/// # Ok::<(), rolecall_jinja::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a template's source. Default: 1 MiB; the largest real template has 46 kB.
    pub source_bytes: usize,
    /// Steps of one render. Default: 50 million.
    ///
    /// Each turn of a loop and each call takes as many as the body has instructions, whether all of them run or not;
    /// text that is looked at or written takes one for some 64 bytes, and lists one for an item or a few.
    pub steps: u64,
    /// Bytes of a render's output. Default: 256 MiB.
    pub output_bytes: usize,
    /// Bytes of all strings, lists and dicts that one render makes on its way, and so the longest string.
    /// Default: 256 MiB.
    ///
    /// Lists that grow and arguments on their way to a call are not counted twice, so that a process may use about
    /// twice as much. A traced render counts its notes too, and reaches this limit and that of the steps earlier than a
    /// plain one.
    pub memory_bytes: usize,
    /// How many calls of macros, recursive loops and blocks may be inside one another. Default: 200; Python takes
    /// some 198.
    pub recursion: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            source_bytes: 1 << 20,
            steps: 50_000_000,
            output_bytes: 256 << 20,
            memory_bytes: 256 << 20,
            recursion: 200,
        }
    }
}

/// What a render depends on beside its input.
///
/// ```
/// use rolecall_jinja::{Clock, RenderOptions, Template};
/// use serde_json::json;
///
/// let template = Template::new("Today is {{ strftime_now('%d %B %Y') }}.")?;
/// let clock = Clock::fixed("2026-07-04T12:34:56".parse()?);
/// let options = RenderOptions { clock: Some(clock), ..RenderOptions::default() };
/// assert_eq!(template.render_with(&json!({}), &options)?, "Today is 04 July 2026.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RenderOptions {
    /// The clock behind `strftime_now`; without one, a template that asks for the time fails.
    pub clock: Option<Clock>,
    /// The budgets of this render, in place of those that the template was compiled with.
    pub limits: Option<Limits>,
}
