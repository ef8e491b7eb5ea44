//! From a template's source to something that runs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use minijinja::{Environment, Value, machinery};
use rolecall_jinja::{Error, ErrorKind};

use crate::places::Places;
use crate::scan::Token;
use crate::value::{Missing, Reason};
use crate::{environment, error, guard, rewrite, scan, syntax, translate, variables};

/// The name of the only template of an environment.
pub(crate) const NAME: &str = "chat_template";

/// Templates of this depth and more are compiled on a thread with a stack for them.
const DEEP: usize = 30;

/// The stack of such a thread; most of it is never touched.
const STACK: usize = 256 << 20;

/// A compiled template.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) env: Environment<'static>,
    /// Where in the original what runs comes from.
    pub(crate) places: Places,
    /// The undefined value of each variable that the template mentions.
    pub(crate) missing: Arc<BTreeMap<String, Value>>,
    /// The variables that the template may look up in its context.
    pub(crate) variables: Vec<String>,
    /// How many parameters each macro has.
    pub(crate) macros: BTreeMap<String, usize>,
}

/// Compiles a template, whose line ends are all `\n`.
pub(crate) fn compile(source: &str) -> Result<Compiled, Error> {
    let tokens = scan::tokens(source);
    let depth = guard::depth(source, &tokens)?;
    let template = Source { text: source, tokens: &tokens, rewritten: rewrite::rewritten(source, &tokens) };
    if depth < DEEP {
        return template.compile();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let compiling = thread.spawn_scoped(scope, || template.compile()).map_err(|error| {
            let message =
                format!("the template is so deep that it takes a thread to compile it, but: {error}");
            Error::new(ErrorKind::Limit, message)
        })?;
        let panicked = |_| Error::new(ErrorKind::Unsupported, "minijinja failed at compiling this template");
        compiling.join().map_err(panicked)?
    })
}

/// A template on its way.
struct Source<'s> {
    text: &'s str,
    tokens: &'s [Token],
    rewritten: Result<(String, Places), Error>,
}

impl Source<'_> {
    fn compile(&self) -> Result<Compiled, Error> {
        let unplaced = |error: minijinja::Error| error::translated(&error, self.text, |at| at);
        // minijinja reads on where the rewriting found something wrong: what stands before that is told first.
        let unchanged = (self.text.to_owned(), Places::default());
        let (rewritten, moved) = self.rewritten.as_ref().unwrap_or(&unchanged);
        let parsed = machinery::parse(rewritten, NAME, environment::syntax().map_err(unplaced)?);
        let tree = match (parsed, &self.rewritten) {
            (Err(error), Err(other)) if error.kind() == minijinja::ErrorKind::BadEscape => {
                return Err(other.clone());
            }
            (Err(error), other) => {
                let error = self.syntax_error(&error, moved);
                return Err(other
                    .as_ref()
                    .err()
                    .filter(|other| before(other, &error))
                    .unwrap_or(&error)
                    .clone());
            }
            (Ok(_), Err(error)) => return Err(error.clone()),
            (Ok(tree), Ok(_)) => tree,
        };
        let mut translated = translate::translated(&tree, self.text, moved)?;
        let base = base().map_err(unplaced)?;
        let mut env = base.clone();
        let known: BTreeSet<&str> = base.globals().map(|(name, _)| name).collect();
        let read = variables::Reader::read(&tree);
        let variables = read.difference(&known).map(|name| (*name).to_owned()).collect();
        drop(tree);
        let added = env.add_template_owned(NAME, std::mem::take(&mut translated.source));
        let places = translated.places.map(|at| moved.origin(at));
        added.map_err(|error| error::translated(&error, self.text, |at| places.start(at)))?;
        let unknown = translated.names.into_iter().filter(|name| !known.contains(name.as_str()));
        let missing = unknown.map(|name| {
            let value = Missing::value(Reason::Name(name.as_str().into()));
            (name, value)
        });
        let missing = Arc::new(missing.collect());
        Ok(Compiled { env, places, missing, variables, macros: translated.macros })
    }

    /// The reference's error for one of minijinja's parser.
    fn syntax_error(&self, error: &minijinja::Error, moved: &Places) -> Error {
        let translated = error::translated(error, self.text, |at| moved.origin(at));
        let Some(range) = error.range().filter(|_| error.kind() == minijinja::ErrorKind::SyntaxError) else {
            return translated;
        };
        if translated.kind() != ErrorKind::Syntax {
            return translated;
        }
        let detail = error.detail().unwrap_or_default();
        let problem = syntax::explained(self.text, self.tokens, moved.origin(range.start), detail);
        let (line, column) = error::place(self.text, problem.at);
        Error::new(ErrorKind::Syntax, problem.message).at(self.text, line, Some(column))
    }
}

/// Whether one error stands before another.
fn before(one: &Error, other: &Error) -> bool {
    (one.line(), one.column()) < (other.line(), other.column())
}

/// The environment that all templates start from.
fn base() -> Result<&'static Environment<'static>, minijinja::Error> {
    static BASE: OnceLock<Environment<'static>> = OnceLock::new();
    if let Some(env) = BASE.get() {
        return Ok(env);
    }
    let env = environment::environment()?;
    Ok(BASE.get_or_init(|| env))
}

/// The source with `\n` for every kind of line end, as Jinja2 reads it.
pub(crate) fn normal_newlines(source: &str) -> Cow<'_, str> {
    if source.contains('\r') {
        Cow::Owned(source.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(source)
    }
}
