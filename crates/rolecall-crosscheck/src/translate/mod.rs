//! A template for minijinja that does what the reference does with the original.
//!
//! minijinja's operators, lookups and loops follow rules of their own. Its parser gives the syntax tree; from
//! that a template is written in which every operator, filter and test is one of ours, under a name that no
//! template can use. Positions in the two are kept beside one another.

mod expression;
mod output;
mod statement;

use std::collections::{BTreeMap, BTreeSet};

use minijinja::machinery::ast::Stmt;
use rolecall_jinja::Error;

use crate::places::Places;
use output::Output;

/// What one of our functions is called in a translated template: `NAME_op`.
pub(crate) const PREFIX: &str = "__";

/// A translated template.
pub(crate) struct Translated {
    pub(crate) source: String,
    /// Where in the original each part of `source` comes from.
    pub(crate) places: Places,
    /// All variables that the template mentions.
    pub(crate) names: BTreeSet<String>,
    /// How many parameters each macro has.
    pub(crate) macros: BTreeMap<String, usize>,
}

/// Translates the tree of a template. `original` is its source, and `rewritten` tells where in it each part of
/// what was parsed stands.
pub(crate) fn translated(
    template: &Stmt<'_>,
    original: &str,
    rewritten: &Places,
) -> Result<Translated, Error> {
    let mut translator = Translator {
        original,
        rewritten,
        out: Output::default(),
        names: BTreeSet::new(),
        macros: BTreeMap::new(),
        around: Vec::new(),
        lenient: false,
        in_loop_filter: false,
        captured: 0,
        temporaries: temporaries(original),
        next_temporary: 0,
    };
    translator.statement(template)?;
    let (source, places) = translator.out.finish();
    Ok(Translated { source, places, names: translator.names, macros: translator.macros })
}

/// The beginning of names that do not occur in a template: more underscores than it has in a row.
fn temporaries(source: &str) -> String {
    let longest = source.split(|c| c != '_').map(str::len).max().unwrap_or_default();
    "_".repeat(longest + 1) + "t"
}

/// A block that a `break` or `continue` would have to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Around {
    /// A loop; if it is recursive, with the shape of its target.
    Loop { recursive: bool, shape: Option<String> },
    /// A block whose scope or output minijinja would not close.
    Block(&'static str),
    /// `{% generation %}`, which Python does not let be left.
    Generation,
    /// The body of a macro, which has no loop around it.
    Macro,
}

struct Translator<'s> {
    original: &'s str,
    rewritten: &'s Places,
    out: Output,
    names: BTreeSet<String>,
    macros: BTreeMap<String, usize>,
    around: Vec<Around>,
    /// Whether an unknown filter or test is an error only when it is reached.
    lenient: bool,
    /// Whether this is the condition behind `for … in …`.
    in_loop_filter: bool,
    /// How many blocks there are around whose output is kept in memory.
    captured: usize,
    temporaries: String,
    next_temporary: usize,
}

impl Translator<'_> {
    fn temporary(&mut self) -> String {
        let n = self.next_temporary;
        self.next_temporary += 1;
        format!("{}{n}", self.temporaries)
    }

    /// Does `body` with another leniency, inside `around`.
    fn inside(
        &mut self,
        around: Option<Around>,
        lenient: bool,
        body: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.lenient, lenient);
        let pushed = around.is_some();
        self.around.extend(around);
        let done = body(self);
        if pushed {
            self.around.pop();
        }
        self.lenient = before;
        done
    }
}
