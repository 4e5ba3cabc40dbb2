//! A mail as it goes out: from what it is about to a subject, plain text and HTML. Everything that comes from people is escaped here.

use purser_core::mail::Template;
use uuid::Uuid;

use super::facts::Facts;
use super::words;
use crate::documents::Document;

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
    /// Where whoever reads it can say, by one press in their program, that they want no more (RFC 8058); only what goes to many has it.
    pub unsubscribe: Option<String>,
    /// What comes with it.
    pub attached: Vec<Document>,
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
    /// What stands in two columns after the first paragraph.
    pub(super) rows: Vec<Row>,
    /// What the button says, where there is one.
    pub(super) button: Option<&'static str>,
    pub(super) or_copy: &'static str,
    pub(super) footer: String,
}

/// A line of two columns.
pub(super) struct Row {
    pub(super) label: String,
    pub(super) value: String,
    /// What the others come to.
    pub(super) strong: bool,
}

/// The page a link of this mail leads to.
pub(super) const fn page(template: Template) -> Option<&'static str> {
    match template {
        Template::Invitation => Some("/invitation"),
        Template::Verification => Some("/verify-email"),
        Template::PasswordReset => Some("/reset-password"),
        Template::NewDevice => Some("/not-me"),
        Template::Welcome
        | Template::PasswordChanged
        | Template::SignInCode
        | Template::BreakGlass
        | Template::WebhookOff
        | Template::Offer
        | Template::AccountNotice
        | Template::OrderConfirmed
        | Template::OrderShipped
        | Template::OrderDelivered
        | Template::OrderCancelled
        | Template::OrderRefunded
        | Template::StaffNotice
        | Template::WeeklyReport => None,
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
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

fn text(words: &Words, link: Option<&str>) -> String {
    let mut parts = vec![words.hello.clone()];
    let mut paragraphs = words.paragraphs.iter().cloned();
    parts.extend(paragraphs.next());
    if !words.rows.is_empty() {
        parts.push(words.rows.iter().map(Row::text).collect::<Vec<_>>().join("\n"));
    }
    parts.extend(paragraphs);
    if let (Some(button), Some(link)) = (words.button, link) {
        parts.push(format!("{button}:\n{link}"));
    }
    parts.push(format!("-- \n{}", words.footer));
    let mut text = parts.join("\n\n");
    text.push('\n');
    text
}

impl Row {
    fn text(&self) -> String {
        if self.value.is_empty() { self.label.clone() } else { format!("{}: {}", self.label, self.value) }
    }
}

/// What programs that read mail in the dark put over the rest.
const DARK: &str = "@media (prefers-color-scheme:dark){.page{background:#121416!important;color:#e6e8eb!important}.sheet{background:#1d2125!important}\
                    .cell{border-color:#3b4148!important}.small{color:#a9b0b8!important}.link{color:#9cc0ff!important}.deed{background:#3565c0!important}}";

fn html(words: &Words, (language, link): (&str, Option<&str>)) -> String {
    let paragraph = |text: &str| format!("<p style=\"margin:0 0 16px;overflow-wrap:anywhere\">{}</p>", escape(text).replace('\n', "<br>"));
    let mut body = paragraph(&words.hello);
    for (place, text) in words.paragraphs.iter().enumerate() {
        body.push_str(&paragraph(text));
        if place == 0 {
            body.push_str(&rows_html(&words.rows));
        }
    }
    if let (Some(button), Some(link)) = (words.button, link) {
        body.push_str(&button_html(button, link, words.or_copy));
    }
    sheet((language, &words.subject), &body, &escape(&words.footer).replace('\n', "<br>"))
}

/// A whole page: `body` and `footer` are HTML that was made here.
pub(crate) fn sheet((language, subject): (&str, &str), body: &str, footer: &str) -> String {
    let (language, subject) = (escape(language), escape(&one_line(subject)));
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\"><style>{DARK}</style>\
         <title>{subject}</title></head><body class=\"page\" style=\"margin:0;padding:24px 12px;background:#f4f5f7;font:16px/1.5 system-ui,sans-serif;color:#1c1e21\">\
         <div class=\"sheet\" style=\"max-width:560px;margin:0 auto;background:#ffffff;border-radius:8px;padding:28px 24px\">{body}\
         <p class=\"small\" style=\"margin:24px 0 0;font-size:13px;color:#555555\">{footer}</p></div></body></html>"
    )
}

