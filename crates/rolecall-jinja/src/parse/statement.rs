//! Statements.

use super::{Parser, Result, Wanted};
use crate::ErrorKind;
use crate::lex::Kind;
use crate::operator::Operator;
use crate::source::error_at;
use crate::syntax::{Body, Emit, Expr, ExprKind, Signature, Stmt, StmtKind};
use crate::text::{is_space, repr};

impl<'s> Parser<'s> {
    /// Statements up to the end, or up to one of the tags `ends`, whose name is the current token then.
    pub(super) fn body(&mut self, ends: Option<&'static [&'static str]>) -> Result<Body<'s>> {
        self.expected_ends.extend(ends);
        let body = self.deeper(|parser| parser.statements(ends));
        if ends.is_some() {
            self.expected_ends.pop();
        }
        body
    }

    fn statements(&mut self, ends: Option<&'static [&'static str]>) -> Result<Body<'s>> {
        let mut body = Vec::new();
        let mut output: Vec<Emit<'s>> = Vec::new();
        let flush = |body: &mut Body<'s>, output: &mut Vec<Emit<'s>>| {
            let at = output.first().map(|first| match first {
                Emit::Data(_, at) => *at,
                Emit::Value(value) => value.at,
            });
            if let Some(at) = at {
                body.push(Stmt { kind: StmtKind::Output(std::mem::take(output)), at });
            }
        };
        loop {
            let at = self.position();
            match self.current().kind {
                Kind::Data(data) => {
                    output.push(Emit::Data(data, at));
                    self.advance()?;
                }
                Kind::VariableBegin => {
                    self.advance()?;
                    output.push(Emit::Value(self.tuple(true, false)?));
                    self.expect(Wanted::VariableEnd)?;
                }
                Kind::BlockBegin => {
                    flush(&mut body, &mut output);
                    self.advance()?;
                    if ends.is_some_and(|ends| ends.iter().any(|end| self.is_name(end))) {
                        return Ok(body);
                    }
                    body.push(self.statement()?);
                    self.expect(Wanted::BlockEnd)?;
                }
                _ => break,
            }
        }
        flush(&mut body, &mut output);
        Ok(body)
    }

    /// The inside of a statement with a body: it ends with one of the tags, whose name is the current token then.
    fn block(&mut self, ends: &'static [&'static str]) -> Result<Body<'s>> {
        // As in Python, a colon may stand here.
        self.skip_if(Wanted::Operator(Operator::Colon))?;
        self.expect(Wanted::BlockEnd)?;
        let body = self.body(Some(ends))?;
        if self.current().kind == Kind::End {
            self.expected_ends.push(ends);
            return self.fail_tag(None, self.position());
        }
        Ok(body)
    }

    /// As `block`, with the end's name taken, too.
    fn whole_block(&mut self, ends: &'static [&'static str]) -> Result<Body<'s>> {
        let body = self.block(ends)?;
        self.advance()?;
        Ok(body)
    }

    /// Says that a tag is unknown, or that the template ended before its tags did.
    fn fail_tag<T>(&self, name: Option<&str>, at: usize) -> Result<T> {
        let quoted = |names: &[&str]| names.iter().map(|name| repr(name)).collect::<Vec<_>>().join(" or ");
        let mut message = match name {
            None => "Unexpected end of template.".to_owned(),
            Some(name) => format!("Encountered unknown tag {}.", repr(name)),
        };
        if let Some(looking_for) = self.expected_ends.last() {
            let looking_for = quoted(looking_for);
            let known = name.is_some_and(|name| self.expected_ends.iter().any(|ends| ends.contains(&name)));
            message.extend(if known {
                [" You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ", &looking_for, "."]
            } else {
                [" Jinja was looking for the following tags: ", &looking_for, "."]
            });
        }
        if let Some(open) = self.open_tags.last() {
            message.extend([" The innermost block that needs to be closed is ", &repr(open), "."]);
        }
        self.fail_at(at, message)
    }

    fn statement(&mut self) -> Result<Stmt<'s>> {
        let at = self.position();
        let Kind::Name(tag) = self.current().kind else { return self.fail("tag name expected") };
        self.open_tags.push(tag);
        let statement = self.tagged(tag, at)?;
        self.open_tags.pop();
        Ok(statement)
    }

    fn tagged(&mut self, tag: &'s str, at: usize) -> Result<Stmt<'s>> {
        let known = matches!(
            tag,
            "for"
                | "if"
                | "block"
                | "extends"
                | "print"
                | "macro"
                | "include"
                | "from"
                | "import"
                | "set"
                | "with"
                | "autoescape"
                | "call"
                | "filter"
                | "break"
                | "continue"
                | "generation"
        );
        if !known {
            self.open_tags.pop();
            return self.fail_tag(Some(tag), at);
        }
        self.advance()?;
        let kind = match tag {
            "for" => self.parse_for()?,
            "if" => self.parse_if()?,
            "block" => self.parse_block()?,
            "extends" => StmtKind::Extends(self.expression()?),
            "print" => self.parse_print()?,
            "macro" => self.parse_macro()?,
            "include" => self.parse_include()?,
            "from" => self.parse_from()?,
            "import" => self.parse_import()?,
            "set" => self.parse_set()?,
            "with" => self.parse_with()?,
            "autoescape" => {
                let enabled = self.expression()?;
                StmtKind::Autoescape { enabled, body: self.whole_block(&["endautoescape"])? }
            }
            "call" => self.parse_call_block(at)?,
            "filter" => {
                let filter = self.filters(None, true)?;
                let filter = filter.map_or_else(|| self.fail("expected a filter"), Ok)?;
                StmtKind::FilterBlock { filter, body: self.whole_block(&["endfilter"])? }
            }
            "break" => StmtKind::Break,
            "continue" => StmtKind::Continue,
            _ => StmtKind::Generation(self.whole_block(&["endgeneration"])?),
        };
        Ok(Stmt { kind, at })
    }

    fn parse_for(&mut self) -> Result<StmtKind<'s>> {
        let target = self.assign_target(false)?;
        self.expect(Wanted::Name("in"))?;
        let iter = self.tuple(false, false)?;
        let test = if self.skip_if(Wanted::Name("if"))? { Some(self.expression()?) } else { None };
        let recursive = self.skip_if(Wanted::Name("recursive"))?;
        let body = self.block(&["endfor", "else"])?;
        let has_else = self.is_name("else");
        self.advance()?;
        let otherwise = if has_else { self.whole_block(&["endfor"])? } else { Vec::new() };
        Ok(StmtKind::For { target, iter, test, recursive, body, otherwise })
    }

    fn parse_if(&mut self) -> Result<StmtKind<'s>> {
        let mut branches = Vec::new();
        loop {
            let test = self.tuple(false, false)?;
            let body = self.block(&["elif", "else", "endif"])?;
            branches.push((test, body));
            let (is_elif, is_else) = (self.is_name("elif"), self.is_name("else"));
            self.advance()?;
            if is_elif {
                continue;
            }
            let otherwise = if is_else { self.whole_block(&["endif"])? } else { Vec::new() };
            return Ok(StmtKind::If { branches, otherwise });
        }
    }

    fn parse_with(&mut self) -> Result<StmtKind<'s>> {
        let mut assignments = Vec::new();
        while self.current().kind != Kind::BlockEnd {
            if !assignments.is_empty() {
                self.expect(Wanted::Operator(Operator::Comma))?;
            }
            let target = self.assign_target(false)?;
            self.expect(Wanted::Operator(Operator::Assign))?;
            assignments.push((target, self.expression()?));
        }
        Ok(StmtKind::With { assignments, body: self.whole_block(&["endwith"])? })
    }

    fn parse_set(&mut self) -> Result<StmtKind<'s>> {
        let target = self.assign_target(true)?;
        if self.skip_if(Wanted::Operator(Operator::Assign))? {
            return Ok(StmtKind::Set { target, value: self.tuple(true, false)? });
        }
        let filter = self.filters(None, false)?;
        Ok(StmtKind::SetBlock { target, filter, body: self.whole_block(&["endset"])? })
    }

    fn parse_block(&mut self) -> Result<StmtKind<'s>> {
        let name = self.expect_name()?;
        let scoped = self.skip_if(Wanted::Name("scoped"))?;
        let required = self.skip_if(Wanted::Name("required"))?;
        if self.is_operator(Operator::Minus) {
            return self.fail(
                "Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an \
                 underscore instead.",
            );
        }
        let body = self.whole_block(&["endblock"])?;
        let is_blank = |statement: &Stmt<'_>| match &statement.kind {
            StmtKind::Output(parts) => parts.iter().all(|part| match part {
                Emit::Data(data, _) => data.chars().all(is_space),
                Emit::Value(_) => false,
            }),
            _ => false,
        };
        if required && !body.iter().all(is_blank) {
            return self.fail("Required blocks can only contain comments or whitespace");
        }
        if matches!(self.current().kind, Kind::Name(found) if found == name) {
            self.advance()?;
        }
        Ok(StmtKind::Block { name, scoped, required, body })
    }

    fn parse_print(&mut self) -> Result<StmtKind<'s>> {
        let mut values = Vec::new();
        while self.current().kind != Kind::BlockEnd {
            if !values.is_empty() {
                self.expect(Wanted::Operator(Operator::Comma))?;
            }
            values.push(Emit::Value(self.expression()?));
        }
        Ok(StmtKind::Output(values))
    }

    /// `with context` or `without context`.
    fn import_context(&mut self) -> Result<Option<bool>> {
        let with = self.is_name("with");
        if (with || self.is_name("without")) && self.following_is(Wanted::Name("context"))? {
            self.advance()?;
            self.advance()?;
            return Ok(Some(with));
        }
        Ok(None)
    }

    fn parse_include(&mut self) -> Result<StmtKind<'s>> {
        let template = self.expression()?;
        let ignore_missing = self.is_name("ignore") && self.following_is(Wanted::Name("missing"))?;
        if ignore_missing {
            self.advance()?;
            self.advance()?;
        }
        let with_context = self.import_context()?.unwrap_or(true);
        Ok(StmtKind::Include { template, ignore_missing, with_context })
    }

    fn parse_import(&mut self) -> Result<StmtKind<'s>> {
        let template = self.expression()?;
        self.expect(Wanted::Name("as"))?;
        let target = self.name_target()?;
        let with_context = self.import_context()?.unwrap_or(false);
        Ok(StmtKind::Import { template, target, with_context })
    }

    fn parse_from(&mut self) -> Result<StmtKind<'s>> {
        let template = self.expression()?;
        self.expect(Wanted::Name("import"))?;
        let mut names = Vec::new();
        let with_context = loop {
            if !names.is_empty() {
                self.expect(Wanted::Operator(Operator::Comma))?;
            }
            if !matches!(self.current().kind, Kind::Name(_)) {
                self.expect(Wanted::AnyName)?;
            }
            if let Some(with) = self.import_context()? {
                break Some(with);
            }
            let at = self.position();
            let name = self.name_target()?;
            if name.starts_with('_') {
                let message = "names starting with an underline can not be imported";
                return Err(error_at(self.source, at, ErrorKind::TemplateAssertion, message));
            }
            let alias = if self.skip_if(Wanted::Name("as"))? { Some(self.name_target()?) } else { None };
            names.push((name, alias));
            if let Some(with) = self.import_context()? {
                break Some(with);
            }
            if !self.is_operator(Operator::Comma) {
                break None;
            }
        };
        Ok(StmtKind::FromImport { template, names, with_context: with_context.unwrap_or(false) })
    }

    fn parse_macro(&mut self) -> Result<StmtKind<'s>> {
        let name = self.name_target()?;
        let signature = self.signature()?;
        Ok(StmtKind::Macro { name, signature, body: self.whole_block(&["endmacro"])? })
    }

    fn parse_call_block(&mut self, at: usize) -> Result<StmtKind<'s>> {
        let signature = if self.is_operator(Operator::OpenParenthesis) {
            self.signature()?
        } else {
            Signature::default()
        };
        let call = self.expression()?;
        if !matches!(call.kind, ExprKind::Call(..)) {
            return self.fail_at(at, "expected call");
        }
        Ok(StmtKind::CallBlock { signature, call, body: self.whole_block(&["endcall"])? })
    }

    fn signature(&mut self) -> Result<Signature<'s>> {
        let mut signature = Signature::default();
        self.expect(Wanted::Operator(Operator::OpenParenthesis))?;
        while !self.is_operator(Operator::CloseParenthesis) {
            if !signature.names.is_empty() {
                self.expect(Wanted::Operator(Operator::Comma))?;
            }
            let name = self.name_target()?;
            if self.skip_if(Wanted::Operator(Operator::Assign))? {
                signature.defaults.push(self.expression()?);
            } else if !signature.defaults.is_empty() {
                return self.fail("non-default argument follows default argument");
            }
            signature.names.push(name);
        }
        self.expect(Wanted::Operator(Operator::CloseParenthesis))?;
        Ok(signature)
    }

    /// A name that something is assigned to.
    fn name_target(&mut self) -> Result<&'s str> {
        let at = self.position();
        let name = self.expect_name()?;
        if ExprKind::Name(name).can_assign() { Ok(name) } else { self.fail_at(at, "can't assign to 'name'") }
    }

    /// What an assignment or a loop assigns to.
    fn assign_target(&mut self, with_namespace: bool) -> Result<Expr<'s>> {
        let target = self.target_tuple(with_namespace)?;
        if target.kind.can_assign() {
            return Ok(target);
        }
        self.fail_at(target.at, format!("can't assign to {}", repr(target.kind.type_name())))
    }
}
