//! Where a product stands in the catalog: its category, variants, tags, prices beside the usual one, and the words it is found by.
//! Words and tags are written in the transaction that writes the product.

use std::collections::BTreeSet;

use purser_core::Timestamp;
use purser_core::catalog::{Options, TaxClass, words};
use purser_core::ids::{CategoryId, ProductId};
use uuid::Uuid;

use crate::products::{Filter, Product, clause};
use crate::rows::MaybeInstant;
use crate::{Query, Result, Tx, Value, sql};

/// What a product has beyond name, price and stock.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Shelf {
    /// The product this is a variant of.
    pub parent_id: Option<Uuid>,
    /// What tells a variant from its siblings, as JSON.
    pub options: Option<String>,
    /// Variants it has.
    pub variant_count: i64,
    /// Its category.
    pub category_id: Option<Uuid>,
    /// The price it is compared with, struck out beside its own.
    pub compare_price: Option<i64>,
    /// What it costs the business.
    pub cost: Option<i64>,
    /// How it is taxed.
    #[sqlx(try_from = "String")]
    pub tax_class: TaxClass,
    /// Its tags, sorted, with commas between.
    pub tags: String,
    /// A price for a time.
    pub sale_price: Option<i64>,
    /// Since when that price is in force.
    #[sqlx(try_from = "MaybeInstant")]
    pub sale_from_at: Option<Timestamp>,
    /// Until when.
    #[sqlx(try_from = "MaybeInstant")]
    pub sale_until_at: Option<Timestamp>,
    /// Pieces below which it is running out.
    pub low_stock: Option<i64>,
    /// Pieces set aside for orders.
    pub reserved: i64,
    /// Pieces that can be sold, of all its variants if it has some.
    pub shown_stock: i64,
    /// Its part of an address; unique in the tenant.
    pub slug: String,
    /// The file of its first picture; of a variant without one, that of the product it belongs to.
    pub picture_id: Option<Uuid>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            parent_id: None,
            options: None,
            variant_count: 0,
            category_id: None,
            compare_price: None,
            cost: None,
            tax_class: TaxClass::Standard,
            tags: String::new(),
            sale_price: None,
            sale_from_at: None,
            sale_until_at: None,
            low_stock: None,
            reserved: 0,
            shown_stock: 0,
            slug: String::new(),
            picture_id: None,
        }
    }
}

impl Shelf {
    /// Its tags, one by one.
    pub fn tag_list(&self) -> Vec<String> {
        self.tags.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
    }

