//! Which variable a name means: Jinja2's rules of scopes.
//!
//! Every scope looks at its statements first, without going into the scopes inside of it, and notes which names are
//! set in it and which are only read. A name that is set gets a variable of its own, which begins with the value of
//! the one around it; a name that is only read is the one around it, or comes from the context. Where branches of an
//! `if` differ in what they set, the variable begins with what it would be without them.

use super::entries::Entries;
use crate::syntax::{Body, Emit, Expr, ExprKind, Signature, Stmt, StmtKind};

/// A variable: a slot of a function's frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Variable {
    pub(super) function: usize,
    pub(super) slot: u32,
}

/// What a variable begins with when its scope is entered.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Begin<'s> {
    /// It is set from outside: the target of a loop, a parameter.
    Parameter,
    /// What the context has under the name.
    Context(&'s str),
    /// The variable around it.
    Alias(Variable),
    Undefined,
}

#[derive(Default)]
struct Layer<'s> {
    refs: Entries<&'s str, Variable>,
    begins: Entries<Variable, Begin<'s>>,
    stores: Entries<&'s str, ()>,
}

struct Scope<'s> {
    parent: Option<usize>,
    function: usize,
    /// The scope itself and the branches that are being looked at; only one is left in the end.
    layers: Vec<Layer<'s>>,
    /// All variables that were ever made here: branches share them by name.
    made: Entries<&'s str, Variable>,
}

/// All scopes of a template, and how many slots each function needs.
#[derive(Default)]
pub(super) struct Symbols<'s> {
    scopes: Vec<Scope<'s>>,
    /// Per function: the slots of its frame, and the function around it.
    functions: Vec<(u32, Option<usize>)>,
}

impl<'s> Symbols<'s> {
    pub(super) fn add_function(&mut self, parent: Option<usize>) -> usize {
        self.functions.push((0, parent));
        self.functions.len() - 1
    }

    pub(super) fn slots(&self, function: usize) -> u32 {
        self.functions.get(function).map_or(0, |(slots, _)| *slots)
    }

    /// How many functions `outer` is around `inner`.
    pub(super) fn distance(&self, mut inner: usize, outer: usize) -> u32 {
        let mut up = 0;
        while inner != outer
            && let Some((_, Some(parent))) = self.functions.get(inner)
        {
            inner = *parent;
            up += 1;
        }
        up
    }

    pub(super) fn add_scope(&mut self, parent: Option<usize>, function: usize) -> usize {
        let layers = vec![Layer::default()];
        self.scopes.push(Scope { parent, function, layers, made: Entries::default() });
        self.scopes.len() - 1
    }

    fn parent(&self, scope: usize) -> Option<usize> {
        self.scopes.get(scope).and_then(|scope| scope.parent)
    }

    /// A slot that no name means.
    pub(super) fn hidden(&mut self, function: usize) -> Variable {
        let Some((slots, _)) = self.functions.get_mut(function) else {
            return Variable { function, slot: 0 };
        };
        *slots += 1;
        Variable { function, slot: *slots - 1 }
    }

    /// The variable that a name means in a scope.
    pub(super) fn find(&self, scope: usize, name: &str) -> Option<Variable> {
        let mut at = Some(scope);
        while let Some(scope) = at.and_then(|at| self.scopes.get(at)) {
            if let Some(variable) = scope.own(name) {
                return Some(variable);
            }
            at = scope.parent;
        }
        None
    }

    /// The variable of the innermost scope from `scope` on, outwards, that sets a name.
    pub(super) fn stored(&self, scope: usize, name: &str) -> Option<Variable> {
        let mut at = Some(scope);
        while let Some(number) = at {
            if self.is_stored(number, name) {
                return self.find(number, name);
            }
            at = self.parent(number);
        }
        None
    }

    /// Whether a scope itself sets a name.
    pub(super) fn is_stored(&self, scope: usize, name: &str) -> bool {
        self.scopes.get(scope).is_some_and(|scope| scope.stores(name))
    }

