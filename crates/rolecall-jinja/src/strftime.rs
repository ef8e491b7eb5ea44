//! `strftime` with glibc's directives in the C locale.

use crate::DateTime;
use crate::clock::{days_before_year, is_leap};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl DateTime {
    /// Formats the moment as Python's `datetime.strftime` does on Linux, in the C locale.
    ///
    /// All of glibc's directives, flags (`_`, `-`, `0`, `^`, `#`), widths and modifiers (`E`, `O`) work; `%f` has
    /// six digits, `%z` and `%Z` are empty; what is no directive is printed as written. A format ends at its
    /// first NUL. Years below 1000 are not padded.
    ///
    /// Python gives up with an **empty string** when the result is much longer than the format: then it does
    /// not fit the largest buffer that is tried, the first of 1024, 2048, 4096, … characters that is at least
    /// 256 times as long as the format. So does this function, which thereby never makes a text much longer
    /// than its format.
    ///
    /// ```
    /// let moment: rolecall_jinja::DateTime = "2026-07-04T12:34:56".parse()?;
    /// assert_eq!(moment.strftime("%A, %-d %^b %Y, week %V"), "Saturday, 4 JUL 2026, week 27");
    /// assert_eq!(moment.strftime("%q 100%"), "%q 100%");
    /// # Ok::<(), String>(())
    /// ```
    pub fn strftime(&self, format: &str) -> String {
        let format = self.python_directives(format);
        let mut largest = 1024;
        while largest < format.chars().count().saturating_mul(256) {
            largest *= 2;
        }
        let mut out = Out { text: String::new(), room: largest - 1 };
        match self.glibc(&format, &mut out) {
            Some(()) => out.text,
            None => String::new(),
        }
    }

    /// What Python fills in before it asks the C library: `%f`, `%z` and `%Z`, without flags or width.
    fn python_directives(&self, format: &str) -> String {
        let mut out = String::with_capacity(format.len());
        let mut rest = format.chars().take_while(|c| *c != '\0');
        while let Some(c) = rest.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            match rest.next() {
                Some('f') => out.extend(format!("{:06}", self.microsecond).chars()),
                Some('z' | 'Z') => {}
                other => out.extend(std::iter::once('%').chain(other)),
            }
        }
        out
    }

    fn glibc(&self, format: &str, out: &mut Out) -> Option<()> {
        let mut rest = format;
        while let Some(start) = rest.find('%') {
            out.plain(rest.get(..start)?)?;
            let directive = rest.get(start..)?;
            let spec = Spec::read(directive);
            rest = directive.get(spec.length..)?;
            match self.directive(&spec, out) {
                Written::All => {}
                Written::Unknown => spec.verbatim(directive, out)?,
                Written::NoRoom => return None,
            }
        }
        out.plain(rest)
    }

    /// Writes what a directive stands for.
    fn directive(&self, spec: &Spec, out: &mut Out) -> Written {
        let Some(letter) = spec.letter.filter(|letter| spec.modifier_fits(*letter)) else {
            return Written::Unknown;
        };
        let hour = i64::from(self.hour);
        let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
        let (iso_year, iso_week) = self.iso_week();
        let year = i64::from(self.year);
        let weekday = self.weekday();
        let day_of_year = self.day_of_year();
        let nth = |names: &[&'static str], n: i64| {
            usize::try_from(n).ok().and_then(|n| names.get(n).copied()).unwrap_or_default()
        };
        let day_name = nth(&DAYS, weekday);
        let month_name = nth(&MONTHS, i64::from(self.month) - 1);
        let short = |name: &'static str| name.get(..3).unwrap_or(name);
        let noon = if self.hour < 12 { "AM" } else { "PM" };
        let done = match letter {
            'a' => spec.name(short(day_name), out),
            'A' => spec.name(day_name, out),
            'b' | 'h' => spec.name(short(month_name), out),
            'B' => spec.name(month_name, out),
            'c' => self.composite("%a %b %e %H:%M:%S %Y", spec, out),
            'C' => spec.number(1, year / 100, out),
            'd' => spec.number(2, self.day.into(), out),
            'D' | 'x' => self.composite("%m/%d/%y", spec, out),
            'e' => spec.blank_padded().number(2, self.day.into(), out),
            'F' => self.composite("%Y-%m-%d", spec, out),
            'g' => spec.number(2, iso_year % 100, out),
            'G' => spec.number(1, iso_year, out),
            'H' => spec.number(2, hour, out),
            'I' => spec.number(2, hour12, out),
            'j' => spec.number(3, day_of_year + 1, out),
            'k' => spec.blank_padded().number(2, hour, out),
            'l' => spec.blank_padded().number(2, hour12, out),
            'm' => spec.number(2, self.month.into(), out),
            'M' => spec.number(2, self.minute.into(), out),
            'n' => spec.text("\n", out),
            'p' if !spec.other_case => spec.text(&spec.cased(noon), out),
            'p' | 'P' => spec.text(&noon.to_lowercase(), out),
            'r' => self.composite("%I:%M:%S %p", spec, out),
            'R' => self.composite("%H:%M", spec, out),
            's' => spec.text(&self.timestamp().to_string(), out),
            'S' => spec.number(2, self.second.into(), out),
            't' => spec.text("\t", out),
            'T' | 'X' => self.composite("%H:%M:%S", spec, out),
            'u' => spec.number(1, (weekday + 6) % 7 + 1, out),
            'U' => spec.number(2, (day_of_year - weekday + 7) / 7, out),
            'V' => spec.number(2, iso_week, out),
            'w' => spec.number(1, weekday, out),
            'W' => spec.number(2, (day_of_year - (weekday + 6) % 7 + 7) / 7, out),
            'y' => spec.number(2, year % 100, out),
            'Y' => spec.number(1, year, out),
            // A moment without a zone has neither a name for it nor an offset, whose padding is left out too.
            'Z' => spec.text("", out),
            'z' => Some(()),
            '%' => spec.text("%", out),
            _ => return Written::Unknown,
        };
        if done.is_some() { Written::All } else { Written::NoRoom }
    }

    /// A directive that stands for several others. Of the flags only `^` reaches those.
    fn composite(&self, format: &str, spec: &Spec, out: &mut Out) -> Option<()> {
        let mut inner = Out { text: String::new(), room: usize::MAX };
        self.glibc(format, &mut inner)?;
        spec.text(&spec.cased(&inner.text), out)
    }

    /// Days since 1 January, from 0.
    fn day_of_year(&self) -> i64 {
        const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        let before = BEFORE.get(usize::from(self.month) - 1).copied().unwrap_or_default();
        before + i64::from(self.month > 2 && is_leap(self.year)) + i64::from(self.day) - 1
    }

    /// Days since 1 January of year 1, which was a Monday.
    fn day_number(&self) -> i64 {
        days_before_year(self.year) + self.day_of_year()
    }

    /// The day of the week; Sunday is 0.
    fn weekday(&self) -> i64 {
        (self.day_number() + 1) % 7
    }

    /// The ISO 8601 year and week: weeks begin on Monday, and the first has the year's first Thursday.
    fn iso_week(&self) -> (i64, i64) {
        let thursday = self.day_number() - (self.weekday() + 6) % 7 + 3;
        let year = match thursday - days_before_year(self.year) {
            ..0 => self.year - 1,
            day if day >= if is_leap(self.year) { 366 } else { 365 } => self.year + 1,
            _ => self.year,
        };
        (year.into(), (thursday - days_before_year(year)) / 7 + 1)
    }

    /// Seconds since 1 January 1970, 0:00 in Greenwich.
    fn timestamp(&self) -> i64 {
        let days = self.day_number() - days_before_year(1970);
        let seconds = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        days * 86_400 + seconds - i64::from(self.utc_offset)
    }
}

