//! Templates and variables that bytes choose, of the same words as those of the tests.

#[path = "../crates/rolecall-jinja/tests/support/generate.rs"]
#[allow(dead_code, reason = "the strategies are for the tests")]
pub(crate) mod generate;

use generate::{
    CALM_FILTERS, CALM_METHODS, CALM_OPERATORS, CALM_TESTS, DEFINED, FILTERS, KEYS, LISTS, LOOP, METHODS,
    NAMES, NUMBERS, OPERATORS, TESTS, TEXTS, WORDS,
};
use serde_json::{Map, Value, json};

/// Bytes that are used up one after the other; zeros follow.
pub(crate) struct Choices<'b> {
    bytes: std::slice::Iter<'b, u8>,
}

impl<'b> Choices<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    fn below(&mut self, count: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % count
    }

    fn of<'c>(&mut self, choices: &[&'c str]) -> &'c str {
        choices[self.below(choices.len())]
    }

    fn is_empty(&self) -> bool {
        self.bytes.len() == 0
    }

    /// A template, of a few macros and what follows.
    pub(crate) fn template(&mut self) -> String {
        let parameters = self.of(&["", "x", "x, y=1", "x=a, y=x"]);
        // Bodies of macros call no macros, so that all ends.
        let body = self.expression(2).replace("m0(", "(").replace("m1(", "(").replace("m2(", "(");
        let mut source = format!(
            "{{% macro m0({parameters}) %}}{{{{ {body} }}}}{{% endmacro %}}\
             {{% macro m1(x, y='d') %}}[{{{{ x }}}}|{{{{ y }}}}{{{{ varargs }}}}]{{% endmacro %}}\
             {{% macro m2(x) %}}<{{{{ caller() }}}}{{{{ x }}}}>{{% endmacro %}}{{% set ns = namespace(a=0) %}}"
        );
        for _ in 0..12 {
            if self.is_empty() {
                break;
            }
            source += &self.statement(3);
        }
        source
    }

    fn tag(&mut self, inside: &str) -> String {
        let (open, close) =
            (self.of(&["{% ", "{% ", "{%- ", "{%+ "]), self.of(&[" %}", " %}", " -%}", " +%}"]));
        format!("{open}{inside}{close}")
    }

    fn body(&mut self, depth: usize) -> String {
        (0..self.below(4)).map(|_| self.statement(depth)).collect()
    }

    fn statement(&mut self, depth: usize) -> String {
        let kinds = if depth == 0 { 8 } else { 17 };
        let inner = depth.saturating_sub(1);
        let block = |choices: &mut Self, head: &str, end: &str| {
            let start = choices.tag(head);
            let body = choices.body(inner);
            let orelse = if matches!(end, "endif" | "endfor") && choices.below(3) == 0 {
                choices.tag("else") + &choices.body(inner)
            } else {
                String::new()
            };
            start + &body + &orelse + &choices.tag(end)
        };
        match self.below(kinds) {
            0 | 1 => self.of(&TEXTS).to_owned(),
            2..=4 => {
                let (open, close) = (self.of(&["{{ ", "{{- "]), self.of(&[" }}", " -}}"]));
                format!("{open}{}{close}", self.expression(3))
            }
            5 => {
                let (name, value) = (self.of(&NAMES), self.expression(3));
                self.tag(&format!("set {name} = {value}"))
            }
            6 => {
                let (key, value) = (self.of(&KEYS[..4]), self.expression(2));
                self.tag(&format!("set ns.{key} = {value}"))
            }
            7 => self
                .of(&["{{ ns }}", "{# - #}", "{% raw %}{{ x }}\n{% endraw %}", "{{ ns.role }}"])
                .to_owned(),
            8 | 9 => {
                let condition = self.expression(2);
                block(self, &format!("if ({condition})"), "endif")
            }
            10 | 11 => {
                let target = self.of(&["x", "x", "x", "y", "a", "x, y"]);
                let over = self.of(&[
                    "items",
                    "messages",
                    "missing",
                    "text|string",
                    "range(3)",
                    "[1, 2, 3]",
                    "messages[::-1]",
                    "items|map('string')",
                    "{'a': 1, 'b': [2]}.items()",
                    "a",
                ]);
                let mut head = format!("for {target} in {over}");
                if self.below(5) == 0 {
                    head += &format!(" if ({})", self.expression(2));
                }
                let leave = self.of(&[
                    "",
                    "",
                    "",
                    "{% if x == 2 %}{% break %}{% endif %}",
                    "{% if loop.first %}{% continue %}{% endif %}",
                ]);
                self.tag(&head) + leave + &self.body(inner) + &self.tag("endfor")
            }
            12 => {
                let (name, value) = (self.of(&NAMES), self.expression(2));
                block(self, &format!("with {name} = {value}"), "endwith")
            }
            13 => {
                let name = self.of(&NAMES);
                block(self, &format!("set {name}"), "endset")
            }
            14 => {
                let filter = self.of(&["upper", "trim", "indent(1)", "replace('a', 'b')"]);
                block(self, &format!("filter {filter}"), "endfilter")
            }
            15 => {
                let head = self.of(&["generation", "autoescape true"]);
                block(self, head, if head == "generation" { "endgeneration" } else { "endautoescape" })
            }
            _ => {
                let value = self.expression(2);
                block(self, &format!("call m2({value})"), "endcall")
            }
        }
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 || self.is_empty() {
            return match self.below(7) {
                0..=2 => self.of(&DEFINED).to_owned(),
                3 => format!("'{}'", self.of(&WORDS)),
                4 => self.of(&NUMBERS).to_owned(),
                5 => format!("({})", self.of(&LISTS)),
                _ => self.of(&["true", "false", "none", "[]", "{}", "()", "missing", "range(3)"]).to_owned(),
            };
        }
        let a = self.expression(depth - 1);
        let bounds = ["0", "-1", "1:", ":-1", "::-1", ":2", "1:2", "5", "::2", "'a'"];
        match self.below(20) {
            0 => a,
            1 | 2 => format!("({a} {} {})", self.of(&CALM_OPERATORS), self.expression(depth - 1)),
            3 => format!("{a} {} {}", self.of(&OPERATORS), self.expression(depth - 1)),
            4 | 5 => format!("({a})|{}", self.of(&CALM_FILTERS)),
            6 => format!("({a})|{}", self.of(&FILTERS)),
            7 => format!("({a} is {})", self.of(&CALM_TESTS)),
            8 => format!("({a} is not {})", self.of(&TESTS)),
            9 | 10 => format!("({a}|string).{}", self.of(&CALM_METHODS)),
            11 => format!("({a}).{}", self.of(&METHODS)),
            12 => format!("({})[{}]", self.of(&LISTS), self.of(&bounds)),
            13 => format!("({a}|string)[{}]", self.of(&bounds)),
            14 => format!("({}).{}|default({a})", self.of(&DEFINED), self.of(&KEYS)),
            15 => format!("({a} if {} else {})", self.expression(depth - 1), self.expression(depth - 1)),
            16 => format!("[{a}, {}]", self.expression(depth - 1)),
            17 => {
                format!("{{'{}': {a}, '{}': {}}}", self.of(&KEYS), self.of(&KEYS), self.expression(depth - 1))
            }
            18 => {
                let format =
                    self.of(&["'%s' % [", "'%r' % [", "'%5s|' % [", "'{}'.format(*[", "'{!r:>9}'.format(*["]);
                format!("{format}{a}]{}", if format.ends_with("*[") { ")" } else { "" })
            }
            _ => match self.below(3) {
                0 => format!("m{}({a})", self.below(2)),
                1 => format!("(loop.{} if loop else {a})", self.of(&LOOP)),
                _ => format!("(not {a})"),
            },
        }
    }

    fn scalar(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => json!(self.below(2) == 1),
            2 => json!(self.below(25) as i64 - 5),
            3 => json!([0.5, 1.0, -2.5, 1e16, 1e-7, 100.0][self.below(6)]),
            _ => json!(self.of(&["", "a", "b", "User", "hello world", " x\n", "<b>", "é", "12", "it's"])),
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 3 } else { 6 }) {
            0..=2 => self.scalar(),
            3 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let mut members = Map::new();
                for _ in 0..self.below(4) {
                    members.insert(self.of(&KEYS).to_owned(), self.value(depth - 1));
                }
                members.into()
            }
        }
    }

    /// The variables.
    pub(crate) fn context(&mut self) -> Value {
        let mut context = Map::new();
        for name in ["a", "b", "c", "text", "n", "y"] {
            if self.below(8) != 7 {
                context.insert(name.to_owned(), self.value(2));
            }
        }
        context.insert("items".to_owned(), (0..self.below(4)).map(|_| self.scalar()).collect());
        let messages = (0..self.below(4))
            .map(|_| json!({"role": self.of(&["system", "user", "assistant"]), "content": self.value(1)}));
        context.insert("messages".to_owned(), messages.collect());
        context.into()
    }
}
