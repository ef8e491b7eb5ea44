//! From a template's source to something that runs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use minijinja::{Environment, Value, machinery};
use rolecall_jinja::{Error, ErrorKind};

use crate::places::Places;
use crate::value::{Missing, Reason};
use crate::{environment, error, guard, rewrite, scan, translate, variables};

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
}

/// Compiles a template, whose line ends are all `\n`.
pub(crate) fn compile(source: &str) -> Result<Compiled, Error> {
    let tokens = scan::tokens(source);
    let depth = guard::depth(source, &tokens)?;
    let (rewritten, places) = rewrite::rewritten(source, &tokens);
    drop(tokens);
    if depth < DEEP {
        return run(source, &rewritten, &places);
    }
    let failed = || Error::new(ErrorKind::Limit, "no thread could be started to compile the template on");
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let compiling =
            thread.spawn_scoped(scope, || run(source, &rewritten, &places)).map_err(|_| failed())?;
        compiling.join().map_err(|_| failed())?
    })
}

fn run(source: &str, rewritten: &str, moved: &Places) -> Result<Compiled, Error> {
    let syntax = environment::syntax().map_err(|error| error::translated(&error, source, |at| at))?;
    let tree = machinery::parse(rewritten, NAME, syntax)
        .map_err(|error| error::translated(&error, source, |at| moved.origin(at)))?;
    let mut translated = translate::translated(&tree, source, moved)?;
    let base = base().map_err(|error| error::translated(&error, source, |at| at))?;
    let mut env = base.clone();
    let known: BTreeSet<&str> = base.globals().map(|(name, _)| name).collect();
    let read = variables::Reader::read(&tree);
    let variables = read.difference(&known).map(|name| (*name).to_owned()).collect();
    drop(tree);
    let added = env.add_template_owned(NAME, std::mem::take(&mut translated.source));
    let places = translated.places.map(|at| moved.origin(at));
    added.map_err(|error| error::translated(&error, source, |at| places.start(at)))?;
    let missing = translated.names.into_iter().filter(|name| !known.contains(name.as_str())).map(|name| {
        let value = Missing::value(Reason::Name(name.as_str().into()));
        (name, value)
    });
    let missing = Arc::new(missing.collect());
    Ok(Compiled { env, places, missing, variables })
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
