//! What a terminal shows, as a picture.

use std::collections::BTreeSet;
use std::fmt::Write;

use quick_xml::escape::escape;

/// The width of a character and the height of a line, in pixels.
const CHARACTER: f64 = 8.0;
const LINE: usize = 20;
/// The edge around the text.
const EDGE: usize = 16;

/// The colours of a picture: its ground and its plain text, and the numbers of a terminal's colours that the command uses.
const LIGHT: [(&str, &str); 8] = [
    ("ground", "#f6f8fa"),
    ("plain", "#1f2328"),
    ("32", "#116329"),
    ("33", "#7d4e00"),
    ("34", "#0550ae"),
    ("35", "#8250df"),
    ("36", "#1b7c83"),
    ("95", "#a0111f"),
];
const DARK: [(&str, &str); 8] = [
    ("ground", "#0d1117"),
    ("plain", "#e6edf3"),
    ("32", "#56d364"),
    ("33", "#e3b341"),
    ("34", "#79c0ff"),
    ("35", "#d2a8ff"),
    ("36", "#56d4dd"),
    ("95", "#ff7b72"),
];

/// A picture of a text with a terminal's "select graphic rendition" in it. It has a ground of its own, so that it can be
/// read on any page; readers who prefer dark pages get a dark one.
pub(crate) fn picture(terminal: &str, title: &str) -> String {
    let lines = lines(terminal.trim_end());
    let count =
        |line: &Vec<(String, String)>| line.iter().map(|(_, text)| text.chars().count()).sum::<usize>();
    let columns = lines.iter().map(count).max().unwrap_or_default();
    let width = 2.0 * to_f64(EDGE) + to_f64(columns) * CHARACTER;
    let height = 2 * EDGE + lines.len() * LINE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n<title>{}</title>\n<style>\n\
         text {{ font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, \"DejaVu Sans Mono\", monospace; white-space: pre; }}\n\
         .c2 {{ opacity: 0.65; }}\n.c4 {{ text-decoration: underline; }}\n{}\
         @media (prefers-color-scheme: dark) {{\n{}}}\n</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n",
        escape(title),
        colors(&LIGHT),
        colors(&DARK),
    );
    for (line, at) in lines.iter().zip(1..) {
        if count(line) == 0 {
            continue;
        }
        let (y, length) = (EDGE + at * LINE - 5, to_f64(count(line)) * CHARACTER);
        // Whatever the reader's font is, a character is as wide as it is here.
        let _ = write!(
            out,
            "<text class=\"plain\" x=\"{EDGE}\" y=\"{y}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" \
             xml:space=\"preserve\">"
        );
        for (class, text) in line {
            let _ = match class.as_str() {
                "" => write!(out, "{}", escape(text)),
                class => write!(out, "<tspan class=\"{class}\">{}</tspan>", escape(text)),
            };
        }
        out.push_str("</text>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn to_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a picture is small"))
}

fn colors(table: &[(&str, &str)]) -> String {
    let rule = |(name, color): &(&str, &str)| {
        let digit = if name.starts_with(|c: char| c.is_ascii_digit()) { "c" } else { "" };
        format!(".{digit}{name} {{ fill: {color}; }}\n")
    };
    table.iter().map(rule).collect::<Vec<_>>().concat()
}

/// The lines, each in pieces with the classes of its style.
fn lines(terminal: &str) -> Vec<Vec<(String, String)>> {
    let mut style: BTreeSet<u8> = BTreeSet::new();
    let mut lines = vec![Vec::new()];
    for (number, piece) in terminal.split("\x1b[").enumerate() {
        let text = if number == 0 {
            piece
        } else {
            let (codes, text) = piece.split_once('m').expect("only colours are in it");
            for code in codes.split(';') {
                match code.parse().expect("a number") {
                    0 => style.clear(),
                    code => _ = style.insert(code),
                }
            }
            text
        };
        let class = style.iter().map(|code| format!("c{code}")).collect::<Vec<_>>().join(" ");
        for (at, part) in text.split('\n').enumerate() {
            if at > 0 {
                lines.push(Vec::new());
            }
            if !part.is_empty() {
                lines.last_mut().expect("there is a line").push((class.clone(), part.to_owned()));
            }
        }
    }
    lines
}
