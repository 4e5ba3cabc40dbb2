//! The pictures of products, and what products are called in an address. Which file may be a picture is decided elsewhere.

use purser_core::Timestamp;
use purser_core::ids::{FileId, ProductId};
use uuid::Uuid;

use crate::{Query, Result, Tx, Value, sql};

/// A picture with what is known of its file.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Picture {
    /// The file.
    #[sqlx(try_from = "Uuid")]
    pub file_id: FileId,
    /// What it shows.
    pub alt: String,
    /// Name of the file.
    pub name: String,
    /// Type found in its bytes.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
}

const OF_PRODUCT: &str = "SELECT c.file_id, c.alt, f.name, f.content_type, f.size FROM product_pictures c \
     JOIN files f ON f.id = c.file_id AND f.tenant_id = c.tenant_id WHERE c.tenant_id = $1 AND c.product_id = $2 ORDER BY c.position, c.file_id";

/// The pictures of a product in their order.
pub async fn of_product(tx: &mut Tx, id: ProductId) -> Result<Vec<Picture>> {
    tx.all(sql(OF_PRODUCT).bind(tx.tenant()).bind(id)).await
}

/// A file that may become a picture.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Candidate {
    /// The file.
    #[sqlx(try_from = "Uuid")]
    pub id: FileId,
    /// Name.
    pub name: String,
    /// Type found in its bytes.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// What it is attached to: `order`, `user` or `product`.
    pub subject_type: String,
}

fn of_ids(tx: &Tx, ids: &[FileId]) -> Query {
    let mut query = Query::start("SELECT f.id, f.name, f.content_type, f.size, f.subject_type FROM files f WHERE f.tenant_id = ");
    query.arg(tx.tenant()).push(" AND f.deleted_at IS NULL AND f.id IN ").list(ids.iter().map(|id| (*id).into())).push(" ORDER BY f.id");
    query
}

/// The files of `ids` that are there.
pub async fn candidates(tx: &mut Tx, ids: &[FileId]) -> Result<Vec<Candidate>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = of_ids(tx, ids);
    tx.all(query).await
}

/// The same, held until the transaction ends so that nobody deletes them meanwhile.
pub async fn hold(tx: &mut Tx, ids: &[FileId]) -> Result<Vec<Candidate>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = of_ids(tx, ids);
    query.push(tx.pick("", " FOR SHARE"));
    tx.all(query).await
}

const FIRST: &str = "UPDATE products SET picture_id = $3, updated_at = $4, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $5";

/// Give a product that still is at `version` these pictures, in this order, instead of those it has; `false` when it has moved on.
pub async fn replace(tx: &mut Tx, (id, version): (ProductId, i64), pictures: &[(FileId, String)], at: Timestamp) -> Result<bool> {
    let first = Value::Uuid(pictures.first().map(|(file, _)| file.uuid()));
    if tx.run(sql(FIRST).bind(tx.tenant()).bind(id).bind(first).bind(at).bind(version)).await? != 1 {
        return Ok(false);
    }
    tx.run(sql("DELETE FROM product_pictures WHERE tenant_id = $1 AND product_id = $2").bind(tx.tenant()).bind(id)).await?;
    write(tx, id, pictures).await?;
    Ok(true)
}

