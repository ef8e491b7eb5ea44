//! From text to tokens: the tokenizers library's own steps, with the added tokens looked for by us.
//!
//! The library finds added tokens wherever they stand. Here the caller says of each place whether a token counts
//! there; a text that only looks like one goes the way of all text. The parts between added tokens are encoded one by
//! one, as the library does it, so that a part that was encoded before need not be encoded again.

use std::ops::Range;

use tokenizers::normalizer::Range as Part;
use tokenizers::tokenizer::pre_tokenizer::{OffsetType, PreTokenizedString};
use tokenizers::{AddedToken, Model as _, NormalizedString, Normalizer as _, PreTokenizer as _, Token};

use super::added::Matcher;
use super::cache::EncodingCache;
use super::control::Ids;
use crate::{Error, ErrorKind, Result};

/// A token and the bytes of the text that it stands for.
pub(super) type Piece = (u32, Range<usize>);

/// What stands before a part that is not at the beginning of its text: some pre-tokenizers treat the beginning
/// differently.
const BEFORE: &str = "\n";

#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) tokenizer: tokenizers::Tokenizer,
    /// Added tokens that are found in the text as it is.
    exact: Option<Matcher>,
    /// Those that are found in the normalized text.
    normalized: Option<Matcher>,
    normalized_ids: Ids,
}

/// Whether a token counts at a place of the text.
pub(super) type Counts<'c> = &'c dyn Fn(u32, &Range<usize>) -> bool;

impl Pipeline {
    pub(super) fn new(tokenizer: tokenizers::Tokenizer) -> Result<Self> {
        let added = tokenizer.get_added_tokens_decoder();
        let mut normal = Vec::new();
        for (id, token) in added.iter().filter(|(_, token)| token.normalized) {
            let mut text = NormalizedString::from(token.content.as_str());
            if let Some(normalizer) = tokenizer.get_normalizer() {
                normalizer.normalize(&mut text).map_err(|error| failed(&*error))?;
            }
            normal.push((*id, text.get().to_owned(), token));
        }
        let exact = added.iter().filter(|(_, token)| !token.normalized);
        let exact = Matcher::new(exact.map(|(id, token)| (*id, token.content.as_str(), token)));
        let normalized = Matcher::new(normal.iter().map(|(id, text, token)| (*id, text.as_str(), *token)));
        let normalized_ids = normal.iter().map(|(id, ..)| *id).collect();
        let built = |error: aho_corasick::BuildError| failed(&error);
        let (exact, normalized) = (exact.map_err(built)?, normalized.map_err(built)?);
        Ok(Self { tokenizer, exact, normalized, normalized_ids })
    }

    /// All added tokens, in the order of their ids.
    pub(super) fn added(&self) -> Vec<(u32, AddedToken)> {
        let mut added: Vec<_> = self.tokenizer.get_added_tokens_decoder().into_iter().collect();
        added.sort_unstable_by_key(|(id, _)| *id);
        added
    }

    /// Encodes a text. `control` are the tokens of which `counts` says where they count; all others count everywhere.
    pub(super) fn encode(
        &self,
        text: &str,
        control: &Ids,
        counts: Counts<'_>,
        mut cache: Option<&mut EncodingCache>,
    ) -> Result<(Vec<u32>, Vec<Range<usize>>)> {
        let counted = |id: u32, place: &Range<usize>| !control.contains(id) || counts(id, place);
        let whole = || vec![super::added::Part { range: 0..text.len(), token: None, exact: 0..text.len() }];
        let parts = match &self.exact {
            Some(matcher) => matcher.split(text, counted),
            None => whole(),
        };
        // What a part becomes depends on more than its text where a control token is looked for in it.
        let alone = self.normalized_ids.is_disjoint(control);
        let mut cache = cache.take().filter(|_| alone);
        let most = text.len() / 4 + 8;
        let (mut ids, mut places) = (Vec::with_capacity(most), Vec::with_capacity(most));
        for part in parts {
            if let Some(id) = part.token {
                ids.push(id);
                places.push(part.range);
                continue;
            }
            let segment = text.get(part.range.clone()).unwrap_or_default();
            let start = part.range.start;
            let mut append = |pieces: &[Piece]| {
                ids.extend(pieces.iter().map(|(id, _)| *id));
                places.extend(pieces.iter().map(|(_, place)| place.start + start..place.end + start));
            };
            if let Some(cache) = cache.as_deref()
                && let Some(known) = cache.get(segment, start == 0)
            {
                append(known);
                continue;
            }
            let inside =
                |id: u32, place: &Range<usize>| counted(id, &(place.start + start..place.end + start));
            let encoded = self.segment_without(segment, start == 0, control, &inside)?;
            append(&encoded);
            if let Some(cache) = cache.as_deref_mut() {
                cache.insert(segment, start == 0, encoded);
            }
        }
        Ok((ids, places))
    }

