//! Find, add, change and remove categories.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::CategoryId;
use purser_core::{Patch, Timestamp};
use purser_service::App;
use purser_service::catalog::categories::{self, Change, Draft};
use purser_store::categories::Category;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, IdempotencyKey, IfMatch, Json, Path};
use crate::once::{Made, Shape};
use crate::reply::{Data, NoContent, Rows, Versioned};

/// A category of products.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Category")]
pub(crate) struct CategoryView {
    id: CategoryId,
    name: String,
    /// Its part of an address, unique.
    slug: String,
    /// What it lies in; absent at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<Uuid>,
    /// Its place among its siblings.
    position: i64,
    /// Products right in it.
    products: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl From<Category> for CategoryView {
    fn from(c: Category) -> Self {
        let Category { id, parent_id, name, slug, position, products, version, created_at, updated_at } = c;
        Self { id, name, slug, parent_id, position, products, created_at, updated_at, version }
    }
}

impl Versioned for CategoryView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A category to add.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewCategory")]
pub(crate) struct CategoryBody {
    /// Up to 100 characters.
    name: String,
    /// Small letters, digits and hyphens; made of the name unless given.
    #[serde(default)]
    slug: Option<String>,
    /// What it lies in; at most 8 levels.
    #[serde(default)]
    parent_id: Option<CategoryId>,
    /// Its place among its siblings; 0 unless said otherwise.
    #[serde(default)]
    position: i64,
}

/// A change of a category: only what is mentioned changes.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CategoryChange")]
pub(crate) struct CategoryPatch {
    name: Patch<String>,
    slug: Patch<String>,
    /// `null`: at the top.
    parent_id: Patch<CategoryId>,
    position: Patch<i64>,
}

pub(crate) async fn list_categories(State(app): State<App>, Allowed(by): Allowed<can::ReadProduct>) -> Result<Rows<CategoryView>> {
    Ok(Rows::whole(categories::list(&app, &by).await?.into_iter().map(CategoryView::from).collect()))
}

pub(crate) async fn create_category(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateProduct>,
    key: IdempotencyKey,
    Json(body): Json<CategoryBody>,
) -> Result<Made<CategoryView>> {
    let shape = Shape { view: Arc::new(CategoryView::from), subject: |category: &Category| category.id.uuid(), home: Some("/categories") };
    let once = shape.once::<_, 201>(&by, key, ("create category", &body))?;
    let draft = Draft { name: body.name, slug: body.slug, parent: body.parent_id, position: body.position };
    shape.made(categories::create(&app, &by, draft, once).await?)
}

pub(crate) async fn read_category(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Path(id): Path<CategoryId>,
) -> Result<Data<CategoryView>> {
    Ok(Data(categories::read(&app, &by, id).await?.into()))
}

pub(crate) async fn update_category(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateProduct>,
    Path(id): Path<CategoryId>,
    IfMatch(version): IfMatch,
    Json(body): Json<CategoryPatch>,
) -> Result<Data<CategoryView>> {
    let change = Change { name: body.name, slug: body.slug, parent: body.parent_id, position: body.position };
    Ok(Data(categories::update(&app, &by, id, version, change).await?.into()))
}

pub(crate) async fn delete_category(
    State(app): State<App>,
    Allowed(by): Allowed<can::DeleteProduct>,
    Path(id): Path<CategoryId>,
) -> Result<NoContent> {
    categories::delete(&app, &by, id).await?;
    Ok(NoContent)
}
