//! The environment's settings for the Hub, as Python's `huggingface_hub` reads them.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::{Error, ErrorKind, Result, Token};

/// The Hub, unless `HF_ENDPOINT` names another.
const DEFAULT_ENDPOINT: &str = "https://huggingface.co";

/// The variables `HF_ENDPOINT`, `HF_HOME`, `HF_HUB_CACHE`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HUB_OFFLINE` and
/// their companions, with the meaning they have for Python's `huggingface_hub`.
///
/// ```
/// use rolecall::Environment;
///
/// let environment = Environment::from_lookup(|name| match name {
///     "HF_HOME" => Some("/data/hf".to_owned()),
///     "HF_HUB_OFFLINE" => Some("yes".to_owned()),
///     _ => None,
/// });
/// assert_eq!(environment.hub_cache(), std::path::Path::new("/data/hf/hub"));
/// assert!(environment.offline());
/// assert_eq!(environment.endpoint(), "https://huggingface.co");
/// ```
#[derive(Clone)]
pub struct Environment {
    lookup: Arc<Lookup>,
}

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    /// The environment of this process.
    pub fn from_process() -> Self {
        Self::from_lookup(|name| match std::env::var(name) {
            Ok(value) => Some(value),
            Err(_) if name == "HOME" => {
                std::env::home_dir().and_then(|home| home.into_os_string().into_string().ok())
            }
            Err(_) => None,
        })
    }

    /// An environment in which `lookup` gives the value of a variable.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { lookup: Arc::new(lookup) }
    }

    fn get(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
    }

    /// The variable's value, unless it is empty.
    fn get_filled(&self, name: &str) -> Option<String> {
        self.get(name).filter(|value| !value.is_empty())
    }

    fn is_true(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| is_true(&value))
    }

    /// The Hub's address, without a slash at the end.
    pub fn endpoint(&self) -> String {
        self.get("HF_ENDPOINT")
            .unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned())
            .trim_end_matches('/')
            .to_owned()
    }

    /// Whether the Hub may not be asked.
    pub fn offline(&self) -> bool {
        let value = self.get_filled("HF_HUB_OFFLINE").or_else(|| self.get("TRANSFORMERS_OFFLINE"));
        value.is_some_and(|value| is_true(&value))
    }

    /// Whether progress bars are switched off.
    pub fn no_progress_bars(&self) -> bool {
        self.is_true("HF_HUB_DISABLE_PROGRESS_BARS")
    }

    /// The folder of all that Hugging Face's libraries keep.
    fn hf_home(&self) -> PathBuf {
        if let Some(home) = self.get("HF_HOME") {
            return self.expanded(&home);
        }
        let caches = self.get("XDG_CACHE_HOME").unwrap_or_else(|| format!("{}/.cache", self.home()));
        self.expanded(&format!("{caches}/huggingface"))
    }

    /// The folder of downloaded files, shared with Python.
    pub fn hub_cache(&self) -> PathBuf {
        let named = self.get("HF_HUB_CACHE").or_else(|| self.get("HUGGINGFACE_HUB_CACHE"));
        named.map_or_else(|| self.hf_home().join("hub"), |path| self.expanded(&path))
    }

    fn token_path(&self) -> PathBuf {
        self.get("HF_TOKEN_PATH").map_or_else(|| self.hf_home().join("token"), |path| self.expanded(&path))
    }

    /// The token that is used where none is given: from `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN` or the token file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::File`] when there is a token file that cannot be read.
    pub fn token(&self) -> Result<Option<Token>> {
        if self.is_true("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
            return Ok(None);
        }
        let named = self.get_filled("HF_TOKEN").or_else(|| self.get("HUGGING_FACE_HUB_TOKEN"));
        if let Some(token) = named.as_deref().and_then(Token::cleaned) {
            return Ok(Some(token));
        }
        let path = self.token_path();
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Token::cleaned(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::new(
                ErrorKind::File,
                format!("cannot read the token file {}: {error}", path.display()),
            )
            .help("Make it readable, remove it, or set HF_TOKEN")),
        }
    }

    fn home(&self) -> String {
        self.get("HOME").unwrap_or_default()
    }

    /// `os.path.expandvars(os.path.expanduser(path))`, for one's own `~`.
    fn expanded(&self, path: &str) -> PathBuf {
        let path = match path.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                format!("{}{rest}", self.home().trim_end_matches('/'))
            }
            _ => path.to_owned(),
        };
        let mut out = String::with_capacity(path.len());
        let mut rest = path.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let (name, length) = variable_name(after);
            if let Some(value) = name.and_then(|name| self.get(name)) {
                out.push_str(&value);
                rest = after.get(length..).unwrap_or_default();
            } else {
                // What is no variable, or is not set, stays as it is written.
                out.push('$');
                rest = after;
            }
        }
        out.push_str(rest);
        PathBuf::from(out)
    }
}

