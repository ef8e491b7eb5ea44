//! How a sender sends.

use std::time::Duration;

use rolecall::Token;

use super::Sender;
use crate::{BosPolicy, Dialect, Markdown, Note, Result, Waiting};

/// The settings of [`crate::Sender`], by the same names; and of their examples the value, how the server is made if
/// not as always, and what is seen.
macro_rules! settings {
    ($(
        $name:ident($argument:ident: $type:ty) $value:expr $(, at $server:literal)? => { $($seen:stmt;)+ }
    )*) => {$(
        #[doc = concat!("As [`crate::Sender::", stringify!($name), "`].")]
        ///
        /// ```
        /// # use std::time::Duration;
        /// # use rolecall::{Message, Model, Options, Token};
        /// # use rolecall_sender::{*, blocking::Sender};
        /// # use rolecall_testkit::{FakeGeneration, Response};
        #[doc = concat!("# let server = FakeGeneration::new()", $($server,)? ".start()?;")]
        /// # let address = server.url();
        /// let sender = Sender::new(Endpoint::parse(&address)?);
        #[doc = concat!("let sender = sender.", stringify!($name), "(", stringify!($value), ");")]
        $(#[doc = concat!(stringify!($seen), ";")])+
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[must_use]
        pub fn $name(self, $argument: $type) -> Self {
            Self(self.0.$name($argument))
        }
    )*};
}
impl Sender {
    settings! {
        bos(policy: BosPolicy) BosPolicy::Strip => {
            let sender = sender.bos_token("<s>");
            let prepared = sender.prepare("<s>Hi", &Parameters::new(), false)?;
            assert_eq!(prepared.bos, BosAction::Stripped { token: "<s>".to_owned() });
        }
        bos_token(token: impl Into<String>) "<s>" => {
            let prepared = sender.prepare("<s>Hi", &Parameters::new(), false)?;
            assert_eq!(prepared.bos.to_string(), "left <s> in front of the prompt");
        }
        connect_timeout(time: Duration) Duration::from_secs(2) => {
            let answer = sender.generate("Hi", &Parameters::new().max_new_tokens(2))?;
            assert_eq!(answer.text, "A llama");
        }
        connections(count: usize) 1, at ".frame_pause(Duration::from_millis(200))" => {
            let stream = sender.generate_stream("Hi", &Parameters::new())?;
            let sender = sender.deadline(Duration::from_millis(300));
            let error = sender.generate("Hi", &Parameters::new()).unwrap_err();
            assert!(error.to_string().contains("got no free connection"));
        }
        deadline(time: Duration) Duration::from_millis(200),
            at ".frame_pause(Duration::from_millis(50))" => {
            let end = sender.generate_stream("Hi", &Parameters::new())?.last();
            let error = end.transpose().unwrap_err();
            assert!(error.to_string().contains("the time for the whole answer"));
        }
        dialect(dialect: Dialect) Dialect::SgLang => {
            let prepared = sender.prepare("Hi", &Parameters::new(), false)?;
            assert!(prepared.request.body.starts_with(r#"{"text":"Hi""#));
        }
        first_byte_timeout(time: Duration) Duration::from_millis(100),
            at ".then(Response::new(200).delayed(Duration::from_secs(5)))" => {
            let error = sender.generate("Hi", &Parameters::new()).unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Timeout);
        }
        markdown(markdown: Markdown) Markdown::Neutralise => {
            let sender = sender.sees_images(true);
            let prepared = sender.prepare("![](x)", &Parameters::new(), false)?;
            assert!(prepared.request.body.contains(r"!\\[](x)"));
        }
        max_answer(bytes: usize) 50 => {
            let error = sender.generate("Hi", &Parameters::new()).unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Protocol);
        }
        payload_limit(bytes: usize) 1000 => {
            let long = "very ".repeat(200);
            let error = sender.generate(&long, &Parameters::new()).unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::TooLarge);
        }
        repeat_everything(repeat: bool) true,
            at r#".then(Response::new(500).header("retry-after", "0"))"# => {
            let sender = sender.wait(Duration::from_secs(60));
            sender.generate("Hi", &Parameters::new())?;
            assert_eq!(server.requests().len(), 2);
        }
        sees_images(sees: bool) true => {
            let typed = "What is ![](cat.png)?";
            let error = sender.generate(typed, &Parameters::new()).unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Parameter);
        }
        server_adds_bos(adds: bool) false => {
            let (model, messages) = (Model::builtin("llama-3")?, [Message::user("Hi")]);
            let prompt = model.apply_chat_template(&messages, &Options::new())?;
            let action = sender.prepare(&prompt, &Parameters::new(), false)?.bos;
            assert!(action.to_string().starts_with("left <|begin_of_text|>"));
        }
        silence_timeout(time: Duration) Duration::from_millis(300),
            at ".frame_pause(Duration::from_secs(5))" => {
            let end = sender.generate_stream("Hi", &Parameters::new())?.last();
            assert_eq!(end.transpose().unwrap_err().text_so_far(), Some("A"));
        }
        token(token: Token) Token::new("hf_me"), at r#".require_token("hf_me")"# => {
            sender.generate("Hi", &Parameters::new())?;
            assert_eq!(server.requests()[0].bearer(), Some("hf_me"));
        }
        use_cache(allowed: bool) false => {
            sender.generate("Hi", &Parameters::new())?;
            assert_eq!(server.requests()[0].header("x-use-cache"), Some("0"));
        }
        wait(time: Duration) Duration::from_secs(60), at ".loading(1, 0.2)" => {
            let answer = sender.generate("Hi", &Parameters::new().max_new_tokens(2))?;
            assert_eq!((answer.text.as_str(), server.requests().len()), ("A llama", 2));
        }
    }

    /// As [`crate::Sender::on_note`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// # let address = server.url();
    /// let (notes, told) = std::sync::mpsc::channel();
    /// let sender = Sender::new(Endpoint::parse(&address)?);
    /// let sender = sender.on_note(move |note| drop(notes.send(note.to_string())));
    /// sender.generate("Hi", &Parameters::new())?;
    /// assert_eq!(told.recv()?, "BOS: the prompt goes as it is: it does not begin with a BOS token");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_note(self, callback: impl Fn(&Note) + Send + Sync + 'static) -> Self {
        Self(self.0.on_note(callback))
    }

    /// As [`crate::Sender::on_wait`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().loading(1, 0.2).start()?;
    /// # let address = server.url();
    /// let (waits, told) = std::sync::mpsc::channel();
    /// let sender = Sender::new(Endpoint::parse(&address)?).wait(Duration::from_secs(60));
    /// sender.on_wait(move |waiting| drop(waits.send(waiting.reason))).generate("Hi", &Parameters::new())?;
    /// assert_eq!(told.recv()?, "Model rolecall/fake is currently loading");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_wait(self, callback: impl Fn(Waiting) + Send + Sync + 'static) -> Self {
        Self(self.0.on_wait(callback))
    }

    /// As [`crate::Sender::wait_for_model`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?).wait_for_model();
    /// sender.generate("Once upon", &Parameters::new())?;
    /// assert_eq!(server.requests()[0].header("x-wait-for-model"), Some("1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn wait_for_model(self) -> Self {
        Self(self.0.wait_for_model())
    }

    /// As [`crate::Sender::header`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// let sender = Sender::new(Endpoint::parse("http://127.0.0.1:8080")?);
    /// let error = sender.header("Authorization", "Bearer hf_me").unwrap_err();
    /// assert_eq!(error.to_string(), "a token is no ordinary header. Give it as the token.");
    /// # Ok::<(), rolecall_sender::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn header(self, name: &str, value: &str) -> Result<Self> {
        self.0.header(name, value).map(Self)
    }

    /// As [`crate::Sender::bill_to`].
    ///
    /// ```
    /// # use rolecall_sender::{Endpoint, Parameters, blocking::Sender};
    /// # let server = rolecall_testkit::FakeGeneration::new().start()?;
    /// let sender = Sender::new(Endpoint::parse(&server.url())?).bill_to("my-org")?;
    /// sender.generate("Once upon", &Parameters::new())?;
    /// assert_eq!(server.requests()[0].header("x-hf-bill-to"), Some("my-org"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As there.
    pub fn bill_to(self, organisation: &str) -> Result<Self> {
        self.0.bill_to(organisation).map(Self)
    }
}
