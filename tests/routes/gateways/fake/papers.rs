//! Files at the made-up Stripe: taken apart as a form is, refused by kind and size, and only named where they lie there.

use std::collections::{BTreeMap, HashMap};

use purser_testkit::json;
use serde_json::Value;

use super::{Answered, Books, Stripe, no};

/// A file that lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Paper {
    pub(in super::super) name: String,
    pub(in super::super) kind: String,
    /// Byte for byte, each a letter.
    pub(in super::super) content: String,
}

/// Fields of evidence that name a file.
const FIELDS: [&str; 9] = [
    "receipt",
    "customer_communication",
    "customer_signature",
    "shipping_documentation",
    "service_documentation",
    "refund_policy",
    "cancellation_policy",
    "duplicate_charge_documentation",
    "uncategorized_file",
];

fn between<'a>(text: &'a str, (from, to): (&str, &str)) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(inner, _)| inner)
}

/// Whether every file that evidence names lies there, and all together are small enough.
pub(super) fn all_there(papers: &BTreeMap<String, Paper>, form: &HashMap<String, String>) -> Result<(), Answered> {
    let mut together = 0;
    for (field, value) in form {
        let Some(name) = field.strip_prefix("evidence[").and_then(|rest| rest.strip_suffix(']')).filter(|name| FIELDS.contains(name)) else {
            continue;
        };
        let Some(paper) = papers.get(value) else {
            return Err(no(400, "resource_missing", &format!("No such file upload: '{value}' ({name})")));
        };
        together += paper.content.len();
    }
    if together > 4_500_000 { Err(no(400, "invalid_request", "The combined size of the files is too large")) } else { Ok(()) }
}

impl Books {
    /// A form of two parts: what for, and the file.
    pub(super) fn file(&mut self, said: &str) -> Answered {
        let (kind, form) = said.split_once("\r\n").unwrap();
        let boundary = format!("--{}", kind.strip_prefix("multipart/form-data; boundary=").expect("it is a form"));
        assert!(form.ends_with(&format!("\r\n{boundary}--\r\n")), "the form ends");
        let mut parts = HashMap::new();
        for part in form.split(&boundary).skip(1).filter(|part| !part.starts_with("--")) {
            let (head, body) = part.strip_prefix("\r\n").unwrap().split_once("\r\n\r\n").unwrap();
            parts.insert(between(head, ("; name=\"", "\"")).unwrap().to_owned(), (head.to_owned(), body.strip_suffix("\r\n").unwrap().to_owned()));
        }
        if parts["purpose"].1 != "dispute_evidence" {
            return no(400, "invalid_request", "Invalid purpose");
        }
        let (head, content) = &parts["file"];
        let kind = head.split("content-type: ").nth(1).unwrap().to_owned();
        if !["application/pdf", "image/jpeg", "image/png"].contains(&kind.as_str()) || content.len() > 5_000_000 {
            return no(400, "invalid_request", "A PDF, JPEG or PNG of 5 MB at most");
        }
        if content.contains("unreadable") {
            return no(400, "invalid_request", "We could not read this file");
        }
        let paper = Paper { name: between(head, ("filename=\"", "\"")).unwrap().to_owned(), kind, content: content.clone() };
        let id = format!("file_{}", self.papers.len() + 1);
        self.papers.insert(id.clone(), paper);
        (200, json!({ "id": id, "object": "file", "purpose": "dispute_evidence", "size": content.len() }))
    }
}

impl Stripe {
    /// A file that lies there.
    pub(in super::super) fn paper(&self, id: &Value) -> Option<Paper> {
        self.books.lock().unwrap().papers.get(id.as_str()?).cloned()
    }

    /// How many do.
    pub(in super::super) fn papers(&self) -> usize {
        self.books.lock().unwrap().papers.len()
    }
}
