//! Statements.

use minijinja::machinery::Span;
use minijinja::machinery::ast::{CallBlock, Expr, ForLoop, IfCond, Macro, SetBlock, Stmt, WithBlock};
use rolecall_jinja::{Error, ErrorKind};

use super::{Around, PREFIX, Translator};

/// What is assigned.
enum Code<'e, 's> {
    Expression(&'e Expr<'s>),
    Name(&'e str),
}

impl Translator<'_> {
    pub(super) fn statement(&mut self, stmt: &Stmt<'_>) -> Result<(), Error> {
        match stmt {
            Stmt::Template(template) => self.body(&template.children),
            Stmt::EmitRaw(raw) => {
                self.out.raw(raw.raw, self.captured > 0);
                Ok(())
            }
            Stmt::EmitExpr(emit) => {
                self.out.place(emit.span().start_offset);
                self.out.write("{{");
                self.expression(&emit.expr)?;
                self.out.write("}}");
                Ok(())
            }
            Stmt::IfCond(condition) => self.condition(condition, condition.span()),
            Stmt::ForLoop(for_loop) => self.for_loop(for_loop, for_loop.span()),
            Stmt::WithBlock(with) => self.with(with, with.span()),
            Stmt::Set(set) => {
                self.out.place(set.span().start_offset);
                self.assignment(&set.target, &Code::Expression(&set.expr), set.span())
            }
            Stmt::SetBlock(block) => self.set_block(block, block.span()),
            Stmt::FilterBlock(block) => {
                self.out.place(block.span().start_offset);
                self.out.write("{%filter ");
                self.inside(None, false, |this| this.expression(&block.filter))?;
                self.out.write("%}");
                self.capture("a filter block", &block.body)?;
                self.out.write("{%endfilter%}");
                Ok(())
            }
            Stmt::AutoEscape(block) => {
                self.out.place(block.span().start_offset);
                // minijinja tells several kinds of escaping apart.
                self.out.write("{%autoescape not (not ");
                self.expression(&block.enabled)?;
                self.out.write(")%}{%with%}");
                let around = Around::Block("an autoescape block");
                self.inside(Some(around), false, |this| this.body(&block.body))?;
                self.out.write("{%endwith%}{%endautoescape%}");
                Ok(())
            }
            Stmt::Macro(macro_decl) => {
                self.out.place(macro_decl.span().start_offset);
                self.declared();
                self.out.write("{%macro ");
                self.out.write(macro_decl.name);
                self.macros.insert(macro_decl.name.to_owned(), macro_decl.args.len());
                self.parameters(macro_decl);
                self.out.write("%}");
                self.macro_body(macro_decl)?;
                self.out.write("{%endmacro%}");
                Ok(())
            }
            Stmt::CallBlock(block) => self.call_block(block, block.span()),
            Stmt::Break(node) => self.leave("break", node.span()),
            Stmt::Continue(node) => self.leave("continue", node.span()),
            Stmt::Do(node) => {
                Err(self.error(ErrorKind::Syntax, "Encountered unknown tag 'do'.", node.span()))
            }
        }
    }

    fn body(&mut self, body: &[Stmt<'_>]) -> Result<(), Error> {
        body.iter().try_for_each(|stmt| self.statement(stmt))
    }

    /// A body whose output is kept, in a scope of its own.
    fn capture(&mut self, what: &'static str, body: &[Stmt<'_>]) -> Result<(), Error> {
        self.out.write("{%with%}");
        self.captured += 1;
        let done = self.inside(Some(Around::Block(what)), false, |this| this.body(body));
        self.captured -= 1;
        self.out.write("{%endwith%}");
        done
    }

    fn condition(&mut self, condition: &IfCond<'_>, span: Span) -> Result<(), Error> {
        self.out.place(span.start_offset);
        let mut tag = "{%if ";
        let mut next = condition;
        self.inside(None, true, |this| {
            loop {
                this.out.write(tag);
                this.expression(&next.expr)?;
                this.out.write("%}");
                this.body(&next.true_body)?;
                match next.false_body.as_slice() {
                    // An `elif`, or an `if` alone in an `else`, which is the same.
                    [Stmt::IfCond(other)] => (tag, next) = ("{%elif ", other),
                    other => {
                        if !other.is_empty() {
                            this.out.write("{%else%}");
                            this.body(other)?;
                        }
                        break;
                    }
                }
            }
            this.out.write("{%endif%}");
            Ok(())
        })
    }