fn rows_html(rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut body = String::from("<table style=\"width:100%;margin:0 0 16px;border-collapse:collapse\">");
    for row in rows {
        let (label, value) = (escape(&row.label), escape(&row.value));
        let weight = if row.strong { ";font-weight:600" } else { "" };
        let cell = format!("padding:6px 0;border-bottom:1px solid #e3e5e8;vertical-align:top{weight}");
        body.push_str("<tr><td class=\"cell\" style=\"");
        body.push_str(&cell);
        body.push_str(";min-width:8em;overflow-wrap:anywhere\">");
        body.push_str(&label);
        body.push_str("</td><td class=\"cell\" style=\"");
        body.push_str(&cell);
        body.push_str(";padding-left:12px;text-align:right\">");
        body.push_str(&value);
        body.push_str("</td></tr>");
    }
    body.push_str("</table>");
    body
}

fn button_html(button: &str, link: &str, or_copy: &str) -> String {
    let (button, link, or_copy) = (escape(button), escape(link), escape(or_copy));
    format!(
        "<p style=\"margin:24px 0\"><a class=\"deed\" href=\"{link}\" style=\"background:#1f4b99;color:#ffffff;padding:12px 20px;border-radius:6px;\
         text-decoration:none;display:inline-block\">{button}</a></p><p class=\"small\" style=\"margin:0 0 16px;font-size:13px;color:#555555\">{or_copy}<br>\
         <a class=\"link\" href=\"{link}\" style=\"word-break:break-all\">{link}</a></p>"
    )
}

