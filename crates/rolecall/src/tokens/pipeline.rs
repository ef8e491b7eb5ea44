//! From text to tokens: the tokenizers library's own steps, with the added tokens looked for by us.
//!
//! The library finds added tokens wherever they stand. Here the caller says of each place whether a token counts
//! there; a text that only looks like one goes the way of all text. The parts between added tokens are encoded one by
//! one, as the library does it, so that a part that was encoded before need not be encoded again.

use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokenizers::normalizer::Range as SliceRange;
use tokenizers::tokenizer::pre_tokenizer::{OffsetType, PreTokenizedString};
use tokenizers::{
    AddedToken, Model as _, NormalizedString, Normalizer as _, PostProcessor as _, PreTokenizer as _, Token,
};

use super::added::{Matcher, Part};
use super::cache::{EncodingCache, Found};
use super::control::{Controls, Ids};
use super::encoding::Encoding;
use super::standing::Standing;
use crate::characters::Characters;
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
    /// The same in the text as it is.
    written: Option<Matcher>,
    /// Those that a normalizer leaves to be found whatever letters stand beside them.
    steady: Ids,
    added: Ids,
}

/// What a text is that looks like a token, by the token and the place of the text.
pub(super) type Find<'f> = &'f dyn Fn(u32, &Range<usize>) -> Standing;

/// A part of a text between two added tokens.
#[derive(Clone, Copy)]
struct Segment<'s> {
    text: &'s str,
    at_start: bool,
    controls: &'s Controls,
    standing: Find<'s>,
}

