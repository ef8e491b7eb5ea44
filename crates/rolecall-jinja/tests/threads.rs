//! A compiled template on many threads.

use std::thread;

use rolecall_jinja::{Clock, Error, RenderOptions, Template, Traced};
use serde_json::json;

fn is_send_and_sync<T: Send + Sync>() {}

#[test]
fn what_is_public_can_be_shared() {
    is_send_and_sync::<Template>();
    is_send_and_sync::<Traced>();
    is_send_and_sync::<Error>();
    is_send_and_sync::<RenderOptions>();
    is_send_and_sync::<Clock>();
}

#[test]
fn eight_threads_give_the_same_bytes() {
    let template = Template::new(
        "{% macro m(x) %}<{{ x|upper }}{{ caller() if caller }}>{% endmacro %}{% set ns = namespace(n=0, s='') %}\
         {% for x in messages if x.role != 'none' %}{% set ns.n = ns.n + loop.index %}{% set ns.s = ns.s ~ x.content[::-1] %}\
         {{ m(x.content) }}{% call m(x.role) %}{% generation %}{{ x.content|trim }}{% endgeneration %}{% endcall %}{% endfor %}\
         {{ ns.s }}{{ ns.n }}{{ messages|tojson }}{{ messages|map(attribute='role')|unique|sort|join(',') }}{{ ns }}",
    )
    .unwrap();
    let contexts: Vec<_> = (0..16)
        .map(|n| {
            let messages: Vec<_> = (0..n)
                .map(|m| {
                    let role = ["user", "none", "tool"][m % 3];
                    json!({"role": role, "content": format!(" {n}é{m} ").repeat(n * 50)})
                })
                .collect();
            json!({"messages": messages})
        })
        .collect();
    let options = RenderOptions::default();
    let render = |context| {
        let plain = template.render(context).unwrap();
        let traced = template.render_traced(context).unwrap();
        assert_eq!(traced.text(), plain);
        assert_eq!(template.render_json(&context.to_string(), &options).unwrap(), plain);
        let spans: Vec<String> = traced.spans().map(|span| format!("{span:?}")).collect();
        (plain, spans, traced.generations().to_vec())
    };
    let expected: Vec<_> = contexts.iter().map(render).collect();
    thread::scope(|scope| {
        for first in 0..8 {
            let (contexts, expected) = (&contexts, &expected);
            scope.spawn(move || {
                for round in 0..20 {
                    let at = (first + round * 3) % contexts.len();
                    assert_eq!(render(&contexts[at]), expected[at]);
                }
            });
        }
    });
}
