//! What a notebook about prompts does, in its order: text generation with parameters, a conversation by its template
//! and by the server, streams, an image out of text, the response cache, an image inside of a prompt, speech, whose
//! token it is, what is deployed, and how the endpoint is. While a model loads, every step waits.
//!
//! ```text
//! cargo run -p rolecall-sender --example notebook -- [ENDPOINT [PROVIDER]]
//! ```
//!
//! Without arguments it asks Hugging Face's router and its provider hf-inference. `HF_ENDPOINT`, `HF_TOKEN` and the token
//! file count as they do for Python; `NOTEBOOK_DIALECT` says how text is asked for, `NOTEBOOK_IMAGE` names an image, `NOTEBOOK_FOLDER` where files go.
//! A server that lacks a route is told of, and the rest goes on; the exit code is 1 if any step failed.

#![allow(clippy::print_stdout, reason = "it is a program")]

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use rolecall::{Environment, Image, Message, Model, Options};
use rolecall_sender::blocking::{Events, Hub, Sender};
use rolecall_sender::{Dialect, Endpoint, Event, ImageParameters, Parameters, SpeechParameters};
use serde_json::json;

type Outcome = Result<(), Box<dyn Error>>;
type Step = (&'static str, fn(&Notebook) -> Outcome);

/// Where everything goes.
struct Notebook {
    endpoint: Endpoint,
    environment: Environment,
    folder: PathBuf,
    dialect: Dialect,
}

impl Notebook {
    /// A sender for one of the notebook's models, with the token if it is meant for the host.
    fn sender(&self, model: &str) -> Result<Sender, Box<dyn Error>> {
        let endpoint = self.endpoint.clone().model(model);
        let trusted = endpoint.is_hugging_face() || endpoint.is_loopback();
        let sender = Sender::new(endpoint)
            .dialect(self.dialect)
            .wait(Duration::from_secs(120))
            .on_wait(|waiting| println!("   … {} ({:.1} s)", waiting.reason, waiting.pause.as_secs_f64()));
        Ok(match self.environment.token()?.filter(|_| trusted) {
            Some(token) => sender.token(token),
            None => sender,
        })
    }

    fn text_generation(&self) -> Outcome {
        let sender = self.sender("codellama/CodeLlama-7b-hf")?;
        let parameters =
            Parameters::new().max_new_tokens(50).temperature(0.8).seed(42).return_full_text(true);
        let answer = sender.generate("A HTTP POST request is used to ", &parameters)?;
        println!("   {}", answer.text);
        Ok(())
    }

    fn by_template(&self) -> Outcome {
        let model = Model::builtin("llama-3")?;
        let prompt = model.apply_chat_template(&messages(), &Options::new().add_generation_prompt(true))?;
        let sender =
            self.sender("meta-llama/Meta-Llama-3-8B-Instruct")?.on_note(|note| println!("   ({note})"));
        print_stream(sender.generate_stream(&prompt, &Parameters::new().max_new_tokens(250).seed(42))?)
    }

    fn by_the_server(&self) -> Outcome {
        let sender = self.sender("meta-llama/Meta-Llama-3-8B-Instruct")?;
        let parameters = Parameters::new().max_new_tokens(250).seed(42);
        let answer = sender.chat_completion(&messages(), &parameters)?;
        println!("   {} [{}]", answer.text, answer.finish_reason.unwrap_or_default());
        print_stream(sender.chat_completion_stream(&messages(), &parameters)?)
    }

    fn text_to_image(&self) -> Outcome {
        let sender = self.sender("stabilityai/stable-diffusion-xl-base-1.0")?;
        let parameters = ImageParameters::new().guidance_scale(8.0).seed(42);
        let image = sender.text_to_image("llama", &parameters)?;
        let path = image.save(self.folder.join("llama"))?;
        println!(
            "   {}, {:?} pixels, {} bytes, {}",
            image.media_type().unwrap_or("?"),
            image.dimensions(),
            image.bytes().len(),
            path.display()
        );
        // The same once more comes from the cache, unless that is not wanted.
        let again = sender.text_to_image("llama", &parameters)?;
        println!("   the same once more: {}", again.bytes() == image.bytes());
        let fresh = sender.use_cache(false).text_to_image("llama", &parameters)?;
        println!("   the same without the cache: {}", fresh.bytes() == image.bytes());
        Ok(())
    }

    fn image_in_a_prompt(&self) -> Outcome {
        let image = match std::env::var_os("NOTEBOOK_IMAGE") {
            Some(path) => Image::read(PathBuf::from(path))?,
            // One white pixel.
            None => Image::from_bytes(
                *b"GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
                "the pixel",
            )?,
        };
        let content = json!([{"type": "image"}, {"type": "text", "text": "Write a limerick about this."}]);
        let options = Options::new().add_generation_prompt(true).image(image);
        let prompt = Model::builtin("idefics2")?
            .apply_chat_template(&json!([{"role": "user", "content": content}]), &options)?;
        let sender = self.sender("HuggingFaceM4/idefics2-8b-chatty")?;
        let answer = sender.generate(&prompt, &Parameters::new().max_new_tokens(100))?;
        println!("   {}", answer.text);
        Ok(())
    }

    fn text_to_speech(&self) -> Outcome {
        let sound = self.sender("suno/bark")?.text_to_speech("limerick", &SpeechParameters::new())?;
        let path = sound.save(self.folder.join("limerick"))?;
        let kind = sound.media_type().unwrap_or("?");
        println!("   {kind}, {} bytes, {}", sound.bytes().len(), path.display());
        Ok(())
    }

    fn whoami(&self) -> Outcome {
        let identity = Hub::from_environment(&self.environment)?.whoami()?;
        let role = identity.token_role.as_deref().unwrap_or("?");
        println!("   {} ({}), a token to {role}", identity.name, identity.kind);
        Ok(())
    }

    fn deployed(&self) -> Outcome {
        let models = Hub::from_environment(&self.environment)?.deployed("hf-inference")?;
        println!("   {} models", models.len());
        for model in models.iter().take(5) {
            println!("   {} ({})", model.id, model.task.as_deref().unwrap_or("?"));
        }
        Ok(())
    }

    fn how_it_is(&self) -> Outcome {
        let sender = self.sender("meta-llama/Meta-Llama-3-8B-Instruct")?;
        // All that it tells: by /health, /v1/models and /info, as far as it has them.
        let status = sender.status()?;
        println!("   well: {}", status.health.is_ok());
        println!("   models: {}", status.models.join(", "));
        if let Some(info) = status.info {
            let limit = info.max_total_tokens.map_or("?".to_owned(), |count| count.to_string());
            println!("   {}, up to {limit} tokens", info.model_id.as_deref().unwrap_or("?"));
        }
        status.health?;
        Ok(())
    }
}

fn messages() -> [Message; 2] {
    [Message::system("You are a llama that cooks."), Message::user("What is for dinner?")]
}

fn print_stream(events: Events) -> Outcome {
    print!("   ");
    for event in events {
        if let Event::Token { text } = event? {
            print!("{text}");
            std::io::stdout().flush()?;
        }
    }
    println!();
    Ok(())
}

fn notebook() -> Result<Notebook, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut endpoint = match arguments.next() {
        Some(address) => Endpoint::parse(&address)?,
        None => Endpoint::hugging_face().provider("hf-inference"),
    };
    if let Some(provider) = arguments.next() {
        endpoint = endpoint.provider(provider);
    }
    let folder = std::env::var_os("NOTEBOOK_FOLDER").map_or_else(std::env::temp_dir, PathBuf::from);
    let dialect = match std::env::var("NOTEBOOK_DIALECT") {
        Ok(name) => name.parse()?,
        Err(_) => Dialect::default(),
    };
    Ok(Notebook { endpoint, environment: Environment::from_process(), folder, dialect })
}

fn main() -> ExitCode {
    let notebook = match notebook() {
        Ok(notebook) => notebook,
        Err(error) => {
            println!("{error}");
            return ExitCode::from(2);
        }
    };
    let steps: [Step; 9] = [
        ("text generation", Notebook::text_generation),
        ("a conversation by its template", Notebook::by_template),
        ("a conversation by the server", Notebook::by_the_server),
        ("text to image", Notebook::text_to_image),
        ("an image inside of a prompt", Notebook::image_in_a_prompt),
        ("text to speech", Notebook::text_to_speech),
        ("whose token it is", Notebook::whoami),
        ("what is deployed", Notebook::deployed),
        ("how the endpoint is", Notebook::how_it_is),
    ];
    let mut failed = 0;
    for (name, step) in steps {
        println!("{name}");
        if let Err(error) = step(&notebook) {
            println!("   failed: {error}");
            failed += 1;
        }
    }
    println!("{} of {} steps done", steps.len() - failed, steps.len());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