impl Segment<'_> {
    /// How many bytes of [`BEFORE`] stand before it.
    fn before(&self) -> usize {
        if self.at_start { 0 } else { BEFORE.len() }
    }

    /// Where in it a part of a normalized part of it is.
    fn place(&self, part: &NormalizedString, range: Range<usize>) -> Range<usize> {
        let start = part.offsets_original().0;
        let place = part.convert_offsets(SliceRange::Normalized(range)).unwrap_or_default();
        let before = self.before();
        (place.start + start).saturating_sub(before)..(place.end + start).saturating_sub(before)
    }
}

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
        let built = |error: aho_corasick::BuildError| failed(&error);
        let exact = added.iter().filter(|(_, token)| !token.normalized);
        let exact = exact.map(|(id, token)| (*id, token.content.as_str(), token));
        let exact = Matcher::new(exact).map_err(built)?;
        let normalized = normal.iter().map(|(id, text, token)| (*id, text.as_str(), *token));
        let normalized = Matcher::new(normalized).map_err(built)?;
        let written = normal.iter().map(|(id, _, token)| (*id, token.content.as_str(), *token));
        let written = Matcher::new(written).map_err(built)?;
        let ids = added.keys().copied().collect();
        let mut pipeline = Self { tokenizer, exact, normalized, written, steady: Ids::default(), added: ids };
        if pipeline.tokenizer.get_normalizer().is_some() {
            let steady = normal.iter().filter(|(id, _, token)| pipeline.is_steady(*id, token));
            pipeline.steady = steady.map(|(id, ..)| *id).collect();
        }
        Ok(pipeline)
    }

    /// Whether a normalized token is found between letters, or between signs if it is one only as a word of its own.
    fn is_steady(&self, id: u32, token: &AddedToken) -> bool {
        let controls = Controls::default();
        let beside = if token.single_word { "." } else { "x" };
        let text = format!("{beside}{}{beside}", token.content);
        let standing = |_: u32, _: &Range<usize>| Standing::Token;
        let segment = Segment { text: &text, at_start: true, controls: &controls, standing: &standing };
        let mut part = NormalizedString::from(text.as_str());
        if let Some(normalizer) = self.tokenizer.get_normalizer()
            && normalizer.normalize(&mut part).is_err()
        {
            return false;
        }
        let place = 1..text.len() - 1;
        let mut parts = self.split_normalized(part, &segment).into_iter();
        parts.any(|(part, tokens)| {
            tokens.is_some_and(|tokens| tokens.iter().any(|token| token.id == id))
                && segment.place(&part, 0..part.get().len()) == place
        })
    }

    /// Whether a text is changed before some of the added tokens are looked for.
    pub(super) fn normalizes(&self) -> bool {
        self.tokenizer.get_normalizer().is_some()
    }

    /// Whether the model makes an added token of its text, so that one need not be looked for to be there.
    pub(super) fn makes(&self, content: &str) -> bool {
        let tokens = self.tokenizer.get_model().tokenize(content).unwrap_or_default();
        tokens.iter().any(|token| self.added.contains(token.id))
    }

    /// All added tokens, in the order of their ids.
    pub(super) fn added(&self) -> Vec<(u32, AddedToken)> {
        let mut added: Vec<_> = self.tokenizer.get_added_tokens_decoder().into_iter().collect();
        added.sort_unstable_by_key(|(id, _)| *id);
        added
    }

    /// The token that the model gives for text that it does not know, if it gives one.
    pub(super) fn unknown(&self) -> Option<u32> {
        // No text holds these: they are no characters, and never will be.
        let ids = ["\u{10FFFE}", "\u{10FFFF}"].map(|text| {
            let tokens = self.tokenizer.get_model().tokenize(text).unwrap_or_default();
            tokens.iter().map(|token| token.id).collect::<Vec<_>>()
        });
        match ids {
            [one, other] if one == other => one.first().copied(),
            _ => None,
        }
    }

    /// Encodes a text. `standing` is asked about each text that looks like an added token, and about each of which the model
    /// makes one of `controls`.
    pub(super) fn encode(
        &self,
        text: &str,
        controls: &Controls,
        standing: Find<'_>,
        mut cache: Option<&mut EncodingCache>,
    ) -> Result<(Vec<u32>, Vec<Range<usize>>)> {
        let whole = || vec![Part { range: 0..text.len(), token: None, exact: 0..text.len() }];
        let written = OnceCell::new();
        let parts = match &self.exact {
            Some(matcher) => matcher.split(text, |id, place| match standing(id, place) {
                Standing::Mixed if overlaps(written.get_or_init(|| self.written(text, standing)), place) => {
                    Standing::Text
                }
                standing => standing,
            }),
            None => whole(),
        };
        let most = text.len() / 4 + 8;
        let (mut ids, mut places) = (Vec::with_capacity(most), Vec::with_capacity(most));
        for part in parts {
            if let Some(id) = part.token {
                ids.push(id);
                places.push(part.range);
                continue;
            }
            let text = text.get(part.range.clone()).unwrap_or_default();
            let start = part.range.start;
            let at_start = start == 0;
            let mut append = |pieces: &[Piece]| {
                ids.extend(pieces.iter().map(|(id, _)| *id));
                places.extend(pieces.iter().map(|(_, place)| place.start + start..place.end + start));
            };
            let inside =
                |id: u32, place: &Range<usize>| standing(id, &(place.start + start..place.end + start));
            let Some(cache) = cache.as_deref_mut() else {
                append(&self.segment(Segment { text, at_start, controls, standing: &inside })?);
                continue;
            };
            if let Some(known) = cache.get(text, at_start, inside) {
                append(known);
                continue;
            }
            // What a part becomes depends on its text, and on what looks like a token in it.
            let found: RefCell<Vec<Found>> = RefCell::default();
            let noted = |id: u32, place: &Range<usize>| {
                let standing = inside(id, place);
                found.borrow_mut().push((id, place.clone(), standing));
                standing
            };
            let encoded = self.segment(Segment { text, at_start, controls, standing: &noted })?;
            append(&encoded);
            cache.insert(text, at_start, encoded, found.into_inner());
        }
        Ok((ids, places))
    }

    /// The places of control tokens that the template wrote and that are only found when the text is normalized.
    fn written(&self, text: &str, standing: Find<'_>) -> Vec<Range<usize>> {
        let Some(matcher) = &self.written else { return Vec::new() };
        let parts = matcher.split(text, standing).into_iter();
        let is_written = |id: u32, place: &Range<usize>| standing(id, place) == Standing::Written;
        parts
            .filter(|part| part.token.is_some_and(|id| is_written(id, &part.exact)))
            .map(|part| part.exact)
            .collect()
    }

    /// Encodes a part of a text between two added tokens.
    fn segment(&self, segment: Segment<'_>) -> Result<Vec<Piece>> {
        let pieces = self.pieces(segment, &[])?;
        let Some(matcher) = self.written.as_ref().filter(|_| !self.steady.is_empty()) else {
            return Ok(pieces);
        };
        // A text beside a token may change in normalizing what the token is found by. It must not where a user wrote it.
        let mut cuts = Vec::new();
        let mut rest = pieces.as_slice();
        for part in matcher.split(segment.text, segment.standing) {
            let Some(id) = part.token.filter(|id| self.steady.contains(*id)) else { continue };
            let is_written = |place: Range<usize>| (segment.standing)(id, &place) == Standing::Written;
            if !is_written(part.exact.clone()) {
                continue;
            }
            let first = rest.partition_point(|(_, place)| place.end <= part.exact.start);
            rest = rest.get(first..).unwrap_or_default();
            let is_it = |(found, place): &Piece| {
                *found == id && place.start <= part.exact.start && part.exact.end <= place.end
            };
            if rest.first().is_some_and(is_it) {
                continue;
            }
            let (start, end) = (part.exact.start, part.exact.end);
            let before = segment.text.get(..start).and_then(|text| text.chars().next_back());
            let behind = segment.text.get(end..).and_then(|text| text.chars().next());
            if before.is_some_and(|c| !is_written(start - c.len_utf8()..end)) {
                cuts.push(start);
            }
            if behind.is_some_and(|c| !is_written(start..end + c.len_utf8())) {
                cuts.push(end);
            }
        }
        if cuts.is_empty() { Ok(pieces) } else { self.pieces(segment, &cuts) }
    }

    /// The tokens of a segment that is cut at some places before anything is done to it.
    fn pieces(&self, segment: Segment<'_>, cuts: &[usize]) -> Result<Vec<Piece>> {
        guarded(|| self.pieces_by_library(segment, cuts))
    }

    fn pieces_by_library(&self, segment: Segment<'_>, cuts: &[usize]) -> Result<Vec<Piece>> {
        let before = segment.before();
        let text = segment.text;
        let whole = if before == 0 { text.to_owned() } else { format!("{BEFORE}{text}") };
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
                    if let Some(part) = all.slice(SliceRange::Normalized(from..to)) {
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
            Ok(self.split_normalized(part, &segment))
        }))?;
        if let Some(pre_tokenizer) = self.tokenizer.get_pre_tokenizer() {
            done(pre_tokenizer.pre_tokenize(&mut split))?;
        }
        let forged = Cell::new(None);
        done(split.tokenize(|part| self.tokens(part, &segment, &forged)))?;
        if let Some(id) = forged.get() {
            let token = self.tokenizer.id_to_token(id).unwrap_or_default();
            return Err(Error::new(
                ErrorKind::Tokenizer,
                format!("the tokenizer makes the control token {token:?} of ordinary text"),
            )
            .help("This tokenizer cannot tell the two apart: take the token out of the text"));
        }
        let encoded = split.into_encoding(None, 0, OffsetType::Byte).map_err(|error| failed(&*error))?;
        let places = encoded.get_offsets().iter();
        let places = places.map(|(start, end)| start.saturating_sub(before)..end.saturating_sub(before));
        Ok(encoded.get_ids().iter().copied().zip(places).collect())
    }

    /// The tokens that the model makes of a text. Where it would make a control token of what users wrote, the text is cut
    /// inside of that; a token that cannot be cut is left in `forged`.
    fn tokens(
        &self,
        part: &NormalizedString,
        segment: &Segment<'_>,
        forged: &Cell<Option<u32>>,
    ) -> tokenizers::Result<Vec<Token>> {
        let model = self.tokenizer.get_model();
        let text = part.get();
        let mut done = Vec::new();
        let mut left = vec![(0, text.len())];
        while let Some((from, to)) = left.pop() {
            let text = text.get(from..to).unwrap_or_default();
            let mut tokens = model.tokenize(text)?;
            self.count_left_out(text, &mut tokens)?;
            let mut cuts = Vec::new();
            for token in &tokens {
                let (start, end) = token.offsets;
                if !segment.controls.ids.contains(token.id) {
                    continue;
                }
                let written = text.get(start..end).unwrap_or_default();
                let place = trimmed(segment.text, &segment.place(part, from + start..from + end));
                let original = segment.text.get(place.clone()).unwrap_or_default();
                if segment.controls.is_unknown(token.id, original)
                    || (segment.standing)(token.id, &place) != Standing::Text
                {
                    continue;
                }
                match start + written.chars().next().map_or(0, char::len_utf8) {
                    cut if start < cut && cut < end => cuts.push(cut),
                    _ => forged.set(Some(token.id)),
                }
            }
            if cuts.is_empty() {
                for token in &mut tokens {
                    token.offsets.0 += from;
                    token.offsets.1 += from;
                }
                done.append(&mut tokens);
                continue;
            }
            let ends = cuts.iter().copied().chain([text.len()]);
            let starts = std::iter::once(0).chain(cuts.iter().copied());
            let parts: Vec<_> = starts.zip(ends).map(|(start, end)| (from + start, from + end)).collect();
            left.extend(parts.into_iter().rev());
        }
        Ok(done)
    }

    /// Moves tokens to where they stand: a model that leaves out what it does not know counts as if it were not there.
    fn count_left_out(&self, text: &str, tokens: &mut [Token]) -> tokenizers::Result<()> {
        let counted = tokens.last().map_or(text.len(), |last| last.offsets.1);
        if counted == text.len() {
            return Ok(());
        }
        // Where each byte stands that was not left out.
        let mut kept = Vec::with_capacity(counted);
        for (start, c) in text.char_indices() {
            let end = start + c.len_utf8();
            let known = self.tokenizer.get_model().tokenize(text.get(start..end).unwrap_or_default())?;
            if !known.is_empty() {
                kept.extend(start..end);
            }
        }
        if kept.len() != counted {
            return Err("the model leaves out text and does not say where".into());
        }
        for token in tokens {
            let (start, end) = token.offsets;
            let kept = kept.get(start..end).unwrap_or_default();
            if let (Some(first), Some(last)) = (kept.first(), kept.last()) {
                token.offsets = (*first, *last + 1);
            }
        }
        Ok(())
    }

    /// Cuts a normalized text into the added tokens that are looked for in it and what is between them.
    fn split_normalized(
        &self,
        text: NormalizedString,
        segment: &Segment<'_>,
    ) -> Vec<(NormalizedString, Option<Vec<Token>>)> {
        let Some(matcher) = &self.normalized else { return vec![(text, None)] };
        let parts = matcher
            .split(text.get(), |id, place| (segment.standing)(id, &segment.place(&text, place.clone())));
        let parts = parts.into_iter().filter_map(|part| {
            let slice = text.slice(SliceRange::Normalized(part.range))?;
            let token = part.token.map(|id| {
                let value = slice.get().to_owned();
                let length = value.len();
                vec![Token::new(id, value, (0, length))]
            });
            Some((slice, token))
        });
        parts.collect()
    }

    /// Where tokens stand as the reference has it, in characters: a post-processor may leave out the blanks around them.
    pub(super) fn reference_places(&self, encoding: &Encoding, text: &str) -> Result<Vec<Range<usize>>> {
        let characters = Characters::of(text);
        let tokens = encoding.ids.iter().zip(&encoding.offsets).map(|(id, place)| {
            let token = if self.added.contains(*id) {
                text.get(place.clone()).map(str::to_owned)
            } else {
                self.tokenizer.id_to_token(*id)
            };
            Token::new(
                *id,
                token.unwrap_or_default(),
                (characters.before(place.start), characters.before(place.end)),
            )
        });
        let encoding = tokenizers::Encoding::from_tokens(tokens.collect(), 0);
        let encoding = match self.tokenizer.get_post_processor() {
            Some(processor) => processor.process(encoding, None, false).map_err(|error| failed(&*error))?,
            None => encoding,
        };
        Ok(encoding.get_offsets().iter().map(|(start, end)| *start..*end).collect())
    }

    /// Encodes a text in which no added token counts.
    pub(super) fn encode_bare(&self, text: &str) -> Result<Vec<u32>> {
        let controls = Controls::default();
        let standing = |_: u32, _: &Range<usize>| Standing::Text;
        let segment = Segment { text, at_start: true, controls: &controls, standing: &standing };
        Ok(self.pieces(segment, &[])?.into_iter().map(|(id, _)| id).collect())
    }
}

