//! What a search box asks of lists about orders: an order's number, or the beginnings of words of its customer's name or address.

use crate::{Query, Tx};

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundBy {
    /// Just this number.
    pub number: Option<i64>,
    /// Beginnings of words, all of which have to be found; folded by `purser_core::text::terms`.
    pub words: Vec<String>,
}

/// Customers looked at for one search; a word that more people share finds the rest when another word is added.
const CANDIDATES: i64 = 2_000;

/// First text after every text that begins with `word`, in byte order.
fn past(word: &str) -> String {
    format!("{word}{}", char::MAX)
}

/// ` AND {column} IN (…)`: customers found by `words`. The longest word narrows them down, the others are looked up one by one.
pub(crate) fn customers(tx: &Tx, query: &mut Query, column: &'static str, words: &[String]) {
    // The longest word is the rarest, as a rule.
    let Some(first) = words.iter().max_by_key(|word| word.len()) else { return };
    let tenant = tx.tenant();
    query.push(" AND ").push(column).push(" IN (SELECT t.user_id FROM user_terms t WHERE t.tenant_id = ").arg(tenant);
    query.push(" AND t.term >= ").arg(first).push(" AND t.term < ").arg(past(first));
    for word in words.iter().filter(|word| *word != first) {
        query.push(" AND EXISTS (SELECT 1 FROM user_terms w WHERE w.user_id = t.user_id AND w.tenant_id = ").arg(tenant);
        query.push(" AND w.term >= ").arg(word).push(" AND w.term < ").arg(past(word)).push(")");
    }
    query.push(" LIMIT ").arg(CANDIDATES).push(")");
}

/// ` AND {column} IN (…)`: orders found by number or customer.
pub(crate) fn orders(tx: &Tx, query: &mut Query, column: &'static str, by: &FoundBy) {
    query.push(" AND ").push(column).push(" IN (SELECT so.id FROM orders so WHERE so.tenant_id = ").arg(tx.tenant());
    if let Some(number) = by.number {
        query.push(" AND so.number = ").arg(number);
    }
    customers(tx, query, "so.customer_id", &by.words);
    query.push(")");
}
