//! Which route an address names, and whose.

use super::Engine;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// The address itself.
    Root,
    Generate,
    GenerateStream,
    Completions,
    Chat,
    Info,
    Health,
    Models,
    Unknown,
}

/// A route, and the model whose it is if one is named in the path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) model: Option<String>,
    pub(super) route: Route,
}

impl Target {
    /// Reads a path. Before `models/ORG/NAME` and before the routes of `OpenAI` may stand anything: routers begin with the
    /// name of a provider.
    pub(super) fn of(path: &str) -> Self {
        let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
        // `/v1/models` is a list.
        let at = steps.iter().position(|step| *step == "models").filter(|at| at + 2 < steps.len());
        let (model, rest) = match at.and_then(|at| steps.get(at + 1..)) {
            Some([owner, name, rest @ ..]) => (Some(format!("{owner}/{name}")), rest),
            _ => (None, steps.as_slice()),
        };
        let route = match rest {
            [] => Route::Root,
            ["generate"] => Route::Generate,
            ["generate_stream"] => Route::GenerateStream,
            ["info"] => Route::Info,
            ["health"] => Route::Health,
            [.., "v1", "models"] => Route::Models,
            [.., "chat", "completions"] => Route::Chat,
            [.., "completions"] => Route::Completions,
            _ => Route::Unknown,
        };
        Self { model, route }
    }
}

impl Route {
    pub(super) fn is_known_to(self, engine: Engine) -> bool {
        match self {
            Self::Unknown => false,
            Self::Root | Self::GenerateStream | Self::Info => engine.has_native_routes(),
            Self::Generate => engine.has_native_routes() || engine == Engine::SgLang,
            Self::Completions | Self::Chat | Self::Health | Self::Models => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_of_models_and_providers() {
        for (path, model, route) in [
            ("/", None, Route::Root),
            ("/generate", None, Route::Generate),
            ("/v1/models", None, Route::Models),
            ("/models/a/b", Some("a/b"), Route::Root),
            ("/hf-inference/models/a/b/v1/chat/completions", Some("a/b"), Route::Chat),
            ("/hf-inference/models/a/b/v1/models", Some("a/b"), Route::Models),
            ("/novita/v3/openai/completions", None, Route::Completions),
            ("/nothing", None, Route::Unknown),
        ] {
            assert_eq!(Target::of(path), Target { model: model.map(str::to_owned), route }, "{path}");
        }
    }
}