/// Whether one of some places in order shares bytes with another place.
fn overlaps(places: &[Range<usize>], place: &Range<usize>) -> bool {
    let first = places.partition_point(|other| other.end <= place.start);
    places.get(first).is_some_and(|other| other.start < place.end)
}

/// The place of a token without the white space that it took in, unless it is nothing else.
pub(super) fn trimmed(text: &str, place: &Range<usize>) -> Range<usize> {
    let token = text.get(place.clone()).unwrap_or_default();
    if token.trim().is_empty() {
        return place.clone();
    }
    let start = place.start + token.len() - token.trim_start().len();
    start..start + token.trim().len()
}

/// What the tokenizers library makes, which panics where it has a fault and where a file is not a sound tokenizer's.
pub(super) fn guarded<T>(job: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_| Err(failed(&Panicked)))
}

/// A panic inside of the tokenizers library. What it says has been printed by the panic hook.
#[derive(Debug)]
struct Panicked;

impl std::error::Error for Panicked {}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the tokenizers library panicked")
    }
}

/// A failure inside of the tokenizers library.
pub(super) fn failed(error: &(dyn std::error::Error + 'static)) -> Error {
    Error::new(ErrorKind::Tokenizer, format!("the tokenizer failed: {error}"))
        .help("Check that tokenizer.json is the model's own")
}
