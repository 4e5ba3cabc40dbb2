//! Products, their variants and stock, and categories. Use cases are in `purser_service::catalog`.

mod categories;
mod handlers;
mod pictures;
mod shelf;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
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
            "/products/search",
            get_with(handlers::search_products, about("searchProducts", "catalog", "Find what is for sale, as customers do")),
        )
        .api_route(
            "/products/facets",
            get_with(handlers::product_facets, about("getProductFacets", "catalog", "What the products found have in common")),
        )
        .api_route(
            "/products/export",
            get_with(
                handlers::export_products,
                about("exportProducts", "catalog", "Products and their stock as a CSV file; takes `export:order` as well"),
            ),
        )
        .api_route(
            "/products/movements/export",
            get_with(
                handlers::export_movements,
                about("exportStockMovements", "catalog", "What moved the stock as a CSV file; takes `export:order` as well"),
            ),
        )
        .api_route(
            "/products/by-slug/{slug}",
            get_with(pictures::product_by_slug, about("getProductBySlug", "catalog", "One product by its part of an address")),
        )
        .api_route(
            "/products/{id}",
            get_with(handlers::read_product, about("getProduct", "catalog", "One product"))
                .patch_with(handlers::update_product, about("updateProduct", "catalog", "Change a product"))
                .delete_with(handlers::archive_product, about("archiveProduct", "catalog", "Withdraw a product from sale; orders keep it")),
        )
        .api_route(
            "/products/{id}/publish",
            post_with(handlers::publish_product, about("publishProduct", "catalog", "Put a product on sale; takes `publish:product` as well")),
        )
        .api_route(
            "/products/{id}/variants",
            get_with(handlers::list_variants, about("listVariants", "catalog", "The variants of a product"))
                .post_with(handlers::create_variant, about("createVariant", "catalog", "Add a variant, which is a product of its own")),
        )
        .api_route(
            "/products/{id}/stock",
            post_with(handlers::move_stock, about("moveStock", "catalog", "Receive, count or put right what is in stock")),
        )
        .api_route(
            "/products/{id}/movements",
            get_with(handlers::list_movements, about("listStockMovements", "catalog", "What moved the stock of a product")),
        )
        .merge(of_pictures())
        .merge(of_categories())
}

fn of_pictures() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/products/{id}/pictures",
            get_with(pictures::list_pictures, about("getProductPictures", "catalog", "The pictures of a product in their order")).put_with(
                pictures::set_pictures,
                about("setProductPictures", "catalog", "Add, remove, order and describe the pictures of a product, all at once"),
            ),
        )
        .api_route(
            "/products/{id}/pictures/{fileId}",
            get_with(
                pictures::download_picture,
                about("downloadProductPicture", "catalog", "The bytes of a picture, for whoever may see the product"),
            ),
        )
}

fn of_categories() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/categories",
            get_with(categories::list_categories, about("listCategories", "catalog", "Every category"))
                .post_with(categories::create_category, about("createCategory", "catalog", "Add a category")),
        )
        .api_route(
            "/categories/{id}",
            get_with(categories::read_category, about("getCategory", "catalog", "One category"))
                .patch_with(categories::update_category, about("updateCategory", "catalog", "Change or move a category"))
                .delete_with(categories::delete_category, about("deleteCategory", "catalog", "Remove a category; its products stay")),
        )
}
