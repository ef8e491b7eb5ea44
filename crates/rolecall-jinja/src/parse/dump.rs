//! The tree as text, for tests.

use crate::syntax::*;
use crate::text::repr;
fn j(v: &[String]) -> String {
    v.join(" ")
}
pub(super) fn body(b: &[Stmt<'_>]) -> String {
    format!("[{}]", j(&b.iter().map(stmt).collect::<Vec<_>>()))
}
fn sig(s: &Signature<'_>) -> String {
    format!("(sig {} [{}])", s.names.join(","), j(&s.defaults.iter().map(expr).collect::<Vec<_>>()))
}
fn stmt(s: &Stmt<'_>) -> String {
    match &s.kind {
        StmtKind::Output(v) => format!(
            "(out {})",
            j(&v.iter()
                .map(|e| match e {
                    Emit::Data(d, _) => format!("(data {})", repr(d)),
                    Emit::Value(e) => expr(e),
                })
                .collect::<Vec<_>>())
        ),
        StmtKind::For { target, iter, test, recursive, body: b, otherwise } => format!(
            "(for {} {} {} {} {} {})",
            expr(target),
            expr(iter),
            opt(test.as_ref()),
            recursive,
            body(b),
            body(otherwise)
        ),
        StmtKind::If { branches, otherwise } => format!(
            "(if {} {})",
            j(&branches.iter().map(|(t, b)| format!("{} {}", expr(t), body(b))).collect::<Vec<_>>()),
            body(otherwise)
        ),
        StmtKind::With { assignments, body: b } => format!(
            "(with {} {})",
            j(&assignments.iter().map(|(t, v)| format!("{} {}", expr(t), expr(v))).collect::<Vec<_>>()),
            body(b)
        ),
        StmtKind::Autoescape { enabled, body: b } => format!("(autoescape {} {})", expr(enabled), body(b)),
        StmtKind::Block { name, scoped, required, body: b } => {
            format!("(block {name} {scoped} {required} {})", body(b))
        }
        StmtKind::Extends(e) => format!("(extends {})", expr(e)),
        StmtKind::Include { template, ignore_missing, with_context } => {
            format!("(include {} {ignore_missing} {with_context})", expr(template))
        }
        StmtKind::Import { template, target, with_context } => {
            format!("(import {} {target} {with_context})", expr(template))
        }
        StmtKind::FromImport { template, names, with_context } => format!(
            "(from {} {} {with_context})",
            expr(template),
            names.iter().map(|(a, b)| format!("{a}:{}", b.unwrap_or(""))).collect::<Vec<_>>().join(",")
        ),
        StmtKind::Set { target, value } => format!("(set {} {})", expr(target), expr(value)),
        StmtKind::SetBlock { target, filter, body: b } => {
            format!("(setblock {} {} {})", expr(target), opt(filter.as_ref()), body(b))
        }
        StmtKind::Macro { name, signature, body: b } => {
            format!("(macro {name} {} {})", sig(signature), body(b))
        }
        StmtKind::CallBlock { signature, call, body: b } => {
            format!("(callblock {} {} {})", sig(signature), expr(call), body(b))
        }
        StmtKind::FilterBlock { filter, body: b } => format!("(filterblock {} {})", expr(filter), body(b)),
        StmtKind::Generation(b) => format!("(generation {})", body(b)),
        StmtKind::Break => "(break)".into(),
        StmtKind::Continue => "(continue)".into(),
    }
}
fn opt(e: Option<&Expr<'_>>) -> String {
    e.map_or("-".into(), expr)
}
fn args(a: &Arguments<'_>) -> String {
    format!(
        "[{}] [{}] {} {}",
        j(&a.positional.iter().map(expr).collect::<Vec<_>>()),
        j(&a.named.iter().map(|(n, e)| format!("{n}={}", expr(e))).collect::<Vec<_>>()),
        opt(a.star.as_deref()),
        opt(a.double_star.as_deref())
    )
}
fn expr(e: &Expr<'_>) -> String {
    match &e.kind {
        ExprKind::Name(n) => n.to_string(),
        ExprKind::NamespaceRef(a, b) => format!("(ns {a} {b})"),
        ExprKind::Const(c) => match c {
            Const::None => "None".into(),
            Const::Bool(b) => {
                if *b {
                    "True".into()
                } else {
                    "False".into()
                }
            }
            Const::Integer(d) => format!("int:{d}"),
            Const::Float(f) => format!("float:{:016x}", f.to_bits()),
            Const::Text(t) => repr(t),
        },
        ExprKind::Tuple(v) => format!("(tuple {})", j(&v.iter().map(expr).collect::<Vec<_>>())),
        ExprKind::List(v) => format!("(list {})", j(&v.iter().map(expr).collect::<Vec<_>>())),
        ExprKind::Dict(v) => {
            format!(
                "(dict {})",
                j(&v.iter().map(|(a, b)| format!("{} {}", expr(a), expr(b))).collect::<Vec<_>>())
            )
        }
        ExprKind::Conditional(c) => {
            format!("(cond {} {} {})", expr(&c.test), expr(&c.then), opt(c.otherwise.as_ref()))
        }
        ExprKind::Binary(_, p) => format!("({} {} {})", e.kind.type_name(), expr(&p.0), expr(&p.1)),
        ExprKind::Concat(v) => format!("(concat {})", j(&v.iter().map(expr).collect::<Vec<_>>())),
        ExprKind::Unary(_, x) => format!("({} {})", e.kind.type_name(), expr(x)),
        ExprKind::Compare(x, v) => format!(
            "(compare {} {})",
            expr(x),
            j(&v.iter()
                .map(|(o, e)| format!("{} {}", format!("{o:?}").to_lowercase(), expr(e)))
                .collect::<Vec<_>>())
        ),
        ExprKind::Attribute(x, n) => format!("(attr {} {n})", expr(x)),
        ExprKind::Item(p) => format!("(item {} {})", expr(&p.0), expr(&p.1)),
        ExprKind::Slice(b) => {
            format!("(slice {} {} {})", opt(b[0].as_ref()), opt(b[1].as_ref()), opt(b[2].as_ref()))
        }
        ExprKind::Call(x, a) => format!("(call {} {})", expr(x), args(a)),
        ExprKind::Filter(x, n, a) => format!("(filter {} {n} {})", opt(x.as_deref()), args(a)),
        ExprKind::Test(x, n, a) => format!("(test {} {n} {})", expr(x), args(a)),
    }
}
