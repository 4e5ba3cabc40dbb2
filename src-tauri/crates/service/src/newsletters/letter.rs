//! A newsletter as it goes out: what was written, in the language of whoever gets it, as text and as HTML that is made here and nowhere else.

use purser_core::Result;
use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::newsletters::{Block, Span, read};
use purser_store::newsletters::Newsletter;
use purser_store::users::User;
use purser_store::{Tx, tenants};
use uuid::Uuid;

use super::drafts::{SUBJECT, TEXT};
use crate::App;
use crate::mail::{Letter, catalog, escape, one_line, sheet};

/// For whom a letter is.
pub(super) struct For {
    /// The language they read.
    pub(super) language: &'static str,
    /// How they are called.
    pub(super) name: String,
    /// Whole name and address.
    pub(super) to: (String, String),
    /// Who sends it.
    pub(super) business: String,
    /// Where they can say that they want no more.
    pub(super) way_out: String,
}

impl For {
    /// This person, from this business.
    pub(super) fn of(user: &User, (business, way_out): (String, String)) -> Self {
        Self {
            language: catalog(user.language.as_deref()),
            name: if user.first_name.is_empty() { user.name() } else { user.first_name.clone() },
            to: (user.name(), user.email.clone()),
            business,
            way_out,
        }
    }
}

/// What is written in one language.
#[derive(Clone, Debug)]
pub struct Text {
    /// The language: `en` or `de`.
    pub language: &'static str,
    /// Its subject.
    pub subject: String,
    /// Its text, in the small language of [`purser_core::newsletters`].
    pub text: String,
}

/// What a reader of `language` gets: theirs if it is written, else the other one.
fn chosen(newsletter: &Newsletter, language: &str) -> Text {
    let n = newsletter;
    let english = Text { language: "en", subject: n.subject_en.clone(), text: n.text_en.clone() };
    let german = Text { language: "de", subject: n.subject_de.clone(), text: n.text_de.clone() };
    let (theirs, other) = if language == "de" { (german, english) } else { (english, german) };
    let written = |text: &Text| !text.subject.is_empty() && !text.text.is_empty();
    if written(&theirs) || !written(&other) { theirs } else { other }
}

/// The letter for one person.
pub(super) fn whole(newsletter: &Newsletter, to: &For, id: Uuid) -> Letter {
    let Shown { subject, text, html } = shown(&chosen(newsletter, to.language), to);
    Letter { id, to: to.to.clone(), subject, text, html, unsubscribe: Some(to.way_out.clone()), attached: Vec::new() }
}

/// A letter to look at.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its subject.
    pub subject: String,
    /// As text.
    pub text: String,
    /// As HTML: a whole document.
    pub html: String,
}

fn shown(said: &Text, to: &For) -> Shown {
    let subject = one_line(&said.subject);
    let blocks = read(&said.text);
    let (why, stop) = footer(said.language, &to.business);
    let mut text: Vec<String> = blocks.iter().map(|block| plain(block, &to.name)).collect();
    text.push(format!("-- \n{why}\n{stop}: {}", to.way_out));
    let body: String = blocks.iter().map(|block| html(block, &to.name)).collect();
    let footer = format!("{}<br>{}", escape(&why), anchor(stop, &to.way_out));
    Shown { html: sheet((said.language, &subject), &body, &footer), text: text.join("\n\n") + "\n", subject }
}

fn footer(language: &str, business: &str) -> (String, &'static str) {
    if language == "de" {
        (format!("Sie erhalten diese Nachricht, weil Sie dem Newsletter von {business} zugestimmt haben."), "Newsletter abbestellen")
    } else {
        (format!("You get this because you agreed to newsletters from {business}."), "Unsubscribe")
    }
}

fn plain(block: &Block, name: &str) -> String {
    let line = |spans: &[Span]| {
        spans.iter().fold(String::new(), |line, span| match span {
            Span::Text(text) | Span::Strong(text) | Span::Emphasis(text) => line + text,
            Span::Link { words, to } if words == to => line + to,
            Span::Link { words, to } => format!("{line}{words} ({to})"),
            Span::Name => line + name,
            Span::Break => line + "\n",
        })
    };
    match block {
        Block::Heading(spans) | Block::Paragraph(spans) => line(spans),
        Block::List(items) => items.iter().map(|item| format!("- {}", line(item))).collect::<Vec<_>>().join("\n"),
    }
}

