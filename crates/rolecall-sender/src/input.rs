//! What is sent: a rendered prompt, or a text as it is.

use rolecall::Prompt;

use crate::{Error, ErrorKind, Result};

/// Something that can be sent: a [`Prompt`], or a text as it is.
pub trait Input {
    /// The text that goes over the wire, if it may.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Parameter`] when the server would take parts of it for something that they are not.
    fn wire_text(&self) -> Result<&str>;
}

impl Input for str {
    fn wire_text(&self) -> Result<&str> {
        Ok(self)
    }
}

impl Input for String {
    fn wire_text(&self) -> Result<&str> {
        Ok(self)
    }
}

impl Input for Prompt {
    fn wire_text(&self) -> Result<&str> {
        let text = self.text();
        if self.image_token().is_none() {
            return Ok(text);
        }
        // Servers of models that see images take every ![](…) for one, fetch what it names, and take a
        // placeholder that is left for ordinary text.
        if self.empty_image_slots() > 0 {
            return Err(Error::new(
                ErrorKind::Parameter,
                format!("the prompt has {} image slot(s) without an image", self.empty_image_slots()),
            )
            .help("Give an image for each, with --image"));
        }
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find("![](")).map(|at| from + at) {
            match self.media().iter().find(|media| media.range().start == at) {
                Some(media) => from = media.range().end,
                None => {
                    return Err(Error::new(
                        ErrorKind::Parameter,
                        "a message holds the text ![](, which a server of a model that sees images would take for an image",
                    )
                    .help("Take it out of the message; images are given with --image"));
                }
            }
        }
        Ok(text)
    }
}