/// Text that stands in HTML, also inside an attribute.
pub(crate) fn escape(text: &str) -> String {
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
    use purser_core::Money;
    use purser_core::mail::{Notice, Wish};

    use super::*;
    use crate::mail::facts::{Item, Offer, OrderFacts, StaffFacts, WeekFacts};

    fn facts(name: &str) -> Facts {
        Facts {
            first_name: name.into(),
            business: "Harbour & Sons".into(),
            seller: vec!["Kai 1".into(), "VAT id NO123".into()],
            by: Some("Olive".into()),
            ip: Some("192.0.2.1".into()),
            at: Some("now".into()),
            device: Some("Firefox on Linux".into()),
            place: Some("NO".into()),
            offer: Some(Offer {
                number: "D-7".into(),
                lines: vec![(2, format!("Lantern {name}"), Money::new(5_000, purser_core::Currency::EUR))],
                sums: vec![("total".into(), Money::new(123_450, purser_core::Currency::EUR))],
            }),
            order: Some(order(name)),
            staff: Some(staff(Wish::Disputes, name)),
            week: Some(week()),
            page: Some("/".into()),
            notice: None,
            what: Some("the old telephone".into()),
            until: Some("tomorrow".into()),
            code: Some("012345".into()),
            address: vec![format!("{name} Quayside"), "Tollbugata 17".into()],
        }
    }

    fn staff(wish: Wish, name: &str) -> StaffFacts {
        let at = purser_core::Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        let money = Money::new(5_900, purser_core::Currency::EUR);
        let item = Item { name: format!("#7 {name}"), money: Some(money), at: Some(at), note: Some(format!("said {name}")) };
        StaffFacts { wish, count: 3, items: vec![item] }
    }

    fn week() -> WeekFacts {
        let at = |text: &str| purser_core::Timestamp::parse(text).unwrap();
        let eur = |amount| Money::new(amount, purser_core::Currency::EUR);
        WeekFacts {
            from: at("2026-11-09T00:00:00Z"),
            to: at("2026-11-15T00:00:00Z"),
            revenue: Some([eur(123_450), eur(100_000)]),
            refunded: Some([eur(1_000), eur(0)]),
            orders: [12, 10],
            customers: [3, 4],
            disputes: [1, 0],
            open: 2,
        }
    }

    #[test]
    fn staff_are_told_what_waits_and_what_the_week_came_to() {
        let mut subjects = Vec::new();
        for wish in Wish::ALL.iter().copied().filter(|wish| *wish != Wish::Weekly) {
            let facts = Facts { staff: Some(staff(wish, "Ada")), ..facts("Ada") };
            for language in ["en", "de"] {
                let (subject, text, html) = compose((Template::StaffNotice, language), &facts, Some("https://console.example/x"));
                assert!(text.contains("#7 Ada") && html.contains("https://console.example/x"), "{wish}: {text}");
                assert!(!subjects.contains(&subject), "{subject}");
                subjects.push(subject);
            }
        }
        for (language, words) in
            [("en", ["9 Nov 2026", "EUR\u{a0}1,234.50", "EUR\u{a0}1,000.00"]), ("de", ["09.11.2026", "1.234,50\u{a0}EUR", "1.000,00\u{a0}EUR"])]
        {
            let (_, text, _) = compose((Template::WeeklyReport, language), &facts("Ada"), None);
            assert!(words.iter().all(|word| text.contains(word)), "{text}");
        }
    }

    fn order(name: &str) -> OrderFacts {
        let eur = |amount| Money::new(amount, purser_core::Currency::EUR);
        OrderFacts {
            number: "#7".into(),
            lines: vec![(2, format!("Lantern {name}"), Some(eur(5_000)))],
            sums: vec![("total".into(), eur(123_450))],
            back: Some(eur(2_000)),
            reason: Some(name.into()),
            carrier: Some(name.into()),
            tracking: Some(format!("NO-{name}")),
            tracking_url: Some("https://post.example/NO-1".into()),
            ..OrderFacts::default()
        }
    }

    #[test]
    fn mails_about_orders_say_what_is_in_them_and_where_it_goes() {
        let say = |template, language, facts: &Facts| compose((template, language), facts, facts.order.as_ref().and_then(OrderFacts::follow));
        for (language, total, way) in
            [("en", "Total: EUR\u{a0}1,234.50", "Follow the parcel"), ("de", "Summe: 1.234,50\u{a0}EUR", "Sendung verfolgen")]
        {
            let (subject, text, html) = say(Template::OrderConfirmed, language, &facts("Ada"));
            assert!(subject.contains("#7") && text.contains(total) && text.contains("2 × Lantern Ada"), "{text}");
            assert!(text.contains("Ada Quayside\nTollbugata 17") && html.contains("Ada Quayside<br>Tollbugata 17"), "{text}");
            let (_, text, html) = say(Template::OrderShipped, language, &facts("Ada"));
            assert!(text.contains(way) && text.contains("NO-Ada") && html.contains("href=\"https://post.example/NO-1\""), "{text}");
            let (_, text, _) = say(Template::OrderRefunded, language, &facts("Ada"));
            assert!(text.contains("20") && text.contains("2 × Lantern Ada"), "{text}");
        }
        let evil = Facts { order: Some(OrderFacts { tracking_url: Some("javascript:alert(1)".into()), ..order("Ada") }), ..facts("Ada") };
        let (_, text, html) = say(Template::OrderShipped, "en", &evil);
        assert!(!text.contains("javascript") && !html.contains("javascript"), "{text}");
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
        for (language, total) in [("en", "Total: EUR\u{a0}1,234.50"), ("de", "Summe: 1.234,50\u{a0}EUR")] {
            let (_, text, html) = compose((Template::Offer, language), &facts("Ada"), None);
            assert!(text.contains(total) && text.contains("2 × Lantern Ada") && html.contains("D-7"), "{text}");
        }
        for (language, country) in [("en", "192.0.2.1 (Norway)"), ("de", "192.0.2.1 (Norwegen)")] {
            assert!(compose((Template::NewDevice, language), &facts("Ada"), None).1.contains(country));
        }
        assert_eq!(subject(Template::Welcome, "fr", &facts("Ada")), subject(Template::Welcome, "en", &facts("Ada")));
    }

    #[test]
    fn every_notice_says_what_happened_in_both_languages() {
        let mut subjects = Vec::new();
        for notice in Notice::ALL {
            let facts = Facts { notice: Some(*notice), by: None, ..facts("Ada") };
            for language in ["en", "de"] {
                let (subject, text, html) = compose((Template::AccountNotice, language), &facts, None);
                assert!(text.contains("Ada") && text.contains("Harbour & Sons") && html.contains("Harbour &amp; Sons"), "{notice}");
                assert!(!subjects.contains(&subject), "{subject}");
                subjects.push(subject);
            }
        }
        let by = Facts { notice: Some(Notice::FactorsReset), ..facts("Ada") };
        for language in ["en", "de"] {
            let (_, text, _) = compose((Template::AccountNotice, language), &by, None);
            // Where staff sit is nobody's affair.
            assert!(text.contains("Olive") && !text.contains("192.0.2.1"), "{text}");
        }
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
