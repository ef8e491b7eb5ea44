//! The order in which arguments are checked, and the words: each row was observed with the reference.

#![allow(clippy::expect_used, reason = "a test says what it expects")]

use rolecall::{Loader, Model, ModelFiles, Options};
use serde_json::{Value, json};

/// The text or the reference's error of a request to a model with this template and this `tokenizer_config.json`.
fn answer(template: &str, config: &Value, messages: &Value, options: &Options) -> String {
    let mut files = ModelFiles::new("a-model");
    files.insert("chat_template.jinja", template);
    files.insert("tokenizer_config.json", config.to_string());
    let model = Model::from_files(files).expect("loads");
    match model.apply_chat_template(messages, options) {
        Ok(prompt) => prompt.text().to_owned(),
        Err(error) => {
            let reference = error.reference().expect("the reference refuses it too");
            format!("{}: {}", reference.kind().class_name(), reference.message())
        }
    }
}

/// A template with an error in it that is found when it is compiled, and one that renders.
const BROKEN: &str = "{% foo %}";
const WORKS: &str = "{{ messages[0].content }}";

fn hi() -> Value {
    json!([{"role": "user", "content": "Hi"}])
}

fn with(variables: &Value) -> Options {
    Options::new().variables(variables.as_object().cloned().unwrap_or_default())
}

#[test]
fn names_that_the_reference_passes_itself() {
    let own = |name: &str| {
        format!(
            "TypeError: transformers.tokenization_utils_base.PreTrainedTokenizerBase.apply_chat_template() got multiple \
             values for keyword argument '{name}'"
        )
    };
    let render = |name: &str| {
        format!(
            "TypeError: transformers.utils.chat_template_utils.render_jinja_template() got multiple values for keyword \
             argument '{name}'"
        )
    };
    let messages =
        "TypeError: jinja2.environment.Template.render() got multiple values for keyword argument 'messages'";
    let broken = "TemplateSyntaxError: Encountered unknown tag 'foo'.";
    let rows = [
        // The method's own parameters come before everything.
        (BROKEN, json!({"padding": 1}), json!([]), own("padding")),
        (BROKEN, json!({"a": 1, "tools": [], "self": 1}), json!([]), own("tools")),
        (
            BROKEN,
            json!({"conversation": 1}),
            json!([]),
            "TypeError: PreTrainedTokenizerBase.apply_chat_template() got multiple values for argument 'conversation'"
                .to_owned(),
        ),
        (
            BROKEN,
            json!({"self": 1, "conversation": 1}),
            json!([]),
            "TypeError: PreTrainedTokenizerBase.apply_chat_template() got multiple values for argument 'self'".to_owned(),
        ),
        // This one is found before the template is compiled, the next when it is rendered.
        (BROKEN, json!({"conversations": 1}), hi(), render("conversations")),
        (BROKEN, json!({"conversations": 1}), json!(["x"]), "AttributeError: 'str' object has no attribute 'items'".to_owned()),
        (BROKEN, json!({"messages": 1}), hi(), broken.to_owned()),
        (WORKS, json!({"messages": 1}), hi(), messages.to_owned()),
    ];
    for (template, variables, conversation, expected) in rows {
        let found = answer(template, &json!({}), &conversation, &with(&variables));
        assert_eq!(found, expected, "{variables}");
    }
    let options = with(&json!({"messages": 1})).tools(json!([1]));
    assert!(answer(WORKS, &json!({}), &hi(), &options).starts_with("ValueError: Tools should either be"));
    let options = with(&json!({"messages": 1})).continue_final_message("name");
    assert!(answer(WORKS, &json!({}), &hi(), &options).contains("has no \"name\" to continue!"));

    // Special tokens are passed on in the same way, and may have any name.
    for name in ["conversations", "tools", "documents", "chat_template", "add_generation_prompt"] {
        let config = json!({"extra_special_tokens": {name: "<t>"}});
        assert_eq!(answer(BROKEN, &config, &hi(), &Options::new()), render(name));
    }
    let config = json!({"extra_special_tokens": {"messages": "<t>", "self": "<t>"}});
    assert_eq!(answer(WORKS, &config, &hi(), &Options::new()), messages);
    let config = json!({"extra_special_tokens": {"self": "<t>", "tokenize": "<t>", "conversation": "<t>"}});
    let found = answer(WORKS, &config, &hi(), &Options::new());
    assert_eq!(found, "TypeError: Template.render() got multiple values for argument 'self'");
    let config = json!({"extra_special_tokens": {"tokenize": "<t>", "conversation": "<c>"}});
    assert_eq!(answer("{{ tokenize }}{{ conversation }}", &config, &hi(), &Options::new()), "<t><c>");
}