async fn write(tx: &mut Tx, id: ProductId, pictures: &[(FileId, String)]) -> Result<()> {
    if pictures.is_empty() {
        return Ok(());
    }
    let tenant: Value = tx.tenant().into();
    let mut query = Query::start("INSERT INTO product_pictures (tenant_id, product_id, file_id, position, alt) VALUES");
    query.rows(pictures.iter().zip(0_i64..).map(|((file, alt), place)| [tenant.clone(), id.into(), (*file).into(), place.into(), alt.into()]));
    tx.run(query).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Named {
    name: String,
}

const USED: &str = "SELECT p.name FROM product_pictures c JOIN products p ON p.id = c.product_id AND p.tenant_id = c.tenant_id \
     WHERE c.tenant_id = $1 AND c.file_id = $2 ORDER BY p.name_key, p.id LIMIT 3";

/// Names of products a file is a picture of; three are enough to say.
pub async fn used(tx: &mut Tx, file: FileId) -> Result<Vec<String>> {
    let rows: Vec<Named> = tx.all(sql(USED).bind(tx.tenant()).bind(file)).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

const SHOWN: &str = "SELECT COUNT(*) AS n FROM product_pictures c JOIN products p ON p.tenant_id = c.tenant_id AND p.id = $2 \
     WHERE c.tenant_id = $1 AND c.file_id = $3 AND (c.product_id = p.id OR c.product_id = p.parent_id)";

/// Whether a file is a picture of a product, or of the one it is a variant of.
pub async fn shows(tx: &mut Tx, id: ProductId, file: FileId) -> Result<bool> {
    let count: Count = tx.one(sql(SHOWN).bind(tx.tenant()).bind(id).bind(file)).await?;
    Ok(count.n > 0)
}

/// Whether a product other than `except` is called `slug` in an address.
pub async fn slug_taken(tx: &mut Tx, slug: &str, except: Option<ProductId>) -> Result<bool> {
    const TAKEN: &str = "SELECT COUNT(*) AS n FROM products WHERE tenant_id = $1 AND slug = $2 AND slug <> '' AND id <> $3";
    let except = except.map_or(Uuid::nil(), ProductId::uuid);
    let count: Count = tx.one(sql(TAKEN).bind(tx.tenant()).bind(slug.to_owned()).bind(except)).await?;
    Ok(count.n > 0)
}

#[derive(sqlx::FromRow)]
struct Slug {
    slug: String,
}

/// Those of `slugs` that name a product.
pub async fn slugs_here(tx: &mut Tx, slugs: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for chunk in slugs.chunks(500) {
        let mut query = Query::start("SELECT slug FROM products WHERE slug <> '' AND tenant_id = ");
        query.arg(tx.tenant()).push(" AND slug IN ").list(chunk.iter().map(Value::from));
        let rows: Vec<Slug> = tx.all(query).await?;
        found.extend(rows.into_iter().map(|row| row.slug));
    }
    Ok(found)
}

/// What begins with `slug` and a hyphen; the full stop is the sign after the hyphen.
const BEGINNING: &str = "SELECT slug FROM products WHERE tenant_id = $1 AND slug >= $2 AND slug < $3 AND slug <> ''";

/// The slugs that are `slug` with something behind it, its numbers among them.
pub async fn slugs_beginning(tx: &mut Tx, slug: &str) -> Result<Vec<String>> {
    let rows: Vec<Slug> = tx.all(sql(BEGINNING).bind(tx.tenant()).bind(format!("{slug}-")).bind(format!("{slug}."))).await?;
    Ok(rows.into_iter().map(|row| row.slug).collect())
}

#[derive(sqlx::FromRow)]
struct Odd {
    #[sqlx(try_from = "Uuid")]
    id: ProductId,
    slug: String,
}

/// Slugs with a sign in them that is no small letter of ASCII, no digit and no hyphen. The words are those of an index.
const ODD_SQLITE: &str = "SELECT id, slug FROM products WHERE tenant_id = $1 AND slug > $2 AND slug <> '' AND slug GLOB '*[^a-z0-9-]*' \
     ORDER BY slug LIMIT $3";
const ODD_POSTGRES: &str = "SELECT id, slug FROM products WHERE tenant_id = $1 AND slug > $2 AND slug <> '' AND slug ~ '[^a-z0-9-]' \
     ORDER BY slug LIMIT $3";

/// Products with such slugs, in their order, from the one after `last` on.
pub async fn odd_slugs(tx: &mut Tx, last: &str, most: usize) -> Result<Vec<(ProductId, String)>> {
    let query = sql(tx.pick(ODD_SQLITE, ODD_POSTGRES)).bind(tx.tenant()).bind(last.to_owned()).bind(i64::try_from(most).unwrap_or(i64::MAX));
    let rows: Vec<Odd> = tx.all(query).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.slug)).collect())
}

/// Call a product that is held `slug` in an address.
pub async fn call(tx: &mut Tx, id: ProductId, slug: &str) -> Result<()> {
    const CALL: &str = "UPDATE products SET slug = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2";
    tx.run(sql(CALL).bind(tx.tenant()).bind(id).bind(slug.to_owned())).await.map(drop)
}
