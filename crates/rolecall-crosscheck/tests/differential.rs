//! Templates at random: where both engines render one, they render the same.

#[path = "../../rolecall-jinja/tests/support/generate.rs"]
mod generate;

use proptest::prelude::*;
use proptest::test_runner::Config;
use rolecall_crosscheck::Template;
// The engine that is compared with minijinja.
use rolecall_crosscheck::Template as Engine;
use rolecall_jinja::{Clock, RenderOptions};

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn both_engines_render_the_same(source in generate::template(), context in generate::context()) {
        let clock = "2026-07-04T12:34:56".parse().ok().map(Clock::fixed);
        let options = RenderOptions { clock, ..RenderOptions::default() };
        let text = context.to_string();
        let ours = Engine::new(&source).and_then(|template| template.render_json(&text, &options));
        let other = Template::new(&source).and_then(|template| template.render_json(&text, &options));
        if let (Ok(ours), Ok(other)) = (ours, other) {
            prop_assert_eq!(ours, other, "{}\n{}", source, text);
        }
    }
}
