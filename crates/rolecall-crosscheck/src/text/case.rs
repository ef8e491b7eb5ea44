//! Letter case, as Python changes it.

/// The letters that have a third, title form beside upper and lower case, by threes.
const DIGRAPHS: [[char; 3]; 4] = [
    ['\u{1c4}', '\u{1c5}', '\u{1c6}'],
    ['\u{1c7}', '\u{1c8}', '\u{1c9}'],
    ['\u{1ca}', '\u{1cb}', '\u{1cc}'],
    ['\u{1f1}', '\u{1f2}', '\u{1f3}'],
];

fn is_title(c: char) -> bool {
    DIGRAPHS.iter().any(|[_, title, _]| *title == c)
}

fn is_cased(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase() || is_title(c)
}

fn push_title(out: &mut String, c: char) {
    if let Some([_, title, _]) = DIGRAPHS.iter().find(|forms| forms.contains(&c)) {
        out.push(*title);
        return;
    }
    for (n, c) in c.to_uppercase().enumerate() {
        if n == 0 { out.push(c) } else { out.extend(c.to_lowercase()) }
    }
}

/// `str.title()`: every run of letters begins in upper case.
pub(crate) fn title(text: &str) -> String {
    let lower = lower_in_place(text);
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for (c, lower) in text.chars().zip(lower) {
        if inside {
            out.push_str(&lower);
        } else {
            push_title(&mut out, c);
        }
        inside = is_cased(c);
    }
    out
}

/// `str.capitalize()`: the first character in upper case, all others in lower case.
pub(crate) fn capitalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, (c, lower)) in text.chars().zip(lower_in_place(text)).enumerate() {
        if n == 0 { push_title(&mut out, c) } else { out.push_str(&lower) }
    }
    out
}

/// The lower case of each character. That of a sigma depends on whether a word ends with it.
fn lower_in_place(text: &str) -> impl Iterator<Item = String> {
    let mut inside = false;
    let chars: Vec<char> = text.chars().collect();
    let lower = chars.iter().enumerate().map(|(n, &c)| {
        let ends = || {
            !chars
                .get(n + 1..)
                .unwrap_or_default()
                .iter()
                .find(|c| !is_ignorable(**c))
                .is_some_and(|c| is_cased(*c))
        };
        let lower = if c == 'Σ' && inside && ends() { "ς".to_owned() } else { c.to_lowercase().collect() };
        inside = is_cased(c) || (inside && is_ignorable(c));
        lower
    });
    lower.collect::<Vec<_>>().into_iter()
}

/// Whether a character stands inside a word without being a letter of it.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\'' | '.' | ':' | '^' | '`' | '\u{ad}' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{2019}')
}

/// `str.swapcase()`.
pub(crate) fn swapcase(text: &str) -> String {
    let swap = |c: char| -> String {
        if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() }
    };
    text.chars().map(swap).collect()
}

/// `str.casefold()`, for comparisons without case.
pub(crate) fn casefold(text: &str) -> String {
    let fold = |c: char| -> String {
        match c {
            'ß' | 'ẞ' => "ss".to_owned(),
            'ς' => "σ".to_owned(),
            'ı' => c.to_string(),
            c => c.to_lowercase().collect(),
        }
    };
    text.chars().map(fold).collect()
}

/// `str.isupper()`: at least one letter with case, and none in lower case.
pub(crate) fn is_upper(text: &str) -> bool {
    text.chars().any(char::is_uppercase) && !text.chars().any(|c| c.is_lowercase() || is_title(c))
}

/// `str.islower()`.
pub(crate) fn is_lower(text: &str) -> bool {
    text.chars().any(char::is_lowercase) && !text.chars().any(|c| c.is_uppercase() || is_title(c))
}

/// `str.istitle()`.
pub(crate) fn is_titled(text: &str) -> bool {
    let (mut inside, mut any) = (false, false);
    for c in text.chars() {
        let upper = c.is_uppercase() || is_title(c);
        if (upper && inside) || (c.is_lowercase() && !inside) {
            return false;
        }
        inside = is_cased(c);
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
        assert_eq!(capitalize("aΣ ΑΣ"), "Aς ας");
        assert_eq!(swapcase("aBß"), "AbSS");
        assert!(
            is_upper("A1") && !is_upper("1") && is_lower("a b") && is_titled("Ab Cd") && !is_titled("AB")
        );
    }
}
