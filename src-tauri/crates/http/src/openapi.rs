//! The OpenAPI 3.1 document, made from the routes themselves.

use std::sync::{Arc, LazyLock};

use aide::openapi::{
    Info, OpenApi, Operation, Parameter, ParameterData, ParameterSchemaOrContent, PathStyle, ReferenceOr, SchemaObject, SecurityScheme, Tag,
};
use aide::transform::TransformOperation;
use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use purser_service::App;

use crate::router::areas;

/// Name and summary of an operation: `about("lockUser", "people", "Lock an account")`.
pub(crate) fn about(id: &'static str, area: &'static str, summary: &'static str) -> impl FnOnce(TransformOperation<'_>) -> TransformOperation<'_> {
    move |operation| operation.id(id).tag(area).summary(summary)
}

/// The document alone, for `purser openapi`.
pub fn document() -> OpenApi {
    build().1
}

/// The documented routes as plain ones, and their document.
fn build() -> (Router<App>, OpenApi) {
    // Before the first route is made: it begins a new collection of schemas.
    aide::generate::extract_schemas(true);
    let mut document = OpenApi::default();
    let plain = areas().finish_api(&mut document);
    document.info = Info {
        title: "Purser".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        summary: Some("The back office: people, orders, payments, ledger, files, audit.".into()),
        ..Info::default()
    };
    let bearer = SecurityScheme::Http {
        scheme: "bearer".into(),
        bearer_format: Some("JWT".into()),
        description: Some("Access token from `POST /api/v1/auth/login`.".into()),
        extensions: indexmap::IndexMap::default(),
    };
    let components = document.components.get_or_insert_default();
    components.security_schemes.insert("bearer".into(), ReferenceOr::Item(bearer));
    prefix(&mut document);
    (plain, document)
}

/// Put `/api/v1` in front of every path, describe the path parameters, and list the areas.
fn prefix(document: &mut OpenApi) {
    let Some(paths) = document.paths.take() else { return };
    let mut tags = std::collections::BTreeSet::new();
    let mut full = aide::openapi::Paths { extensions: paths.extensions, ..Default::default() };
    for (path, item) in paths.paths {
        let ReferenceOr::Item(mut item) = item else { continue };
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            tags.extend(operation.tags.iter().cloned());
            for name in path.split('/').filter_map(|part| part.strip_prefix('{')).filter_map(|part| part.strip_suffix('}')) {
                describe(operation, name);
            }
        }
        full.paths.insert(format!("/api/v1{path}"), ReferenceOr::Item(item));
    }
    document.paths = Some(full);
    document.tags = tags.into_iter().map(|name| Tag { name, ..Tag::default() }).collect();
}

fn describe(operation: &mut Operation, name: &str) {
    // Roles go by their key; everything else by its id.
    let json_schema = match name {
        "key" => schemars::json_schema!({"type": "string", "pattern": "^[a-z][a-z0-9_-]{1,30}$"}),
        _ => schemars::json_schema!({"type": "string", "format": "uuid"}),
    };
    let parameter_data = ParameterData {
        name: name.to_owned(),
        description: None,
        required: true,
        deprecated: None,
        format: ParameterSchemaOrContent::Schema(SchemaObject { json_schema, example: None, external_docs: None }),
        example: None,
        examples: indexmap::IndexMap::default(),
        explode: None,
        extensions: indexmap::IndexMap::default(),
    };
    operation.parameters.push(ReferenceOr::Item(Parameter::Path { parameter_data, style: PathStyle::Simple }));
}

/// The documented routes and where their document can be read. A process needs them once, however many routers it makes.
pub(crate) fn routes() -> Router<App> {
    static ROUTES: LazyLock<Router<App>> = LazyLock::new(|| {
        let (api, document) = build();
        Router::new().nest("/api/v1", api).merge(reading(&document))
    });
    ROUTES.clone()
}

fn reading(document: &OpenApi) -> Router<App> {
    let text: Arc<str> = serde_json::to_string(document).unwrap_or_default().into();
    let serve = move || {
        let text = text.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], text.to_string()).into_response() }
    };
    // The console reads the document and shows it: live, local, with the reader's own rights.
    let docs = || async { axum::response::Redirect::temporary("/docs") };
    Router::new().route("/api/openapi.json", get(serve)).route("/api/docs", get(docs))
}
