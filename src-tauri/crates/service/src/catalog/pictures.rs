//! Pictures of a product: images among the files of products, in an order. The first stands for the product in lists. A file that is a
//! picture can not be deleted; taken out of the pictures it stays a file of the product.

use std::collections::HashMap;

use purser_core::access::{Grant, can};
use purser_core::catalog::{LARGEST_PICTURE, LONGEST_ALT, MOST_PICTURES, MOST_PIXELS, PICTURE_TYPES, WIDEST_PICTURE, can_be_shown};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{FileId, ProductId};
use purser_core::{Error, Result};
use purser_store::Tx;
use purser_store::files::{self, FileRow};
use purser_store::pictures::{self as store, Candidate, Picture};
use purser_store::products::Product;
use serde::Serialize;

use super::{find, pixels};
use crate::audit::{self, Line};
use crate::{App, events};

/// A picture as somebody wants it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The file.
    pub file: FileId,
    /// What it shows; the name of the product stands in where it is empty.
    pub alt: String,
}

/// The pictures of a product as it is at a version.
#[derive(Clone, Debug)]
pub struct Gallery {
    /// The product.
    pub product: ProductId,
    /// Its version.
    pub version: i64,
    /// Its pictures in their order.
    pub pictures: Vec<Picture>,
}

async fn gallery(tx: &mut Tx, product: &Product) -> Result<Gallery> {
    Ok(Gallery { product: product.id, version: product.version, pictures: store::of_product(tx, product.id).await? })
}

/// The pictures of a product.
pub async fn list(app: &App, by: &Grant<can::ReadProduct>, id: ProductId) -> Result<Gallery> {
    app.db
        .read(by, async |tx| {
            let product = find(tx, id).await?;
            gallery(tx, &product).await
        })
        .await
}

/// The file of a picture: whoever may see the product may see it. A variant shows those of the product it belongs to as well.
pub async fn file(app: &App, by: &Grant<can::ReadProduct>, id: ProductId, file: FileId) -> Result<FileRow> {
    app.db
        .read(by, async |tx| {
            find(tx, id).await?;
            if !store::shows(tx, id, file).await? {
                return Err(Error::NotFound("picture"));
            }
            files::find(tx, file).await?.ok_or(Error::NotFound("picture"))
        })
        .await
}

/// Give a product that still is at `version` these pictures, in this order. The pictures it has already change nothing.
pub async fn set(app: &App, by: &Grant<can::UpdateProduct>, (id, version): (ProductId, i64), wanted: Vec<Wanted>) -> Result<Gallery> {
    let wanted: Vec<(FileId, String)> = wanted.into_iter().map(|one| (one.file, one.alt.trim().to_owned())).collect();
    check(&wanted)?;
    let files: Vec<FileId> = wanted.iter().map(|(file, _)| *file).collect();
    let measured = pixels::measure(app, by, &unknown(app, by, id, &files).await?).await?;
    app.db
        .transact(by, async |tx| {
            let product = find(tx, id).await?;
            if product.version != version {
                return Err(Error::Stale);
            }
            let before = store::of_product(tx, id).await?;
            if before.iter().map(|one| (one.file_id, &one.alt)).eq(wanted.iter().map(|(file, alt)| (*file, alt))) {
                return Ok(Gallery { product: id, version, pictures: before });
            }
            fit(&wanted, &store::hold(tx, &files).await?, &measured)?;
            if !store::replace(tx, (id, version), &wanted, by.now()).await? {
                return Err(Error::Stale);
            }
            let product = find(tx, id).await?;
            let after = gallery(tx, &product).await?;
            let line = Line::new("product.pictures", "product", id.uuid(), &product.name);
            audit::record(tx, by, line.before(&facts(&before)).after(&facts(&after.pictures)));
            events::emit(tx, by, Topic::Product, "updated", id.uuid());
            Ok(after)
        })
        .await
}

