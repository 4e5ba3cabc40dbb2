//! Find, add, change and withdraw products and their variants; move stock.

use std::sync::Arc;

use axum::extract::State;
use purser_core::Permission;
use purser_core::access::{Grant, can};
use purser_core::catalog::{MovementKind, tags};
use purser_core::ids::{CategoryId, ProductId};
use purser_core::text::terms;
use purser_service::catalog::{categories, stock, variants};
use purser_service::{App, catalog, exports};
use purser_store::products::{Filter, Product};
use purser_store::stock::Filter as Movements;

use super::shelf::{FacetsView, MoveBody, MovementView, VariantBody};
use super::views::{ProductBody, ProductPatch, ProductView};
use crate::Result;
use crate::extract::{Allowed, Any, IdempotencyKey, IfMatch, Json, NeededKey, Path, Query, When};
use crate::list_query;
use crate::once::{Made, Repeatable, Shape};
use crate::reply::{Csv, Data, NoContent, Rows};

list_query! {
    /// Which products.
    ProductsQuery {
        /// For sale, or not.
        active: Option<bool>,
        /// At least this price, in minor units.
        min_price: Option<i64>,
        /// At most this price, in minor units.
        max_price: Option<i64>,
        /// Only what is for sale and running out, variants among them: fewer pieces than its threshold, 10 unless it has its own.
        low_stock: Option<bool>,
        /// Only what can be had, or can not.
        in_stock: Option<bool>,
        /// In any of these categories or in those that lie in them.
        category_id: Any<CategoryId>,
        /// With each of these tags.
        tag: Any<String>,
        /// Of a search, only those with the words in their name or number, not only in their tags and description.
        named: Option<bool>,
    }
}

list_query! {
    /// Which products for sale.
    ForSaleQuery {
        /// At least this price, in minor units.
        min_price: Option<i64>,
        /// At most this price, in minor units.
        max_price: Option<i64>,
        /// Only what can be had, or can not.
        in_stock: Option<bool>,
        /// In any of these categories or in those that lie in them.
        category_id: Any<CategoryId>,
        /// With each of these tags.
        tag: Any<String>,
    }
}

/// Which products have something in common.
#[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FacetsQuery {
    /// Words to look for.
    #[serde(default)]
    search: Option<String>,
    /// For sale, or not.
    #[serde(default)]
    active: Option<bool>,
    /// At least this price, in minor units.
    #[serde(default)]
    min_price: Option<i64>,
    /// At most this price, in minor units.
    #[serde(default)]
    max_price: Option<i64>,
    /// Only what can be had, or can not.
    #[serde(default)]
    in_stock: Option<bool>,
    /// In any of these categories or in those that lie in them.
    #[serde(default)]
    category_id: Any<CategoryId>,
    /// With each of these tags.
    #[serde(default)]
    tag: Any<String>,
}

impl FacetsQuery {
    /// The same words and marks of a list.
    fn of(query: &ProductsQuery) -> Self {
        let ProductsQuery { active, min_price, max_price, in_stock, category_id, tag, .. } = query.clone();
        Self { search: query.search().map(str::to_owned), active, min_price, max_price, in_stock, category_id, tag }
    }

    async fn filter(&self, app: &App, by: &Grant<can::ReadProduct>) -> Result<Filter> {
        let mut wanted = Vec::new();
        if !self.category_id.0.is_empty() {
            wanted = categories::within(app, by, &self.category_id.0).await?;
        }
        Ok(Filter {
            active: self.active,
            min_price: self.min_price,
            max_price: self.max_price,
            in_stock: self.in_stock,
            categories: (!self.category_id.0.is_empty()).then_some(wanted),
            tags: tags(&self.tag.0),
            words: self.search.as_deref().map(terms).unwrap_or_default(),
            ..Filter::default()
        })
    }
}

impl From<&ForSaleQuery> for FacetsQuery {
    fn from(query: &ForSaleQuery) -> Self {
        let ForSaleQuery { min_price, max_price, in_stock, category_id, tag, .. } = query.clone();
        Self { search: query.search().map(str::to_owned), active: Some(true), min_price, max_price, in_stock, category_id, tag }
    }
}

impl ProductsQuery {
    async fn filter(&self, app: &App, by: &Grant<can::ReadProduct>) -> Result<Filter> {
        let (low_stock, named) = (self.low_stock.unwrap_or(false), self.named.unwrap_or(false));
        Ok(Filter { low_stock, named, ..FacetsQuery::of(self).filter(app, by).await? })
    }
}

fn shape<P>(by: &Grant<P>, home: Option<&'static str>) -> Shape<Product, ProductView>
where
    P: 'static,
{
    let by = by.clone();
    Shape { view: Arc::new(move |product| ProductView::of(&by, product)), subject: |product: &Product| product.id.uuid(), home }
}

pub(crate) async fn list_products(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Query(query): Query<ProductsQuery>,
) -> Result<Rows<ProductView>> {
    let page = query.page()?;
    let (listing, total) = catalog::list(&app, &by, &query.filter(&app, &by).await?, &page).await?;
    Ok(Rows::page(listing.map(|product| ProductView::of(&by, product)), &page, total))
}

/// What is not for sale is not found, whoever asks.
pub(crate) async fn search_products(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Query(query): Query<ForSaleQuery>,
) -> Result<Rows<ProductView>> {
    let page = query.page()?;
    let filter = FacetsQuery::from(&query).filter(&app, &by).await?;
    let (listing, total) = catalog::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(|product| ProductView::of(&by, product)), &page, total))
}

