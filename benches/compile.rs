//! Compiling templates: rolecall beside minijinja.

#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::time::Duration;

use rolecall_benches::conversations::corpus;
use rolecall_benches::timing::{Entry, geometric_mean, in_turns, readable};
use rolecall_benches::{BUILTIN, META_STYLE, long_template, peers};
use rolecall_jinja::Template;

/// The size of the longest real templates.
const LONG: usize = 45_000;

fn main() {
    let corpus = corpus();
    let mut templates: Vec<(String, String)> = match &corpus {
        Some(corpus) => {
            corpus.templates.iter().map(|real| (real.name.clone(), real.source.clone())).collect()
        }
        None => BUILTIN.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect(),
    };
    templates.push(("meta-style".to_owned(), META_STYLE.to_owned()));
    let mut measured: Vec<Measured> = Vec::new();
    let mut left_out = Vec::new();
    for (name, source) in templates {
        match measure(&name, &source) {
            Some(result) => measured.push(result),
            None => left_out.push(name),
        }
    }
    measured.sort_by(|a, b| b.ratio().total_cmp(&a.ratio()));
    println!("rolecall's time as a multiple of minijinja's, the worst first:");
    for result in &measured {
        result.print();
    }
    if !left_out.is_empty() {
        println!(
            "left out, one of the two does not compile it: {} ({})",
            left_out.len(),
            left_out.join(", ")
        );
    }
    println!(
        "geometric mean: {:.2}; bar: at most 2 in each",
        geometric_mean(measured.iter().map(Measured::ratio))
    );
    println!("above 2: {}", measured.iter().filter(|result| result.ratio() > 2.0).count());
    if let Some(long) = measure("long", &long_template(LONG)) {
        println!(
            "a template of {LONG} bytes: {:.2} (bar: at most 2), and {:.2} of 2 ms (bar: all of it)",
            long.ratio(),
            long.rolecall / 2e-3
        );
    }
}

struct Measured {
    name: String,
    bytes: usize,
    rolecall: f64,
    minijinja: f64,
}

impl Measured {
    fn ratio(&self) -> f64 {
        self.rolecall / self.minijinja
    }

    fn print(&self) {
        println!(
            "  {:>6.2}  {:>6} bytes in {:>10}  {}",
            self.ratio(),
            self.bytes,
            readable(self.rolecall),
            self.name
        );
    }
}

/// `None` where one of the two does not compile it.
fn measure(name: &str, source: &str) -> Option<Measured> {
    let environment = peers::minijinja();
    let own = peers::without_generation_tags(source);
    Template::new(source).ok()?;
    environment.template_from_str(&own).ok()?;
    let mut entries = [
        Entry::new("rolecall", || usize::from(Template::new(source).is_ok())),
        Entry::new("minijinja", || usize::from(environment.template_from_str(&own).is_ok())),
    ];
    let [rolecall, minijinja] = in_turns(&mut entries, 15, Duration::from_millis(2))[..] else { return None };
    Some(Measured { name: name.to_owned(), bytes: source.len(), rolecall, minijinja })
}
