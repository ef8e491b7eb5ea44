//! The environment's settings for the Hub, as Python's `huggingface_hub` reads them.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::{Error, ErrorKind, Result, Token};

/// The Hub, unless `HF_ENDPOINT` names another.
const DEFAULT_ENDPOINT: &str = "https://huggingface.co";

/// Where Unix systems list the homes of their users.
const ACCOUNTS: &str = "/etc/passwd";

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
    ///
    /// ```
    /// use rolecall::Environment;
    ///
    /// let environment = Environment::from_process();
    /// println!("{} by way of {}", environment.hub_cache().display(), environment.endpoint());
    /// assert!(!environment.endpoint().ends_with('/'));
    /// ```
    pub fn from_process() -> Self {
        Self::from_lookup(|name| {
            let value = std::env::var_os(name)
                .or_else(|| (name == "HOME").then(std::env::home_dir)?.map(PathBuf::into_os_string));
            // A value that is no text then fails where it is used; as if it were unset, it would be ignored.
            value.map(|value| value.to_string_lossy().into_owned())
        })
    }

    /// An environment in which `lookup` gives the value of a variable.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// # use rolecall::Environment;
    ///
    /// let settings = HashMap::from([("HF_HUB_CACHE", "/data/models")]);
    /// let environment = Environment::from_lookup(move |name| Some(settings.get(name)?.to_string()));
    /// assert_eq!(environment.hub_cache(), std::path::Path::new("/data/models"));
    /// ```
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
    ///
    /// ```
    /// # use rolecall::Environment;
    /// let mirror = |name: &str| (name == "HF_ENDPOINT").then(|| "http://mirror.example:8080/".to_owned());
    /// assert_eq!(Environment::from_lookup(mirror).endpoint(), "http://mirror.example:8080");
    /// ```
    pub fn endpoint(&self) -> String {
        self.get("HF_ENDPOINT")
            .unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned())
            .trim_end_matches('/')
            .to_owned()
    }

    /// Whether the Hub may not be asked.
    ///
    /// ```
    /// # use rolecall::Environment;
    /// // The Hub's own variable counts before that of transformers.
    /// let offline = |name: &str| match name {
    ///     "HF_HUB_OFFLINE" => Some("0".to_owned()),
    ///     "TRANSFORMERS_OFFLINE" => Some("1".to_owned()),
    ///     _ => None,
    /// };
    /// assert!(!Environment::from_lookup(offline).offline());
    /// ```
    pub fn offline(&self) -> bool {
        let value = self.get_filled("HF_HUB_OFFLINE").or_else(|| self.get("TRANSFORMERS_OFFLINE"));
        value.is_some_and(|value| is_true(&value))
    }

    /// Whether progress bars are switched off.
    ///
    /// ```
    /// # use rolecall::Environment;
    /// let quiet = |name: &str| (name == "HF_HUB_DISABLE_PROGRESS_BARS").then(|| "1".to_owned());
    /// assert!(Environment::from_lookup(quiet).no_progress_bars());
    /// ```
    pub fn no_progress_bars(&self) -> bool {
        self.is_true("HF_HUB_DISABLE_PROGRESS_BARS")
    }

    /// For how long the Hub may be silent before it is given up, if `HF_HUB_DOWNLOAD_TIMEOUT` says so.
    ///
    /// ```
    /// # use rolecall::Environment;
    /// use std::time::Duration;
    ///
    /// let patient = |name: &str| (name == "HF_HUB_DOWNLOAD_TIMEOUT").then(|| "90".to_owned());
    /// let environment = Environment::from_lookup(patient);
    /// assert_eq!(environment.download_timeout()?, Some(Duration::from_secs(90)));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Hub`] when the variable is not a whole number of seconds.
    pub fn download_timeout(&self) -> Result<Option<Duration>> {
        let Some(value) = self.get("HF_HUB_DOWNLOAD_TIMEOUT") else { return Ok(None) };
        match value.trim().parse() {
            // As in Python, 0 stands for the default.
            Ok(0) => Ok(None),
            Ok(seconds) => Ok(Some(Duration::from_secs(seconds))),
            Err(_) => Err(Error::new(
                ErrorKind::Hub,
                format!("HF_HUB_DOWNLOAD_TIMEOUT should be a number of seconds, not {value:?}"),
            )
            .help("Set it to a whole number such as 30, or unset it")),
        }
    }

    /// The folder of all that Hugging Face's libraries keep.
    fn hf_home(&self) -> String {
        let home = self.get("HF_HOME").unwrap_or_else(|| {
            let caches = self.get("XDG_CACHE_HOME");
            join(&caches.unwrap_or_else(|| join(&self.with_home("~"), ".cache")), "huggingface")
        });
        self.expanded(&home)
    }

    /// The folder of downloaded files, shared with Python.
    ///
    /// ```
    /// # use rolecall::Environment;
    /// let home = |name: &str| (name == "HOME").then(|| "/home/ada".to_owned());
    /// let folder = Environment::from_lookup(home).hub_cache();
    /// assert_eq!(folder, std::path::Path::new("/home/ada/.cache/huggingface/hub"));
    /// ```
    pub fn hub_cache(&self) -> PathBuf {
        let named = self.get("HF_HUB_CACHE").or_else(|| self.get("HUGGINGFACE_HUB_CACHE"));
        self.expanded(&named.unwrap_or_else(|| join(&self.hf_home(), "hub"))).into()
    }

    fn token_path(&self) -> PathBuf {
        let named = self.get("HF_TOKEN_PATH");
        self.expanded(&named.unwrap_or_else(|| join(&self.hf_home(), "token"))).into()
    }

    /// The token that is used where none is given: from `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN` or the token file.
    ///
    /// ```
    /// use rolecall::{Environment, Token};
    ///
    /// let secret = |name: &str| (name == "HF_TOKEN").then(|| "hf_secret\n".to_owned());
    /// assert_eq!(Environment::from_lookup(secret).token()?, Some(Token::new("hf_secret")));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::File`] when there is a token file that cannot be read, [`ErrorKind::Unauthorised`] when
    /// `HF_OIDC_RESOURCE` asks for a token of another sort.
    pub fn token(&self) -> Result<Option<Token>> {
        Ok(self.token_and_source()?.map(|(token, _)| token))
    }

    /// The same with the place it comes from, in words: the name of a variable or the path of the file.
    ///
    /// ```
    /// # use rolecall::{Environment, Token};
    /// let secret = |name: &str| (name == "HF_TOKEN").then(|| "hf_secret".to_owned());
    /// let found = Environment::from_lookup(secret).token_and_source()?;
    /// assert_eq!(found, Some((Token::new("hf_secret"), "the environment variable HF_TOKEN".to_owned())));
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`token`](Self::token).
    pub fn token_and_source(&self) -> Result<Option<(Token, String)>> {
        if self.is_true("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
            return Ok(None);
        }
        if self.get_filled("HF_OIDC_RESOURCE").is_some() {
            return Err(Error::new(
                ErrorKind::Unauthorised,
                "HF_OIDC_RESOURCE asks for a token from an OIDC provider, which is not supported",
            )
            .help("Unset it and set HF_TOKEN, or set HF_HUB_DISABLE_IMPLICIT_TOKEN=1 to use no token"));
        }
        let named = |name: &'static str, value: Option<String>| value.map(|value| (name, value));
        let named = named("HF_TOKEN", self.get_filled("HF_TOKEN"))
            .or_else(|| named("HUGGING_FACE_HUB_TOKEN", self.get("HUGGING_FACE_HUB_TOKEN")));
        if let Some((name, value)) = named
            && let Some(token) = Token::cleaned(&value)
        {
            return Ok(Some((token, format!("the environment variable {name}"))));
        }
        let path = self.token_path();
        match fs::read_to_string(&path) {
            Ok(text) => {
                Ok(Token::cleaned(&text).map(|token| (token, format!("the file {}", path.display()))))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::new(
                ErrorKind::File,
                format!("cannot read the token file {}: {error}", path.display()),
            )
            .help("Make it readable, remove it, or set HF_TOKEN")),
        }
    }

    /// `os.path.expandvars(os.path.expanduser(path))`.
    fn expanded(&self, path: &str) -> String {
        self.with_variables(&self.with_home(path))
    }

    /// `os.path.expanduser`: a `~` or `~name` in front. Where the home is not known, it stays.
    fn with_home(&self, path: &str) -> String {
        let Some(rest) = path.strip_prefix('~') else { return path.to_owned() };
        let (user, rest) = rest.split_once('/').map_or((rest, None), |(user, rest)| (user, Some(rest)));
        let home = if user.is_empty() {
            self.get("HOME")
        } else {
            fs::read_to_string(ACCOUNTS).ok().and_then(|accounts| home_of(&accounts, user))
        };
        let Some(home) = home else { return path.to_owned() };
        match (home.trim_end_matches('/'), rest) {
            ("", None) => "/".to_owned(),
            (home, None) => home.to_owned(),
            (home, Some(rest)) => format!("{home}/{rest}"),
        }
    }

    /// `os.path.expandvars`: what is no variable, or is not set, stays as it is written.
    fn with_variables(&self, path: &str) -> String {
        let mut out = String::with_capacity(path.len());
        let mut rest = path;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let (name, length) = variable_name(after);
            let (written, behind) = after.split_at_checked(length).unwrap_or((after, ""));
            if let Some(value) = name.and_then(|name| self.get(name)) {
                out.push_str(&value);
            } else {
                out.push('$');
                out.push_str(written);
            }
            rest = behind;
        }
        out.push_str(rest);
        out
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