/// What became of a directive.
enum Written {
    All,
    Unknown,
    NoRoom,
}

/// The text so far, and how many characters more it may have.
struct Out {
    text: String,
    room: usize,
}

impl Out {
    /// `None` when the text does not fit.
    fn plain(&mut self, text: &str) -> Option<()> {
        self.room = self.room.checked_sub(text.chars().count())?;
        self.text.push_str(text);
        Some(())
    }

    fn repeat(&mut self, c: char, count: usize) -> Option<()> {
        self.room = self.room.checked_sub(count)?;
        self.text.extend(std::iter::repeat_n(c, count));
        Some(())
    }
}

/// A directive as it is written: `%`, flags, width, modifier, letter.
#[derive(Default, Clone, Copy)]
struct Spec {
    pad: Option<char>,
    upper: bool,
    /// The flag `#`.
    other_case: bool,
    width: usize,
    modifier: Option<char>,
    letter: Option<char>,
    length: usize,
}

impl Spec {
    /// The directive at the start of `text`.
    fn read(text: &str) -> Self {
        let mut spec = Self { length: 1, ..Self::default() };
        let mut rest = text.chars().skip(1).peekable();
        while let Some(flag) = rest.next_if(|c| "_-0^#".contains(*c)) {
            spec.length += 1;
            match flag {
                '^' => spec.upper = true,
                '#' => spec.other_case = true,
                pad => spec.pad = Some(pad),
            }
        }
        while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
            spec.length += 1;
            spec.width = spec.width.saturating_mul(10).saturating_add(digit as usize);
            rest.next();
        }
        spec.modifier = rest.next_if(|c| matches!(c, 'E' | 'O'));
        spec.letter = rest.next();
        spec.length += usize::from(spec.modifier.is_some()) + spec.letter.map_or(0, char::len_utf8);
        spec
    }

    fn modifier_fits(&self, letter: char) -> bool {
        match self.modifier {
            None => true,
            Some('E') => "cCnpPrRstTuxXyYzZ".contains(letter),
            Some(_) => "bBCdegGhHIjklmMnpPrRsStTuUVwWyzZ".contains(letter),
        }
    }

    /// Something that is no directive, as it was written, but for padding and case.
    fn verbatim(&self, directive: &str, out: &mut Out) -> Option<()> {
        // The C library looks back for the nearest percent sign, which may be the last character read.
        let written = directive.get(..self.length)?;
        let written = if self.letter == Some('%') { "%" } else { written };
        // `%#Eb` is found to be none only after the flag `#` was followed.
        let upper = self.upper || (self.other_case && matches!(self.letter, Some('b' | 'h')));
        self.text(&Self { upper, ..*self }.cased(written), out)
    }

    fn cased<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        if !self.upper {
            return text.into();
        }
        // One character becomes one, as in the C library.
        let upper = |c: char| {
            let mut upper = c.to_uppercase();
            if upper.len() == 1 { upper.next().unwrap_or(c) } else { c }
        };
        text.chars().map(upper).collect::<String>().into()
    }

    /// The name of a day or month: the flags `^` and `#` both make it upper case.
    fn name(&self, name: &str, out: &mut Out) -> Option<()> {
        let upper = Self { upper: self.upper || self.other_case, ..*self };
        self.text(&upper.cased(name), out)
    }

    /// A text, padded on the left to the width.
    fn text(&self, text: &str, out: &mut Out) -> Option<()> {
        let padding = self.width.saturating_sub(text.chars().count());
        out.repeat(if self.pad == Some('0') { '0' } else { ' ' }, padding)?;
        out.plain(text)
    }

    /// A number that is not negative, of at least `digits` digits or the width.
    fn number(&self, digits: usize, value: i64, out: &mut Out) -> Option<()> {
        let text = value.to_string();
        let missing =
            if self.pad == Some('-') { 0 } else { digits.max(self.width).saturating_sub(text.len()) };
        out.repeat(if self.pad == Some('_') { ' ' } else { '0' }, missing)?;
        let width = self.width.saturating_sub(missing);
        Self { width, ..*self }.text(&text, out)
    }

    /// The same directive, padded with blanks unless it says otherwise.
    fn blank_padded(&self) -> Self {
        Self { pad: self.pad.filter(|pad| matches!(pad, '0' | '-')).or(Some('_')), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(moment: &str, format: &str) -> String {
        moment.parse::<DateTime>().unwrap().strftime(format)
    }

    #[test]
    fn every_directive_is_glibc_s() {
        for (format, early, late) in [
            ("%a %A", "Tue Tuesday", "Sat Saturday"),
            ("%b %B %h", "Jan January Jan", "Jul July Jul"),
            ("%c", "Tue Jan  2 00:05:09 7", "Sat Jul  4 21:34:56 2026"),
            ("%C %d %D", "0 02 01/02/07", "20 04 07/04/26"),
            ("%e %f %F", " 2 000000 7-01-02", " 4 000789 2026-07-04"),
            ("%g %G", "07 7", "26 2026"),
            ("%H %I %j", "00 12 002", "21 09 185"),
            ("%k %l %m %M", " 0 12 01 05", "21  9 07 34"),
            ("%n%t%%", "\n\t%", "\n\t%"),
            ("%p %P %r %R", "AM am 12:05:09 AM 00:05", "PM pm 09:34:56 PM 21:34"),
            ("%s %S %T", "-61946207691 09 00:05:09", "1783200896 56 21:34:56"),
            ("%u %U %V %w %W", "2 00 01 2 01", "6 26 27 6 26"),
            ("%x %X %y %Y", "01/02/07 00:05:09 07 7", "07/04/26 21:34:56 26 2026"),
            ("[%z%Z]", "[]", "[]"),
        ] {
            assert_eq!(shown("0007-01-02T00:05:09", format), early, "{format}");
            assert_eq!(shown("2026-07-04T21:34:56.000789", format), late, "{format}");
        }
    }

    #[test]
    fn flags_widths_and_modifiers_are_glibc_s() {
        for (format, expected) in [
            ("%-d|%_d|%0e|%-5d|%5d|%_5d|%-05d|%05k", "4| 4|04|    4|00004|    4|00004|00009"),
            ("%^B|%#B|%#p|%^P|%^#p|%^c", "JULY|JULY|am|am|am|SAT JUL  4 09:05:06 2026"),
            ("%10B|%010B|%-10B|%10Y|%3n", "      July|000000July|      July|0000002026|  \n"),
            ("%12s|%012s|%_12s", "  1783155906|001783155906|  1783155906"),
            ("%9T|%09T|%30c", " 09:05:06|009:05:06|      Sat Jul  4 09:05:06 2026"),
            ("%Ey|%Oy|%EY|%OY|%Ex|%Ox|%OB|%EB", "26|26|2026|%OY|07/04/26|%Ox|July|%EB"),
            ("%5Z|%05Z|%5z|%5%|%E%|%10f", "     |00000||    %|%|      %10f"),
        ] {
            assert_eq!(shown("2026-07-04T09:05:06", format), expected, "{format}");
        }
    }

    #[test]
    fn what_is_no_directive_is_printed_as_written() {
        for (format, expected) in [
            ("100%", "100%"),
            ("%", "%"),
            ("%q %N %+ %:z %é", "%q %N %+ %:z %é"),
            ("%5q %^q %#Eb", "  %5q %^Q %#EB"),
            ("%-%Y", "%Y"),
            ("%5", "   %5"),
            ("a\0%Y", "a"),
            ("%\0", "%"),
            ("", ""),
        ] {
            assert_eq!(shown("2026-07-04T09:05:06", format), expected, "{format:?}");
        }
    }

    #[test]
    fn weeks_at_the_turn_of_a_year() {
        for (day, expected) in [
            ("2024-12-30", "2025-W01-1 25 52 53"),
            ("2021-01-03", "2020-W53-7 20 01 00"),
            ("2016-01-01", "2015-W53-5 15 00 00"),
            ("2024-12-31", "2025-W01-2 25 52 53"),
            ("9999-12-31", "9999-W52-5 99 52 52"),
            ("0001-01-01", "1-W01-1 01 00 01"),
        ] {
            assert_eq!(shown(&format!("{day}T00:00:00"), "%G-W%V-%u %g %U %W"), expected, "{day}");
        }
    }

    #[test]
    fn a_result_that_python_finds_too_long_is_empty() {
        assert_eq!(shown("2026-07-04T09:05:06", "%2047Y").len(), 2047);
        for format in ["%2048Y", "%99999999999999999999999Y", "%2047Y%2048Y%d"] {
            assert_eq!(shown("2026-07-04T09:05:06", format), "", "{format}");
        }
    }

    #[test]
    fn the_zone_shows_in_the_timestamp_alone() {
        let moment: DateTime = "1970-01-01T01:00:00".parse().unwrap();
        assert_eq!(moment.with_utc_offset(3600).strftime("%s %H %z%Z"), "0 01 ");
        assert_eq!(moment.with_utc_offset(-3600).strftime("%s"), "7200");
    }
}
