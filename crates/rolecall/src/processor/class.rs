//! Processors whose class changes which template they render with.

use serde_json::Value;

use crate::{Error, ErrorKind, Options, Result};

/// Whether the class keeps a chat template that its files hold: many of old take none, and so have none. Observed with
/// transformers 5.23.0.
#[allow(clippy::too_many_lines, reason = "a table")]
pub(crate) fn keeps_templates(class: &str) -> bool {
    !matches!(
        class,
        "AlignProcessor"
            | "AltCLIPProcessor"
            | "BarkProcessor"
            | "Blip2Processor"
            | "BlipProcessor"
            | "BridgeTowerProcessor"
            | "BrosProcessor"
            | "CLIPProcessor"
            | "CLIPSegProcessor"
            | "ChameleonProcessor"
            | "ChineseCLIPProcessor"
            | "ClapProcessor"
            | "ClvpProcessor"
            | "CohereAsrProcessor"
            | "DiaProcessor"
            | "DonutProcessor"
            | "EvollaProcessor"
            | "FlavaProcessor"
            | "Florence2PostProcessor"
            | "Florence2Processor"
            | "FuyuProcessor"
            | "GitProcessor"
            | "GraniteSpeech5Processor"
            | "GroundingDinoProcessor"
            | "IdeficsProcessor"
            | "InstructBlipProcessor"
            | "InstructBlipVideoProcessor"
            | "Kosmos2Processor"
            | "Kosmos2_5Processor"
            | "KyutaiSpeechToTextProcessor"
            | "LasrProcessor"
            | "LayoutLMv2Processor"
            | "LayoutLMv3Processor"
            | "LayoutXLMProcessor"
            | "MarkupLMProcessor"
            | "MgpstrProcessor"
            | "MoonshineStreamingProcessor"
            | "MusicgenMelodyProcessor"
            | "MusicgenProcessor"
            | "Nemotron3DiarizationProcessor"
            | "Nemotron3_5AsrProcessor"
            | "NemotronAsrStreamingProcessor"
            | "NougatProcessor"
            | "OmDetTurboProcessor"
            | "OneFormerProcessor"
            | "OwlViTProcessor"
            | "Owlv2Processor"
            | "PPFormulaNetProcessor"
            | "ParakeetProcessor"
            | "PeAudioProcessor"
            | "PeAudioVideoProcessor"
            | "PeVideoProcessor"
            | "Phi4MultimodalProcessor"
            | "Pix2StructProcessor"
            | "Pop2PianoProcessor"
            | "Sam2Processor"
            | "Sam2VideoProcessor"
            | "Sam3Processor"
            | "Sam3TrackerProcessor"
            | "Sam3TrackerVideoProcessor"
            | "Sam3VideoProcessor"
            | "SamHQProcessor"
            | "SamProcessor"
            | "SeamlessM4TProcessor"
            | "Siglip2Processor"
            | "SiglipProcessor"
            | "Speech2TextProcessor"
            | "SpeechT5Processor"
            | "Tipsv2Processor"
            | "TrOCRProcessor"
            | "TvpProcessor"
            | "UdopProcessor"
            | "VideoPrismProcessor"
            | "ViltProcessor"
            | "VisionTextDualEncoderProcessor"
            | "VoxtralRealtimeProcessor"
            | "Wav2Vec2BertProcessor"
            | "Wav2Vec2Processor"
            | "WhisperProcessor"
            | "XCLIPProcessor"
    )
}

/// The one class that takes its tokenizer's templates where its own files have none.
pub(crate) fn takes_the_tokenizers(class: &str) -> bool {
    class == "HunYuanVLProcessor"
}

/// Refuses what a class does in its own way, which is another than that of all processors.
pub(crate) fn check_own_way(
    class: &str,
    has_template: bool,
    options: &Options,
    messages: &Value,
) -> Result<()> {
    let chosen = options.chat_template.is_some();
    let what = match class {
        "VoxtralProcessor" => "renders conversations in a way of its own",
        "Qwen2AudioProcessor" if !chosen && !has_template => {
            "has a template of its own where its files have none"
        }
        "SmolVLMProcessor" if !chosen && has_video(messages) => {
            "has a template of its own for conversations with videos"
        }
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Media, format!("{class} {what}, which is not supported"))
        .help("Give the template yourself, or use Loader::Tokenizer"))
}

fn has_video(messages: &Value) -> bool {
    let messages = messages.as_array().into_iter().flatten();
    let mut parts = messages.filter_map(|message| message.get("content")?.as_array()).flatten();
    parts.any(|part| part.get("type").is_some_and(|kind| kind == "video"))
}