    /// What tells it from its siblings.
    pub fn option_map(&self) -> Options {
        self.options.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

/// Beginnings of words in the grammar of the engine. Terms hold letters and digits only, so there is nothing to escape.
fn expression(tx: &Tx, terms: &[String]) -> String {
    let quoted = terms.iter().map(|term| tx.pick(format!("\"{term}\"*"), format!("'{term}':*")));
    quoted.collect::<Vec<_>>().join(tx.pick(" AND ", " & "))
}

/// Products with all the words up to which they are gathered first and then put in order; beyond, the order is walked and each one looked at.
const FEW: i64 = 2_000;

/// How a list is found by words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the words to the products. PostgreSQL knows how common words are and needs to be told nothing.
    Words,
    /// From one product to the next, looking at its words: every few have them.
    Order,
}

#[derive(sqlx::FromRow)]
struct Counted {
    n: i64,
}

/// Which way is shorter. SQLite keeps no count of how common a word is, so it is asked.
pub(crate) async fn way(tx: &mut Tx, terms: &[String]) -> Result<Way> {
    if terms.is_empty() || tx.pick(false, true) {
        return Ok(Way::Words);
    }
    let mut query = Query::start("SELECT COUNT(*) AS n FROM (SELECT 1 FROM product_search WHERE product_search MATCH ");
    query.arg(expression(tx, terms)).push(" LIMIT ").arg(FEW + 1).push(")");
    let counted: Counted = tx.one(query).await?;
    Ok(if counted.n > FEW { Way::Order } else { Way::Words })
}

/// `' ' || t.names LIKE … AND …`: the texts, as `t`, with each of these words in their name or number.
pub(crate) fn named(query: &mut Query, terms: &[String]) {
    for (place, term) in terms.iter().enumerate() {
        query.push(if place == 0 { "' ' || t.names LIKE " } else { " AND ' ' || t.names LIKE " }).arg(format!("% {term}%"));
    }
}

/// ` AND p.id IN (…)`: products with each of the words of the filter; of variants, the product they belong to where lists show that.
pub(crate) fn found(tx: &Tx, query: &mut Query, filter: &Filter, way: Way) {
    let (terms, shown) = (&filter.words, filter.parent.is_none() && !filter.low_stock);
    if way == Way::Order {
        query.push(if shown {
            " AND EXISTS (SELECT 1 FROM product_texts t WHERE t.shown_id = p.id"
        } else {
            " AND EXISTS (SELECT 1 FROM product_texts t WHERE t.product_id = p.id"
        });
        for term in terms {
            query.push(" AND ' ' || t.words LIKE ").arg(format!("% {term}%"));
        }
        by_name(query, filter);
        query.push(")");
        return;
    }
    query.push(if shown { " AND p.id IN (SELECT t.shown_id" } else { " AND p.id IN (SELECT t.product_id" });
    matching(tx, query, terms);
    by_name(query, filter);
    query.push(")");
}

/// ` AND …` if they are wanted by name alone. What is found by its words is looked at for that, so the index of words does the work.
fn by_name(query: &mut Query, filter: &Filter) {
    if filter.named && !filter.words.is_empty() {
        query.push(" AND ");
        named(query, &filter.words);
    }
}

/// ` FROM … WHERE …`: the texts, as `t`, that have words beginning like each of these.
pub(crate) fn matching(tx: &Tx, query: &mut Query, terms: &[String]) {
    query.push(tx.pick(
        " FROM product_search s CROSS JOIN product_texts t ON t.id = s.rowid WHERE product_search MATCH ",
        " FROM product_texts t WHERE array_to_tsvector(string_to_array(t.words, ' ')) @@ CAST(",
    ));
    query.arg(expression(tx, terms)).push(tx.pick(" AND t.tenant_id = ", " AS tsquery) AND t.tenant_id = ")).arg(tx.tenant());
}

/// How many products of a list have words that many share: from the words to the products, no further than `most`.
pub(crate) async fn count_common(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let mut query = Query::start("SELECT COUNT(*) AS n FROM (SELECT DISTINCT ");
    let shown = filter.parent.is_none() && !filter.low_stock;
    query.push(if shown { "t.shown_id" } else { "t.product_id" });
    query.push(" FROM product_search s CROSS JOIN product_texts t ON t.id = s.rowid CROSS JOIN products p ON p.id = ");
    query.push(if shown { "t.shown_id" } else { "t.product_id" });
    query.append(clause(tx, &Filter { words: Vec::new(), ..filter.clone() }, Way::Order));
    by_name(&mut query, filter);
    query.push(" AND product_search MATCH ").arg(expression(tx, &filter.words)).push(" LIMIT ").arg(most.saturating_add(1)).push(") AS counted");
    let counted: Counted = tx.one(query).await?;
    Ok((counted.n.min(most), counted.n <= most))
}

const TEXTS: &str = "INSERT INTO product_texts (tenant_id, product_id, shown_id, words, names) VALUES";
const TEXTS_AGAIN: &str = " ON CONFLICT (product_id) DO UPDATE SET words = excluded.words, names = excluded.names \
     WHERE product_texts.words <> excluded.words OR product_texts.names <> excluded.names";

/// Write the words and tags of products.
pub(crate) async fn write(tx: &mut Tx, products: &[Product], new: bool) -> Result<()> {
    let tenant: Value = tx.tenant().into();
    let mut query = Query::start(TEXTS);
    query.rows(products.iter().map(|p| {
        let shown = p.shelf.parent_id.unwrap_or(p.id.uuid());
        let all = words(&[&p.name, &p.sku, &p.shelf.tags, p.description.as_deref().unwrap_or_default()]);
        [tenant.clone(), p.id.into(), shown.into(), all.into(), words(&[&p.name, &p.sku]).into()]
    }));
    query.push(TEXTS_AGAIN);
    tx.run(query).await?;
    if !new {
        let mut query = Query::start("DELETE FROM product_tags WHERE tenant_id = ");
        query.arg(tenant.clone()).push(" AND product_id IN ").list(products.iter().map(|p| p.id.into()));
        tx.run(query).await?;
    }
    let tags: BTreeSet<(String, ProductId)> = products.iter().flat_map(|p| p.shelf.tag_list().into_iter().map(|tag| (tag, p.id))).collect();
    if tags.is_empty() {
        return Ok(());
    }
    let mut query = Query::start("INSERT INTO product_tags (tenant_id, tag, product_id) VALUES");
    query.rows(tags.into_iter().map(|(tag, id)| [tenant.clone(), tag.into(), id.into()]));
    tx.run(query).await.map(drop)
}

/// How many products of a list have something.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ByTag {
    /// The tag.
    pub tag: String,
    /// Products with it.
    pub products: i64,
}

/// How many products of a list are in a category.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ByCategory {
    /// The category.
    #[sqlx(try_from = "Uuid")]
    pub id: CategoryId,
    /// Products right in it.
    pub products: i64,
}

/// What the products a filter finds have in common: categories, and the 50 commonest tags.
pub async fn facets(tx: &mut Tx, filter: &Filter) -> Result<(Vec<ByCategory>, Vec<ByTag>)> {
    let mut query = Query::start("SELECT p.category_id AS id, COUNT(*) AS products FROM products p");
    query.append(clause(tx, filter, Way::Words)).push(" AND p.category_id IS NOT NULL GROUP BY p.category_id ORDER BY 2 DESC, 1 LIMIT 1000");
    let categories = tx.all(query).await?;
    let mut query = Query::start("SELECT f.tag, COUNT(*) AS products FROM products p JOIN product_tags f ON f.product_id = p.id");
    query.append(clause(tx, filter, Way::Words)).push(" AND f.tenant_id = ").arg(tx.tenant());
    query.push(" GROUP BY f.tag ORDER BY 2 DESC, 1 LIMIT 50");
    Ok((categories, tx.all(query).await?))
}

const COUNT_VARIANTS: &str = "UPDATE products SET variant_count = (SELECT COUNT(*) FROM products v WHERE v.parent_id = $2 AND v.tenant_id = $1), \
     updated_at = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2";

/// Write down how many variants a product has.
pub async fn count_variants(tx: &mut Tx, id: ProductId, at: Timestamp) -> Result<()> {
    tx.run(sql(COUNT_VARIANTS).bind(tx.tenant()).bind(id).bind(at)).await.map(drop)
}

const ARCHIVE: &str =
    "UPDATE products SET active = $3, updated_at = $4, version = version + 1 WHERE tenant_id = $1 AND parent_id = $2 AND active = $5";

/// Withdraw every variant of a product from sale.
pub async fn archive_variants(tx: &mut Tx, id: ProductId, at: Timestamp) -> Result<()> {
    tx.run(sql(ARCHIVE).bind(tx.tenant()).bind(id).bind(false).bind(at).bind(true)).await.map(drop)
}
