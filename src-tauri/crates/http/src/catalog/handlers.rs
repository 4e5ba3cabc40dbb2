//! Find, add, change and withdraw products.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::ProductId;
use purser_core::text::terms;
use purser_service::{App, catalog};
use purser_store::products::{Filter, Product};

use super::views::{ProductBody, ProductPatch, ProductView};
use crate::Result;
use crate::extract::{Allowed, IdempotencyKey, IfMatch, Json, Path, Query};
use crate::list_query;
use crate::once::{Made, Shape};
use crate::reply::{Data, NoContent, Rows};

list_query! {
    /// Which products.
    ProductsQuery {
        /// For sale, or not.
        active: Option<bool>,
        /// At least this price, in minor units.
        min_price: Option<i64>,
        /// At most this price, in minor units.
        max_price: Option<i64>,
        /// Only what is for sale and running out: fewer than 10 pieces.
        low_stock: Option<bool>,
    }
}

impl ProductsQuery {
    fn filter(&self) -> Filter {
        Filter {
            active: self.active,
            min_price: self.min_price,
            max_price: self.max_price,
            low_stock: self.low_stock.unwrap_or(false),
            words: self.search().map(terms).unwrap_or_default(),
        }
    }
}

pub(crate) async fn list_products(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Query(query): Query<ProductsQuery>,
) -> Result<Rows<ProductView>> {
    let page = query.page()?;
    let (listing, total) = catalog::list(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(ProductView::from), &page, total))
}

pub(crate) async fn create_product(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateProduct>,
    key: IdempotencyKey,
    Json(body): Json<ProductBody>,
) -> Result<Made<ProductView>> {
    let shape = Shape { view: Arc::new(ProductView::from), subject: |product: &Product| product.id.uuid(), home: Some("/products") };
    let once = shape.once::<_, 201>(&by, key, ("create product", &body))?;
    shape.made(catalog::create(&app, &by, body.into(), once).await?)
}

pub(crate) async fn read_product(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Path(id): Path<ProductId>,
) -> Result<Data<ProductView>> {
    Ok(Data(catalog::read(&app, &by, id).await?.into()))
}

pub(crate) async fn update_product(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateProduct>,
    Path(id): Path<ProductId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ProductPatch>,
) -> Result<Data<ProductView>> {
    Ok(Data(catalog::update(&app, &by, id, version, body.into()).await?.into()))
}

pub(crate) async fn archive_product(
    State(app): State<App>,
    Allowed(by): Allowed<can::DeleteProduct>,
    Path(id): Path<ProductId>,
) -> Result<NoContent> {
    catalog::archive(&app, &by, id).await?;
    Ok(NoContent)
}
