//! Who wrote what: whether the spans of a traced render cover its text, and where its generation blocks are.

use std::ops::Range;

use rolecall_jinja::syntax::{Body, Source, StmtKind};
use rolecall_jinja::{Origin, Traced};
use serde_json::Value;

/// Where a generation block's text is, from and to, in characters.
pub(crate) type Block = (usize, usize);

/// Checks that the spans cover the text without gaps, and that what was copied is what stands in the input.
pub(crate) fn check(traced: &Traced, variables: &Value) -> Result<(), String> {
    let mut end = 0;
    for span in traced.spans() {
        let Range { start, end: next } = span.range.clone();
        let Some(text) = traced.text().get(span.range).filter(|text| start == end && !text.is_empty()) else {
            return Err(format!("a span of bytes {start} to {next} follows one that ends at byte {end}"));
        };
        if let Origin::Copied { pointer, range } = &span.origin {
            let pointer = pointer.to_string();
            let input = variables.pointer(&pointer).and_then(Value::as_str).unwrap_or_default();
            if input.get(range.clone()) != Some(text) {
                return Err(format!(
                    "bytes {start} to {next} are not bytes {} to {} of {pointer}",
                    range.start, range.end
                ));
            }
        }
        end = next;
    }
    let length = traced.text().len();
    if end == length { Ok(()) } else { Err(format!("the spans end at byte {end} of {length}")) }
}

/// The generation blocks of a traced render.
pub(crate) fn blocks(traced: &Traced) -> Vec<Block> {
    let text = traced.text();
    let characters = |to: usize| text.get(..to).unwrap_or(text).chars().count();
    traced.generations().iter().map(|block| (characters(block.start), characters(block.end))).collect()
}

/// Blocks in the order of their places.
pub(crate) fn sorted(mut blocks: Vec<Block>) -> Vec<Block> {
    blocks.sort_unstable();
    blocks
}

/// The lengths of blocks, in order.
pub(crate) fn lengths(blocks: &[Block]) -> Vec<usize> {
    let mut lengths: Vec<usize> = blocks.iter().map(|(start, end)| end.saturating_sub(*start)).collect();
    lengths.sort_unstable();
    lengths
}

/// Whether the reference knows where a template's generation blocks are. It takes the length of what the root
/// of the template has given out so far for the place of a block, which is wrong where a block's text is
/// captured on its way: in a macro, a `{% set %}`, `{% filter %}` or `{% call %}` block, a recursive loop, or
/// another generation block.
pub(crate) fn are_at_the_root(template: &str) -> bool {
    Source::new(template).parse().is_ok_and(|body| at_root(&body, false))
}

fn at_root(body: &Body<'_>, captured: bool) -> bool {
    body.iter().all(|statement| match &statement.kind {
        StmtKind::Generation(body) => !captured && at_root(body, true),
        StmtKind::For { body, otherwise, recursive, .. } => {
            at_root(body, captured || *recursive) && at_root(otherwise, captured)
        }
        StmtKind::If { branches, otherwise } => {
            branches.iter().all(|(_, body)| at_root(body, captured)) && at_root(otherwise, captured)
        }
        StmtKind::With { body, .. } | StmtKind::Autoescape { body, .. } | StmtKind::Block { body, .. } => {
            at_root(body, captured)
        }
        StmtKind::SetBlock { body, .. }
        | StmtKind::Macro { body, .. }
        | StmtKind::CallBlock { body, .. }
        | StmtKind::FilterBlock { body, .. } => at_root(body, true),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_blocks_are_not_at_the_root() {
        let generation = "{% generation %}a{% endgeneration %}";
        for (before, after, root) in [
            ("", "", true),
            ("{% for m in l %}{% if m %}", "{% endif %}{% endfor %}", true),
            ("{% macro m() %}x{% endmacro %}{% set a %}b{% endset %}", "", true),
            ("{% macro m() %}", "{% endmacro %}", false),
            ("{% if x %}{% set a %}", "{% endset %}{% endif %}", false),
            ("{% filter trim %}{% if x %}", "{% endif %}{% endfilter %}", false),
            ("{% call m() %}", "{% endcall %}", false),
            ("{% generation %}", "{% endgeneration %}", false),
            ("{% for m in l recursive %}", "{% endfor %}", false),
        ] {
            let source = format!("{before}{generation}{after}");
            assert_eq!(are_at_the_root(&source), root, "{source}");
        }
    }
}
