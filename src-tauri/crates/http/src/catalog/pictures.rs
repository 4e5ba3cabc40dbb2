//! The pictures of a product, and products by their part of an address.

use axum::extract::State;
use axum::http::HeaderMap;
use purser_core::access::can;
use purser_core::ids::{FileId, ProductId};
use purser_service::App;
use purser_service::catalog::pictures::{self, Gallery, Wanted};
use purser_service::catalog::slugs;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::views::ProductView;
use crate::Result;
use crate::extract::{Allowed, IfMatch, Json, Path};
use crate::files::{Download, send};
use crate::reply::{Data, Versioned};

/// A picture of a product.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ProductPicture")]
struct PictureView {
    /// The file; its bytes are at `/products/{id}/pictures/{fileId}`.
    file_id: FileId,
    /// What it shows, for those who do not see it; where it is empty, the name of the product stands in.
    alt: String,
    /// Name of the file.
    name: String,
    /// What its bytes say it is.
    content_type: String,
    /// Bytes.
    size: i64,
}

/// The pictures of a product in their order; the first stands for it in lists.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ProductPictures")]
pub(crate) struct GalleryView {
    product_id: ProductId,
    pictures: Vec<PictureView>,
    /// Version of the product; the `ETag`.
    version: i64,
}

impl From<Gallery> for GalleryView {
    fn from(gallery: Gallery) -> Self {
        let pictures = gallery.pictures.into_iter().map(|one| PictureView {
            file_id: one.file_id,
            alt: one.alt,
            name: one.name,
            content_type: one.content_type,
            size: one.size,
        });
        Self { product_id: gallery.product, pictures: pictures.collect(), version: gallery.version }
    }
}

impl Versioned for GalleryView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A picture as it is wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PictureWanted")]
struct PictureBody {
    /// A file attached to a product: PNG, JPEG, WebP or GIF of at most 5 MB, 6000 pixels to a side and 25 million in all.
    file_id: FileId,
    /// What it shows; up to 300 characters.
    #[serde(default)]
    alt: String,
}

/// All the pictures a product shall have, in their order.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PicturesWanted")]
pub(crate) struct PicturesBody {
    /// At most 10; what is left out stays a file of the product.
    pictures: Vec<PictureBody>,
}

pub(crate) async fn list_pictures(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Path(id): Path<ProductId>,
) -> Result<Data<GalleryView>> {
    Ok(Data(pictures::list(&app, &by, id).await?.into()))
}

pub(crate) async fn set_pictures(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateProduct>,
    Path(id): Path<ProductId>,
    IfMatch(version): IfMatch,
    Json(body): Json<PicturesBody>,
) -> Result<Data<GalleryView>> {
    let wanted = body.pictures.into_iter().map(|one| Wanted { file: one.file_id, alt: one.alt }).collect();
    Ok(Data(pictures::set(&app, &by, (id, version), wanted).await?.into()))
}

pub(crate) async fn download_picture(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Path((id, file)): Path<(ProductId, FileId)>,
    headers: HeaderMap,
) -> Result<Download> {
    let file = pictures::file(&app, &by, id, file).await?;
    send(&app, &by, &file, &headers).await
}

pub(crate) async fn product_by_slug(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadProduct>,
    Path(slug): Path<String>,
) -> Result<Data<ProductView>> {
    let product = slugs::read(&app, &by, &slug).await?;
    Ok(Data(ProductView::of(&by, product)))
}