#[test]
fn a_processor_that_does_not_load_is_no_fault_of_the_tokenizer() {
    let mut files = ModelFiles::new("a-model");
    files.insert("tokenizer_config.json", json!({"chat_template": "config"}).to_string());
    files.insert("chat_template.json", json!({"chat_template": "legacy"}).to_string());
    files.insert("chat_template.jinja", WORKS);
    files.insert("additional_chat_templates/rag.jinja", "rag");
    let model = Model::from_files(files).expect("loads");
    for loader in [Loader::Auto, Loader::Tokenizer] {
        let prompt = model.apply_chat_template(&hi(), &Options::new().loader(loader)).expect("renders");
        assert_eq!(prompt.text(), "Hi");
    }
    let error =
        model.apply_chat_template(&hi(), &Options::new().loader(Loader::Processor)).expect_err("is refused");
    assert!(error.to_string().contains("Cannot load chat template due to conflicting files"), "{error}");
    assert_eq!(model.inspect().processor_templates.map(|templates| templates.len()), Some(0));
}

#[test]
fn a_file_of_the_processor_that_does_not_parse_is_no_fault_of_the_tokenizer() {
    for name in ["processor_config.json", "preprocessor_config.json", "chat_template.json"] {
        let mut files = ModelFiles::new("a-model");
        files.insert("tokenizer_config.json", json!({"chat_template": WORKS}).to_string());
        files.insert(name, "null");
        let model = Model::from_files(files).expect("loads");
        let prompt = model.apply_chat_template(&hi(), &Options::new()).expect("renders");
        assert_eq!(prompt.text(), "Hi");
        let error = model
            .apply_chat_template(&hi(), &Options::new().loader(Loader::Processor))
            .expect_err("is refused");
        assert_eq!(error.message(), format!("a-model: {name}: should be a JSON object, not NoneType"));
    }
}

/// Observed with the reference.
#[test]
fn a_processor_compiles_its_template_before_it_looks_at_the_conversation() {
    let mut files = ModelFiles::new("a-model");
    files.insert("chat_template.jinja", "{% if %}");
    let model = Model::from_files(files).expect("loads");
    for (loader, expected) in [
        (Loader::Processor, "Expected an expression, got 'end of statement block'"),
        (Loader::Tokenizer, "'str' object has no attribute 'items'"),
    ] {
        let options = Options::new().loader(loader);
        let error = model.apply_chat_template(&json!(["Hi"]), &options).expect_err("is refused");
        assert_eq!(error.reference().expect("the reference's").message(), expected);
    }
}

/// As the classes of transformers 5.23.0 are written.
#[test]
fn some_classes_of_processors_have_templates_of_their_own() {
    const NONE: &str = "Cannot use apply_chat_template because this processor does not have a chat template.";
    let hi = json!([{"role": "user", "content": "Hi"}]);
    let video = json!([{"role": "user", "content": [{"type": "video", "path": "cow.mp4"}]}]);
    let answer = |class: &str, config: Value, messages: &Value, options: Options| {
        let mut files = ModelFiles::new("a-model");
        files.insert("tokenizer_config.json", config.to_string());
        files.insert("preprocessor_config.json", json!({"processor_class": class}).to_string());
        if config.get("chat_template").is_none() {
            files.insert("chat_template.jinja", "file");
        }
        let model = Model::from_files(files).expect("loads");
        match model.apply_chat_template(messages, &options) {
            Ok(prompt) => prompt.text().to_owned(),
            Err(error) => {
                error.reference().map_or(error.message().to_owned(), |error| error.message().to_owned())
            }
        }
    };
    let processor = || Options::new().loader(Loader::Processor);
    let (file, config) = (json!({}), json!({"chat_template": "config"}));
    let videos = "a-model: SmolVLMProcessor has a template of its own for conversations with videos, which is not supported";
    for (class, config, messages, options, expected) in [
        ("LlavaProcessor", &file, &hi, processor(), "file"),
        ("Blip2Processor", &file, &hi, processor(), NONE),
        ("Blip2Processor", &file, &hi, processor().chat_template("given"), "given"),
        ("Blip2Processor", &file, &hi, Options::new(), "file"),
        ("LlavaProcessor", &config, &hi, processor(), NONE),
        ("HunYuanVLProcessor", &config, &hi, processor(), "config"),
        ("SmolVLMProcessor", &file, &hi, processor(), "file"),
        ("SmolVLMProcessor", &file, &video, processor(), videos),
        ("SmolVLMProcessor", &file, &video, processor().chat_template("given"), "given"),
        ("SmolVLMProcessor", &file, &video, Options::new(), "file"),
    ] {
        assert_eq!(answer(class, config.clone(), messages, options), expected, "{class}");
    }
}