fn anchor(words: &str, to: &str) -> String {
    format!("<a class=\"link\" href=\"{}\" style=\"color:#1f4b99\">{}</a>", escape(to), escape(words))
}

fn html(block: &Block, name: &str) -> String {
    let line = |spans: &[Span]| {
        spans.iter().fold(String::new(), |line, span| match span {
            Span::Text(text) => line + &escape(text),
            Span::Strong(text) => format!("{line}<strong>{}</strong>", escape(text)),
            Span::Emphasis(text) => format!("{line}<em>{}</em>", escape(text)),
            Span::Link { words, to } => line + &anchor(words, to),
            Span::Name => line + &escape(name),
            Span::Break => line + "<br>",
        })
    };
    match block {
        Block::Heading(spans) => {
            format!("<h2 style=\"margin:24px 0 8px;font-size:19px;line-height:1.3;overflow-wrap:anywhere\">{}</h2>", line(spans))
        }
        Block::Paragraph(spans) => format!("<p style=\"margin:0 0 16px;overflow-wrap:anywhere\">{}</p>", line(spans)),
        Block::List(items) => {
            let items =
                items.iter().fold(String::new(), |all, item| format!("{all}<li style=\"margin:0 0 4px;overflow-wrap:anywhere\">{}</li>", line(item)));
            format!("<ul style=\"margin:0 0 16px;padding-left:20px\">{items}</ul>")
        }
    }
}

/// The business a tenant is.
pub(super) async fn business(tx: &mut Tx, tenant: purser_core::ids::TenantId) -> Result<String> {
    Ok(tenants::find(tx, tenant).await?.ok_or(purser_core::Error::NotFound("tenant"))?.name)
}

/// What a text will look like to whoever gets it; nothing is kept.
pub async fn preview(app: &App, by: &Grant<can::SendNewsletter>, said: &Text) -> Result<Shown> {
    Checks::new().length("subject", &said.subject, SUBJECT).length("text", &said.text, TEXT).done()?;
    let business = app.db.read(by, async |tx| business(tx, by.tenant()).await).await?;
    let name = by.actor().name.split(' ').next().unwrap_or_default().to_owned();
    let way_out = format!("{}/unsubscribe", app.mail.base());
    let to = For { language: said.language, name, to: (String::new(), String::new()), business, way_out };
    Ok(shown(said, &to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(name: &str) -> For {
        For {
            language: "en",
            name: name.into(),
            to: (name.into(), "ada@example.com".into()),
            business: "Harbour & Sons".into(),
            way_out: "https://c.example/unsubscribe/a".into(),
        }
    }

    #[test]
    fn nothing_that_is_written_or_that_a_person_is_called_becomes_html() {
        let evil = "<img src=x onerror=alert(1)>";
        let said = Text {
            language: "en",
            subject: format!("News\r\nBcc: x@example.com {evil}"),
            text: format!("Hello {{name}}, {evil} **{evil}** [{evil}](https://a.example/?a=1&b=2)\n\n[a](javascript:alert(1))"),
        };
        let Shown { subject, text, html } = shown(&said, &to(&format!("{evil}**x** https://evil.example")));
        assert!(!subject.contains('\n') && !subject.contains('\r'), "{subject}");
        assert!(!html.contains("<img") && !html.contains("href=\"javascript") && !html.contains("href=\"https://evil"), "{html}");
        assert!(html.contains("href=\"https://a.example/?a=1&amp;b=2\"") && html.contains("<strong>&lt;img"), "{html}");
        assert!(html.contains("Harbour &amp; Sons") && html.contains("href=\"https://c.example/unsubscribe/a\""), "{html}");
        assert!(text.contains("Unsubscribe: https://c.example/unsubscribe/a") && text.contains("(https://a.example/?a=1&b=2)"), "{text}");
    }

    #[test]
    fn both_languages_say_why_and_how_to_stop() {
        let words = ["en", "de"].map(|language| shown(&Text { language, subject: "a".into(), text: "b".into() }, &to("Ada")).text);
        assert_ne!(words[0], words[1]);
        assert!(words.iter().all(|text| text.contains("Harbour & Sons") && text.contains("https://c.example/unsubscribe/a")), "{words:?}");
    }
}
