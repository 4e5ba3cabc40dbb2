//! The page behind the last link of a newsletter. It needs no script and no account; looking at it changes nothing, for programs look at
//! links too. A program that reads mail may press the button for its person (RFC 8058).

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use purser_core::Error;
use purser_service::App;
use purser_service::newsletters::{self, Leaving};
use sha2::{Digest, Sha256};

const STYLE: &str = "body{margin:0;padding:48px 16px;background:#f7f6f3;color:#1a1c1f;font:16px/1.5 system-ui,sans-serif}\
    main{max-width:28rem;margin:0 auto;background:#fff;border:1px solid #e5e2db;border-radius:6px;padding:28px 24px}h1{margin:0 0 12px;font-size:20px}\
    p{margin:0 0 16px;overflow-wrap:anywhere}button{font:inherit;font-weight:600;padding:10px 16px;border:0;border-radius:6px;background:#1f5f8b;color:#fff;cursor:pointer}\
    button:focus-visible{outline:2px solid #1f5f8b;outline-offset:2px}\
    @media (prefers-color-scheme:dark){body{background:#101316;color:#e8eaed}main{background:#16191d;border-color:#262b31}button{background:#5aa9d6;color:#08151d}}";

/// What the page says in one language.
struct Words {
    title: &'static str,
    ask: fn(&str) -> String,
    press: &'static str,
    done: fn(&str) -> String,
    gone: &'static str,
    broken: &'static str,
}

const ENGLISH: Words = Words {
    title: "Newsletters",
    ask: |business| format!("Press the button, and no newsletter of {business} comes to you any more. Mails about your orders still do."),
    press: "Unsubscribe",
    done: |business| format!("No newsletter of {business} comes to you any more."),
    gone: "This link does not work any more. Write to whoever sent you the newsletter.",
    broken: "That did not work. Try again in a moment.",
};
const GERMAN: Words = Words {
    title: "Newsletter",
    ask: |business| {
        format!("Nach einem Druck auf den Knopf erhalten Sie keinen Newsletter von {business} mehr. Mails zu Ihren Bestellungen kommen weiterhin.")
    },
    press: "Newsletter abbestellen",
    done: |business| format!("Sie erhalten keinen Newsletter von {business} mehr."),
    gone: "Dieser Link gilt nicht mehr. Schreiben Sie an den Absender des Newsletters.",
    broken: "Das hat nicht geklappt. Versuchen Sie es gleich noch einmal.",
};

fn words(language: &str) -> &'static Words {
    if language == "de" { &GERMAN } else { &ENGLISH }
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |safe, c| match c {
        '&' => safe + "&amp;",
        '<' => safe + "&lt;",
        '>' => safe + "&gt;",
        '"' => safe + "&quot;",
        '\'' => safe + "&#39;",
        c => {
            let mut safe = safe;
            safe.push(c);
            safe
        }
    })
}

fn page(status: StatusCode, language: &str, body: &str) -> Response {
    let title = words(language).title;
    let html = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!("default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = [(HeaderName::from_static("content-security-policy"), policy), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, headers, Html(html)).into_response()
}

fn shown(found: Result<Leaving, Error>) -> Response {
    let said = |text: &str| format!("<p>{}</p>", escape(text));
    match found {
        Ok(Leaving { business, language, left: true }) => page(StatusCode::OK, language, &said(&(words(language).done)(&business))),
        Ok(Leaving { business, language, left: false }) => {
            let words = words(language);
            let form = format!("{}<form method=\"post\"><button type=\"submit\">{}</button></form>", said(&(words.ask)(&business)), words.press);
            page(StatusCode::OK, language, &form)
        }
        // Who it is for is not known then, nor the language.
        Err(Error::NotFound(_)) => page(StatusCode::NOT_FOUND, "en", &format!("{}<p lang=\"de\">{}</p>", said(ENGLISH.gone), escape(GERMAN.gone))),
        Err(error) => {
            tracing::warn!(%error, "a newsletter could not be unsubscribed");
            page(StatusCode::SERVICE_UNAVAILABLE, "en", &format!("{}<p lang=\"de\">{}</p>", said(ENGLISH.broken), escape(GERMAN.broken)))
        }
    }
}

/// What is behind the link.
pub(super) async fn look(State(app): State<App>, Path(token): Path<String>) -> Response {
    shown(newsletters::look(&app, &token).await)
}

/// The button was pressed. What is sent along says nothing more than the address does.
pub(super) async fn leave(State(app): State<App>, Path(token): Path<String>) -> Response {
    shown(newsletters::leave(&app, &token).await)
}
