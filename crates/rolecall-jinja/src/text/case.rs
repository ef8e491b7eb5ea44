//! Letter case, as `str`'s methods change it and ask for it.

use std::borrow::Cow;

use super::tables::{Changed, Mapping, tables};

fn is_upper_char(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { tables().uppercase.holds(c) }
}

fn is_lower_char(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_lowercase() } else { tables().lowercase.holds(c) }
}

/// The letters that have a third form beside upper and lower case, in that form.
fn is_title_char(c: char) -> bool {
    !c.is_ascii() && tables().titlecase.holds(c)
}

fn is_cased(c: char) -> bool {
    is_upper_char(c) || is_lower_char(c) || is_title_char(c)
}

/// Whether a character stands inside of a word without being a letter of it.
fn is_ignorable(c: char) -> bool {
    if c.is_ascii() { matches!(c, '\'' | '.' | ':' | '^' | '`') } else { tables().case_ignorable.holds(c) }
}

/// Appends what the first mapping that knows the character makes of it, or the character.
fn push(out: &mut String, c: char, mappings: &[&Mapping]) {
    match mappings.iter().find_map(|mapping| mapping.get(c)) {
        None => out.push(c),
        Some(Changed::One(c)) => out.push(c),
        Some(Changed::Several(chars)) => out.extend(chars),
    }
}

fn push_upper(out: &mut String, c: char) {
    if c.is_ascii() {
        out.push(c.to_ascii_uppercase());
    } else {
        push(out, c, &[&tables().upper]);
    }
}

fn push_title(out: &mut String, c: char) {
    if c.is_ascii() {
        out.push(c.to_ascii_uppercase());
    } else {
        // Letters whose title form is they themselves while there is an upper form are in the table, too.
        push(out, c, &[&tables().title, &tables().upper]);
    }
}

/// Writes lower case, where that of a sigma depends on the letters around it.
struct Lower<'t> {
    text: &'t str,
    /// Whether the last character that is not ignorable is a letter with case.
    after_cased: bool,
    /// The place of the first character that is not ignorable, after the last sigma asked for: many sigmas in a
    /// row of ignorable characters must not look for it each anew.
    next: Option<(usize, bool)>,
}

impl<'t> Lower<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, after_cased: false, next: None }
    }

    /// Appends the lower case of `c`, which stands at `at`. Must be told all characters in order, or with
    /// [`pass`](Self::pass).
    fn push(&mut self, out: &mut String, at: usize, c: char) {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else if c == 'Σ' {
            out.push(if self.after_cased && !self.before_cased(at + c.len_utf8()) { 'ς' } else { 'σ' });
        } else {
            push(out, c, &[&tables().lower]);
        }
        self.pass(c);
    }

    /// Takes note of a character.
    fn pass(&mut self, c: char) {
        if !is_ignorable(c) {
            self.after_cased = is_cased(c);
        }
    }

    /// Whether the first character from `at` on that is not ignorable is a letter with case.
    fn before_cased(&mut self, at: usize) -> bool {
        if let Some((place, cased)) = self.next
            && at <= place
        {
            return cased;
        }
        let rest = self.text.get(at..).unwrap_or_default();
        let found = rest.char_indices().find(|(_, c)| !is_ignorable(*c));
        let (place, cased) = found.map_or((self.text.len(), false), |(n, c)| (at + n, is_cased(c)));
        self.next = Some((place, cased));
        cased
    }
}

/// `text.upper()`.
pub(crate) fn upper(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let changes = text.bytes().any(|b| b.is_ascii_lowercase());
        return if changes { Cow::Owned(text.to_ascii_uppercase()) } else { Cow::Borrowed(text) };
    }
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_upper(&mut out, c));
    Cow::Owned(out)
}

/// `text.lower()`.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let changes = text.bytes().any(|b| b.is_ascii_uppercase());
        return if changes { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) };
    }
    let mut out = String::with_capacity(text.len());
    let mut lower = Lower::new(text);
    text.char_indices().for_each(|(at, c)| lower.push(&mut out, at, c));
    Cow::Owned(out)
}

