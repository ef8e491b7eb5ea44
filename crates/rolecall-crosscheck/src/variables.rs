//! Which variables a template reads from its context.

use std::collections::BTreeSet;

use minijinja::machinery::ast::{Call, CallArg, Expr, Macro, Stmt};

/// Walks a template in the order in which it runs, with the names that are certain to be set at each place.
#[derive(Default)]
pub(crate) struct Reader<'a> {
    /// The innermost scope is the last.
    scopes: Vec<BTreeSet<&'a str>>,
    /// Macros run when they are called: after all that is set at the top.
    macros: Vec<&'a Macro<'a>>,
    read: BTreeSet<&'a str>,
}

impl<'a> Reader<'a> {
    /// The names that may be looked up in the context.
    pub(crate) fn read(template: &'a Stmt<'a>) -> BTreeSet<&'a str> {
        let mut reader = Self { scopes: vec![BTreeSet::new()], ..Self::default() };
        reader.statement(template);
        while let Some(decl) = reader.macros.pop() {
            reader.macro_body(decl);
        }
        reader.read
    }

    fn set(&mut self, name: &'a str) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name);
        }
    }

    /// Sets the names of an assignment's left side; an attribute of a namespace reads the namespace.
    fn assign(&mut self, target: &'a Expr<'a>) {
        match target {
            Expr::Var(var) => self.set(var.id),
            Expr::List(list) => list.items.iter().for_each(|item| self.assign(item)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.assign(item)),
            other => self.expression(other),
        }
    }

    fn scoped(&mut self, inside: impl FnOnce(&mut Self)) {
        self.scopes.push(BTreeSet::new());
        inside(self);
        self.scopes.pop();
    }

    fn body(&mut self, body: &'a [Stmt<'a>]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &'a Stmt<'a>) {
        match statement {
            Stmt::Template(template) => self.body(&template.children),
            Stmt::EmitExpr(emit) => self.expression(&emit.expr),
            Stmt::Do(call) => self.call(&call.call),
            Stmt::ForLoop(each) => {
                self.expression(&each.iter);
                self.scoped(|inner| {
                    inner.assign(&each.target);
                    inner.optional(each.filter_expr.as_ref());
                    inner.set("loop");
                    inner.body(&each.body);
                });
                self.scoped(|inner| inner.body(&each.else_body));
            }
            Stmt::IfCond(condition) => {
                self.expression(&condition.expr);
                let before = self.scopes.last().cloned().unwrap_or_default();
                self.body(&condition.true_body);
                let after_true =
                    std::mem::replace(self.scopes.last_mut().unwrap_or(&mut BTreeSet::new()), before);
                self.body(&condition.false_body);
                // Certain is only what both ways set.
                if let Some(scope) = self.scopes.last_mut() {
                    scope.retain(|name| after_true.contains(name));
                }
            }
            Stmt::WithBlock(with) => {
                with.assignments.iter().for_each(|(_, value)| self.expression(value));
                self.scoped(|inner| {
                    with.assignments.iter().for_each(|(target, _)| inner.assign(target));
                    inner.body(&with.body);
                });
            }
            Stmt::Set(set) => {
                self.expression(&set.expr);
                self.assign(&set.target);
            }
            Stmt::SetBlock(set) => {
                self.scoped(|inner| inner.body(&set.body));
                self.optional(set.filter.as_ref());
                self.assign(&set.target);
            }
            Stmt::AutoEscape(escape) => {
                self.expression(&escape.enabled);
                self.scoped(|inner| inner.body(&escape.body));
            }
            Stmt::FilterBlock(filter) => {
                self.scoped(|inner| inner.body(&filter.body));
                self.expression(&filter.filter);
            }
            Stmt::Macro(decl) => {
                self.set(decl.name);
                self.macros.push(decl);
            }
            Stmt::CallBlock(block) => {
                self.call(&block.call);
                self.macro_body(&block.macro_decl);
            }
            Stmt::EmitRaw(_) | Stmt::Continue(_) | Stmt::Break(_) => {}
        }
    }

    fn macro_body(&mut self, decl: &'a Macro<'a>) {
        self.scoped(|inner| {
            for name in ["caller", "varargs", "kwargs"] {
                inner.set(name);
            }
            decl.args.iter().for_each(|argument| inner.assign(argument));
            inner.expressions(&decl.defaults);
            inner.body(&decl.body);
        });
    }

    fn expressions(&mut self, expressions: &'a [Expr<'a>]) {
        for expression in expressions {
            self.expression(expression);
        }
    }

    fn optional(&mut self, expression: Option<&'a Expr<'a>>) {
        if let Some(expression) = expression {
            self.expression(expression);
        }
    }

    fn call(&mut self, call: &'a Call<'a>) {
        self.expression(&call.expr);
        self.arguments(&call.args);
    }

    fn arguments(&mut self, arguments: &'a [CallArg<'a>]) {
        for argument in arguments {
            match argument {
                CallArg::Pos(value)
                | CallArg::Kwarg(_, value)
                | CallArg::PosSplat(value)
                | CallArg::KwargSplat(value) => self.expression(value),
            }
        }
    }

    fn expression(&mut self, expression: &'a Expr<'a>) {
        match expression {
            Expr::Var(var) => {
                if !self.scopes.iter().any(|scope| scope.contains(var.id)) {
                    self.read.insert(var.id);
                }
            }
            Expr::Const(_) => {}
            Expr::Slice(slice) => {
                self.expression(&slice.expr);
                for bound in [&slice.start, &slice.stop, &slice.step] {
                    self.optional(bound.as_ref());
                }
            }
            Expr::UnaryOp(unary) => self.expression(&unary.expr),
            Expr::BinOp(binary) => {
                self.expression(&binary.left);
                self.expression(&binary.right);
            }
            Expr::Compare(compare) => {
                self.expression(&compare.expr);
                compare.ops.iter().for_each(|op| self.expression(&op.expr));
            }
            Expr::IfExpr(condition) => {
                self.expression(&condition.test_expr);
                self.expression(&condition.true_expr);
                self.optional(condition.false_expr.as_ref());
            }
            Expr::Filter(filter) => {
                self.optional(filter.expr.as_ref());
                self.arguments(&filter.args);
            }
            Expr::Test(test) => {
                self.expression(&test.expr);
                self.arguments(&test.args);
            }
            Expr::GetAttr(attribute) => self.expression(&attribute.expr),
            Expr::GetItem(item) => {
                self.expression(&item.expr);
                self.expression(&item.subscript_expr);
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => self.expressions(&list.items),
            Expr::Tuple(tuple) => self.expressions(&tuple.items),
            Expr::Map(map) => {
                self.expressions(&map.keys);
                self.expressions(&map.values);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Template;

    #[test]
    fn what_may_come_from_the_context() {
        let rows = [
            ("{% if a %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}", "a"),
            ("{% if a %}{% set x = 1 %}{% endif %}{{ x }}", "a x"),
            ("{% if a is not defined %}{% set a = 1 %}{% endif %}{{ a }}", "a"),
            ("{% if a %}{% set x = 1 %}{{ x }}{% endif %}", "a"),
            (
                "{% for k, v in d.items() if k %}{% set n = v %}{{ n ~ loop.index }}{% else %}{{ e }}{% endfor %}{{ k }}",
                "d e k",
            ),
            (
                "{% macro m(a, b=c) %}{{ a ~ b ~ later ~ varargs }}{{ caller() }}{% endmacro %}{% set later = 1 %}{{ m(x) }}",
                "c x",
            ),
            ("{% set ns = namespace(a=y) %}{% set ns.a = z %}{{ ns.a }}", "y z"),
            ("{% with a = b, c = a %}{{ a ~ c }}{% endwith %}", "a b"),
            ("{% set s %}{% set inner = 1 %}{{ inner ~ p }}{% endset %}{{ s ~ inner }}", "inner p"),
            ("{{ raise_exception(m) }}{{ strftime_now(f) }}{{ range(n) }}{{ dict(a=1) }}", "f m n"),
            (
                "{{ a.b[c](d, e=f)|join(g) is eq(h) }}{{ [i, (j,), {k: l}] }}{{ m[n:o] }}",
                "a c d f g h i j k l m n o",
            ),
            ("{% generation %}{{ q }}{% endgeneration %}{% call(u) m(t) %}{{ u }}{% endcall %}", "m q t"),
        ];
        for (source, expected) in rows {
            let template = Template::new(source).expect(source);
            assert_eq!(template.variables().join(" "), expected, "{source}");
        }
    }
}