    /// What the variables of a scope begin with.
    pub(super) fn begins(&self, scope: usize) -> Vec<(Variable, Begin<'s>)> {
        let layer = self.scopes.get(scope).and_then(|scope| scope.layers.first());
        layer.map(|layer| layer.begins.list.clone()).unwrap_or_default()
    }

    fn define(&mut self, scope: usize, name: &'s str, begin: Begin<'s>) -> Variable {
        let Some(at) = self.scopes.get(scope) else { return Variable { function: 0, slot: 0 } };
        let made = at.made.get(name);
        let variable = match made {
            Some(variable) => variable,
            None => self.hidden(at.function),
        };
        if let Some(at) = self.scopes.get_mut(scope) {
            if made.is_none() {
                at.made.set(name, variable);
            }
            if let Some(layer) = at.layers.last_mut() {
                layer.refs.set(name, variable);
                layer.begins.set(variable, begin);
            }
        }
        variable
    }

    pub(super) fn parameter(&mut self, scope: usize, name: &'s str) -> Variable {
        self.note_store(scope, name);
        self.define(scope, name, Begin::Parameter)
    }

    fn note_store(&mut self, scope: usize, name: &'s str) {
        if let Some(layer) = self.scopes.get_mut(scope).and_then(|scope| scope.layers.last_mut()) {
            layer.stores.set(name, ());
        }
    }

    fn store(&mut self, scope: usize, name: &'s str) {
        self.note_store(scope, name);
        if self.scopes.get(scope).is_some_and(|scope| scope.own(name).is_none()) {
            let begin = match self.outer(scope, name) {
                Some(outer) => Begin::Alias(outer),
                None => Begin::Undefined,
            };
            self.define(scope, name, begin);
        }
    }

    fn load(&mut self, scope: usize, name: &'s str) {
        if self.find(scope, name).is_none() {
            self.define(scope, name, Begin::Context(name));
        }
    }

    /// The variable that a name means around a scope.
    fn outer(&self, scope: usize, name: &str) -> Option<Variable> {
        self.find(self.parent(scope)?, name)
    }

