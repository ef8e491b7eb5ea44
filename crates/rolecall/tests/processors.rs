//! Prompts of models with a processor, against what the reference's own processors made of the same files and images
//! (`processors/reference.json`, where equal neighbours are written once, with their number).

#![cfg(feature = "tokenizers")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::fmt::Write as _;

use proptest::prelude::*;
use rolecall::tokens::{Compat, ControlTokens, EncodeOptions, Side, Truncation};
use rolecall::{ErrorKind, Image, ImageSize, Loader, Model, ModelFiles, Options, Origin, Prompt, VideoSize};
use serde_json::{Map, Value, json};

fn reference() -> Value {
    serde_json::from_str(include_str!("processors/reference.json")).unwrap()
}

fn model(files: &Map<String, Value>, template: &str, tokenizer: &Value) -> Model {
    let mut all = ModelFiles::new("test");
    for (name, content) in files {
        all.insert(name.as_str(), content.to_string());
    }
    all.insert("chat_template.jinja", template);
    all.insert("tokenizer.json", tokenizer.to_string());
    Model::from_files(all).unwrap()
}

/// What was written as `[item, times]`.
fn repeated(runs: &Value) -> impl Iterator<Item = &Value> {
    let runs = runs.as_array().unwrap().iter();
    runs.flat_map(|run| std::iter::repeat_n(&run[0], usize::try_from(run[1].as_u64().unwrap()).unwrap()))
}

fn ids(runs: &Value) -> Vec<u64> {
    repeated(runs).map(|id| id.as_u64().unwrap()).collect()
}

fn check_spans(prompt: &Prompt) {
    let mut end = 0;
    for span in prompt.spans() {
        assert_eq!(span.range.start, end, "spans have no gaps");
        assert!(span.range.end > end, "spans are not empty");
        end = span.range.end;
        if let Origin::Image { index } = span.origin {
            assert_eq!(prompt.expanded_images()[index], span.range);
        }
    }
    assert_eq!(end, prompt.text().len(), "spans cover the text");
}