    /// Encodes a part of a text in which no control token may come out but those that count. Where the model itself
    /// would make one of plain text, the text is cut inside of it.
    fn segment_without(
        &self,
        text: &str,
        at_start: bool,
        control: &Ids,
        counts: Counts<'_>,
    ) -> Result<Vec<Piece>> {
        let mut cuts: Vec<usize> = Vec::new();
        loop {
            let pieces = self.segment(text, at_start, &cuts, counts)?;
            let forged =
                |piece: &&Piece| control.contains(piece.0) && !counts(piece.0, &trimmed(text, &piece.1));
            let Some((id, place)) = pieces.iter().find(forged) else { return Ok(pieces) };
            let first =
                text.get(place.clone()).and_then(|token| token.chars().next()).map_or(0, char::len_utf8);
            let cut = place.start + first;
            if first == 0 || cut >= place.end || cuts.contains(&cut) {
                let token = self.tokenizer.id_to_token(*id).unwrap_or_default();
                return Err(Error::new(
                    ErrorKind::Tokenizer,
                    format!("the tokenizer makes the control token {token:?} of ordinary text"),
                )
                .help("This tokenizer cannot tell the two apart: take the token out of the text"));
            }
            cuts.push(cut);
            cuts.sort_unstable();
        }
    }

    /// Encodes a part of a text between two added tokens.
    fn segment(&self, text: &str, at_start: bool, cuts: &[usize], counts: Counts<'_>) -> Result<Vec<Piece>> {
        let before = if at_start { 0 } else { BEFORE.len() };
        let whole = if at_start { text.to_owned() } else { format!("{BEFORE}{text}") };
        let mut split = PreTokenizedString::from(whole);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut + before).collect();
        if before > 0 {
            places.insert(0, before);
        }
        let done = |result: tokenizers::Result<()>| result.map_err(|error| failed(&*error));
        if !places.is_empty() {
            done(split.split(|_, all| {
                let mut parts = Vec::with_capacity(places.len() + 1);
                let mut from = 0;
                for to in places.iter().copied().chain([all.get().len()]) {
                    if let Some(part) = all.slice(Part::Normalized(from..to)) {
                        // What stands before the text is no part of it and gives no tokens.
                        parts.push((part, (before > 0 && from == 0).then(Vec::new)));
                    }
                    from = to;
                }
                Ok(parts)
            }))?;
        }
        done(split.split(|_, mut part| {
            if let Some(normalizer) = self.tokenizer.get_normalizer() {
                normalizer.normalize(&mut part)?;
            }
            Ok(self.split_normalized(part, before, counts))
        }))?;
        if let Some(pre_tokenizer) = self.tokenizer.get_pre_tokenizer() {
            done(pre_tokenizer.pre_tokenize(&mut split))?;
        }
        done(split.tokenize(|part| self.tokenizer.get_model().tokenize(part.get())))?;
        let encoded = split.into_encoding(None, 0, OffsetType::Byte).map_err(|error| failed(&*error))?;
        let places = encoded.get_offsets().iter();
        let places = places.map(|(start, end)| start.saturating_sub(before)..end.saturating_sub(before));
        Ok(encoded.get_ids().iter().copied().zip(places).collect())
    }

    /// Cuts a normalized text into the added tokens that are looked for in it and what is between them.
    fn split_normalized(
        &self,
        text: NormalizedString,
        before: usize,
        counts: Counts<'_>,
    ) -> Vec<(NormalizedString, Option<Vec<Token>>)> {
        let Some(matcher) = &self.normalized else { return vec![(text, None)] };
        let start = text.offsets_original().0;
        let original = |range: &Range<usize>| {
            let place = text.convert_offsets(Part::Normalized(range.clone())).unwrap_or_default();
            (place.start + start).saturating_sub(before)..(place.end + start).saturating_sub(before)
        };
        let parts = matcher.split(text.get(), |id, place| counts(id, &original(place)));
        let parts = parts.into_iter().filter_map(|part| {
            let slice = text.slice(Part::Normalized(part.range))?;
            let token = part.token.map(|id| {
                let value = slice.get().to_owned();
                let length = value.len();
                vec![Token::new(id, value, (0, length))]
            });
            Some((slice, token))
        });
        parts.collect()
    }

    /// Encodes a text in which no added token counts.
    pub(super) fn encode_bare(&self, text: &str) -> Result<Vec<u32>> {
        let pieces = self.segment(text, true, &[], &|_, _| false)?;
        Ok(pieces.into_iter().map(|(id, _)| id).collect())
    }
}

/// The place of a token without the white space that it took in.
fn trimmed(text: &str, place: &Range<usize>) -> Range<usize> {
    let token = text.get(place.clone()).unwrap_or_default();
    let start = place.start + token.len() - token.trim_start().len();
    start..start + token.trim().len()
}

/// A failure inside of the tokenizers library.
pub(super) fn failed(error: &(dyn std::error::Error + 'static)) -> Error {
    Error::new(ErrorKind::Tokenizer, format!("the tokenizer failed: {error}"))
        .help("Check that tokenizer.json is the model's own")
}