    /// Looks at something as a branch, which may or may not run.
    fn branch(&mut self, scope: usize, look: impl FnOnce(&mut Self)) -> Layer<'s> {
        if let Some(at) = self.scopes.get_mut(scope) {
            at.layers.push(Layer::default());
        }
        look(self);
        self.scopes.get_mut(scope).and_then(|at| at.layers.pop()).unwrap_or_default()
    }

    /// Takes over what branches did.
    fn merge(&mut self, scope: usize, branches: Vec<Layer<'s>>) {
        let mut stores: Entries<&'s str, ()> = Entries::default();
        for (name, ()) in branches.iter().flat_map(|branch| &branch.stores.list) {
            if !self.is_stored(scope, name) {
                stores.set(name, ());
            }
        }
        if let Some(layer) = self.scopes.get_mut(scope).and_then(|at| at.layers.last_mut()) {
            for branch in branches {
                for (name, variable) in branch.refs.list {
                    layer.refs.set(name, variable);
                }
                for (variable, begin) in branch.begins.list {
                    layer.begins.set(variable, begin);
                }
                for (name, ()) in branch.stores.list {
                    layer.stores.set(name, ());
                }
            }
        }
        for (name, ()) in stores.list {
            let begin = match self.outer(scope, name) {
                Some(outer) => Begin::Alias(outer),
                None => Begin::Context(name),
            };
            if let Some(variable) = self.find(scope, name)
                && let Some(layer) = self.scopes.get_mut(scope).and_then(|at| at.layers.last_mut())
            {
                layer.begins.set(variable, begin);
            }
        }
    }

    /// Looks at statements that stand in a scope.
    pub(super) fn body(&mut self, scope: usize, body: &Body<'s>) {
        for statement in body {
            self.statement(scope, statement);
        }
    }

    fn statement(&mut self, scope: usize, statement: &Stmt<'s>) {
        match &statement.kind {
            StmtKind::Output(parts) => {
                for part in parts {
                    if let Emit::Value(value) = part {
                        self.expression(scope, value);
                    }
                }
            }
            StmtKind::For { iter, .. } => self.expression(scope, iter),
            StmtKind::If { branches, otherwise } => self.if_statement(scope, branches, otherwise),
            StmtKind::With { assignments, .. } => {
                for (_, value) in assignments {
                    self.expression(scope, value);
                }
            }
            StmtKind::Extends(template) | StmtKind::Include { template, .. } => {
                self.expression(scope, template);
            }
            StmtKind::Import { template, target, .. } => {
                self.expression(scope, template);
                self.store(scope, target);
            }
            StmtKind::FromImport { template, names, .. } => {
                self.expression(scope, template);
                for (name, alias) in names {
                    self.store(scope, alias.unwrap_or(name));
                }
            }
            StmtKind::Set { target, value } => {
                self.expression(scope, value);
                self.target(scope, target);
            }
            StmtKind::SetBlock { target, .. } => self.target(scope, target),
            StmtKind::Macro { name, .. } => self.store(scope, name),
            StmtKind::CallBlock { call, .. } => self.expression(scope, call),
            StmtKind::FilterBlock { filter, .. } => self.expression(scope, filter),
            StmtKind::Autoescape { .. }
            | StmtKind::Block { .. }
            | StmtKind::Generation(_)
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
    }

    fn if_statement(&mut self, scope: usize, branches: &[(Expr<'s>, Body<'s>)], otherwise: &Body<'s>) {
        let Some(((test, body), elifs)) = branches.split_first() else { return };
        self.expression(scope, test);
        let first = self.branch(scope, |symbols| symbols.body(scope, body));
        let others = self.branch(scope, |symbols| {
            for (test, body) in elifs {
                symbols.expression(scope, test);
                let branch = symbols.branch(scope, |symbols| symbols.body(scope, body));
                symbols.merge(scope, vec![branch]);
            }
        });
        let last = self.branch(scope, |symbols| symbols.body(scope, otherwise));
        self.merge(scope, vec![first, others, last]);
    }

    /// Looks at the parameters of a macro or call block.
    pub(super) fn signature(&mut self, scope: usize, signature: &Signature<'s>) {
        for name in &signature.names {
            self.parameter(scope, name);
        }
        for default in &signature.defaults {
            self.expression(scope, default);
        }
    }

    /// Looks at what is assigned to.
    pub(super) fn target(&mut self, scope: usize, target: &Expr<'s>) {
        match &target.kind {
            ExprKind::Name(name) => self.store(scope, name),
            ExprKind::NamespaceRef(name, _) => self.load(scope, name),
            ExprKind::Tuple(items) => {
                for item in items {
                    self.target(scope, item);
                }
            }
            _ => {}
        }
    }

    /// Looks at the target of a loop, which is set from outside.
    pub(super) fn loop_target(&mut self, scope: usize, target: &Expr<'s>) {
        match &target.kind {
            ExprKind::Name(name) => {
                self.parameter(scope, name);
            }
            ExprKind::Tuple(items) => {
                for item in items {
                    self.loop_target(scope, item);
                }
            }
            _ => self.target(scope, target),
        }
    }

    /// Looks at the names that an expression reads.
    pub(super) fn expression(&mut self, scope: usize, expression: &Expr<'s>) {
        expression.for_each_name(&mut |name| self.load(scope, name));
    }
}

impl Scope<'_> {
    fn own(&self, name: &str) -> Option<Variable> {
        let mut layers = self.layers.iter().rev();
        layers.find_map(|layer| layer.refs.get(name))
    }

    fn stores(&self, name: &str) -> bool {
        self.layers.iter().any(|layer| layer.stores.get(name).is_some())
    }
}
