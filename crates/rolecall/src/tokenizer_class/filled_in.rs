//! What the reference's tokenizer classes set for special tokens that a config does not mention.

/// The special tokens that a class fills in, observed with transformers 5.23.0. The generic classes fill nothing.
#[allow(clippy::too_many_lines, reason = "a table")]
pub(super) fn filled_in(class: &str) -> &'static [(&'static str, &'static str)] {
    match class {
        "AlbertTokenizer" | "FNetTokenizer" | "RemBertTokenizer" => &[
            ("bos_token", "[CLS]"),
            ("eos_token", "[SEP]"),
            ("unk_token", "<unk>"),
            ("sep_token", "[SEP]"),
            ("pad_token", "<pad>"),
            ("cls_token", "[CLS]"),
            ("mask_token", "[MASK]"),
        ],
        "BartTokenizer"
        | "BarthezTokenizer"
        | "BlenderbotTokenizer"
        | "CamembertTokenizer"
        | "LEDTokenizer"
        | "LayoutLMv3Tokenizer"
        | "LayoutXLMTokenizer"
        | "MBartTokenizer"
        | "MvpTokenizer"
        | "NllbTokenizer"
        | "RobertaTokenizer"
        | "XLMRobertaTokenizer" => &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("unk_token", "<unk>"),
            ("sep_token", "</s>"),
            ("pad_token", "<pad>"),
            ("cls_token", "<s>"),
            ("mask_token", "<mask>"),
        ],
        "BertTokenizer"
        | "ConvBertTokenizer"
        | "DPRContextEncoderTokenizer"
        | "DPRQuestionEncoderTokenizer"
        | "DPRReaderTokenizer"
        | "DistilBertTokenizer"
        | "LayoutLMv2Tokenizer"
        | "LxmertTokenizer"
        | "MobileBertTokenizer"
        | "SqueezeBertTokenizer" => &[
            ("unk_token", "[UNK]"),
            ("sep_token", "[SEP]"),
            ("pad_token", "[PAD]"),
            ("cls_token", "[CLS]"),
            ("mask_token", "[MASK]"),
        ],
        "BigBirdTokenizer" => &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("unk_token", "<unk>"),
            ("sep_token", "[SEP]"),
            ("pad_token", "<pad>"),
            ("cls_token", "[CLS]"),
            ("mask_token", "[MASK]"),
        ],
        "ByT5Tokenizer" | "LasrTokenizer" | "T5Tokenizer" | "VideoPrismTokenizer" => {
            &[("eos_token", "</s>"), ("unk_token", "<unk>"), ("pad_token", "<pad>")]
        }
        "CLIPTokenizer" => &[
            ("bos_token", "<|startoftext|>"),
            ("eos_token", "<|endoftext|>"),
            ("unk_token", "<|endoftext|>"),
            ("pad_token", "<|endoftext|>"),
        ],
        "CanineTokenizer" => &[
            ("bos_token", "\u{e000}"),
            ("eos_token", "\u{e001}"),
            ("sep_token", "\u{e001}"),
            ("pad_token", "\u{0}"),
            ("cls_token", "\u{e000}"),
            ("mask_token", "\u{e003}"),
        ],
        "CodeGenTokenizer" | "GPT2Tokenizer" | "WhisperTokenizer" => {
            &[("bos_token", "<|endoftext|>"), ("eos_token", "<|endoftext|>"), ("unk_token", "<|endoftext|>")]
        }
        "CodeLlamaTokenizer" => &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("unk_token", "<unk>"),
            ("prefix_token", "▁<PRE>"),
            ("middle_token", "▁<MID>"),
            ("suffix_token", "▁<SUF>"),
            ("eot_token", "▁<EOT>"),
            ("fill_token", "<FILL_ME>"),
        ],
        "CohereTokenizer" => &[
            ("bos_token", "<BOS_TOKEN>"),
            ("eos_token", "<|END_OF_TURN_TOKEN|>"),
            ("unk_token", "<UNK>"),
            ("sep_token", "<SEP>"),
            ("pad_token", "<PAD>"),
            ("cls_token", "<CLS>"),
            ("mask_token", "<MASK_TOKEN>"),
        ],
        "DebertaTokenizer" | "DebertaV2Tokenizer" => &[
            ("bos_token", "[CLS]"),
            ("eos_token", "[SEP]"),
            ("unk_token", "[UNK]"),
            ("sep_token", "[SEP]"),
            ("pad_token", "[PAD]"),
            ("cls_token", "[CLS]"),
            ("mask_token", "[MASK]"),
        ],
        "DiaTokenizer" => &[("unk_token", "<pad>"), ("pad_token", "<pad>")],
        "EsmcTokenizer" => &[
            ("bos_token", "<cls>"),
            ("eos_token", "<eos>"),
            ("unk_token", "<unk>"),
            ("pad_token", "<pad>"),
            ("cls_token", "<cls>"),
            ("mask_token", "<mask>"),
            ("chain_break_token", "|"),
        ],
        "FunnelTokenizer" | "XLNetTokenizer" => &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("unk_token", "<unk>"),
            ("sep_token", "<sep>"),
            ("pad_token", "<pad>"),
            ("cls_token", "<cls>"),
            ("mask_token", "<mask>"),
        ],
        "GPTNeoXTokenizer" => &[
            ("bos_token", "<|endoftext|>"),
            ("eos_token", "<|endoftext|>"),
            ("unk_token", "<|endoftext|>"),
            ("pad_token", "<|padding|>"),
        ],
        "GemmaTokenizer" | "Siglip2Tokenizer" => &[
            ("bos_token", "<bos>"),
            ("eos_token", "<eos>"),
            ("unk_token", "<unk>"),
            ("pad_token", "<pad>"),
            ("mask_token", "<mask>"),
        ],
        "HerbertTokenizer" => &[
            ("unk_token", "<unk>"),
            ("sep_token", "</s>"),
            ("pad_token", "<pad>"),
            ("cls_token", "<s>"),
            ("mask_token", "<mask>"),
        ],
        "LlamaTokenizer" => &[("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")],
        "LukeTokenizer" => &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("unk_token", "<unk>"),
            ("sep_token", "</s>"),
            ("pad_token", "<pad>"),
            ("cls_token", "<s>"),
            ("mask_token", "<mask>"),
            ("entity_1_token", "<ent>"),
            ("entity_2_token", "<ent2>"),
            ("entity_unk_token", "[UNK]"),
            ("entity_pad_token", "[PAD]"),
            ("entity_mask_token", "[MASK]"),
            ("entity_mask2_token", "[MASK2]"),
        ],
        "MBart50Tokenizer" => &[
            ("eos_token", "</s>"),
            ("unk_token", "<unk>"),
            ("sep_token", "</s>"),
            ("pad_token", "<pad>"),
            ("cls_token", "<s>"),
            ("mask_token", "<mask>"),
        ],
        "MLukeTokenizer" => &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("unk_token", "<unk>"),
            ("sep_token", "</s>"),
            ("pad_token", "<pad>"),
            ("cls_token", "<s>"),
            ("mask_token", "<mask>"),
            ("entity_1_token", "▁<ent>"),
            ("entity_2_token", "▁<ent2>"),
            ("entity_unk_token", "[UNK]"),
            ("entity_pad_token", "[PAD]"),
            ("entity_mask_token", "[MASK]"),
            ("entity_mask2_token", "[MASK2]"),
        ],
        "MPNetTokenizer" => &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("unk_token", "[UNK]"),
            ("sep_token", "</s>"),
            ("pad_token", "<pad>"),
            ("cls_token", "<s>"),
            ("mask_token", "<mask>"),
        ],
        "NougatTokenizer" => {
            &[("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>"), ("pad_token", "<pad>")]
        }
        "OpenAIGPTTokenizer" => &[("unk_token", "<unk>")],
        "PerceiverTokenizer" => &[
            ("bos_token", "[BOS]"),
            ("eos_token", "[EOS]"),
            ("sep_token", "[SEP]"),
            ("pad_token", "[PAD]"),
            ("cls_token", "[CLS]"),
            ("mask_token", "[MASK]"),
        ],
        "Qwen2Tokenizer" | "Qwen3_5Tokenizer" => {
            &[("eos_token", "<|endoftext|>"), ("unk_token", "<|endoftext|>"), ("pad_token", "<|endoftext|>")]
        }
        "ReformerTokenizer" => &[("eos_token", "</s>"), ("unk_token", "<unk>")],
        "SeamlessM4TTokenizer" | "XGLMTokenizer" => &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("unk_token", "<unk>"),
            ("sep_token", "</s>"),
            ("pad_token", "<pad>"),
            ("cls_token", "<s>"),
        ],
        "SplinterTokenizer" => &[
            ("unk_token", "[UNK]"),
            ("sep_token", "[SEP]"),
            ("pad_token", "[PAD]"),
            ("cls_token", "[CLS]"),
            ("mask_token", "[MASK]"),
            ("question_token", "[QUESTION]"),
        ],
        "Tipsv2Tokenizer" => &[("unk_token", "<unk>"), ("pad_token", "<pad>")],
        "UdopTokenizer" => {
            &[("eos_token", "</s>"), ("unk_token", "<unk>"), ("sep_token", "</s>"), ("pad_token", "<pad>")]
        }
        _ => &[],
    }
}