/// A user's home in the lines of a passwd file.
fn home_of(accounts: &str, user: &str) -> Option<String> {
    let mut fields = accounts
        .lines()
        .map(|line| line.split(':'))
        .find(|fields| fields.clone().next().is_some_and(|name| name == user))?;
    fields.nth(5).map(str::to_owned)
}

/// `os.path.join`: nothing in front stays nothing in front.
fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder if folder.ends_with('/') => format!("{folder}{name}"),
        folder => format!("{folder}/{name}"),
    }
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
        let rows: [(&[(&str, &str)], &str); 28] = [
            (&[], "/home/me/.cache/huggingface/hub"),
            (&[("HOME", "/")], "/.cache/huggingface/hub"),
            (&[("HOME", "/home/me/")], "/home/me/.cache/huggingface/hub"),
            (&[("HOME", "")], "/.cache/huggingface/hub"),
            (&[("XDG_CACHE_HOME", "/x")], "/x/huggingface/hub"),
            (&[("XDG_CACHE_HOME", "~/c/")], "/home/me/c/huggingface/hub"),
            (&[("XDG_CACHE_HOME", "")], "huggingface/hub"),
            (&[("HF_HOME", "~/hf"), ("XDG_CACHE_HOME", "/x")], "/home/me/hf/hub"),
            (&[("HF_HOME", "")], "hub"),
            (&[("HF_HOME", "$D/hf"), ("D", "/d")], "/d/hf/hub"),
            (&[("HF_HOME", "${D}hf"), ("D", "/d")], "/dhf/hub"),
            (&[("HF_HOME", "/é$Dé"), ("D", "/d")], "/é/dé/hub"),
            (&[("HF_HOME", "$$D"), ("D", "/d")], "$/d/hub"),
            (&[("HF_HOME", "/a/${}/$-$D"), ("D", "/d")], "/a/${}/$-/d/hub"),
            (&[("HF_HOME", "/a/${D"), ("D", "/d")], "/a/${D/hub"),
            (&[("HF_HOME", "/a/${A$D}/x"), ("D", "/d")], "/a/${A$D}/x/hub"),
            (&[("HF_HOME", "/a/$NOPE/b$")], "/a/$NOPE/b$/hub"),
            (&[("HF_HOME", "$D"), ("D", "$E"), ("E", "/e")], "/e/hub"),
            (&[("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HOME", "/h")], "/old"),
            (&[("HUGGINGFACE_HUB_CACHE", "/old"), ("HF_HUB_CACHE", "~")], "/home/me"),
            (&[("HUGGINGFACE_HUB_CACHE", "")], ""),
            (&[("HF_HUB_CACHE", "")], ""),
            (&[("HF_HUB_CACHE", "~"), ("HOME", "")], "/"),
            (&[("HF_HUB_CACHE", "~/x"), ("HOME", "/")], "/x"),
            (&[("HF_HUB_CACHE", "a~/x")], "a~/x"),
            (&[("HF_HUB_CACHE", "~no such user/x")], "~no such user/x"),
            (&[("HF_HUB_CACHE", "$D"), ("D", "$E"), ("E", "/e")], "$E"),
            (&[("HF_HUB_CACHE", "rel/../x")], "rel/../x"),
        ];
        for (variables, expected) in rows {
            assert_eq!(environment(variables).hub_cache(), Path::new(expected), "{variables:?}");
        }
        assert_eq!(Environment::from_lookup(|_| None).hub_cache(), Path::new("~/.cache/huggingface/hub"));
        assert_eq!(environment(&[("HF_HOME", "/h")]).token_path(), Path::new("/h/token"));
        assert_eq!(environment(&[("HF_TOKEN_PATH", "~/t")]).token_path(), Path::new("/home/me/t"));
        let accounts = "root:x:0:0:root:/root:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\n";
        assert_eq!(home_of(accounts, "me").as_deref(), Some("/home/me"));
        assert_eq!(home_of(accounts, "m"), None);
    }

    #[test]
    fn switches_and_the_endpoint() {
        for on in ["1", "True", "yes", "on", "ON", "tRuE"] {
            assert!(environment(&[("HF_HUB_OFFLINE", on)]).offline(), "{on}");
        }
        for off in ["0", "", "false", " 1", "2", "y"] {
            assert!(!environment(&[("HF_HUB_OFFLINE", off)]).offline(), "{off}");
        }
        assert!(environment(&[("HF_HUB_OFFLINE", ""), ("TRANSFORMERS_OFFLINE", "1")]).offline());
        assert!(environment(&[("TRANSFORMERS_OFFLINE", "yes")]).offline());
        assert!(!environment(&[("HF_HUB_OFFLINE", "0"), ("TRANSFORMERS_OFFLINE", "1")]).offline());
        assert_eq!(environment(&[("HF_ENDPOINT", "http://h:1//")]).endpoint(), "http://h:1");
        assert_eq!(environment(&[("HF_ENDPOINT", "")]).endpoint(), "");
    }

    #[test]
    fn the_timeout() {
        let timeout = |value| environment(&[("HF_HUB_DOWNLOAD_TIMEOUT", value)]).download_timeout();
        assert_eq!(timeout(" 7 ").expect("seconds"), Some(Duration::from_secs(7)));
        assert_eq!(timeout("0").expect("seconds"), None);
        for bad in ["", "x", "-3", "1.5"] {
            let error = timeout(bad).expect_err(bad).to_string();
            assert!(error.contains("HF_HUB_DOWNLOAD_TIMEOUT") && error.contains(bad), "{error}");
        }
    }

    /// Variables, and the token they lead to.
    type Row<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);

    #[test]
    fn tokens() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        fs::write(&file, " file\r\n").expect("writes");
        let path = file.to_str().expect("UTF-8").to_owned();
        let rows: [Row<'_>; 14] = [
            (&[], Some("file")),
            (&[("HF_TOKEN", "one"), ("HUGGING_FACE_HUB_TOKEN", "two")], Some("one")),
            (&[("HF_TOKEN", ""), ("HUGGING_FACE_HUB_TOKEN", "two")], Some("two")),
            (&[("HF_TOKEN", "  "), ("HUGGING_FACE_HUB_TOKEN", "two")], Some("file")),
            (&[("HF_TOKEN", "\n"), ("HUGGING_FACE_HUB_TOKEN", "two")], Some("file")),
            (&[("HF_TOKEN", " a\nb\r\n ")], Some("ab")),
            (&[("HF_TOKEN", "\u{a0}x\u{3000}")], Some("x")),
            (&[("HUGGING_FACE_HUB_TOKEN", "")], Some("file")),
            (&[("HF_TOKEN", "one"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")], None),
            (&[("HF_HUB_DISABLE_IMPLICIT_TOKEN", "True")], None),
            (&[("HF_TOKEN", "one"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "0")], Some("one")),
            (&[("HF_TOKEN", "one"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "")], Some("one")),
            (&[("HF_TOKEN", "one"), ("HF_OIDC_RESOURCE", "")], Some("one")),
            (&[("HF_OIDC_RESOURCE", "models/a/b"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")], None),
        ];
        for (variables, expected) in rows {
            let mut variables = variables.to_vec();
            variables.push(("HF_TOKEN_PATH", &path));
            let found = environment(&variables).token().expect("readable");
            assert_eq!(found.as_ref().map(Token::reveal), expected, "{variables:?}");
        }
        fs::write(&file, " \n").expect("writes");
        assert_eq!(environment(&[("HF_TOKEN_PATH", &path)]).token().expect("blank"), None);
        assert_eq!(environment(&[("HF_HOME", "/nonexistent")]).token().expect("no file"), None);
    }

    /// Where Python raises too, nobody is taken for somebody who is not logged in.
    #[test]
    fn tokens_that_cannot_be_had() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        fs::write(&file, b"\xff").expect("writes");
        for path in [folder.path(), &file, &file.join("below")] {
            let error = environment(&[("HF_TOKEN_PATH", path.to_str().expect("UTF-8"))]).token();
            assert_eq!(error.expect_err("unreadable").kind(), ErrorKind::File, "{}", path.display());
        }
        let error = environment(&[("HF_TOKEN", "hf_one"), ("HF_OIDC_RESOURCE", "models/a/b")]).token();
        let error = error.expect_err("not supported").to_string();
        assert!(error.contains("HF_OIDC_RESOURCE") && !error.contains("hf_one"), "{error}");
    }

    #[test]
    fn secrets_are_not_printed() {
        let environment = environment(&[("HF_TOKEN", "hf_one")]);
        let token = environment.token().expect("a token");
        assert!(!format!("{environment:?} {token:?}").contains("hf_one"));
    }
}