/// The name after a `$`, and how many bytes it takes with its braces.
fn variable_name(text: &str) -> (Option<&str>, usize) {
    if let Some(braced) = text.strip_prefix('{') {
        return braced.split_once('}').map_or((None, 0), |(name, _)| (Some(name), name.len() + 2));
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (text.get(..end).filter(|name| !name.is_empty()), end)
}

fn is_true(value: &str) -> bool {
    ["1", "ON", "YES", "TRUE"].contains(&value.to_uppercase().as_str())
}

impl Default for Environment {
    fn default() -> Self {
        Self::from_process()
    }
}

impl fmt::Debug for Environment {
    /// Shows nothing: a token may be among the variables.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Environment::from_lookup(move |name| {
            let default = (name == "HOME").then(|| "/home/me".to_owned());
            variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).or(default)
        })
    }

    /// Each row was observed with `huggingface_hub` in Python.
    #[test]
    fn folders() {
        let rows: [(&[(&str, &str)], &str); 10] = [
            (&[], "/home/me/.cache/huggingface/hub"),
            (&[("XDG_CACHE_HOME", "/x")], "/x/huggingface/hub"),
            (&[("HF_HOME", "~/hf"), ("XDG_CACHE_HOME", "/x")], "/home/me/hf/hub"),
            (&[("HF_HOME", "$D/hf"), ("D", "/d")], "/d/hf/hub"),
            (&[("HF_HOME", "${D}hf"), ("D", "/d")], "/dhf/hub"),
            (&[("HF_HOME", "/a/$NOPE/b$")], "/a/$NOPE/b$/hub"),
            (&[("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HOME", "/h")], "/old"),
            (&[("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HUB_CACHE", "~")], "/home/me"),
            (&[("HF_HUB_CACHE", "~other/x")], "~other/x"),
            (&[("HF_HOME", "")], "hub"),
        ];
        for (variables, expected) in rows {
            assert_eq!(environment(variables).hub_cache(), Path::new(expected), "{variables:?}");
        }
    }

    #[test]
    fn switches_and_the_endpoint() {
        for (value, expected) in
            [("1", true), ("True", true), ("yes", true), ("on", true), ("0", false), ("", false)]
        {
            assert_eq!(environment(&[("HF_HUB_OFFLINE", value)]).offline(), expected, "{value}");
        }
        assert!(environment(&[("HF_HUB_OFFLINE", ""), ("TRANSFORMERS_OFFLINE", "1")]).offline());
        assert!(!environment(&[("HF_HUB_OFFLINE", "0"), ("TRANSFORMERS_OFFLINE", "1")]).offline());
        assert_eq!(environment(&[("HF_ENDPOINT", "http://h:1//")]).endpoint(), "http://h:1");
    }

    /// Variables, and the token they lead to.
    type Row<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);

    #[test]
    fn tokens() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        fs::write(&file, " file\r\n").expect("writes");
        let path = file.to_str().expect("UTF-8").to_owned();
        let rows: [Row<'_>; 8] = [
            (&[], Some("file")),
            (&[("HF_TOKEN", "one"), ("HUGGING_FACE_HUB_TOKEN", "two")], Some("one")),
            (&[("HF_TOKEN", ""), ("HUGGING_FACE_HUB_TOKEN", "two")], Some("two")),
            (&[("HF_TOKEN", "  "), ("HUGGING_FACE_HUB_TOKEN", "two")], Some("file")),
            (&[("HF_TOKEN", " a\nb\r\n ")], Some("ab")),
            (&[("HF_TOKEN", "one"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")], None),
            (&[("HUGGING_FACE_HUB_TOKEN", "")], Some("file")),
            (&[("HF_TOKEN", "one"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "0")], Some("one")),
        ];
        for (variables, expected) in rows {
            let mut variables = variables.to_vec();
            variables.push(("HF_TOKEN_PATH", &path));
            let found = environment(&variables).token().expect("readable");
            assert_eq!(found.as_ref().map(Token::reveal), expected, "{variables:?}");
        }
        assert_eq!(environment(&[("HF_HOME", "/nonexistent")]).token().expect("no file"), None);
        assert!(environment(&[("HF_TOKEN_PATH", "/")]).token().is_err());
    }
}
