//! Find, add, change and withdraw products.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::ProductId;
use purser_core::text::terms;
use purser_service::{App, catalog};
use purser_store::products::Filter;

use super::views::{ProductBody, ProductPatch, ProductView};
use crate::Result;
use crate::extract::{Allowed, IfMatch, Json, Path, Query};
use crate::list_query;
use crate::reply::{Created, Data, NoContent, Rows};

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
    Json(body): Json<ProductBody>,
) -> Result<Created<ProductView>> {
    let product = catalog::create(&app, &by, body.into()).await?;
    Ok(Created { location: format!("/api/v1/products/{}", product.id), data: product.into() })
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
