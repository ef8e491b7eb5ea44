//! The result for continuous integration, in the XML that `JUnit` made common.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::difference::unified;
use super::suite::{Case, Verdict};

/// The document: a suite for each model, a test case for each golden.
pub(crate) fn document(cases: &[Case]) -> io::Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut models: Vec<&str> = Vec::new();
    for case in cases {
        if !models.contains(&case.model.as_str()) {
            models.push(&case.model);
        }
    }
    let totals = counts(&cases.iter());
    writer
        .create_element("testsuites")
        .with_attribute(("name", "rolecall snapshot"))
        .with_attributes(totals.iter().map(|(name, count)| (*name, count.as_str())))
        .write_inner_content(|writer| {
            for model in models {
                suite(writer, model, cases.iter().filter(|case| case.model == model))?;
            }
            Ok(())
        })?;
    let mut text = writer.into_inner();
    text.push(b'\n');
    String::from_utf8(text).map_err(io::Error::other)
}

fn counts<'c>(cases: &(impl Iterator<Item = &'c Case> + Clone)) -> [(&'static str, String); 3] {
    let count =
        |wanted: fn(&Verdict) -> bool| cases.clone().filter(|case| wanted(&case.verdict)).count().to_string();
    [
        ("tests", count(|_| true)),
        (
            "failures",
            count(|verdict| {
                matches!(verdict, Verdict::Drift { .. } | Verdict::Missing { .. } | Verdict::Stale)
            }),
        ),
        ("errors", count(|verdict| matches!(verdict, Verdict::Failed(_)))),
    ]
}

fn suite<'c>(
    writer: &mut Writer<Vec<u8>>,
    model: &str,
    cases: impl Iterator<Item = &'c Case> + Clone,
) -> io::Result<()> {
    let totals = counts(&cases);
    writer
        .create_element("testsuite")
        .with_attribute(("name", allowed(model).as_str()))
        .with_attributes(totals.iter().map(|(name, count)| (*name, count.as_str())))
        .write_inner_content(|writer| cases.into_iter().try_for_each(|case| test_case(writer, case)))?;
    Ok(())
}

fn test_case(writer: &mut Writer<Vec<u8>>, case: &Case) -> io::Result<()> {
    let (name, model, file) =
        (allowed(&case.conversation), allowed(&case.model), allowed(&case.path.display().to_string()));
    let attributes = [("name", name.as_str()), ("classname", model.as_str()), ("file", file.as_str())];
    let element = writer.create_element("testcase").with_attributes(attributes);
    let (kind, message, text) = match &case.verdict {
        Verdict::Same => {
            element.write_empty()?;
            return Ok(());
        }
        Verdict::Drift { how, kept, now } => ("failure", how.as_str(), unified(kept, now, false)),
        Verdict::Missing { now } => ("failure", "there is no golden", now.clone()),
        Verdict::Stale => {
            ("failure", "the golden is of no conversation and model of the manifest", String::new())
        }
        Verdict::Failed(message) => ("error", message.as_str(), String::new()),
    };
    element.write_inner_content(|writer| {
        writer
            .create_element(kind)
            .with_attribute(("message", allowed(message).as_str()))
            .write_text_content(BytesText::new(&allowed(&text)))?;
        Ok(())
    })?;
    Ok(())
}

/// A text with a sign in the place of what XML has no way to write.
fn allowed(text: &str) -> String {
    let is_allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}'));
    text.chars().map(|c| if is_allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

#[cfg(test)]
mod tests {
    use quick_xml::events::Event;

    use super::*;

    #[test]
    fn whatever_stands_in_a_case_the_document_is_well_formed() {
        let case = |verdict| Case {
            model: "m".to_owned(),
            conversation: "<&\"'>\u{1b}\u{0}".to_owned(),
            path: "a&b".into(),
            verdict,
        };
        let hostile = "]]>\u{1b}</failure>&\u{ffff}\n".to_owned();
        let cases = [
            case(Verdict::Same),
            case(Verdict::Drift { how: hostile.clone(), kept: String::new(), now: hostile.clone() }),
            case(Verdict::Missing { now: hostile.clone() }),
            case(Verdict::Stale),
            case(Verdict::Failed(hostile)),
        ];
        let document = document(&cases).expect("a document");
        assert!(document.contains("tests=\"5\" failures=\"3\" errors=\"1\""), "{document}");
        let mut reader = quick_xml::Reader::from_str(&document);
        let mut names = Vec::new();
        loop {
            match reader.read_event().expect("well formed") {
                Event::Start(start) | Event::Empty(start) => {
                    assert!(start.attributes().all(|attribute| attribute.is_ok()));
                    names.push(start.name().as_ref().to_owned());
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(names.iter().filter(|name| *name == "testcase").count(), 5);
        assert!(!document.contains(['\u{1b}', '\u{0}', '\u{ffff}']));
    }
}
