//! Bytes, which templates get from `str.encode` and `int.to_bytes`.

use super::{Object, Range, Value, compare, names, unknown};
use crate::ErrorKind;
use crate::builtins::percent;
use crate::number::BigInt;
use crate::raised::{Raised, Result};
use crate::runtime::Runtime;
use crate::trace::Origin;

/// `b'…'`, and where it came from.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a> {
    pub(crate) origin: Origin,
    pub(crate) data: &'a [u8],
}

impl<'a> Bytes<'a> {
    /// Bytes in the arena.
    pub(crate) fn value(rt: &Runtime<'a>, origin: Origin, data: &[u8]) -> Result<Value<'a>> {
        rt.reserve(data.len())?;
        rt.step_bytes(data.len())?;
        Self { origin, data: rt.bump.alloc_slice_copy(data) }.shared(rt)
    }

    /// Bytes that are in the arena already.
    fn shared(self, rt: &Runtime<'a>) -> Result<Value<'a>> {
        Ok(Value::Object(rt.alloc(Object::Bytes(self))?))
    }

    /// The number at an index.
    pub(crate) fn item(self, rt: &Runtime<'a>, at: usize) -> Option<Value<'a>> {
        self.data.get(at).map(|byte| Value::Int(rt.computed(self.origin), i64::from(*byte)))
    }

    /// Some of them; `places` are indices below the length.
    pub(crate) fn slice(self, rt: &Runtime<'a>, places: Range) -> Result<Value<'a>> {
        let place = |at: usize| usize::try_from(places.item(at)).unwrap_or_default();
        if places.step == 1 {
            let part = self.data.get(place(0)..place(0) + places.len()).unwrap_or_default();
            return Self { data: part, ..self }.shared(rt);
        }
        rt.reserve(places.len())?;
        let part: Vec<u8> = (0..places.len()).filter_map(|at| self.data.get(place(at)).copied()).collect();
        Self::value(rt, self.origin, &part)
    }

    /// `self + other`.
    pub(crate) fn add(self, rt: &Runtime<'a>, other: Self) -> Result<Value<'a>> {
        rt.reserve(self.data.len() + other.data.len())?;
        Self::value(rt, rt.joined(self.origin, other.origin), &[self.data, other.data].concat())
    }

    /// `self * count`.
    pub(crate) fn repeat(self, rt: &Runtime<'a>, count: usize) -> Result<Value<'a>> {
        let bytes = self.data.len().saturating_mul(count);
        rt.reserve(bytes)?;
        rt.step_bytes(bytes)?;
        let count = if bytes == 0 { 0 } else { count };
        Self::value(rt, self.origin, &self.data.repeat(count))
    }

    /// `item in self`.
    pub(crate) fn contains(self, rt: &Runtime<'a>, item: Value<'a>) -> Result<bool> {
        rt.step_bytes(self.data.len())?;
        if let Some(part) = item.as_bytes() {
            rt.step(self.data.len().saturating_mul(part.data.len()) / 64)?;
            return Ok(
                part.data.is_empty() || self.data.windows(part.data.len()).any(|window| window == part.data)
            );
        }
        match compare::Number::of(item) {
            Some(compare::Number::Float(_)) | None => {
                let name = names::type_name(item);
                Err(Raised::type_error(format!("a bytes-like object is required, not '{name}'")))
            }
            Some(number) => match byte(number) {
                Some(byte) => Ok(self.data.contains(&byte)),
                None => Err(Raised::value_error("byte must be in range(0, 256)")),
            },
        }
    }

    /// `self % values`, as far as there is nothing to fill in.
    pub(crate) fn format(self, rt: &Runtime<'a>, values: Value<'a>) -> Result<Value<'a>> {
        if self.data.contains(&b'%') {
            return Err(Raised::unsupported("formatting of bytes is not supported"));
        }
        let is_empty = values.as_tuple().is_some_and(<[_]>::is_empty);
        if is_empty || values.as_bytes().is_none() && percent::is_mapping(values) {
            return self.shared(rt);
        }
        Err(Raised::type_error("not all arguments converted during bytes formatting"))
    }

    /// Writes it as Python does.
    pub(crate) fn write_repr(self, out: &mut String) {
        use std::fmt::Write as _;
        let quote = if self.data.contains(&b'\'') && !self.data.contains(&b'"') { '"' } else { '\'' };
        out.push('b');
        out.push(quote);
        for byte in self.data {
            match byte {
                b'\\' => out.push_str("\\\\"),
                b'\t' => out.push_str("\\t"),
                b'\n' => out.push_str("\\n"),
                b'\r' => out.push_str("\\r"),
                b' '..=b'~' => {
                    if char::from(*byte) == quote {
                        out.push('\\');
                    }
                    out.push(char::from(*byte));
                }
                // Writing to a string does not fail.
                _ => {
                    let _ = write!(out, "\\x{byte:02x}");
                }
            }
        }
        out.push(quote);
    }

    /// The same as a text that Python reads numbers from.
    pub(crate) fn text(self) -> String {
        self.data.iter().map(|byte| char::from(*byte)).collect()
    }
}

/// A number as a byte.
fn byte(number: compare::Number<'_>) -> Option<u8> {
    match number {
        compare::Number::Int(value) => u8::try_from(value).ok(),
        _ => None,
    }
}

/// What `bytes(items)` makes of an item.
pub(crate) fn byte_of(item: Value<'_>) -> Result<u8> {
    match compare::Number::of(item) {
        Some(compare::Number::Float(_)) | None => {
            unknown::check(item)?;
            let name = names::type_name(item);
            Err(Raised::type_error(format!("'{name}' object cannot be interpreted as an integer")))
        }
        Some(number) => byte(number).ok_or_else(|| Raised::value_error("bytes must be in range(0, 256)")),
    }
}

/// The bytes of an integer from the first that counts least, so many; none if it takes more.
pub(crate) fn of_integer(value: &BigInt, length: usize, signed: bool) -> Option<Vec<u8>> {
    let one = BigInt::from_i64(1);
    let size = if value.is_negative() { value.clone().neg().sub(&one) } else { value.clone() };
    let bits = size.bit_length() + usize::from(signed);
    if bits > length.saturating_mul(8) {
        return None;
    }
    let digits = size.to_radix_string(16);
    let digits: Vec<u8> = digits.chars().rev().filter_map(|c| u8::try_from(c.to_digit(16)?).ok()).collect();
    let digit = |at: usize| digits.get(at).copied().unwrap_or(0);
    let flip = if value.is_negative() { 0xff } else { 0 };
    Some((0..length).map(|at| (digit(2 * at) | digit(2 * at + 1) << 4) ^ flip).collect())
}

/// The integer of bytes, of which the first counts most.
pub(crate) fn to_integer(data: &[u8], signed: bool) -> BigInt {
    let mut hex = String::with_capacity(2 * data.len());
    for digit in data.iter().flat_map(|byte| [byte >> 4, byte & 0xf]) {
        hex.extend(char::from_digit(u32::from(digit), 16));
    }
    let value = BigInt::from_radix(&hex, 16).unwrap_or_default();
    if signed && data.first().is_some_and(|byte| byte & 0x80 != 0) {
        let all = BigInt::from_i64(2).pow(u32::try_from(data.len() * 8).unwrap_or(u32::MAX));
        return value.sub(&all);
    }
    value
}

/// Encodings that are known here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Ascii,
    Latin1,
}

const ASCII: &str = " 646 ansi_x3.4_1968 ansi_x3.4_1986 ansi_x3_4_1968 ascii cp367 csascii ibm367 iso646_us \
    iso_646.irv_1991 iso_ir_6 us us_ascii ";
const LATIN_1: &str = " 8859 cp819 csisolatin1 ibm819 iso8859 iso8859_1 iso_8859_1 iso_8859_1_1987 iso_ir_100 l1 \
    latin latin1 latin_1 ";
const UTF_8: &str = " cp65001 u8 utf utf8 utf8_ucs2 utf8_ucs4 utf_8 ";
/// Encodings of Python's that are not for text.
const NO_TEXT: &str = " base64 base64_codec base_64 bz2 bz2_codec hex hex_codec quopri quopri_codec \
    quoted_printable quotedprintable rot13 rot_13 uu uu_codec zip zlib zlib_codec ";

impl Encoding {
    /// The encoding of a name, in any spelling that Python takes.
    pub(crate) fn find(name: &str) -> Result<Self> {
        if name.contains('\0') {
            return Err(Raised::value_error("embedded null character"));
        }
        let mut plain = String::from(" ");
        for c in name.chars() {
            if c.is_ascii_alphanumeric() || c == '.' {
                plain.push(c.to_ascii_lowercase());
            } else if !plain.ends_with([' ', '_']) {
                plain.push('_');
            }
        }
        let mut plain = plain.trim_end_matches('_').to_owned();
        plain.push(' ');
        let lookup = |message: String| Err(Raised::new(ErrorKind::Lookup, message));
        if plain.trim().is_empty() {
            return lookup(format!("unknown encoding: {name}"));
        }
        if UTF_8.contains(&plain) {
            Ok(Self::Utf8)
        } else if ASCII.contains(&plain) {
            Ok(Self::Ascii)
        } else if LATIN_1.contains(&plain) {
            Ok(Self::Latin1)
        } else if NO_TEXT.contains(&plain) {
            lookup(format!("'{name}' is not a text encoding; use codecs.encode() to handle arbitrary codecs"))
        } else if OTHERS.contains(&plain) {
            Err(Raised::unsupported(format!("the encoding `{name}` is not supported")))
        } else {
            lookup(format!("unknown encoding: {name}"))
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Ascii => "ascii",
            Self::Latin1 => "latin-1",
        }
    }

    /// The first code that it does not have.
    fn limit(self) -> u32 {
        match self {
            Self::Utf8 => 0x0011_0000,
            Self::Ascii => 128,
            Self::Latin1 => 256,
        }
    }

    /// `text.encode(self, errors)`.
    pub(crate) fn encode(self, text: &str, errors: &str) -> Result<Vec<u8>> {
        if self == Self::Utf8 || text.is_ascii() {
            return Ok(text.as_bytes().to_vec());
        }
        let mut out = Vec::with_capacity(text.len());
        for (at, c) in text.chars().enumerate() {
            let code = u32::from(c);
            if code < self.limit() {
                out.extend(u8::try_from(code));
                continue;
            }
            match errors {
                "ignore" => {}
                "replace" => out.push(b'?'),
                "backslashreplace" => out.extend(escape(code).bytes()),
                "xmlcharrefreplace" => out.extend(format!("&#{code};").bytes()),
                "strict" | "surrogateescape" | "surrogatepass" => return Err(self.unencodable(text, at)),
                _ => return Err(no_handler(errors)),
            }
        }
        Ok(out)
    }

    /// The error for the characters from an index on that the encoding does not have.
    fn unencodable(self, text: &str, at: usize) -> Raised {
        let limit = self.limit();
        let wrong: Vec<u32> =
            text.chars().skip(at).map(u32::from).take_while(|code| *code >= limit).collect();
        let what = match wrong.as_slice() {
            [one] => format!("character '{}' in position {at}", escape(*one)),
            more => format!("characters in position {at}-{}", at + more.len() - 1),
        };
        let name = self.name();
        let message = format!("'{name}' codec can't encode {what}: ordinal not in range({limit})");
        Raised::new(ErrorKind::UnicodeEncode, message)
    }

    /// `data.decode(self, errors)`.
    pub(crate) fn decode(self, data: &[u8], errors: &str) -> Result<String> {
        if self == Self::Latin1 {
            return Ok(data.iter().map(|byte| char::from(*byte)).collect());
        }
        let mut out = String::with_capacity(data.len());
        let mut at = 0;
        while let Some(rest) = data.get(at..).filter(|rest| !rest.is_empty()) {
            let (good, wrong, why) = self.good(rest);
            out.push_str(std::str::from_utf8(rest.get(..good).unwrap_or_default()).unwrap_or_default());
            at += good;
            let Some(wrong) = data.get(at..at + wrong).filter(|wrong| !wrong.is_empty()) else { continue };
            match errors {
                "ignore" => {}
                "replace" => out.push('\u{fffd}'),
                "backslashreplace" => out.extend(wrong.iter().map(|byte| escape(u32::from(*byte)))),
                "strict" => return Err(self.undecodable(wrong, at, why)),
                "surrogatepass" if self == Self::Ascii => return Err(self.undecodable(wrong, at, why)),
                "xmlcharrefreplace" | "namereplace" => {
                    return Err(Raised::type_error(
                        "don't know how to handle UnicodeDecodeError in error callback",
                    ));
                }
                _ => return Err(no_handler(errors)),
            }
            at += wrong.len();
        }
        Ok(out)
    }

    /// How many bytes are text, how many after them are wrong, and why.
    fn good(self, data: &[u8]) -> (usize, usize, &'static str) {
        if self == Self::Ascii {
            let good = data.iter().position(|byte| !byte.is_ascii());
            return (good.unwrap_or(data.len()), usize::from(good.is_some()), "ordinal not in range(128)");
        }
        match std::str::from_utf8(data) {
            Ok(text) => (text.len(), 0, ""),
            Err(error) => {
                let good = error.valid_up_to();
                match error.error_len() {
                    None => (good, data.len() - good, "unexpected end of data"),
                    Some(length) => {
                        let starts = matches!(data.get(good), Some(0xc2..=0xf4));
                        let why = if starts { "invalid continuation byte" } else { "invalid start byte" };
                        (good, length, why)
                    }
                }
            }
        }
    }

    fn undecodable(self, wrong: &[u8], at: usize, why: &str) -> Raised {
        let what = match wrong {
            [one] => format!("byte 0x{one:02x} in position {at}"),
            more => format!("bytes in position {at}-{}", at + more.len() - 1),
        };
        let message = format!("'{}' codec can't decode {what}: {why}", self.name());
        Raised::new(ErrorKind::UnicodeDecode, message)
    }
}

fn escape(code: u32) -> String {
    match code {
        0..=0xff => format!("\\x{code:02x}"),
        0x100..=0xffff => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}

fn no_handler(errors: &str) -> Raised {
    if matches!(errors, "namereplace" | "surrogateescape" | "surrogatepass") {
        return Raised::unsupported(format!("the error handler `{errors}` is not supported"));
    }
    Raised::new(ErrorKind::Lookup, format!("unknown error handler name '{errors}'"))
}

/// Encodings of Python's that this engine does not have.
const OTHERS: &str = " \
    037 1026 1125 1140 1250 1251 1252 1253 1254 1255 1256 1257 1258 273 424 437 500 775 850 852 855 857 858 860 \
    861 862 863 864 865 866 869 932 936 949 950 arabic asmo_708 big5 big5_hkscs big5_tw big5hkscs charmap \
    chinese cp037 cp1006 cp1026 cp1051 cp1125 cp1140 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 \
    cp1258 cp1361 cp154 cp273 cp424 cp437 cp500 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860 \
    cp861 cp862 cp863 cp864 cp865 cp866 cp866u cp869 cp874 cp875 cp932 cp936 cp949 cp950 cp_gr cp_is csbig5 \
    csibm037 csibm1026 csibm273 csibm424 csibm500 csibm855 csibm857 csibm858 csibm860 csibm861 csibm863 csibm864 \
    csibm865 csibm866 csibm869 csiso2022jp csiso2022kr csiso58gb231280 csisolatin2 csisolatin3 csisolatin4 \
    csisolatin5 csisolatin6 csisolatinarabic csisolatincyrillic csisolatingreek csisolatinhebrew cskoi8r \
    cspc775baltic cspc850multilingual cspc862latinhebrew cspc8codepage437 cspcp852 csptcp154 csshiftjis cyrillic \
    cyrillic_asian ebcdic_cp_be ebcdic_cp_ca ebcdic_cp_ch ebcdic_cp_he ebcdic_cp_nl ebcdic_cp_us ebcdic_cp_wt \
    ecma_114 ecma_118 elot_928 euc_cn euc_jis2004 euc_jis_2004 euc_jisx0213 euc_jp euc_kr euccn eucgb2312_cn \
    eucjis2004 eucjisx0213 eucjp euckr gb18030 gb18030_2000 gb2312 gb2312_1980 gb2312_80 gbk greek greek8 hebrew \
    hkscs hp_roman8 hz hz_gb hz_gb_2312 hzgb ibm037 ibm039 ibm1026 ibm1051 ibm1125 ibm1140 ibm273 ibm424 ibm437 \
    ibm500 ibm775 ibm850 ibm852 ibm855 ibm857 ibm858 ibm860 ibm861 ibm862 ibm863 ibm864 ibm865 ibm866 ibm869 \
    idna iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr iso2022jp \
    iso2022jp_1 iso2022jp_2 iso2022jp_2004 iso2022jp_3 iso2022jp_ext iso2022kr iso8859_10 iso8859_11 iso8859_13 \
    iso8859_14 iso8859_15 iso8859_16 iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 \
    iso8859_9 iso_2022_jp iso_2022_jp_1 iso_2022_jp_2 iso_2022_jp_2004 iso_2022_jp_3 iso_2022_jp_ext iso_2022_kr \
    iso_8859_10 iso_8859_10_1992 iso_8859_11 iso_8859_11_2001 iso_8859_13 iso_8859_14 iso_8859_14_1998 \
    iso_8859_15 iso_8859_16 iso_8859_16_2001 iso_8859_2 iso_8859_2_1987 iso_8859_3 iso_8859_3_1988 iso_8859_4 \
    iso_8859_4_1988 iso_8859_5 iso_8859_5_1988 iso_8859_6 iso_8859_6_1987 iso_8859_7 iso_8859_7_1987 iso_8859_8 \
    iso_8859_8_1988 iso_8859_9 iso_8859_9_1989 iso_celtic iso_ir_101 iso_ir_109 iso_ir_110 iso_ir_126 iso_ir_127 \
    iso_ir_138 iso_ir_144 iso_ir_148 iso_ir_157 iso_ir_166 iso_ir_199 iso_ir_226 iso_ir_58 jisx0213 johab koi8_r \
    koi8_t koi8_u korean ks_c_5601 ks_c_5601_1987 ks_x_1001 ksc5601 ksx1001 kz1048 kz_1048 l10 l2 l3 l4 l5 l6 l7 \
    l8 l9 latin10 latin2 latin3 latin4 latin5 latin6 latin7 latin8 latin9 mac_arabic mac_centeuro mac_croatian \
    mac_cyrillic mac_farsi mac_greek mac_iceland mac_latin2 mac_roman mac_romanian mac_turkish maccentraleurope \
    maccyrillic macgreek maciceland macintosh maclatin2 macroman macturkish ms1361 ms932 ms936 ms949 ms950 \
    ms_kanji mskanji palmos pt154 ptcp154 punycode r8 raw_unicode_escape rk1048 roman8 ruscii s_jis s_jis_2004 \
    s_jisx0213 shift_jis shift_jis_2004 shift_jisx0213 shiftjis shiftjis2004 shiftjisx0213 sjis sjis_2004 \
    sjisx0213 strk1048_2002 thai tis620 tis_620 tis_620_0 tis_620_2529_0 tis_620_2529_1 u16 u32 u7 u_jis uhc \
    ujis undefined unicode_1_1_utf_7 unicode_escape unicodebigunmarked unicodelittleunmarked utf16 utf32 utf7 \
    utf_16 utf_16_be utf_16_le utf_16be utf_16le utf_32 utf_32_be utf_32_le utf_32be utf_32le utf_7 utf_8_sig \
    windows_1250 windows_1251 windows_1252 windows_1253 windows_1254 windows_1255 windows_1256 windows_1257 \
    windows_1258 x_mac_japanese x_mac_korean x_mac_simp_chinese x_mac_trad_chinese \
    ";