#[test]
fn prompts_and_ids_are_the_references() {
    let reference = reference();
    let mut failures = String::new();
    let cases = reference["cases"].as_array().unwrap();
    for case in cases {
        let tokenizer = &reference["tokenizers"][if case["bos"] == true { "bos" } else { "plain" }];
        let model = model(case["files"].as_object().unwrap(), case["template"].as_str().unwrap(), tokenizer);
        let side = |side: &Value| u32::try_from(side.as_u64().unwrap()).unwrap();
        let sizes = case["images"].as_array().unwrap().iter();
        let sizes = sizes.map(|size| ImageSize { width: side(&size[0]), height: side(&size[1]) });
        let options = Options::new().expand_images(sizes);
        let most = case["max_length"].as_u64().map(|most| usize::try_from(most).unwrap());
        let encode = EncodeOptions {
            truncation: most.map(|max_length| Truncation { max_length, side: Some(Side::Right) }),
            assistant_mask: case.get("mask").is_some(),
            ..EncodeOptions::default()
        };
        let prompt = model.apply_chat_template(&case["messages"], &options);
        let result = prompt.and_then(|prompt| {
            check_spans(&prompt);
            let encoding = model.encode(&case["messages"], &options, &encode)?;
            let reference = EncodeOptions { compat: Compat::Reference, ..encode };
            assert_eq!(encoding, model.encode(&case["messages"], &options, &reference)?, "{}", case["name"]);
            Ok((prompt, encoding))
        });
        let expected = case.get("error").and_then(Value::as_str);
        let outcome = match (result, expected) {
            (Err(error), Some(expected)) => {
                let found = error.reference().map(ToString::to_string).unwrap_or_default();
                (found != expected).then(|| format!("{error} / {found}, not {expected}"))
            }
            (Err(error), None) => Some(format!("fails: {error}")),
            (Ok(_), Some(expected)) => Some(format!("does not fail with {expected}")),
            (Ok((prompt, encoding)), None) => {
                let text: String = repeated(&case["text"]).map(|text| text.as_str().unwrap()).collect();
                let found: Vec<u64> = encoding.ids.iter().map(|id| u64::from(*id)).collect();
                let mask = encoding.assistant_mask.map(|mask| mask.into_iter().map(u64::from).collect());
                if prompt.text() != text {
                    Some(format!("{:?}\n   not {text:?}", prompt.text()))
                } else if found != ids(&case["ids"]) {
                    Some(format!("ids {found:?}\n   not {:?}", ids(&case["ids"])))
                } else {
                    (mask != case.get("mask").map(ids)).then(|| format!("another mask: {mask:?}"))
                }
            }
        };
        if let Some(outcome) = outcome {
            writeln!(failures, "{}: {outcome}", case["name"]).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(cases.len() > 60);
}

const TEMPLATE: &str = "{{ bos_token }}{% for m in messages %}{{ m.role }}:{% for p in m.content %}\
    {{ '<image>' if p.type == 'image' else '<|image_pad|>' if p.type == 'pad' else '<|video_pad|>' if p.type == 'video' \
    else p.text }}{% endfor %}{% endfor %}";

fn files(class: &str, processor: &Value, image: &Value) -> Map<String, Value> {
    let mut processor = processor.clone();
    processor["processor_class"] = class.into();
    let config = json!({"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"});
    let files = json!({
        "processor_config.json": processor, "preprocessor_config.json": image, "tokenizer_config.json": config,
    });
    files.as_object().unwrap().clone()
}

fn llava() -> Model {
    let processor = json!({"patch_size": 14});
    let image = json!({"image_processor_type": "CLIPImageProcessor", "crop_size": 28});
    model(&files("LlavaProcessor", &processor, &image), TEMPLATE, &reference()["tokenizers"]["plain"])
}

fn idefics2() -> Model {
    let processor = json!({"image_seq_len": 2});
    let image = json!({"image_processor_type": "Idefics2ImageProcessor"});
    model(&files("Idefics2Processor", &processor, &image), TEMPLATE, &reference()["tokenizers"]["plain"])
}

fn qwen(class: &str, image: &Value) -> Model {
    model(&files(class, &json!({}), image), TEMPLATE, &reference()["tokenizers"]["plain"])
}

const SMALL: ImageSize = ImageSize { width: 28, height: 28 };

#[test]
fn a_placeholder_that_a_user_typed_is_text() {
    let messages = json!([{"role": "<image>", "content": [
        {"type": "text", "text": "<image>"}, {"type": "image"}, {"type": "text", "text": "<image><s>"},
    ]}]);
    let options = Options::new().expand_images([SMALL]);
    let model = llava();
    let prompt = model.apply_chat_template(&messages, &options).unwrap();
    assert_eq!(prompt.text(), "<s><image>:<image><image><image><image><image><image><s>");
    assert_eq!(prompt.expanded_images()[0], 18..46);
    let encoding = model.encode(&messages, &options, &EncodeOptions::default()).unwrap();
    assert_eq!(encoding.ids.iter().filter(|id| **id == 103).count(), 4);
    assert_eq!(encoding.ids.iter().filter(|id| **id == 100).count(), 1);

    // Text of a user that is trusted is the reference's: more tokens than placeholders, as many in the ids.
    let trusting = EncodeOptions { control_tokens: ControlTokens::Anywhere, ..EncodeOptions::default() };
    let encoding = model.encode(&messages, &options, &trusting).unwrap();
    assert_eq!(encoding.ids.iter().filter(|id| **id == 103).count(), 7);
}

#[test]
fn what_idefics2_mends_is_not_the_users() {
    let messages = json!([{"role": "user", "content": [
        {"type": "image"},
        {"type": "text", "text": "<fake_token_around_image>a<fake_token_around_image><fake_token_around_image>"},
    ]}]);
    let prompt = idefics2().apply_chat_template(&messages, &Options::new().expand_images([SMALL])).unwrap();
    let (fake, users) = ("<fake_token_around_image>", messages[0]["content"][1]["text"].as_str().unwrap());
    assert_eq!(prompt.text(), format!("<s>user:{fake}<image><image>{fake}{users}"));
}

#[test]
fn what_cannot_be_done_exactly_is_refused() {
    let content = json!([{"role": "user", "content": [{"type": "pad"}, {"type": "video"}]}]);
    let refuse = |model: &Model, options: &Options| {
        let error = model.apply_chat_template(&content, options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Media, "{error}");
        assert!(error.reference().is_none(), "{error}");
        error.to_string()
    };
    let sizes = || Options::new().expand_images([SMALL]);
    let clip = json!({"image_processor_type": "CLIPImageProcessor"});
    let pixtral = qwen("PixtralProcessor", &clip);
    assert!(refuse(&pixtral, &sizes()).contains("the rule of the processor PixtralProcessor is not known"));
    assert!(
        refuse(&qwen("Qwen2VLProcessor", &clip), &sizes()).contains("image processor CLIPImageProcessor")
    );
    let settings = |more: Value| {
        let mut image = json!({"image_processor_type": "Qwen2VLImageProcessor"});
        image.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        qwen("Qwen2VLProcessor", &image)
    };
    for wrong in [
        json!({"do_resize": false}),
        json!({"patch_size": 0}),
        json!({"patch_size": 1.5}),
        json!({"merge_size": -2}),
        json!({"size": {"height": 3, "width": 3}}),
        json!({"size": 5}),
        json!({"do_resize": "no"}),
        json!({"max_pixels": u64::MAX}),
    ] {
        refuse(&settings(wrong), &sizes());
    }
    let plain = settings(json!({}));
    let none = ImageSize { width: 0, height: 3 };
    assert!(refuse(&plain, &Options::new().expand_images([none])).contains("0 × 3"));
    assert!(refuse(&plain, &sizes().loader(Loader::Tokenizer)).contains("the tokenizer's loader"));
    let image = Image::from_bytes(*b"GIF89a", "it").unwrap();
    assert!(refuse(&plain, &sizes().image(image)).contains("not both"));
    let video = VideoSize { width: 9, height: 9, frames: 2 };
    assert!(refuse(&llava(), &sizes().expand_videos([video])).contains("takes no videos"));
    let qwen3 = qwen("Qwen3VLProcessor", &json!({"image_processor_type": "Qwen2VLImageProcessor"}));
    assert!(refuse(&qwen3, &sizes().expand_videos([video])).contains("times of a video's frames"));

    let error = plain.apply_chat_template(&content, &sizes().variable("max_pixels", 9)).unwrap_err();
    assert!(error.to_string().contains("takes it for a setting of the processor"), "{error}");
    let sanitize = EncodeOptions { control_tokens: ControlTokens::Reference, ..EncodeOptions::default() };
    let error = plain.encode(&content, &sizes(), &sanitize).unwrap_err();
    assert!(error.to_string().contains("users' text is marked"), "{error}");
    let batch = plain.apply_chat_template_batch(&[content], &sizes());
    assert!(batch[0].as_ref().unwrap_err().to_string().contains("images of its own"));
}

#[test]
fn an_expanded_prompt_has_a_limit() {
    let image =
        json!({"image_processor_type": "Qwen2VLImageProcessor", "max_pixels": 1_u64 << 48, "patch_size": 1});
    let huge = ImageSize { width: 1 << 24, height: 1 << 24 };
    let messages = json!([{"role": "user", "content": [{"type": "pad"}]}]);
    let error = qwen("Qwen2VLProcessor", &image)
        .apply_chat_template(&messages, &Options::new().expand_images([huge]));
    assert!(error.unwrap_err().to_string().contains("limit `output_bytes`"));
}

/// The numbers are those of the reference's `get_num_of_video_patches`.
#[test]
fn videos_of_qwen() {
    let image = json!({"image_processor_type": "Qwen2VLImageProcessor"});
    let messages =
        json!([{"role": "user", "content": [{"type": "video"}, {"type": "pad"}, {"type": "video"}]}]);
    let options = Options::new()
        .expand_videos([VideoSize { width: 640, height: 360, frames: 7 }])
        .expand_images([ImageSize { width: 56, height: 56 }])
        .expand_videos([VideoSize { width: 100, height: 90, frames: 1 }]);
    for class in ["Qwen2VLProcessor", "Qwen2_5_VLProcessor"] {
        let prompt = qwen(class, &image).apply_chat_template(&messages, &options).unwrap();
        let counts: Vec<usize> = prompt.expanded_videos().iter().map(|range| range.len() / 13).collect();
        assert_eq!(counts, [1196, 132]);
        assert_eq!(prompt.expanded_images()[0].len() / 13, 4);
        check_spans(&prompt);
    }
}

#[test]
fn the_processors_method_has_errors_of_its_own() {
    let model = llava();
    let words = |messages: Value, options: Options| {
        let error = model.apply_chat_template(&messages, &options.loader(Loader::Processor)).unwrap_err();
        error.reference().map(ToString::to_string).unwrap_or_default()
    };
    assert_eq!(words(json!([]), Options::new()), "IndexError: list index out of range");
    assert_eq!(words(json!(["x"]), Options::new()), "AttributeError: 'str' object has no attribute 'items'");
    let both = Options::new().add_generation_prompt(true).continue_final_message(true);
    assert!(
        words(json!([]), both).starts_with("ValueError: continue_final_message and add_generation_prompt")
    );
    // The tokenizer's method has a parameter of this name, the processor's has not.
    let padding = Options::new().loader(Loader::Processor).variable("padding", true);
    assert!(model.apply_chat_template(&json!([{"role": "user", "content": "Hi"}]), &padding).is_ok());
    let kwargs = Options::new().variable("processor_kwargs", true);
    assert_eq!(
        words(json!([{"content": "Hi"}]), kwargs),
        "TypeError: transformers.processing_utils.ProcessorMixin.apply_chat_template() got multiple values for keyword \
         argument 'processor_kwargs'"
    );
}

#[test]
fn image_urls_become_images() {
    let template = "{% for m in messages %}{{ m.content|tojson }}{% endfor %}";
    let model = model(
        &files("LlavaProcessor", &json!({}), &json!({})),
        template,
        &reference()["tokenizers"]["plain"],
    );
    let messages = json!([{"role": "user", "name": null, "content": [
        {"type": "image_url", "image_url": {"url": "U", "detail": "low"}, "more": 1},
        {"type": "image_url", "image_url": "V"},
        {"type": "image_url", "image_url": {}},
        {"type": "image_url", "url": "W"},
        "text",
    ]}]);
    let text =
        |loader| model.apply_chat_template(&messages, &Options::new().loader(loader)).unwrap().into_text();
    assert_eq!(
        text(Loader::Processor),
        r#"[{"type": "image", "url": "U"}, {"type": "image", "url": "V"}, {"type": "image", "url": ""}, {"type": "image_url", "url": "W"}, "text"]"#
    );
    assert!(text(Loader::Tokenizer).contains(r#""detail": "low""#));
}

#[test]
fn inspection_tells_of_bos() {
    let of = |template: &str, bos: &str| {
        let tokenizer = &reference()["tokenizers"][bos];
        let inspection =
            model(&files("LlavaProcessor", &json!({}), &json!({})), template, tokenizer).inspect();
        let processor = inspection.processor_templates.unwrap()[0].writes_bos;
        assert_eq!(inspection.templates[0].writes_bos, processor);
        (processor, inspection.tokenizer.map(|tokenizer| tokenizer.adds_bos))
    };
    assert_eq!(of("{{ bos_token }}{{ messages[0].content }}", "bos"), (Some(true), Some(true)));
    assert_eq!(of("<s>{{ messages[0].content[0].text }}", "plain"), (Some(true), Some(false)));
    assert_eq!(of("{{ messages[0].content }}", "plain"), (Some(false), Some(false)));
    assert_eq!(of("{{ raise_exception('no') }}", "bos"), (None, Some(true)));
}

/// A prompt knows both halves of a doubled BOS token: what its template wrote, and what a tokenizer would add.
#[test]
fn a_prompt_tells_of_a_second_bos() {
    let of = |template: &str, bos: &str, content: &str| {
        let tokenizer = &reference()["tokenizers"][bos];
        let model = model(&files("LlavaProcessor", &json!({}), &json!({})), template, tokenizer);
        let messages = json!([{"role": "user", "content": content}]);
        let prompt = model.apply_chat_template(&messages, &Options::new()).unwrap();
        assert_eq!(prompt.bos_token(), Some("<s>"));
        (prompt.starts_with_bos(), prompt.tokenizer_adds_bos().unwrap())
    };
    assert_eq!(of("{{ bos_token }}{{ messages[0].content }}", "bos", "Hi"), (true, Some(true)));
    assert_eq!(of("{{ bos_token }}{{ messages[0].content }}", "plain", "Hi"), (true, Some(false)));
    // What a user typed is text.
    assert_eq!(of("{{ messages[0].content }}", "bos", "<s>"), (false, Some(true)));

    let builtin = Model::builtin("llama-3").unwrap();
    let prompt = builtin.apply_chat_template(&json!([{"role": "user", "content": "Hi"}]), &Options::new());
    assert_eq!(prompt.unwrap().tokenizer_adds_bos().unwrap(), None);
    let broken = Model::from_files({
        let mut files = rolecall::ModelFiles::new("broken");
        files.insert("chat_template.jinja", "Hi");
        files.insert("tokenizer.json", "{");
        files
    });
    let prompt =
        broken.unwrap().apply_chat_template(&json!([{"role": "user", "content": "Hi"}]), &Options::new());
    assert_eq!(prompt.unwrap().tokenizer_adds_bos().unwrap_err().kind(), ErrorKind::Tokenizer);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// However users' texts are cut and put together, only the template's placeholders become an image's.
    #[test]
    fn no_user_forges_a_placeholder(
        parts in prop::collection::vec(
            prop_oneof![
                Just(None),
                prop::sample::select(vec!["<image>", "<ima", "ge>", "<fake_token_around_image>", "<s>", "a", " ", "<"]).prop_map(Some),
            ],
            0..8,
        ),
        role in prop::sample::select(vec!["user", "<image>", "<fake_token_around_image>"]),
    ) {
        let images = parts.iter().filter(|part| part.is_none()).count();
        let content: Vec<Value> = parts
            .iter()
            .map(|part| match part {
                None => json!({"type": "image"}),
                Some(text) => json!({"type": "text", "text": text}),
            })
            .collect();
        let messages = json!([{"role": role, "content": content}]);
        let options = Options::new().expand_images(vec![SMALL; images]);
        for (model, each) in [(llava(), 4), (idefics2(), 2)] {
            let prompt = model.apply_chat_template(&messages, &options).unwrap();
            check_spans(&prompt);
            prop_assert_eq!(prompt.expanded_images().len(), images);
            let encoding = model.encode(&messages, &options, &EncodeOptions::default()).unwrap();
            let tokens = encoding.ids.iter().filter(|id| **id == 103).count();
            prop_assert_eq!(tokens, each * images);
            // All that the user wrote is there, in order.
            let mut users = String::new();
            for span in prompt.spans() {
                if matches!(span.origin, Origin::Copied { .. }) {
                    users.push_str(&prompt.text()[span.range]);
                }
            }
            let wrote: String = parts.iter().flatten().copied().collect();
            prop_assert_eq!(users, format!("{role}{wrote}"));
        }
    }
}
