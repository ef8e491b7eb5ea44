//! Names the public items of libraries whose documentation has no example that runs.
//!
//!     public_items target/doc/rolecall.json …
//!
//! The files are what `rustdoc --output-format json` writes. Counted are modules, types, traits, functions, methods
//! and macros; an example of a type does not stand for its methods. Fields, variants and constants are shown by the
//! types that they belong to, and implementations of traits by the traits.

#![allow(clippy::print_stdout, reason = "it is a program")]
#![allow(clippy::indexing_slicing, reason = "an index of a JSON value that is not there gives null")]

use std::collections::BTreeSet;
use std::process::ExitCode;

use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

/// The public items of one library, as far as they have been visited.
struct Library<'a> {
    /// Each item by its number.
    index: &'a Value,
    visited: BTreeSet<String>,
    items: usize,
    without: Vec<String>,
}

fn main() -> Result<ExitCode, Failure> {
    let mut is_complete = true;
    for file in std::env::args_os().skip(1) {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let document: Value = serde_json::from_str(&text)?;
        let mut library =
            Library { index: &document["index"], visited: BTreeSet::new(), items: 0, without: Vec::new() };
        library.visit(&document["root"], "");
        if library.items == 0 {
            return Err(format!("{} has no item that can have an example", file.display()).into());
        }
        let shown = library.items - library.without.len();
        println!("{}: {shown} of {} public items have an example", file.display(), library.items);
        for item in &library.without {
            println!("  no example: {item}");
        }
        is_complete &= library.without.is_empty();
    }
    Ok(if is_complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl<'a> Library<'a> {
    fn item(&self, id: &Value) -> &'a Value {
        &self.index[id.to_string()]
    }

    /// Counts the item, and what is public inside of it.
    fn visit(&mut self, id: &Value, within: &str) {
        // What is exported twice is one item.
        if !self.visited.insert(id.to_string()) {
            return;
        }
        let item = self.item(id);
        let Some((kind, inner)) = item["inner"].as_object().and_then(|inner| inner.iter().next()) else {
            return;
        };
        if kind == "use" {
            return self.visit(&inner["id"], within);
        }
        // Items of other crates that are exported have their documentation there.
        if item["crate_id"] != 0 {
            return;
        }
        let name = item["name"].as_str().unwrap_or_default();
        let path = if within.is_empty() { name.to_owned() } else { format!("{within}::{name}") };
        match kind.as_str() {
            "module" => {
                self.count(item, &path);
                self.visit_public(&inner["items"], &path);
            }
            "struct" | "enum" | "union" => {
                self.count(item, &path);
                for id in inner["impls"].as_array().into_iter().flatten() {
                    let block = &self.item(id)["inner"]["impl"];
                    if block["trait"].is_null() {
                        self.visit_public(&block["items"], &path);
                    }
                }
            }
            "trait" => {
                self.count(item, &path);
                for id in inner["items"].as_array().into_iter().flatten() {
                    self.visit(id, &path);
                }
            }
            "function" | "macro" | "proc_macro" => self.count(item, &path),
            _ => {}
        }
    }

    fn visit_public(&mut self, ids: &Value, within: &str) {
        for id in ids.as_array().into_iter().flatten() {
            if self.item(id)["visibility"] == "public" {
                self.visit(id, within);
            }
        }
    }

    fn count(&mut self, item: &Value, path: &str) {
        self.items += 1;
        if !item["docs"].as_str().is_some_and(has_example) {
            self.without.push(path.to_owned());
        }
    }
}

/// Whether a text in Markdown has a block of Rust that is run: one that no word says to be of another language, or
/// not to be run.
fn has_example(docs: &str) -> bool {
    let mut fences = docs.lines().filter_map(|line| line.trim_start().strip_prefix("```"));
    // Each fence that opens a block is followed by the one that closes it.
    let mut opening = std::iter::from_fn(|| {
        let opening = fences.next();
        fences.next();
        opening
    });
    opening.any(|words| words.split(',').all(|word| matches!(word.trim(), "" | "rust" | "should_panic")))
}
