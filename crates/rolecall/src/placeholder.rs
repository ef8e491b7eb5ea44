//! Which text a model's template writes where an image goes.

use serde_json::Value;

use crate::processor::processor_class;
use crate::{ModelFiles, Result, SpecialTokens};

/// The placeholder for an image: the tokenizer's `image_token`, else the processor's, else what the
/// processor's class is known to use.
pub(crate) fn image_token(files: &ModelFiles, tokens: &SpecialTokens) -> Result<Option<String>> {
    if let Some(token) = tokens.get("image_token") {
        return Ok(Some(token.to_owned()));
    }
    let config = files.json_object("processor_config.json")?;
    match config.as_ref().and_then(|config| config.get("image_token")) {
        Some(Value::String(token)) => return Ok(Some(token.clone())),
        Some(Value::Object(token)) => {
            if let Some(content) = token.get("content").and_then(Value::as_str) {
                return Ok(Some(content.to_owned()));
            }
        }
        _ => {}
    }
    let class = processor_class(files)?;
    Ok(class.as_deref().and_then(class_default).map(str::to_owned))
}

/// The placeholders that the reference's processor classes use when the tokenizer names none.
fn class_default(class: &str) -> Option<&'static str> {
    Some(match class {
        "AyaVisionProcessor"
        | "Blip2Processor"
        | "ChameleonProcessor"
        | "Granite4VisionProcessor"
        | "IdeficsProcessor"
        | "Idefics2Processor"
        | "Idefics3Processor"
        | "InstructBlipProcessor"
        | "Lfm2VlProcessor"
        | "LlavaProcessor"
        | "LlavaNextProcessor"
        | "LlavaNextVideoProcessor"
        | "LlavaOnevisionProcessor"
        | "Ovis2Processor"
        | "PaliGemmaProcessor"
        | "SmolVLMProcessor"
        | "VideoLlavaProcessor" => "<image>",
        "ColQwen2Processor" | "Qwen2VLProcessor" | "Qwen2_5_VLProcessor" | "Qwen3VLProcessor" => {
            "<|image_pad|>"
        }
        "Glm4vProcessor" | "Glm46VProcessor" | "Llama4Processor" | "MllamaProcessor" => "<|image|>",
        "PixtralProcessor" => "[IMG]",
        _ => return None,
    })
}
