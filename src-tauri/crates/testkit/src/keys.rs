//! Which operations can not be called without an `Idempotency-Key`, read from the OpenAPI document. Callers of the suite send one of their
//! own with those, a new one for each call, unless the test gave one or wants none.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::Method;
use serde_json::Value;

/// Methods and paths, in segments; `{id}` stands for anything.
static NEEDED: LazyLock<Vec<(Method, Vec<String>)>> = LazyLock::new(|| {
    let document = serde_json::to_value(purser_http::document()).expect("the document is JSON");
    let mut needed = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let wants = |parameter: &Value| parameter["name"] == "Idempotency-Key" && parameter["required"] == true;
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            if operation["parameters"].as_array().is_some_and(|parameters| parameters.iter().any(wants)) {
                needed.push((method, path.split('/').map(str::to_owned).collect()));
            }
        }
    }
    needed
});

fn fits(pattern: &[String], path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let mut given = path.split('/');
    pattern.iter().all(|part| given.next().is_some_and(|segment| part.starts_with('{') || part == segment)) && given.next().is_none()
}

/// A key nobody used yet, where this call needs one.
pub(crate) fn fresh(method: &Method, uri: &str) -> Option<String> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let needed = *method != Method::GET && NEEDED.iter().any(|(of, pattern)| of == method && fits(pattern, uri));
    needed.then(|| format!("suite-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
}
