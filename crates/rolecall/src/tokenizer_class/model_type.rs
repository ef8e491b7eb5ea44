//! Which tokenizer class the reference takes for a `model_type`.

/// What a `model_type` says about the tokenizer's class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByModelType {
    /// The generic class, whatever the files name.
    Generic,
    /// This class, whatever the files name.
    Always(&'static str),
    /// This class where the files name none.
    Unnamed(&'static str),
    /// Nothing: the class that the files name, or the generic one.
    Nothing,
}

/// What transformers 5.23.0 does for each of its model types, observed. Those whose class fills in no special tokens,
/// or cannot be loaded from a `tokenizer.json`, are left out.
#[allow(clippy::too_many_lines, reason = "a table")]
pub(super) fn by_model_type(model_type: &str) -> ByModelType {
    use ByModelType::{Always, Generic, Nothing, Unnamed};
    match model_type {
        "EvollaModel" | "arctic" | "aria" | "beam" | "bigbird_pegasus" | "camembertv2-base" | "canary"
        | "chatlm" | "cohere_asr" | "ernie4_5" | "ernie4_5_moe" | "flex_olmo" | "fuyu" | "glm" | "glm4"
        | "glm4_moe" | "glm4_moe_lite" | "glm4v" | "glm4v_moe" | "glm_image" | "glmasr" | "got_ocr2"
        | "gpt_bigcode" | "gradium_phonon_tts" | "granite" | "granitemoe" | "granitemoehybrid"
        | "granitemoeshared" | "h2ovl_chat" | "hyperclovax" | "hyperclovax_vlm" | "internlm2"
        | "internlm3" | "iquestcoder" | "jamba" | "kimi_k25" | "kimi_linear" | "kosmos-2" | "llava"
        | "llava_next" | "mimo_v2_flash" | "minicpm3" | "minicpm_ocr" | "minicpmv" | "minicpmv4_6"
        | "minicpmv4_7" | "minimax_m2" | "ministral" | "ministral3" | "mistral" | "mistral3"
        | "mistral_large4" | "mixtral" | "modernbert" | "modernbert-decoder" | "molmo" | "molmo2"
        | "nemo_speechlm" | "nemotron" | "nvfp4" | "nystromformer" | "olmo2" | "olmo3" | "olmo_hybrid"
        | "opencua" | "openvla" | "paddleocr_vl" | "pegasus_x" | "persimmon" | "phi3" | "phi3_v"
        | "phimoe" | "pix2struct" | "pixtral" | "pocket_tts" | "smolvlm" | "stablelm" | "step3_vl"
        | "umt5" | "vipllava" | "voxtral" | "voxtral_realtime" | "xlm-roberta-xl" => Generic,
        "hyperclovax_vision_v2" => Always("GPT2Tokenizer"),
        "qwen2" => Always("Qwen2Tokenizer"),
        "qwen3_5" | "qwen3_5_moe" | "qwen3_5_moe_text" | "qwen4_exp" => Always("Qwen3_5Tokenizer"),
        "siglip2" => Always("Siglip2Tokenizer"),
        "albert" | "yoso" => Unnamed("AlbertTokenizer"),
        "align" | "bark" | "bert" | "blip" | "bros" | "chinese_clip" | "convbert" | "distilbert"
        | "electra" | "ernie" | "flava" | "git" | "grounding-dino" | "layoutlm" | "lxmert"
        | "megatron-bert" | "mm-grounding-dino" | "mobilebert" | "nomic_bert" | "squeezebert" | "tvp"
        | "vilt" | "visual_bert" => Unnamed("BertTokenizer"),
        "big_bird" => Unnamed("BigBirdTokenizer"),
        "blenderbot" => Unnamed("BlenderbotTokenizer"),
        "aimv2" | "clip" | "clipseg" | "groupvit" | "omdet-turbo" | "oneformer" | "owlv2" | "owlvit"
        | "sam3" | "sam3_video" | "xclip" => Unnamed("CLIPTokenizer"),
        "camembert" => Unnamed("CamembertTokenizer"),
        "canine" => Unnamed("CanineTokenizer"),
        "aya_vision" | "cohere" | "cohere2" => Unnamed("CohereTokenizer"),
        "dpr" => Unnamed("DPRQuestionEncoderTokenizer"),
        "deberta" => Unnamed("DebertaTokenizer"),
        "deberta-v2" => Unnamed("DebertaV2Tokenizer"),
        "dia" => Unnamed("DiaTokenizer"),
        "esmc" | "esmfold2" => Unnamed("EsmcTokenizer"),
        "fnet" => Unnamed("FNetTokenizer"),
        "funnel" => Unnamed("FunnelTokenizer"),
        "blip-2" | "codegen" | "dbrx" | "emu3" | "gpt-sw3" | "gpt2" | "gpt_neo" | "gptj" | "instructblip"
        | "instructblipvideo" | "jais2" | "opt" | "phi" | "starcoder2" => Unnamed("GPT2Tokenizer"),
        "falcon_mamba" | "gpt_neox" | "mamba" | "mamba2" | "mpt" | "olmo" | "olmoe" | "rwkv" | "xlstm" => {
            Unnamed("GPTNeoXTokenizer")
        }
        "diffusion_gemma" | "gemma" | "gemma2" | "gemma3" | "gemma3_text" | "gemma3n" | "gemma3n_text"
        | "recurrent_gemma" | "shieldgemma2" | "t5gemma" | "zaya" => Unnamed("GemmaTokenizer"),
        "lasr_ctc" | "lasr_encoder" => Unnamed("LasrTokenizer"),
        "layoutlmv2" => Unnamed("LayoutLMv2Tokenizer"),
        "layoutlmv3" => Unnamed("LayoutLMv3Tokenizer"),
        "layoutxlm" => Unnamed("LayoutXLMTokenizer"),
        "idefics" | "idefics2" => Unnamed("LlamaTokenizer"),
        "luke" => Unnamed("LukeTokenizer"),
        "mbart" => Unnamed("MBartTokenizer"),
        "mpnet" => Unnamed("MPNetTokenizer"),
        "nllb-moe" => Unnamed("NllbTokenizer"),
        "pp_formulanet" => Unnamed("NougatTokenizer"),
        "openai-gpt" => Unnamed("OpenAIGPTTokenizer"),
        "perceiver" => Unnamed("PerceiverTokenizer"),
        "audioflamingo3"
        | "colqwen2"
        | "cosmos3_omni"
        | "dots3_note"
        | "fun_asr_nano"
        | "hunyuan_vl"
        | "internvl"
        | "lighton_ocr"
        | "moss_transcribe_diarize"
        | "ovis2"
        | "qianfan_ocr"
        | "qwen2_5_omni"
        | "qwen2_5_vl"
        | "qwen2_audio"
        | "qwen2_moe"
        | "qwen2_vl"
        | "qwen3"
        | "qwen3_asr"
        | "qwen3_moe"
        | "qwen3_next"
        | "qwen3_omni_moe"
        | "qwen3_vl"
        | "qwen3_vl_moe"
        | "vibevoice" => Unnamed("Qwen2Tokenizer"),
        "qwen3_5_text" => Unnamed("Qwen3_5Tokenizer"),
        "reformer" => Unnamed("ReformerTokenizer"),
        "rembert" => Unnamed("RemBertTokenizer"),
        "bart"
        | "bridgetower"
        | "clap"
        | "data2vec-text"
        | "florence2"
        | "ibert"
        | "led"
        | "lilt"
        | "longformer"
        | "mra"
        | "mvp"
        | "roberta"
        | "roberta-prelayernorm" => Unnamed("RobertaTokenizer"),
        "seamless_m4t" | "seamless_m4t_v2" => Unnamed("SeamlessM4TTokenizer"),
        "splinter" => Unnamed("SplinterTokenizer"),
        "mt5" | "musicgen" | "musicgen_melody" | "switch_transformers" | "t5" => Unnamed("T5Tokenizer"),
        "udop" => Unnamed("UdopTokenizer"),
        "videoprism" => Unnamed("VideoPrismTokenizer"),
        "whisper" => Unnamed("WhisperTokenizer"),
        "xglm" => Unnamed("XGLMTokenizer"),
        "gte" | "jina_embeddings_v3" | "metaclip_2" | "trocr" | "xlm-roberta" | "xmod" => {
            Unnamed("XLMRobertaTokenizer")
        }
        "xlnet" => Unnamed("XLNetTokenizer"),
        _ => Nothing,
    }
}
