//! How much a template may use.

use crate::Clock;

/// Budgets that no template and no input can exceed; hitting one is an error of kind
/// [`ErrorKind::Limit`](crate::ErrorKind::Limit) that says which.
///
/// How deep statements and expressions may nest is not among them: it is fixed at 75 levels, and at 500 for chains such as `1 + 1 + …`. Python gives up earlier.
///
/// ```
/// use rolecall_jinja::Limits;
///
/// let limits = Limits { output_bytes: 1 << 20, ..Limits::default() };
/// assert_eq!(limits.source_bytes, Limits::default().source_bytes);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a template's source. Default: 1 MiB; the largest real template has 46 kB.
    pub source_bytes: usize,
    /// Steps of one render: instructions, and one more for some 64 bytes of text that are looked at or written.
    /// Default: 50 million.
    pub steps: u64,
    /// Bytes of a render's output. Default: 256 MiB.
    pub output_bytes: usize,
    /// Bytes of all strings, lists and dicts that one render makes on its way, and so the longest string.
    /// Default: 256 MiB.
    pub memory_bytes: usize,
    /// How many calls of macros, recursive loops and blocks may be inside one another. Default: 200; Python gives up
    /// at some 250.
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
#[derive(Debug, Clone, Default)]
pub struct RenderOptions {
    /// The clock behind `strftime_now`; without one, a template that asks for the time fails.
    pub clock: Option<Clock>,
    /// The budgets of this render.
    pub limits: Limits,
}
