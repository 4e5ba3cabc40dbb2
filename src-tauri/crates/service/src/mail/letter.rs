//! A mail as it goes out: from what it is about to a subject, plain text and HTML. Everything that comes from people is escaped here.

use purser_core::mail::Template;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::words;

/// What a template fills in. Never a secret.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Facts {
    /// Given name of the person.
    pub(crate) first_name: String,
    /// Name of the business.
    pub(crate) business: String,
    /// Who set it off, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// Address of the computer it was set off from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ip: Option<String>,
    /// When it happened, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<String>,
    /// The device it was set off from, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
    /// The code in it; never stored with the rest.
    #[serde(skip)]
    pub(crate) code: Option<String>,
}

/// A mail, ready to be handed over.
#[derive(Clone)]
pub struct Letter {
    /// Id of the message; a second copy has the same.
    pub id: Uuid,
    /// Name and address of the person.
    pub to: (String, String),
    /// Subject, one line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The rest is personal, and a link in it may work.
        f.debug_struct("Letter").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a catalog says.
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) hello: String,
    pub(super) paragraphs: Vec<String>,
    /// What the button says, where there is one.
    pub(super) button: Option<&'static str>,
    pub(super) or_copy: &'static str,
    pub(super) footer: String,
}

/// The page a link of this mail leads to.
pub(super) const fn page(template: Template) -> Option<&'static str> {
    match template {
        Template::Invitation => Some("/invitation"),
        Template::Verification => Some("/verify-email"),
        Template::PasswordReset => Some("/reset-password"),
        Template::NewDevice => Some("/not-me"),
        Template::Welcome | Template::PasswordChanged | Template::SignInCode | Template::BreakGlass => None,
    }
}

/// The subject alone.
pub(super) fn subject(template: Template, language: &str, facts: &Facts) -> String {
    one_line(&words::say(template, language, facts).subject)
}

/// Subject, text and HTML.
pub(super) fn compose((template, language): (Template, &str), facts: &Facts, link: Option<&str>) -> (String, String, String) {
    let words = words::say(template, language, facts);
    (one_line(&words.subject), text(&words, link), html(&words, (language, link)))
}

/// A text message: one short paragraph.
pub(super) fn short(language: &str, facts: &Facts) -> String {
    one_line(&words::short(language, facts))
}

/// Nothing can end a line of the head of a mail.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

fn text(words: &Words, link: Option<&str>) -> String {
    let mut parts = vec![words.hello.clone()];
    parts.extend(words.paragraphs.iter().cloned());
    if let (Some(button), Some(link)) = (words.button, link) {
        parts.push(format!("{button}:\n{link}"));
    }
    parts.push(format!("-- \n{}", words.footer));
    let mut text = parts.join("\n\n");
    text.push('\n');
    text
}

fn html(words: &Words, (language, link): (&str, Option<&str>)) -> String {
    let paragraph = |text: &str| format!("<p style=\"margin:0 0 16px\">{}</p>", escape(text));
    let mut body = paragraph(&words.hello);
    for text in &words.paragraphs {
        body.push_str(&paragraph(text));
    }
    if let (Some(button), Some(link)) = (words.button, link) {
        body.push_str(&button_html(button, link, words.or_copy));
    }
    let (language, subject, footer) = (escape(language), escape(&one_line(&words.subject)), escape(&words.footer));
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{subject}</title></head><body style=\"margin:0;padding:24px;background:#f4f5f7;font:16px/1.5 system-ui,sans-serif;color:#1c1e21\">\
         <div style=\"max-width:560px;margin:0 auto;background:#ffffff;border-radius:8px;padding:32px\">{body}\
         <p style=\"margin:24px 0 0;font-size:13px;color:#555555\">{footer}</p></div></body></html>"
    )
}

fn button_html(button: &str, link: &str, or_copy: &str) -> String {
    let (button, link, or_copy) = (escape(button), escape(link), escape(or_copy));
    format!(
        "<p style=\"margin:24px 0\"><a href=\"{link}\" style=\"background:#1f4b99;color:#ffffff;padding:12px 20px;border-radius:6px;\
         text-decoration:none;display:inline-block\">{button}</a></p><p style=\"margin:0 0 16px;font-size:13px;color:#555555\">{or_copy}<br>\
         <a href=\"{link}\" style=\"word-break:break-all\">{link}</a></p>"
    )
}

/// Text that stands in HTML, also inside an attribute.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() && c != '\n' => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(name: &str) -> Facts {
        Facts {
            first_name: name.into(),
            business: "Harbour & Sons".into(),
            by: Some("Olive".into()),
            ip: Some("192.0.2.1".into()),
            at: Some("now".into()),
            device: Some("Firefox on Linux".into()),
            code: Some("012345".into()),
        }
    }

    #[test]
    fn every_mail_says_something_in_both_languages_and_differs() {
        for template in Template::ALL {
            let link = page(*template).map(|page| format!("https://console.example{page}#token=abc"));
            let mut said = Vec::new();
            for language in ["en", "de"] {
                let (subject, text, html) = compose((*template, language), &facts("Ada"), link.as_deref());
                assert!(!subject.is_empty() && text.contains("Ada") && text.contains("Harbour & Sons") && html.contains("Harbour &amp; Sons"));
                assert_eq!(link.is_some(), text.contains("#token=abc"), "{template}");
                assert_eq!(link.is_some(), html.contains("#token=abc"), "{template}");
                said.push(text);
            }
            assert_ne!(said[0], said[1], "{template}");
        }
        assert_eq!(subject(Template::Welcome, "fr", &facts("Ada")), subject(Template::Welcome, "en", &facts("Ada")));
    }

    #[test]
    fn nothing_of_a_name_becomes_markup_or_a_line_of_the_head() {
        let evil = facts("<img src=x onerror=\"alert(1)\">\r\nBcc: all@example.com");
        for template in Template::ALL {
            let (subject, _, html) =
                compose((*template, "en"), &Facts { business: evil.first_name.clone(), ..evil.clone() }, Some("https://x.example/#t"));
            assert!(!subject.contains(['\r', '\n']), "{subject}");
            assert!(!html.contains("<img") && !html.contains("onerror=\""), "{html}");
        }
    }
}
