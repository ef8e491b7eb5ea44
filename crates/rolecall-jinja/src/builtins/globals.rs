//! The functions and types that templates can call by name.

use super::Args;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::value::Value;

/// A function or type of the language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Function {
    Range,
    Dict,
    Namespace,
    Cycler,
    Joiner,
    Lipsum,
    RaiseException,
    StrftimeNow,
}

/// Checks the name of something that is put into a namespace.
pub(crate) fn check_namespace_name(name: &str) -> Result<()> {
    if !name.starts_with('_') {
        return Ok(());
    }
    let message = format!(
        "Chat templates cannot store underscore-prefixed attributes on a namespace, but got {}. Please rename the attribute.",
        crate::text::repr(name)
    );
    Err(Raised::new(crate::ErrorKind::Security, message))
}

impl Function {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "range" => Self::Range,
            "dict" => Self::Dict,
            "namespace" => Self::Namespace,
            "cycler" => Self::Cycler,
            "joiner" => Self::Joiner,
            "lipsum" => Self::Lipsum,
            "raise_exception" => Self::RaiseException,
            "strftime_now" => Self::StrftimeNow,
            _ => return None,
        })
    }

    /// The name of its type in Python.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Range | Self::Lipsum | Self::RaiseException | Self::StrftimeNow => "function",
            Self::Dict => "TemplateDict",
            Self::Namespace | Self::Cycler | Self::Joiner => "type",
        }
    }

    /// The full name of a class, which Python prints.
    pub(crate) fn class_path(self) -> Option<&'static str> {
        match self {
            Self::Namespace => Some(
                "transformers.utils.chat_template_utils._cached_compile_jinja_template.<locals>.TemplateNamespace",
            ),
            Self::Cycler => Some("jinja2.utils.Cycler"),
            Self::Joiner => Some("jinja2.utils.Joiner"),
            _ => None,
        }
    }

    pub(crate) fn call<'a>(self, rt: &Runtime<'a>, args: &Args<'_, 'a>) -> Result<Value<'a>> {
        let _ = (rt, args);
        Err(Raised::unsupported(format!("{self:?}")))
    }
}
