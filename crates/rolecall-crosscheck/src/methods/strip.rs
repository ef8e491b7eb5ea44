//! `strip` and its kin.

use rolecall_jinja::text::is_space;

/// Which ends of a text are stripped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    Both,
    Left,
    Right,
}

/// The text without those of `chars`, or white space, at its ends.
pub(crate) fn strip<'t>(text: &'t str, chars: Option<&str>, ends: Ends) -> &'t str {
    let drop = |c: char| chars.map_or_else(|| is_space(c), |chars| chars.contains(c));
    match ends {
        Ends::Both => text.trim_matches(drop),
        Ends::Left => text.trim_start_matches(drop),
        Ends::Right => text.trim_end_matches(drop),
    }
}
