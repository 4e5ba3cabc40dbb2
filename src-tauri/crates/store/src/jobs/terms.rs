//! The words a piece of work is found by: its id, its kind, and every text and number it was put in with.

use std::collections::BTreeSet;

use purser_core::text;
use serde_json::Value as Json;
use uuid::Uuid;

use super::Job;
use crate::{Query, Result, Tx, Value};

/// Words kept of one piece of work; what is put in is ids and plain facts, so there are few.
const MOST: usize = 40;

/// Words written in one statement: three are bound for each.
const ROWS: usize = 5_000;

/// One word for an id, however it is written; the words of anything else.
fn words_of(text: &str) -> Vec<String> {
    match Uuid::parse_str(text.trim()) {
        Ok(id) => vec![id.simple().to_string()],
        Err(_) => text::terms(text),
    }
}

fn collect(value: &Json, into: &mut BTreeSet<String>) {
    match value {
        Json::String(text) => into.extend(words_of(text)),
        Json::Number(number) => drop(into.insert(number.to_string())),
        Json::Array(values) => values.iter().for_each(|value| collect(value, into)),
        Json::Object(fields) => fields.values().for_each(|value| collect(value, into)),
        Json::Null | Json::Bool(_) => {}
    }
}

/// The words of `job`.
fn of(job: &Job) -> impl Iterator<Item = String> {
    let mut words: BTreeSet<String> = words_of(&job.kind).into_iter().collect();
    words.insert(job.id.uuid().simple().to_string());
    collect(&job.payload.0, &mut words);
    words.into_iter().take(MOST)
}

/// Write down the words of `jobs`.
pub(super) async fn insert(tx: &mut Tx, jobs: impl IntoIterator<Item = &Job>) -> Result<()> {
    let rows: Vec<[Value; 3]> = jobs.into_iter().flat_map(|job| of(job).map(|word| [job.tenant_id.into(), word.into(), job.id.into()])).collect();
    for rows in rows.chunks(ROWS) {
        let mut query = Query::start("INSERT INTO job_terms (tenant_id, term, job_id) VALUES");
        query.rows(rows.iter().cloned());
        tx.run(query).await?;
    }
    Ok(())
}

/// Write down the words of `job` in place of those it had.
pub(super) async fn rewrite(tx: &mut Tx, job: &Job) -> Result<()> {
    tx.run(crate::sql("DELETE FROM job_terms WHERE tenant_id = $1 AND job_id = $2").bind(job.tenant_id).bind(job.id)).await?;
    insert(tx, [job]).await
}

/// ` AND (…)`: work with all of these words, by their beginnings, or that failed for good with this text in its reason.
pub(super) fn found(tx: &Tx, query: &mut Query, search: &str) {
    let (tenant, words) = (tx.tenant(), words_of(search));
    query.push(" AND (");
    if words.is_empty() {
        query.push("1 = 0");
    }
    for (place, word) in words.iter().enumerate() {
        query.push(if place == 0 {
            "j.id IN (SELECT t.job_id FROM job_terms t WHERE t.tenant_id = "
        } else {
            " AND j.id IN (SELECT t.job_id FROM job_terms t WHERE t.tenant_id = "
        });
        query.arg(tenant).push(" AND t.term >= ").arg(word).push(" AND t.term < ").arg(format!("{word}{}", char::MAX)).push(")");
    }
    let pattern = format!("%{}%", crate::sql::like(&search.to_lowercase()));
    query.push(" OR (j.tenant_id = ").arg(tenant).push(" AND j.state = 'dead' AND LOWER(j.last_error) LIKE ").arg(pattern).push(" ESCAPE '\\'))");
}

#[cfg(test)]
mod tests {
    use super::words_of;

    #[test]
    fn an_id_is_one_word_however_it_is_written() {
        let plain = "018f0c2e7a8b7001896c5ecb1ff9b085";
        assert_eq!(words_of("018f0c2e-7a8b-7001-896c-5ecb1ff9b085"), [plain]);
        assert_eq!(words_of(plain), [plain]);
        assert_eq!(words_of("mail.send"), ["mail", "send"]);
    }
}