    fn for_loop(&mut self, for_loop: &ForLoop<'_>, span: Span) -> Result<(), Error> {
        self.out.place(span.start_offset);
        self.out.write("{%for ");
        let mut names = Vec::new();
        let shape = shape(&for_loop.target, &mut names);
        self.targets(&names, shape.is_some(), span)?;
        self.out.write(" in ");
        self.iterated(&for_loop.iter, shape.as_deref(), span)?;
        if let Some(filter) = &for_loop.filter_expr {
            self.out.write(" if ");
            let before = std::mem::replace(&mut self.in_loop_filter, true);
            self.inside(None, false, |this| this.expression(filter))?;
            self.in_loop_filter = before;
        }
        if for_loop.recursive {
            self.out.write(" recursive");
        }
        self.out.write("%}");
        let around = Around::Loop { recursive: for_loop.recursive, shape };
        self.inside(Some(around), false, |this| this.body(&for_loop.body))?;
        if !for_loop.else_body.is_empty() {
            self.out.write("{%else%}");
            self.inside(None, false, |this| this.body(&for_loop.else_body))?;
        }
        self.out.write("{%endfor%}");
        Ok(())
    }

    /// The names of a target, as one name or a flat tuple.
    fn targets(&mut self, names: &[&Expr<'_>], tuple: bool, span: Span) -> Result<(), Error> {
        self.out.write(if tuple { "(" } else { "" });
        for name in names {
            let Expr::Var(var) = name else {
                return Err(self.error(
                    ErrorKind::Unsupported,
                    "this target cannot be assigned to here",
                    span,
                ));
            };
            self.names.insert(var.id.to_owned());
            self.out.write(var.id);
            self.out.write(if tuple { "," } else { "" });
        }
        self.out.write(if tuple { ")" } else { "" });
        Ok(())
    }

    fn code(&mut self, code: &Code<'_, '_>) -> Result<(), Error> {
        match code {
            Code::Expression(expr) => self.expression(expr),
            Code::Name(name) => {
                self.out.write(name);
                Ok(())
            }
        }
    }

    /// `{% set target = value %}`, where attributes are set by a function.
    fn assignment(&mut self, target: &Expr<'_>, value: &Code<'_, '_>, span: Span) -> Result<(), Error> {
        if let Expr::GetAttr(attr) = target {
            self.out.write("{{");
            self.expression(&attr.expr)?;
            self.open("setattr", span);
            self.out.literal(attr.name);
            self.out.write(",");
            self.code(value)?;
            self.out.write(")}}");
            return Ok(());
        }
        let mut leaves = Vec::new();
        let shape = shape(target, &mut leaves);
        let names: Vec<String> = leaves
            .iter()
            .map(|leaf| match leaf {
                Expr::Var(var) => var.id.to_owned(),
                _ => self.temporary(),
            })
            .collect();
        self.names.extend(names.iter().cloned());
        self.out.write("{%set ");
        match &shape {
            None => self.out.write(&names.concat()),
            Some(_) => self.out.write(&format!("({},)", names.join(","))),
        }
        self.out.write("=");
        self.code(value)?;
        if let Some(shape) = &shape {
            self.open("unpack", span);
            self.out.literal(shape);
            self.out.write(")");
        }
        self.out.write("%}");
        for (leaf, name) in leaves.iter().zip(&names) {
            if let Expr::GetAttr(_) = leaf {
                let name = name.clone();
                self.assignment(leaf, &Code::Name(&name), span)?;
            }
        }
        Ok(())
    }

    fn set_block(&mut self, block: &SetBlock<'_>, span: Span) -> Result<(), Error> {
        self.out.place(span.start_offset);
        let name = match &block.target {
            Expr::Var(var) => var.id.to_owned(),
            Expr::GetAttr(_) => self.temporary(),
            _ => {
                return Err(self.error(
                    ErrorKind::Unsupported,
                    "a set block has one name as its target",
                    span,
                ));
            }
        };
        self.names.insert(name.clone());
        self.out.write("{%set ");
        self.out.write(&name);
        if let Some(filter) = &block.filter {
            self.out.write("|");
            self.inside(None, false, |this| this.expression(filter))?;
        }
        self.out.write("%}");
        self.capture("a set block", &block.body)?;
        self.out.write("{%endset%}");
        if let Expr::GetAttr(_) = &block.target {
            self.assignment(&block.target, &Code::Name(&name), span)?;
        }
        Ok(())
    }

    /// The values of a `with` are computed before any of its names is set.
    fn with(&mut self, with: &WithBlock<'_>, span: Span) -> Result<(), Error> {
        self.out.place(span.start_offset);
        let original = self.original.get(self.origin(span)..).unwrap_or_default();
        let around = if original.starts_with("generation") {
            Around::Generation
        } else {
            Around::Block("a with block")
        };
        let mut values = Vec::new();
        for (n, (_, value)) in with.assignments.iter().enumerate() {
            let name = self.temporary();
            self.out.write(if n == 0 { "{%with " } else { "," });
            self.out.write(&name);
            self.out.write("=");
            self.expression(value)?;
            values.push(name);
        }
        self.out.write(if values.is_empty() { "{%with%}" } else { "%}{%with%}" });
        for ((target, _), value) in with.assignments.iter().zip(&values) {
            let value = value.clone();
            self.assignment(target, &Code::Name(&value), span)?;
        }
        self.inside(Some(around), false, |this| this.body(&with.body))?;
        self.out.write(if values.is_empty() { "{%endwith%}" } else { "{%endwith%}{%endwith%}" });
        Ok(())
    }

    /// minijinja keeps something for every macro that is declared, which a loop can do without end.
    fn declared(&mut self) {
        self.out.write(&format!("{{{{none|{PREFIX}declared}}}}"));
    }

    /// The parameters of a macro.
    fn parameters(&mut self, macro_decl: &Macro<'_>) {
        self.out.write("(");
        self.out.write(&parameter_names(macro_decl).join(","));
        self.out.write(")");
    }

    /// The body of a macro. Defaults are computed inside, where they see the parameters before them, and only for
    /// what was not passed: an undefined value that is passed stays undefined.
    fn macro_body(&mut self, macro_decl: &Macro<'_>) -> Result<(), Error> {
        let names = parameter_names(macro_decl);
        self.captured += 1;
        let done = self.inside(Some(Around::Macro), false, |this| {
            let without = names.len().saturating_sub(macro_decl.defaults.len());
            for (n, name) in names.iter().enumerate() {
                this.names.insert((*name).to_owned());
                this.out.write(&format!("{{%set {name}=({name} if {name}|{PREFIX}given else "));
                if let Some(default) = n.checked_sub(without).and_then(|n| macro_decl.defaults.get(n)) {
                    this.expression(default)?;
                } else {
                    this.out.literal(name);
                    this.out.write(&format!("|{PREFIX}parameter"));
                }
                this.out.write(")%}");
            }
            // What is passed beyond the parameters is an error; what is not is empty.
            for (name, empty) in [("varargs", "()|__tuple()"), ("kwargs", "[]|__dict()")] {
                if this.original.contains(name) && !names.contains(&name) {
                    this.out.write(&format!("{{%set {name}={empty}%}}"));
                }
            }
            this.body(&macro_decl.body)
        });
        self.captured -= 1;
        done
    }

    fn call_block(&mut self, block: &CallBlock<'_>, span: Span) -> Result<(), Error> {
        self.out.place(span.start_offset);
        self.declared();
        self.out.write("{%call");
        self.parameters(&block.macro_decl);
        self.out.write(" ");
        self.plain_call(&block.call, span)?;
        self.out.write("%}");
        self.macro_body(&block.macro_decl)?;
        self.out.write("{%endcall%}");
        Ok(())
    }

    /// `break` and `continue`.
    fn leave(&mut self, name: &str, span: Span) -> Result<(), Error> {
        match self.around.last() {
            Some(Around::Loop { .. }) => {
                self.out.place(span.start_offset);
                self.out.write("{%");
                self.out.write(name);
                self.out.write("%}");
                Ok(())
            }
            Some(Around::Block(what)) => {
                let message = format!("`{name}` cannot leave {what} on minijinja");
                Err(self.error(ErrorKind::Unsupported, message, span))
            }
            _ if name == "break" => Err(self.error(ErrorKind::Syntax, "'break' outside loop", span)),
            _ => Err(self.error(ErrorKind::Syntax, "'continue' not properly in loop", span)),
        }
    }
}

fn parameter_names<'s>(macro_decl: &Macro<'s>) -> Vec<&'s str> {
    let name = |arg: &Expr<'s>| match arg {
        Expr::Var(var) => Some(var.id),
        _ => None,
    };
    macro_decl.args.iter().filter_map(name).collect()
}

/// How a target is unpacked: an `x` for each of its `leaves`, in parentheses where it is a target inside the
/// target; nothing for a single name.
fn shape<'e, 's>(target: &'e Expr<'s>, leaves: &mut Vec<&'e Expr<'s>>) -> Option<String> {
    let (Expr::List(_) | Expr::Tuple(_)) = target else {
        leaves.push(target);
        return None;
    };
    let items = match target {
        Expr::List(list) => &list.items,
        Expr::Tuple(tuple) => &tuple.items,
        _ => return None,
    };
    let parts: Vec<String> = items
        .iter()
        .map(|item| shape(item, leaves).map_or_else(|| "x".to_owned(), |inner| format!("({inner})")))
        .collect();
    Some(parts.concat())
}
