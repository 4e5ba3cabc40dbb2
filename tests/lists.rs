//! What holds for every list: the cost of a page does not grow with its rows, and pages lose and repeat nothing.

mod cost;
mod paging;

use axum::http::Method;

use crate::api::{Operation, operations, samples};

/// Everything that can be read as JSON, with the path of its sample.
fn readable() -> Vec<(Operation, &'static str)> {
    let samples = samples();
    let found = operations().1.into_iter().filter(|operation| operation.method == Method::GET && operation.answers_json());
    found
        .filter_map(|operation| Some((samples.iter().find(|sample| sample.operation == operation.id)?.path, operation)))
        .map(|(path, operation)| (operation, path))
        .collect()
}

fn join(path: &str, query: &str) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}{query}")
}
