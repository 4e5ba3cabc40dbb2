//! Bad input, over every operation there is: it is refused, the problem names the field, nothing changes, and it is never our fault (5xx).
//!
//! The mistakes are derived from the schemas of the OpenAPI document, so a new operation is tried by itself.

mod bodies;
mod mistakes;
mod paths;
mod queries;
mod uploads;

use std::collections::BTreeMap;

use purser_testkit::Reply;

use crate::api::{Operation, Sample, operations, samples};

/// Every operation with its sample.
fn pairs() -> Vec<(Operation, Sample)> {
    let mut operations: BTreeMap<String, Operation> = operations().1.into_iter().map(|operation| (operation.id.clone(), operation)).collect();
    samples().into_iter().filter_map(|sample| Some((operations.remove(sample.operation)?, sample))).collect()
}

/// What is wrong with a refusal as a refusal, if anything: it has to be a problem, and a field has to be named where one is wrong.
fn fault(reply: &Reply, field: Option<&str>) -> Option<String> {
    let status = reply.status.as_u16();
    if !(400..500).contains(&status) {
        return Some(format!("answered {status}"));
    }
    if reply.header("content-type") != Some("application/problem+json") {
        return Some(format!("answered {status} without a problem"));
    }
    if ![400, 422].contains(&status) {
        return None;
    }
    let body = reply.json();
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    if errors.is_empty() {
        return Some("named no field".into());
    }
    let sentence = |error: &serde_json::Value| error["message"].as_str().is_some_and(|message| message.len() > 5 && message.ends_with('.'));
    if let Some(mute) = errors.iter().find(|error| !sentence(error)) {
        return Some(format!("says nothing a person can act on: {mute}"));
    }
    let field = field?;
    let named = errors.iter().filter_map(|error| error["field"].as_str()).any(|name| name == field || related(name, field));
    (!named).then(|| format!("named {errors:?}"))
}

/// `amount` for a mistake in `amount.currency`, and the other way round.
fn related(named: &str, field: &str) -> bool {
    let plain = |text: &str| text.replace("[0]", "").replace("[]", "");
    let (named, field) = (plain(named), plain(field));
    named == field || field.starts_with(&format!("{named}.")) || named.starts_with(&format!("{field}.")) || named.starts_with(&format!("{field}["))
}
