//! `rolecall chat`: a conversation, line by line.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use rolecall::{ChatRequest, Image, Message, TurnEnd};
use rolecall_sender::Dialect;
use serde_json::Value;

use crate::args::ChatArgs;
use crate::commands::render::Job;
use crate::conversation::{Conversation, Mark, NamedImage};
use crate::failure::{Failure, Outcome};
use crate::request::{Requests, refuse_rendering};
use crate::{answer, input, interrupt, output, readable};

/// What `/help` says.
const HELP: &str = "\
A line is a message. Lines that begin with a slash are commands:
  /image FILE   give an image with the next message
  /reset        go back to the beginning
  /save FILE    write the conversation as JSON; /save! FILE writes over a file that is there
  /quit         end, as the end of input does; Ctrl-C ends an answer that is coming
  //TEXT        the message /TEXT";

pub(crate) fn run(args: &ChatArgs) -> Outcome {
    let image_token = ("--image-token", args.image_token.is_some());
    refuse_rendering(&args.request, &args.model, &args.template, &[image_token])?;
    input::check_variables(&args.template)?;
    if args.input.as_deref() == Some("-") {
        return Err(Failure::Usage(
            "standard input has the messages to come. Give what was said before as a file.".to_owned(),
        ));
    }
    let mut chat = Chat::new(args)?;
    let is_terminal = io::stdin().is_terminal();
    if is_terminal {
        interrupt::listen()?;
        output::note("/help lists the commands, /quit ends.");
    }
    let mut all_is_well = true;
    if chat.conversation.waits_for_answer() {
        all_is_well &= chat.is_done(|chat| chat.turn(chat.conversation.mark()))?;
    }
    loop {
        if is_terminal {
            let _ = write!(io::stderr(), "> ");
        }
        let Some(line) = next_line(&mut io::stdin().lock())? else { break };
        let mut ends = false;
        all_is_well &= chat.is_done(|chat| {
            let line = line?;
            let command = Command::read(&line)?;
            ends = matches!(command, Command::Quit);
            chat.follow(command)
        })?;
        if ends {
            return ended(all_is_well || is_terminal);
        }
    }
    if is_terminal {
        output::note("");
    }
    ended(all_is_well || is_terminal)
}

fn ended(is_well: bool) -> Outcome {
    if is_well { Ok(()) } else { Err(Failure::Told) }
}

/// A line without its end; an error inside is the line's own.
fn next_line(source: &mut impl BufRead) -> Outcome<Option<Outcome<String>>> {
    let mut line = Vec::new();
    let unreadable = |error: io::Error| input::unreadable("-", &error);
    let most = input::MAX_DOCUMENT_BYTES;
    let read = source.take(most + 1).read_until(b'\n', &mut line).map_err(unreadable)?;
    if read == 0 {
        return Ok(None);
    }
    if read as u64 > most {
        return Err(Failure::Job(format!("a line has more than {} MiB", most >> 20)));
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    }
    Ok(Some(String::from_utf8(line).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::Job(format!("the line is not UTF-8 text: byte {at} is wrong. It was not sent."))
    })))
}

