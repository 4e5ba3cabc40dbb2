//! The one search box: a few of the best hits of each table, one statement a table.

use uuid::Uuid;

use crate::{Query, Result, Tx, Value, private, shelf};

/// Something found.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Hit {
    /// Its id.
    pub id: Uuid,
    /// What people call it.
    pub title: String,
    /// What tells it from its like.
    pub subtitle: Option<String>,
    /// Minor units.
    pub amount: Option<i64>,
    /// Currency of the amount.
    pub currency: Option<String>,
}

/// What is looked for, read once from what was typed.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Beginnings of words, folded.
    pub words: Vec<String>,
    /// The text, folded, for names that are looked into anywhere.
    pub text: String,
    /// The number, if it is one: `#10284`.
    pub number: Option<i64>,
    /// The id, if it is one.
    pub id: Option<Uuid>,
    /// The text, if it is like a telephone number.
    pub phone: Option<String>,
    /// Hits of each kind.
    pub limit: i64,
}

/// People looked at for one word: a word that more share finds the rest when another word is added.
const CANDIDATES: i64 = 2_000;

/// Beginnings of names looked for: the text, and the first of its words.
const BEGINNINGS: usize = 4;

fn past(word: &str) -> String {
    format!("{word}{}", char::MAX)
}

/// People, by the beginnings of words of name and address.
pub async fn people(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<Hit>> {
    let tenant = tx.tenant();
    let mut query =
        Query::start("SELECT u.id, u.first_name || ' ' || u.last_name AS title, u.email AS subtitle, NULL AS amount, NULL AS currency FROM ");
    // The longest word is most likely the rarest.
    let mut words: Vec<&String> = wanted.words.iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    match (wanted.id, &wanted.phone, words.split_first()) {
        (Some(id), ..) => {
            query.push("users u WHERE u.id = ").arg(id);
        }
        (None, Some(phone), _) => {
            let stored = private::phone_indexes(tx.seal()?, tenant, phone);
            query.push("users u WHERE u.phone_index IN ").list(stored.into_iter().map(Value::from));
        }
        (None, None, Some((first, others))) => {
            // The words are looked up first, and only then rows. CROSS JOIN keeps SQLite from turning that around.
            query.push("(SELECT c.id FROM (SELECT DISTINCT t.user_id AS id FROM user_terms t WHERE t.tenant_id = ").arg(tenant);
            query.push(" AND t.term >= ").arg(*first).push(" AND t.term < ").arg(past(first)).push(" LIMIT ").arg(CANDIDATES);
            query.push(") c WHERE 1 = 1");
            for word in others {
                query.push(" AND EXISTS (SELECT 1 FROM user_terms t WHERE t.user_id = c.id AND t.tenant_id = ").arg(tenant);
                query.push(" AND t.term >= ").arg(*word).push(" AND t.term < ").arg(past(word)).push(")");
            }
            query.push(") f CROSS JOIN users u WHERE u.id = f.id");
        }
        (None, None, None) => return Ok(Vec::new()),
    }
    query.push(" AND u.tenant_id = ").arg(tenant).push(" AND u.deleted_at IS NULL ORDER BY u.name_key, u.id LIMIT ").arg(wanted.limit);
    tx.all(query).await
}

/// Orders, by number or id.
pub async fn orders(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<Hit>> {
    let mut query = Query::start(
        "SELECT o.id, '#' || CAST(o.number AS TEXT) AS title, u.first_name || ' ' || u.last_name AS subtitle, o.total AS amount, o.currency \
         FROM orders o JOIN users u ON u.id = o.customer_id WHERE o.tenant_id = ",
    );
    query.arg(tx.tenant());
    match (wanted.id, wanted.number) {
        (Some(id), _) => query.push(" AND o.id = ").arg(id),
        (None, Some(number)) => query.push(" AND o.number = ").arg(number),
        (None, None) => return Ok(Vec::new()),
    };
    query.push(" LIMIT ").arg(wanted.limit);
    tx.all(query).await
}

/// Payments, by the number of their order or by id.
pub async fn payments(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<Hit>> {
    let mut query = Query::start(
        "SELECT p.id, '#' || CAST(o.number AS TEXT) AS title, p.state || ' · ' || p.method AS subtitle, p.amount, p.currency \
         FROM payments p JOIN orders o ON o.id = p.order_id WHERE o.tenant_id = ",
    );
    query.arg(tx.tenant());
    match (wanted.id, wanted.number) {
        (Some(id), _) => query.push(" AND p.id = ").arg(id),
        (None, Some(number)) => query.push(" AND o.number = ").arg(number),
        (None, None) => return Ok(Vec::new()),
    };
    query.push(" ORDER BY p.created_at DESC, p.id DESC LIMIT ").arg(wanted.limit);
    tx.all(query).await
}

/// Products, by the beginnings of words: those of their name and number first, then those of their tags and description.
pub async fn products(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<Hit>> {
    let mut query = Query::start("SELECT p.id, p.name AS title, p.sku AS subtitle, p.price AS amount, p.currency FROM (SELECT ");
    match wanted.id {
        Some(id) => {
            query.push("t.product_id AS id, 1 AS named FROM product_texts t WHERE t.product_id = ").arg(id);
        }
        None if wanted.words.is_empty() => return Ok(Vec::new()),
        None => {
            query.push("c.id, MAX(c.named) AS named FROM (");
            candidates(tx, &mut query, wanted);
            query.push(") AS c GROUP BY c.id");
        }
    }
    query.push(") AS f CROSS JOIN products p WHERE p.id = f.id").push(tx.pick(" AND +p.tenant_id = ", " AND p.tenant_id = ")).arg(tx.tenant());
    query.push(" ORDER BY f.named DESC, p.name_key, p.id LIMIT ").arg(wanted.limit);
    tx.all(query).await
}

/// Products that may be meant, as `id` and whether it is their name or number that says so. A word that every product's description has leaves
/// only some of them to look at, so those whose name begins with what was typed, or with one of its words, are fetched by their names first.
fn candidates(tx: &Tx, query: &mut Query, wanted: &Wanted) {
    let mut beginnings = vec![wanted.text.clone()];
    beginnings.extend(wanted.words.iter().filter(|word| **word != wanted.text).cloned());
    for beginning in beginnings.into_iter().filter(|one| !one.is_empty()).take(BEGINNINGS) {
        query.push("SELECT n.id, 1 AS named FROM (SELECT p.id FROM products p WHERE p.tenant_id = ").arg(tx.tenant());
        query.push(" AND p.name_key >= ").arg(&beginning).push(" AND p.name_key < ").arg(past(&beginning));
        query.push(" ORDER BY p.name_key, p.id LIMIT ").arg(CANDIDATES).push(") AS n CROSS JOIN product_texts t WHERE t.product_id = n.id AND ");
        shelf::named(query, &wanted.words);
        query.push(" UNION ALL ");
    }
    // The rest, and names that go on with it.
    query.push("SELECT w.id, w.named FROM (SELECT t.product_id AS id, CASE WHEN ");
    shelf::named(query, &wanted.words);
    query.push(" THEN 1 ELSE 0 END AS named");
    shelf::matching(tx, query, &wanted.words);
    query.push(" LIMIT ").arg(CANDIDATES).push(") AS w");
}

/// Files, by any part of the name.
pub async fn files(tx: &mut Tx, wanted: &Wanted) -> Result<Vec<Hit>> {
    let mut query = Query::start(
        "SELECT f.id, f.name AS title, f.subject_label AS subtitle, NULL AS amount, NULL AS currency FROM files f \
         WHERE f.deleted_at IS NULL AND f.tenant_id = ",
    );
    query.arg(tx.tenant());
    if let Some(id) = wanted.id {
        query.push(" AND f.id = ").arg(id);
    } else {
        query.push(" AND f.name_key LIKE ").arg(format!("%{}%", crate::sql::like(&wanted.text))).push(" ESCAPE '\\'");
    }
    query.push(" ORDER BY f.name_key, f.id LIMIT ").arg(wanted.limit);
    tx.all(query).await
}
