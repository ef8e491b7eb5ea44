//! `rolecall-testkit serve`: a fake Hub and a fake text-generation server to try rolecall with.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use rolecall_testkit::{Engine, FakeGeneration, FakeHub, Repo, demo_repos};

const HELP: &str = "\
A fake Hub and a fake text-generation server on this computer, to try rolecall with

Usage: rolecall-testkit serve [OPTIONS]

Options:
  --hub-port PORT         The Hub's port [default: 8090; 0 is any free one]
  --generation-port PORT  The text-generation server's port [default: 8091; 0 is any free one]
  --engine NAME           The server that is played: tgi, vllm, llama.cpp, transformers or sglang [default: tgi]
  --repo ORG/NAME=DIR     Let the Hub have a folder as a repository, too; may be repeated
  --loading SECONDS       Let the model be loading at first
  -h, --help              Print this help

Example:
  cargo run -p rolecall-testkit -- serve --loading 5
";

struct Settings {
    hub_port: u16,
    generation_port: u16,
    repos: Vec<Repo>,
    loading: Option<Duration>,
    engine: Engine,
}

enum Failure {
    Usage(String),
    Job(String),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let help =
        arguments.is_empty() || arguments.iter().any(|argument| argument == "-h" || argument == "--help");
    let result = if help {
        io::stdout().write_all(HELP.as_bytes()).map_err(|error| Failure::Job(error.to_string()))
    } else {
        settings(&arguments).and_then(serve)
    };
    let (message, code) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Job(message)) => (message, 1),
        Err(Failure::Usage(message)) => (format!("{message}. See --help."), 2),
    };
    // Standard error may be closed.
    let _ = writeln!(io::stderr(), "error: {message}");
    ExitCode::from(code)
}

fn settings(arguments: &[String]) -> Result<Settings, Failure> {
    let mut settings = Settings {
        hub_port: 8090,
        generation_port: 8091,
        repos: demo_repos(),
        loading: None,
        engine: Engine::default(),
    };
    let mut arguments = arguments.iter();
    match arguments.next().map(String::as_str) {
        Some("serve") => {}
        other => {
            return Err(Failure::Usage(format!(
                "there is no command {:?}, only serve",
                other.unwrap_or_default()
            )));
        }
    }
    while let Some(option) = arguments.next() {
        let wrong = |value: &str| Failure::Usage(format!("{value:?} is no value for {option}"));
        let value = arguments
            .next()
            .ok_or_else(|| Failure::Usage(format!("{option} is unknown or needs a value")))?;
        match option.as_str() {
            "--hub-port" => settings.hub_port = value.parse().map_err(|_| wrong(value))?,
            "--generation-port" => settings.generation_port = value.parse().map_err(|_| wrong(value))?,
            "--engine" => settings.engine = value.parse().map_err(|_| wrong(value))?,
            "--repo" => {
                let (name, folder) = value.split_once('=').ok_or_else(|| wrong(value))?;
                let repo = Repo::from_dir(name, Path::new(folder));
                settings
                    .repos
                    .push(repo.map_err(|error| Failure::Job(format!("cannot read {folder}: {error}")))?);
            }
            "--loading" => {
                let seconds =
                    value.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                settings.loading = Some(seconds.ok_or_else(|| wrong(value))?);
            }
            _ => return Err(Failure::Usage(format!("there is no option {option}"))),
        }
    }
    Ok(settings)
}

fn serve(settings: Settings) -> Result<(), Failure> {
    let taken = |what: &str, port: u16, error: &io::Error| {
        Failure::Job(format!("the {what} cannot listen on port {port}: {error}. Choose another one."))
    };
    let hub = FakeHub::new()
        .deployed("hf-inference", "meta-llama/Meta-Llama-3-8B-Instruct", "text-generation")
        .deployed("hf-inference", "stabilityai/stable-diffusion-xl-base-1.0", "text-to-image")
        .deployed("hf-inference", "suno/bark", "text-to-speech");
    let hub = settings.repos.into_iter().fold(hub, FakeHub::repo);
    let hub = hub.start_on(settings.hub_port).map_err(|error| taken("Hub", settings.hub_port, &error))?;
    let generation = match settings.loading {
        Some(time) => FakeGeneration::new().loading_for(time),
        None => FakeGeneration::new(),
    };
    let generation = generation
        .engine(settings.engine)
        .image_model("stabilityai/stable-diffusion-xl-base-1.0")
        .speech_model("suno/bark")
        .frame_pause(Duration::from_millis(80))
        .start_on(settings.generation_port)
        .map_err(|error| taken("text-generation server", settings.generation_port, &error))?;
    let (hub_url, generation_url) = (hub.url(), generation.url());
    let text = format!(
        "Hub:             {hub_url}\nText generation: {generation_url}\n\nIn another terminal:\n  \
         HF_ENDPOINT={hub_url} rolecall fetch rolecall/demo-llama\n  \
         HF_ENDPOINT={hub_url} HF_TOKEN=hf_demo rolecall fetch rolecall/demo-gated\n  \
         rolecall send --endpoint {generation_url} --model builtin:llama-3 --stream examples/llama-cookbook.json\n  \
         rolecall send --endpoint {generation_url} --model builtin:idefics2 --image examples/llama.jpg \
         examples/limerick.json\n  \
         HF_ENDPOINT={hub_url} HF_TOKEN=hf_demo cargo run -p rolecall-sender --example notebook -- {generation_url} \
         hf-inference\n\nCtrl-C ends both.\n"
    );
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Job(error.to_string()))?;
    loop {
        thread::park();
    }
}