/// What a line asks for.
#[derive(Clone, Copy)]
enum Command<'l> {
    Nothing,
    Say(&'l str),
    Image(&'l str),
    Reset,
    Save { path: &'l str, anew: bool },
    Help,
    Quit,
}

impl<'l> Command<'l> {
    fn read(line: &'l str) -> Outcome<Self> {
        let Some(command) = line.strip_prefix('/') else {
            return Ok(if line.trim().is_empty() { Self::Nothing } else { Self::Say(line) });
        };
        if command.starts_with('/') {
            return Ok(Self::Say(command));
        }
        let (name, argument) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let argument = argument.trim();
        let wants = |what: &str| Failure::Job(format!("/{name} wants {what}: /{name} FILE"));
        match (name, argument) {
            ("image" | "save" | "save!", "") => Err(wants("a file")),
            ("image", path) => Ok(Self::Image(path)),
            ("save", path) => Ok(Self::Save { path, anew: false }),
            ("save!", path) => Ok(Self::Save { path, anew: true }),
            ("reset", "") => Ok(Self::Reset),
            ("help", "") => Ok(Self::Help),
            ("quit", "") => Ok(Self::Quit),
            ("reset" | "help" | "quit", _) => Err(Failure::Job(format!(
                "/{name} stands alone, and {argument:?} stands behind it. Nothing was done."
            ))),
            _ => Err(Failure::Job(format!(
                "there is no command /{name}, and it was not sent. /help lists the commands; //{name} would be the message \
                 /{name}."
            ))),
        }
    }
}

/// Who renders.
enum Way {
    Rendered(Box<Job>),
    Served,
}

struct Chat {
    requests: Requests,
    way: Way,
    conversation: Conversation,
    /// Images for the next message.
    waiting: Vec<NamedImage>,
}

impl Chat {
    fn new(args: &ChatArgs) -> Outcome<Self> {
        let document = args.input.as_deref().map(input::text).transpose()?;
        let images =
            args.images.iter().map(|path| named_image(&path.to_string_lossy())).collect::<Outcome<_>>()?;
        let conversation = Conversation::begin(document.as_deref(), args.system.as_deref(), images)?;
        let requests = Requests::new(&args.request, true)?;
        if args.request.dialect() == Dialect::Chat {
            let requests = requests.served(conversation.fields())?;
            return Ok(Self { requests, way: Way::Served, conversation, waiting: Vec::new() });
        }
        let mut request = ChatRequest::from_json(document.as_deref().unwrap_or("[]"))?;
        request.options = input::with_variables(request.options, &args.template);
        if let Some(token) = &args.image_token {
            request.options = request.options.image_token(token);
        }
        let job = Job::of(&args.model, request, |model| args.request.model(model))?;
        let way = Way::Rendered(Box::new(job));
        Ok(Self { requests, way, conversation, waiting: Vec::new() })
    }

    /// Whether it could be done. What went wrong is told, unless nobody reads the answers any more.
    fn is_done(&mut self, work: impl FnOnce(&mut Self) -> Outcome) -> Outcome<bool> {
        match work(self) {
            Ok(()) => Ok(true),
            Err(Failure::Unread) => Err(Failure::Unread),
            Err(failure) => {
                failure.tell();
                Ok(false)
            }
        }
    }

    fn follow(&mut self, command: Command<'_>) -> Outcome {
        match command {
            Command::Nothing | Command::Quit => Ok(()),
            Command::Say(text) => {
                let mark = self.conversation.mark();
                let images = std::mem::take(&mut self.waiting);
                self.conversation.say(text, images);
                self.turn(mark)
            }
            Command::Image(path) => {
                self.waiting.push(named_image(path)?);
                output::note(&format!("{} goes with the next message.", output::visible(path)));
                Ok(())
            }
            Command::Reset => {
                self.waiting.clear();
                self.conversation.reset();
                output::note("The conversation is at its beginning again.");
                Ok(())
            }
            Command::Save { path, anew } => self.save(path, anew),
            Command::Help => {
                output::note(HELP);
                Ok(())
            }
        }
    }

    /// Asks for an answer; without one the conversation goes back to `mark`.
    fn turn(&mut self, mark: Mark) -> Outcome {
        match self.ask() {
            Ok(()) => Ok(()),
            Err(failure) => {
                let had = self.conversation.len();
                self.conversation.back_to(mark);
                let is_taken_back = self.conversation.len() < had;
                Err(match failure {
                    Failure::Job(message) if is_taken_back => {
                        // An excerpt of a template has lines of its own.
                        let space = if message.contains('\n') {
                            "\n"
                        } else if message.ends_with('.') {
                            " "
                        } else {
                            ". "
                        };
                        Failure::Job(format!(
                            "{message}{space}The message was taken back: it can be sent again."
                        ))
                    }
                    failure => failure,
                })
            }
        }
    }

    fn ask(&mut self) -> Outcome {
        let images = self.conversation.images();
        let (prepared, turn_end) = match &self.way {
            Way::Served => {
                (self.requests.messages(self.conversation.messages(), &images)?, TurnEnd::default())
            }
            Way::Rendered(job) => {
                let messages = self.conversation.messages_mut();
                readable::adapt(messages, |messages| job.render(messages, &images, true))?;
                let prepared = self.requests.rendered(job, &self.conversation.messages(), &images)?;
                (prepared, turn_end(job, &self.conversation, &images))
            }
        };
        let events = self.requests.interruptible(prepared)?.inspect(|_| self.requests.clear());
        let answer = self.requests.explained(answer::print(events, Some(&turn_end)))?;
        if interrupt::was_stopped(&answer) {
            if answer.text.is_empty() {
                return Err(Failure::job("the answer was stopped before it began."));
            }
            output::note("The answer was stopped. What came of it stays in the conversation.");
        } else if answer.finish_reason.as_deref() == Some("length") {
            output::note(
                "The answer is cut off: it has as many tokens as were asked for (--max-new-tokens).",
            );
        }
        self.conversation.answer(&answer, turn_end.cut(&answer.text));
        Ok(())
    }

    fn save(&self, path: &str, anew: bool) -> Outcome {
        self.conversation.save(path, anew)?;
        let count = match self.conversation.len() {
            1 => "1 message is".to_owned(),
            count => format!("{count} messages are"),
        };
        let mut said = format!("{count} in {}.", output::visible(path));
        let images: Vec<String> = self
            .conversation
            .image_paths()
            .map(|path| format!(" --image {}", output::visible(path)))
            .collect();
        if !images.is_empty() {
            said.push_str(" The images are not; give them with");
            said.extend(images);
        }
        output::note(&said);
        Ok(())
    }
}

/// What ends an answer behind these messages.
fn turn_end(job: &Job, conversation: &Conversation, images: &[Image]) -> TurnEnd {
    let answer = Value::from(Message::assistant("x"));
    let in_parts = readable::with_parts(&answer);
    let end = [answer, in_parts].into_iter().find_map(|answer| {
        let prompt = job.render(&conversation.followed_by(answer), images, false).ok()?;
        TurnEnd::of(&prompt, conversation.len(), job.model().special_tokens())
    });
    // A template that writes no answer at all has no end of one.
    end.unwrap_or_default()
}

fn named_image(path: &str) -> Outcome<NamedImage> {
    Ok(NamedImage { path: path.to_owned(), image: Image::read(path)? })
}
