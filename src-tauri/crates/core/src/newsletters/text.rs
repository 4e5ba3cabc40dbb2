//! The language newsletters are written in.
//!
//! A blank line ends a paragraph; `## ` begins a heading, `- ` an item of a list; `**strong**`, `*emphasis*`, `[words](https://…)`, a bare
//! address is a link as it stands; `{name}` is the given name of whoever gets it.

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A list.
    List(Vec<Vec<Span>>),
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// As it stands.
    Text(String),
    /// Strong.
    Strong(String),
    /// With emphasis.
    Emphasis(String),
    /// A link to a place that is written out in full: the web, or an address to write to.
    Link {
        /// What it says.
        words: String,
        /// Where it leads.
        to: String,
    },
    /// The name of whoever gets it.
    Name,
    /// The end of a line within a paragraph.
    Break,
}

/// Read a text.
pub fn read(text: &str) -> Vec<Block> {
    let text = text.replace("\r\n", "\n");
    let mut blocks = Vec::new();
    for part in text.split("\n\n").map(|part| part.trim_matches('\n')).filter(|part| !part.trim().is_empty()) {
        let mut lines: Vec<&str> = Vec::new();
        for line in part.lines().map(str::trim) {
            if let Some(heading) = line.strip_prefix("## ") {
                close(&mut blocks, &mut lines);
                blocks.push(Block::Heading(spans(heading.trim())));
            } else if let Some(item) = line.strip_prefix("- ") {
                close(&mut blocks, &mut lines);
                let item = spans(item.trim());
                match blocks.last_mut() {
                    Some(Block::List(items)) => items.push(item),
                    _ => blocks.push(Block::List(vec![item])),
                }
            } else {
                lines.push(line);
            }
        }
        close(&mut blocks, &mut lines);
    }
    blocks
}

fn close(blocks: &mut Vec<Block>, lines: &mut Vec<&str>) {
    if !lines.is_empty() {
        blocks.push(Block::Paragraph(spans(&lines.join("\n"))));
        lines.clear();
    }
}

fn spans(text: &str) -> Vec<Span> {
    let (mut found, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some(first) = rest.chars().next() {
        if let Some((span, after)) = special(rest, plain.chars().next_back()) {
            if !plain.is_empty() {
                found.push(Span::Text(std::mem::take(&mut plain)));
            }
            found.push(span);
            rest = after;
        } else {
            plain.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    if !plain.is_empty() {
        found.push(Span::Text(plain));
    }
    found
}

/// What begins here, if it is more than a letter; `before` is the letter before it.
fn special(rest: &str, before: Option<char>) -> Option<(Span, &str)> {
    if let Some(rest) = rest.strip_prefix('\n') {
        return Some((Span::Break, rest));
    }
    if let Some(rest) = rest.strip_prefix("{name}") {
        return Some((Span::Name, rest));
    }
    if let Some((inner, after)) = between(rest, "**") {
        return Some((Span::Strong(inner.to_owned()), after));
    }
    if let Some((inner, after)) = between(rest, "*") {
        return Some((Span::Emphasis(inner.to_owned()), after));
    }
    if let Some(inside) = rest.strip_prefix('[') {
        let (words, after) = inside.split_once("](")?;
        let (to, after) = after.split_once(')')?;
        let fits = !words.trim().is_empty() && !words.contains(['[', '\n']) && leads(to);
        return fits.then(|| (Span::Link { words: words.trim().to_owned(), to: to.to_owned() }, after));
    }
    let bare = (rest.starts_with("https://") || rest.starts_with("http://")) && !before.is_some_and(char::is_alphanumeric);
    if bare {
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len());
        let to = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '*', '\'']);
        return leads(to).then(|| (Span::Link { words: to.to_owned(), to: to.to_owned() }, &rest[to.len()..]));
    }
    None
}

/// What stands between two marks on one line.
fn between<'a>(rest: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let (inner, after) = rest.strip_prefix(mark)?.split_once(mark)?;
    let fits = !inner.is_empty() && !inner.contains(['\n', '*']) && inner.trim() == inner;
    fits.then_some((inner, after))
}

/// Whether a link may lead there: somewhere on the web, or to a mailbox. Nothing that runs anything.
fn leads(to: &str) -> bool {
    let place = ["https://", "http://", "mailto:"].iter().find_map(|scheme| to.strip_prefix(scheme));
    let clean = to.chars().all(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | '\'' | '`' | '\\'));
    clean && to.len() <= 2_000 && place.is_some_and(|place| place.starts_with(|c: char| c.is_alphanumeric() || c == '['))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Span {
        Span::Text(text.into())
    }

    fn link(words: &str, to: &str) -> Span {
        Span::Link { words: words.into(), to: to.into() }
    }

    #[test]
    fn a_text_is_read_part_by_part() {
        let read = read(
            "## News\nHello {name},\nit is **cold** and *dark*.\n\n- [Lamps](https://shop.example/lamps?a=1)\n- Oil\n\nSee https://shop.example.\r\n\r\nBye",
        );
        let expected = vec![
            Block::Heading(vec![text("News")]),
            Block::Paragraph(vec![
                text("Hello "),
                Span::Name,
                text(","),
                Span::Break,
                text("it is "),
                Span::Strong("cold".into()),
                text(" and "),
                Span::Emphasis("dark".into()),
                text("."),
            ]),
            Block::List(vec![vec![link("Lamps", "https://shop.example/lamps?a=1")], vec![text("Oil")]]),
            Block::Paragraph(vec![text("See "), link("https://shop.example", "https://shop.example"), text(".")]),
            Block::Paragraph(vec![text("Bye")]),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_not_of_the_language_stays_text() {
        for odd in [
            "[a](javascript:alert(1))",
            "[a](data:text/html,x)",
            "[a](//elsewhere.example)",
            "[a](https://x\"onclick=)",
            "<script>alert(1)</script>",
            "2 * 3 * 4",
            "**",
            "a ** b",
            "[words] (https://x.example",
            "https://",
            "xhttps",
        ] {
            let spans = spans(odd);
            let plain = spans.iter().all(|span| {
                matches!(span, Span::Text(_) | Span::Emphasis(_)) || matches!(span, Span::Link { to, .. } if to.starts_with("https://x"))
            });
            assert!(plain, "{odd}: {spans:?}");
            assert!(!format!("{spans:?}").contains("to: \"javascript"), "{spans:?}");
        }
        assert_eq!(spans("<b>"), [text("<b>")]);
        assert_eq!(spans("2 * 3 * 4"), [text("2 * 3 * 4")]);
        assert_eq!(read("\n\n \n\n"), []);
    }
}
