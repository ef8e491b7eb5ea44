use rolecall_jinja::Template;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let (open, inside, close, n, pre): (String, String, String, usize, usize) =
        (a[1].clone(), a[2].clone(), a[3].clone(), a[4].parse().unwrap(), a[5].parse().unwrap());
    let kb: usize = a[6].parse().unwrap();
    let src = format!(
        "{}{{{{ {}{}{} }}}}{}",
        "{% if 1 %}".repeat(pre),
        open.repeat(n),
        inside,
        close.repeat(n),
        "{% endif %}".repeat(pre)
    );
    std::thread::Builder::new()
        .stack_size(kb << 10)
        .spawn(move || match Template::new(&src).and_then(|t| t.render(&serde_json::json!({}))) {
            Ok(_) => println!("ok"),
            Err(e) => println!("{e}"),
        })
        .unwrap()
        .join()
        .unwrap();
}