/// Those of `files` that the product does not show yet: one that is shown was measured when it came, or came before that was done.
async fn unknown(app: &App, by: &Grant<can::UpdateProduct>, id: ProductId, files: &[FileId]) -> Result<Vec<Candidate>> {
    app.db
        .read(by, async |tx| {
            let shown = store::of_product(tx, id).await?;
            let new: Vec<FileId> = files.iter().copied().filter(|file| shown.iter().all(|one| one.file_id != *file)).collect();
            store::candidates(tx, &new).await.map_err(Error::from)
        })
        .await
}

fn check(wanted: &[(FileId, String)]) -> Result<()> {
    let mut checks = Checks::new();
    checks.that(wanted.len() <= MOST_PICTURES, "pictures", "too_many", format!("At most {MOST_PICTURES} pictures."));
    for (place, (file, alt)) in wanted.iter().enumerate().take(MOST_PICTURES) {
        checks.length(&format!("pictures[{place}].alt"), alt, LONGEST_ALT);
        let again = wanted.iter().take(place).any(|(other, _)| other == file);
        checks.that(!again, &format!("pictures[{place}].fileId"), "twice", "This picture is there already.");
    }
    checks.done()
}

/// Whether each of them is a file that may be a picture. `measured`: width and height of those that are new here.
fn fit(wanted: &[(FileId, String)], here: &[Candidate], measured: &HashMap<FileId, Option<(usize, usize)>>) -> Result<()> {
    let here: HashMap<FileId, &Candidate> = here.iter().map(|file| (file.id, file)).collect();
    let mut checks = Checks::new();
    for (place, (id, _)) in wanted.iter().enumerate() {
        let field = format!("pictures[{place}].fileId");
        let Some(file) = here.get(id) else {
            checks.that(false, &field, "unknown_file", "There is no such file.");
            continue;
        };
        // What was attached to a person or an order was never meant to be shown to everybody.
        let of_product = file.subject_type == "product";
        checks.that(
            of_product,
            &field,
            "not_of_a_product",
            format!("\u{201c}{}\u{201d} does not belong to a product. Add it here first.", file.name),
        );
        let image = PICTURE_TYPES.contains(&file.content_type.as_str());
        checks.that(image, &field, "not_an_image", format!("\u{201c}{}\u{201d} is no PNG, JPEG, WebP or GIF.", file.name));
        let fits = file.size <= LARGEST_PICTURE;
        checks.that(fits, &field, "too_large", format!("\u{201c}{}\u{201d} has more than {} MB.", file.name, LARGEST_PICTURE / 1_048_576));
        match measured.get(id) {
            Some(Some((width, height))) => {
                let message = format!(
                    "\u{201c}{}\u{201d} has {width} \u{d7} {height} pixels: at most {WIDEST_PICTURE} to a side, and {} million in all.",
                    file.name,
                    MOST_PIXELS / 1_000_000
                );
                checks.that(can_be_shown(*width, *height), &field, "too_many_pixels", message);
            }
            Some(None) => {
                let message = format!("\u{201c}{}\u{201d} is broken: it does not say how many pixels it has.", file.name);
                checks.that(false, &field, "unreadable", message);
            }
            None => {}
        }
    }
    checks.done().map_err(|error| Error::Unprocessable(error.fields()))
}

/// Refuse to lose a file that is a picture. The file is held by then, so nobody makes it one meanwhile.
pub(crate) async fn unused(tx: &mut Tx, file: &FileRow) -> Result<()> {
    let products = store::used(tx, file.id).await?;
    if products.is_empty() {
        return Ok(());
    }
    let message = format!("\u{201c}{}\u{201d} is a picture of {}. Take it out of the pictures there first.", file.name, products.join(", "));
    Err(Error::conflict("is_a_picture", message))
}

/// Pictures as the audit log keeps them.
#[derive(Serialize)]
struct Facts<'a> {
    pictures: Vec<Fact<'a>>,
}

#[derive(Serialize)]
struct Fact<'a> {
    file: FileId,
    name: &'a str,
    alt: &'a str,
}

fn facts(pictures: &[Picture]) -> Facts<'_> {
    Facts { pictures: pictures.iter().map(|one| Fact { file: one.file_id, name: &one.name, alt: &one.alt }).collect() }
}