pub(crate) async fn export_products(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Query(query): Query<ProductsQuery>,
) -> Result<Csv> {
    let sort = query.page()?.sort;
    let filter = query.filter(&app, &by).await?;
    Ok(Csv { name: "products.csv", body: exports::products(&app, &by, filter, sort).await? })
}

pub(crate) async fn product_facets(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Query(query): Query<FacetsQuery>,
) -> Result<Data<FacetsView>> {
    Ok(Data(catalog::facets(&app, &by, &query.filter(&app, &by).await?).await?.into()))
}

pub(crate) async fn create_product(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateProduct>,
    key: IdempotencyKey,
    Json(body): Json<ProductBody>,
) -> Result<Made<ProductView>> {
    let shape = shape(&by, Some("/products"));
    let once = shape.once::<_, 201>(&by, key, ("create product", &body))?;
    // Whoever may not put things on sale adds what is not on sale yet.
    let publishes = by.actor().may(Permission::PublishProduct);
    shape.made(catalog::create(&app, &by, body.draft(publishes), once).await?)
}

pub(crate) async fn read_product(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Path(id): Path<ProductId>,
) -> Result<Data<ProductView>> {
    let product = catalog::read(&app, &by, id).await?;
    Ok(Data(ProductView::of(&by, product)))
}

pub(crate) async fn update_product(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateProduct>,
    Path(id): Path<ProductId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ProductPatch>,
) -> Result<Data<ProductView>> {
    let product = catalog::update(&app, &by, id, version, body.into()).await?;
    Ok(Data(ProductView::of(&by, product)))
}

pub(crate) async fn publish_product(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateProduct>,
    Path(id): Path<ProductId>,
) -> Result<Data<ProductView>> {
    let product = catalog::publish(&app, &by, id).await?;
    Ok(Data(ProductView::of(&by, product)))
}

pub(crate) async fn archive_product(
    State(app): State<App>,
    Allowed(by): Allowed<can::DeleteProduct>,
    Path(id): Path<ProductId>,
) -> Result<NoContent> {
    catalog::archive(&app, &by, id).await?;
    Ok(NoContent)
}

pub(crate) async fn list_variants(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Path(id): Path<ProductId>,
) -> Result<Rows<ProductView>> {
    let variants = variants::list(&app, &by, id).await?;
    Ok(Rows::whole(variants.into_iter().map(|variant| ProductView::of(&by, variant)).collect()))
}

pub(crate) async fn create_variant(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateProduct>,
    Path(id): Path<ProductId>,
    key: IdempotencyKey,
    Json(body): Json<VariantBody>,
) -> Result<Made<ProductView>> {
    let shape = shape(&by, Some("/products"));
    let once = shape.once::<_, 201>(&by, key, (&format!("create variant of {id}"), &body))?;
    shape.made(variants::create(&app, &by, id, body.draft(by.actor().may(Permission::PublishProduct)), once).await?)
}

list_query! {
    /// Which movements.
    MovementsQuery {
        /// Of any of these kinds.
        kind: Any<MovementKind>,
    }
}

pub(crate) async fn list_movements(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateProduct>,
    Path(id): Path<ProductId>,
    Query(query): Query<MovementsQuery>,
) -> Result<Rows<MovementView>> {
    let page = query.page()?;
    let filter = Movements { product: Some(id), kinds: query.kind.0.clone(), search: query.search().map(str::to_owned), ..Movements::default() };
    let (listing, total) = stock::movements(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(MovementView::from), &page, total))
}

/// Which movements of all.
#[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MovedQuery {
    /// Of this product only.
    #[serde(default)]
    product_id: Option<ProductId>,
    /// Of any of these kinds.
    #[serde(default)]
    kind: Any<MovementKind>,
    /// Moved at or after this instant.
    #[serde(default)]
    from: Option<When>,
    /// Moved before this instant.
    #[serde(default)]
    to: Option<When>,
}

pub(crate) async fn export_movements(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateProduct>,
    Query(query): Query<MovedQuery>,
) -> Result<Csv> {
    let filter = Movements {
        product: query.product_id,
        kinds: query.kind.0,
        search: None,
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
    };
    Ok(Csv { name: "movements.csv", body: exports::movements(&app, &by, filter, "-createdAt".into()).await? })
}

pub(crate) async fn move_stock(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateProduct>,
    Path(id): Path<ProductId>,
    key: NeededKey,
    Json(body): Json<MoveBody>,
) -> Result<Repeatable<ProductView, 200>> {
    let shape = shape(&by, None);
    let once = shape.once::<_, 200>(&by, key, (&format!("move stock of {id}"), &body))?;
    shape.reply(stock::adjust(&app, &by, id, body.into(), once).await?)
}
