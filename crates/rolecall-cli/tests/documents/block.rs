//! The code blocks of a document.

/// A fenced code block.
pub(crate) struct Block {
    pub(crate) document: String,
    /// The line of its fence, from 1.
    pub(crate) line: usize,
    pub(crate) language: String,
    /// How its last command ends.
    pub(crate) exit_code: i32,
    pub(crate) text: String,
}

/// A command, and what the document shows it to print.
pub(crate) struct Step {
    pub(crate) command: String,
    pub(crate) shown: String,
}

pub(crate) fn blocks(document: &str, text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else { continue };
        let mut words = info.split([' ', ',']);
        let language = words.next().unwrap_or_default().to_owned();
        let exit_code = words.find_map(|word| word.strip_prefix("exit-"));
        let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```");
        let text = inside.flat_map(|line| [line, "\n"]).collect();
        found.push(Block {
            document: document.to_owned(),
            line: at + 1,
            language,
            exit_code: exit_code.map_or(0, |code| code.parse().expect("exit-NUMBER")),
            text,
        });
    }
    found
}

/// The text outside of code blocks.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// What stands between single backquotes outside of code blocks.
pub(crate) fn inline_code(text: &str) -> Vec<String> {
    prose(text).split('`').skip(1).step_by(2).map(|code| code.replace('\n', " ")).collect()
}

/// Where links lead: what stands in `[…](here)`, outside of code.
pub(crate) fn links(text: &str) -> Vec<String> {
    let prose: String = prose(text).split('`').step_by(2).collect();
    let links = prose.split("](").skip(1);
    links.filter_map(|link| link.split_once(')')).map(|(link, _)| link.to_owned()).collect()
}

/// The names under which links find the headings of a document.
pub(crate) fn anchors(text: &str) -> impl Iterator<Item = String> {
    let prose = prose(text);
    let headings: Vec<String> =
        prose.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect();
    headings.into_iter().map(|heading| {
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let words: String =
            heading.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect();
        words.replace(' ', "-")
    })
}

impl Block {
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for line in self.text.lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => {
                    steps.push(Step { command: command.to_owned(), shown: String::new() });
                }
                (None, Some(step)) if step.shown.is_empty() && step.command.ends_with('\\') => {
                    step.command.push('\n');
                    step.command.push_str(line);
                }
                (None, Some(step)) => {
                    step.shown.push_str(line);
                    step.shown.push('\n');
                }
                (None, None) => {
                    let before = format!("before the first command of {}:{}", self.document, self.line);
                    assert_eq!(line, "", "{before}");
                }
            }
        }
        steps
    }
}

/// Whether a document shows what was printed. In a document each line ends with a newline; the last one that is printed may
/// not.
pub(crate) fn is_as_shown(shown: &str, printed: &str) -> bool {
    let shown: Vec<&str> = shown.lines().collect();
    let printed: Vec<&str> = printed.strip_suffix('\n').unwrap_or(printed).split('\n').collect();
    are_lines_as_shown(&shown, &printed)
}

fn are_lines_as_shown(shown: &[&str], printed: &[&str]) -> bool {
    match shown {
        [] => printed.is_empty(),
        ["…", rest @ ..] => {
            (0..=printed.len()).filter_map(|at| printed.get(at..)).any(|left| are_lines_as_shown(rest, left))
        }
        [line, rest @ ..] => printed
            .split_first()
            .is_some_and(|(first, others)| is_line_as_shown(line, first) && are_lines_as_shown(rest, others)),
    }
}

fn is_line_as_shown(shown: &str, printed: &str) -> bool {
    let mut pieces = shown.split('…');
    let Some(mut left) = pieces.next().and_then(|first| printed.strip_prefix(first)) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return left.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return left.ends_with(piece);
        }
        let Some((_, after)) = left.split_once(piece) else { return false };
        left = after;
    }
    true
}

#[test]
fn what_is_shown_is_compared() {
    for (shown, printed, expected) in [
        ("a\n", "a", true),
        ("a\n", "a\n", true),
        ("a\n\n", "a\n\n", true),
        ("a\n", "a\n\n", false),
        ("a\n\n", "a\n", false),
        ("a…c\n", "abbc\n", true),
        ("a…c…\n", "abbcd\n", true),
        ("a…c\n", "abb\n", false),
        ("a\n…\nd\n", "a\nb\nc\nd\n", true),
        ("a\n…\n", "b\n", false),
    ] {
        assert_eq!(is_as_shown(shown, printed), expected, "{shown:?} and {printed:?}");
    }
}
