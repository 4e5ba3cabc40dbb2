//! The operations, read from the OpenAPI document and from nothing else.

use axum::http::Method;
use serde_json::Value;

/// One operation of the document.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own in the document")]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: Method,
    /// Path below `/api/v1`: `/users/{id}/lock`.
    pub(crate) path: String,
    /// `x-permission`.
    pub(crate) permission: Option<String>,
    /// `x-permission-or`: who holds this over everything may call as well.
    pub(crate) or: Option<String>,
    /// `x-permission-own`: who holds it over their own alone may call as well.
    pub(crate) own: bool,
    /// Schema of the JSON body, if it takes one.
    pub(crate) body: Option<Value>,
    /// Whether it takes a form.
    pub(crate) multipart: bool,
    /// Names and schemas of the query's parameters.
    pub(crate) query: Vec<(String, Value)>,
    /// Whether it takes `Idempotency-Key`.
    pub(crate) repeatable: bool,
    /// Whether it is refused without one.
    pub(crate) keyed: bool,
    /// Whether it wants `If-Match`.
    pub(crate) versioned: bool,
    /// Documented statuses and the content type of each.
    pub(crate) replies: Vec<(u16, Option<String>)>,
}

impl Operation {
    /// Whether the path names a thing.
    pub(crate) fn names_a_thing(&self) -> bool {
        // What is fixed goes by its name, in every business.
        self.path.replace("{name}", "").contains('{')
    }

    /// Whether it is a list with pages.
    pub(crate) fn is_paged(&self) -> bool {
        self.method == Method::GET && self.query.iter().any(|(name, _)| name == "cursor") && self.answers_json()
    }

    /// Whether its reply is JSON.
    pub(crate) fn answers_json(&self) -> bool {
        self.replies.iter().any(|(_, kind)| kind.as_deref() == Some("application/json"))
    }
}

/// The document as JSON.
pub(crate) fn document() -> Value {
    serde_json::to_value(purser_http::document()).unwrap()
}

/// Follow `$ref`s to the schema itself.
pub(crate) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(target) => resolve(document, document.pointer(target.trim_start_matches('#')).unwrap_or_else(|| panic!("{target} leads nowhere"))),
        None => schema,
    }
}

/// Every operation, with the document the schemas refer into.
pub(crate) fn operations() -> (Value, Vec<Operation>) {
    let document = document();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            if operation.is_object() {
                found.push(read(&document, path, method, operation));
            }
        }
    }
    assert!(found.len() > 20, "the document holds {} operations", found.len());
    (document, found)
}

fn read(document: &Value, path: &str, method: Method, operation: &Value) -> Operation {
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().map(|parameter| resolve(document, parameter)).collect();
    let header = |name: &str| parameters.iter().any(|p| p["in"] == "header" && p["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(name)));
    let needs = |name: &str| parameters.iter().any(|p| p["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(name)) && p["required"] == true);
    let content = &resolve(document, &operation["requestBody"])["content"];
    let query = parameters.iter().filter(|p| p["in"] == "query").map(|p| (p["name"].as_str().unwrap().to_owned(), p["schema"].clone()));
    let replies = operation["responses"].as_object().into_iter().flatten().filter_map(|(status, reply)| {
        let kind = reply["content"].as_object().and_then(|content| content.keys().next().cloned());
        Some((status.parse().ok()?, kind))
    });
    Operation {
        id: operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operationId")).to_owned(),
        path: path.strip_prefix("/api/v1").unwrap_or_else(|| panic!("{path} is outside /api/v1")).to_owned(),
        permission: operation["x-permission"].as_str().map(str::to_owned),
        or: operation["x-permission-or"].as_str().map(str::to_owned),
        own: operation["x-permission-own"] == true,
        body: content.get("application/json").map(|media| media["schema"].clone()),
        multipart: content.get("multipart/form-data").is_some(),
        query: query.collect(),
        repeatable: header("Idempotency-Key"),
        keyed: needs("Idempotency-Key"),
        versioned: header("If-Match"),
        replies: replies.collect(),
        method,
    }
}
