//! Web pages as text.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{answer, honest, site};

/// What a page at `https://a.example/dir/page` becomes.
fn shown(html: &str) -> Value {
    let site = site(&[("GET https://a.example/dir/page", answer(200, "text/html; charset=utf-8", html))]);
    honest(&site, "get", json!({"url": "https://a.example/dir/page"})).outcome().clone()
}

fn text(html: &str) -> String {
    shown(html).get("text").and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[test]
fn a_page_reads_like_a_text() {
    let page = "<!doctype html><title>A &amp; <b>B</b>\n C</title><style>p{}</style><script>let a = '<p>no</p>';</script>
        <h1>Head</h1><p>One <em>two</em> <strong>three</strong><br>four <code>five</code></p>
        <ul><li>a<ul><li>b</li></ul></li></ul><ol start=3><li>c</li><li>d</li></ol><blockquote>said</blockquote>
        <pre>x\n  y</pre><img src=i.png alt=picture><!-- comment --><template>none</template>";
    let shown = shown(page);
    assert_eq!(shown["title"], "A & <b>B</b> C");
    assert_eq!(shown["text"], "# Head\n\nOne two three\nfour `five`\n* a\n  * b\n3. c\n4. d\n\n> said\n\nx\n  y\n\npicture");
}

#[test]
fn links_have_whole_addresses() {
    assert_eq!(
        text("<a href='../up?a=b&amp;c'>Up <b>there</b></a>, <a href=//b.example>B</a>"),
        "[Up there](https://a.example/up?a=b&c), [B](https://b.example/)"
    );
    assert_eq!(text("<base href='https://b.example/x/'><a href=y>Y</a>"), "[Y](https://b.example/x/y)");
    assert_eq!(
        text("<a href='mailto:a@a.example'>Write</a> <a href=#top>Top</a>"),
        "[Write](mailto:a@a.example) [Top](https://a.example/dir/page#top)"
    );
    for href in ["javascript:alert(1)", "data:text/html,x", "http://[", ""] {
        let expected = if href.is_empty() { "[L](https://a.example/dir/page)" } else { "L" };
        assert_eq!(text(&format!("<a href='{href}'>L</a>")), expected, "{href}");
    }
}

#[test]
fn tables_have_columns_and_addresses_that_are_not_broken() {
    let table = "<table><tr><th>Name<th>Where</tr><tr><td>x<td><a href='https://b.example/a/long/address'>1</a></tr></table>";
    assert_eq!(text(table), "Name Where\nx    [1](https://b.example/a/long/address)");
}

#[test]
fn a_page_without_words_has_none() {
    let shown = shown("<title> </title><script>x</script>");
    assert_eq!((shown.get("title"), &shown["text"]), (None, &json!("")));
}

#[test]
fn deep_nesting_is_no_recursion() {
    for open in ["<div>", "<b>", "<ul><li>", "<blockquote>", "<table><tr><td>", "<font>"] {
        assert!(text(&format!("{}x", open.repeat(2000))).contains('x'), "{open}");
    }
}

proptest! {
    #[test]
    fn any_page_is_laid_out_and_verified(html in "(<(a href='/x'|b|p|li|ul|ol|td|tr|table|pre|base href=y|title|h1|hr|img|/p|/a|/ul|/table)>|[a-z <&;\n\u{e9}]{0,8}){0,40}") {
        shown(&html);
    }
}
