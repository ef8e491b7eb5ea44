//! Numbers and tables for the report.

/// A table in Markdown.
pub fn markdown(head: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let rule = format!("|{}", "---|".repeat(head.len()));
    [line(head), rule].into_iter().chain(rows.iter().map(|row| line(row))).collect::<Vec<_>>().join("\n")
}

/// A ratio, with as many digits as mean something.
pub fn ratio(ratio: f64) -> String {
    match ratio {
        r if r < 9.995 => format!("{r:.2}"),
        r if r < 99.95 => format!("{r:.1}"),
        r => format!("{r:.0}"),
    }
}

/// A rate, with two digits that mean something.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate of this world")]
pub fn rounded(rate: f64) -> String {
    let unit = 10f64.powf(rate.log10().floor() - 1.0).max(1.0);
    thousands(((rate / unit).round() * unit) as usize)
}

/// A number with commas.
pub fn thousands(number: usize) -> String {
    if number < 1000 {
        return number.to_string();
    }
    format!("{},{:03}", thousands(number / 1000), number % 1000)
}
