//! Products. Use cases are in `purser_service::catalog`.

mod handlers;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use purser_service::App;

use crate::openapi::about;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/products",
            get_with(handlers::list_products, about("listProducts", "catalog", "Find products"))
                .post_with(handlers::create_product, about("createProduct", "catalog", "Add a product")),
        )
        .api_route(
            "/products/{id}",
            get_with(handlers::read_product, about("getProduct", "catalog", "One product"))
                .patch_with(handlers::update_product, about("updateProduct", "catalog", "Change a product"))
                .delete_with(handlers::archive_product, about("archiveProduct", "catalog", "Withdraw a product from sale; orders keep it")),
        )
}