/// `text.title()`: every run of letters begins in upper case.
pub(crate) fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lower = Lower::new(text);
    let mut inside = false;
    for (at, c) in text.char_indices() {
        if inside {
            lower.push(&mut out, at, c);
        } else {
            push_title(&mut out, c);
            lower.pass(c);
        }
        inside = is_cased(c);
    }
    out
}

/// `text.capitalize()`: the first character in upper case, all others in lower case.
pub(crate) fn capitalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lower = Lower::new(text);
    for (at, c) in text.char_indices() {
        if at == 0 {
            push_title(&mut out, c);
            lower.pass(c);
        } else {
            lower.push(&mut out, at, c);
        }
    }
    out
}

/// `text.swapcase()`.
pub(crate) fn swapcase(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lower = Lower::new(text);
    for (at, c) in text.char_indices() {
        if is_upper_char(c) {
            lower.push(&mut out, at, c);
            continue;
        }
        if is_lower_char(c) {
            push_upper(&mut out, c);
        } else {
            out.push(c);
        }
        lower.pass(c);
    }
    out
}

/// `text.casefold()`, for comparisons without case.
pub(crate) fn casefold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return lower(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            push(&mut out, c, &[&tables().fold, &tables().lower]);
        }
    }
    Cow::Owned(out)
}

/// `text.isupper()`: at least one letter in upper case, and none in another.
pub(crate) fn is_upper(text: &str) -> bool {
    let mut any = false;
    for c in text.chars() {
        if is_lower_char(c) || is_title_char(c) {
            return false;
        }
        any = any || is_upper_char(c);
    }
    any
}

/// `text.islower()`: at least one letter in lower case, and none in another.
pub(crate) fn is_lower(text: &str) -> bool {
    let mut any = false;
    for c in text.chars() {
        if is_upper_char(c) || is_title_char(c) {
            return false;
        }
        any = any || is_lower_char(c);
    }
    any
}

/// `text.istitle()`: every run of letters begins in upper case and goes on in lower case, and there is one.
pub(crate) fn is_title(text: &str) -> bool {
    let (mut inside, mut any) = (false, false);
    for c in text.chars() {
        let (upper, lower) = (is_upper_char(c) || is_title_char(c), is_lower_char(c));
        if (upper && inside) || (lower && !inside) {
            return false;
        }
        inside = upper || lower;
        any |= inside;
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_changes_as_in_python() {
        assert_eq!(title("it's 3rd x"), "It'S 3Rd X");
        assert_eq!(title("ǆ ﬁx ß hELLO"), "ǅ Fix Ss Hello");
        assert_eq!(capitalize("ﬁx ME"), "Fix me");
        assert_eq!(swapcase("aBß"), "AbSS");
        assert_eq!(upper("straße ŉ"), "STRASSE ʼN");
        assert_eq!(lower("İSTANBUL"), "i\u{307}stanbul");
        assert_eq!(casefold("Straße ΑΣ Ꭰꭰ"), "strasse ας ᎠᎠ".replace('ς', "σ"));
        assert!(is_upper("A1") && !is_upper("1") && is_lower("a b") && is_title("Ab Cd") && !is_title("AB"));
    }

    #[test]
    fn a_sigma_at_the_end_of_a_word_has_its_own_form() {
        assert_eq!(lower("ΑΣ Σ ΑΣ'Σ Α.Σ. Σ"), "ας σ ασ'ς α.ς. σ");
        assert_eq!(capitalize("aΣ ΑΣ"), "Aς ας");
        assert_eq!(title("ΑΣ ΣΣ"), "Ας Σς");
        assert_eq!(swapcase("ΑΣ"), "ας");
    }

    #[test]
    fn many_sigmas_are_quick() {
        let text = "Σ'".repeat(200_000);
        assert_eq!(lower(&format!("A{text}")).chars().filter(|c| *c == 'ς').count(), 1);
    }

    #[test]
    fn what_came_after_unicode_14_has_no_case() {
        // U+019B and U+0264 were there, but got an upper case in Unicode 16.
        for text in ["\u{1c8a}", "\u{19b}", "\u{264}", "\u{a7cc}", "\u{10d70}"] {
            assert_eq!((upper(text).as_ref(), lower(text).as_ref()), (text, text));
        }
        assert!(!is_lower("\u{1c8a}") && is_lower("\u{19b}"));
    }
}
