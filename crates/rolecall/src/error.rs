//! One error for everything the library does, written for the person who gets it.

use std::fmt;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Which part of the job failed.
///
/// ```
/// use rolecall::{ErrorKind, Model};
///
/// let model = match Model::from_dir("no/such/folder") {
///     Err(error) if error.kind() == ErrorKind::File => Model::builtin("chatml")?,
///     model => model?,
/// };
/// assert_eq!(model.origin(), "builtin:chatml");
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file or folder could not be read or written.
    File,
    /// Text that should be JSON is not, or holds something that cannot be kept exactly.
    Json,
    /// The model's files are missing, contradict each other, or hold no chat template.
    Model,
    /// The template does not compile or fails while rendering; see [`Error::reference`].
    Template,
    /// The conversation or its options are refused; [`Error::reference`] has the reference's words.
    Conversation,
    /// A tokenizer cannot be read, or cannot do what is asked of it.
    Tokenizer,
    /// An image cannot be used, or images and slots do not match.
    Media,
    /// There is no such repository (or it is private and no token opens it).
    RepositoryNotFound,
    /// The repository exists, but access has to be asked for on its page.
    Gated,
    /// There is no such branch, tag or commit in the repository.
    RevisionNotFound,
    /// The repository has no such file.
    FileNotFound,
    /// The Hub refused the token.
    Unauthorised,
    /// The Hub could not be reached, or `HF_HUB_OFFLINE` forbids it and the cache has no copy.
    Offline,
    /// The Hub failed in another way.
    Hub,
    /// A file in `templates-cache/` is not the one that the lock file names.
    Lock,
    /// The text of a golden is not one.
    Snapshot,
}

/// What was wrong, where, and what to do about it.
///
/// ```
/// use rolecall::{ChatTemplate, ErrorKind, Options};
/// use serde_json::json;
///
/// let template = ChatTemplate::new("{{ messages[0].content + 1 }}", [("bos_token", "<s>")])?;
/// let error = template.apply_chat_template(&json!([{"role": "user", "content": "Hi"}]), &Options::new()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Template);
/// let python = error.reference().unwrap();
/// assert_eq!((python.message(), python.line()), (r#"can only concatenate str (not "int") to str"#, Some(1)));
/// # Ok::<(), rolecall::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    help: Option<String>,
    reference: Option<rolecall_jinja::Error>,
}

impl Error {
    /// An error that says what was wrong and where.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { inner: Box::new(Inner { kind, message: message.into(), help: None, reference: None }) }
    }

    /// Adds what to do about it: a sentence without a final stop.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.inner.help = Some(help.into());
        self
    }

    /// An error that the reference raises too.
    pub(crate) fn from_reference(kind: ErrorKind, reference: rolecall_jinja::Error) -> Self {
        let message = reference.to_string();
        Self { inner: Box::new(Inner { kind, message, help: None, reference: Some(reference) }) }
    }

    /// The same error, with the model it is about named first, unless it is.
    #[must_use]
    pub(crate) fn in_model(mut self, origin: &str) -> Self {
        if self.inner.message.strip_prefix(origin).is_none_or(|rest| !rest.starts_with(':')) {
            self.inner.message = format!("{origin}: {}", self.inner.message);
        }
        self
    }

    /// Which part of the job failed.
    ///
    /// ```
    /// use rolecall::{ErrorKind, Model};
    ///
    /// assert_eq!(Model::builtin("gpt-2").unwrap_err().kind(), ErrorKind::Model);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// What was wrong and where, without the advice.
    ///
    /// ```
    /// let error = rolecall::Model::builtin("gpt-2").unwrap_err();
    /// assert_eq!(error.message(), r#"there is no built-in model "gpt-2""#);
    /// ```
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// What to do about it, where there is something to say.
    ///
    /// ```
    /// let error = rolecall::ModelSource::parse("", "templates-cache".as_ref()).unwrap_err();
    /// assert_eq!(error.advice(), Some("Name a folder, builtin:llama-3, or a repository such as org/name"));
    /// assert!(error.to_string().starts_with("the model's name is empty. Name a folder,"));
    /// ```
    pub fn advice(&self) -> Option<&str> {
        self.inner.help.as_deref()
    }

    /// The reference's exception class, message and place, if the reference fails here too.
    ///
    /// ```
    /// use rolecall::{ChatTemplate, Message, Options};
    ///
    /// let template = ChatTemplate::new("{{ raise_exception('No system role') }}", [("eos_token", "</s>")])?;
    /// let error = template.apply_chat_template(&[Message::system("Moo")], &Options::new()).unwrap_err();
    /// assert_eq!(error.reference().map(|python| python.message()), Some("No system role"));
    ///
    /// // What rolecall alone knows is of no exception in Python.
    /// assert!(rolecall::Model::builtin("gpt-2").unwrap_err().reference().is_none());
    /// # Ok::<(), rolecall::Error>(())
    /// ```
    pub fn reference(&self) -> Option<&rolecall_jinja::Error> {
        self.inner.reference.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        match &self.inner.help {
            // After an excerpt of a template the advice starts a line of its own.
            Some(help) if self.inner.message.contains('\n') => write!(f, "\n{help}."),
            Some(help) => write!(f, ". {help}."),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The reference's error is printed as part of the message already.
        None
    }
}
