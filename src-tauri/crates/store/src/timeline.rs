//! What happened around one person or one order, from every table that tells of it: one statement a table, newest first.

use purser_core::Timestamp;
use purser_core::ids::{OrderId, UserId};
use uuid::Uuid;

use crate::page::Key;
use crate::rows::Instant;
use crate::{Cursor, Query, Result, Tx};

/// Whose story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Everything around a person.
    Person(UserId),
    /// Everything around an order.
    Order(OrderId),
}

/// One thing that happened.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Entry {
    /// Id of the row that tells of it.
    pub id: Uuid,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
    /// The domain's word for it: `order.create`, or a state.
    pub word: String,
    /// More, in a person's words: a reason, a method, a name.
    pub detail: Option<String>,
    /// Who did it.
    pub actor_id: Option<Uuid>,
    /// Who did it, by name.
    pub actor_name: Option<String>,
    /// Minor units.
    pub amount: Option<i64>,
    /// Currency of the amount.
    pub currency: Option<String>,
    /// Kind of thing it happened to.
    pub subject_type: String,
    /// The thing.
    pub subject_id: Uuid,
    /// What a person calls it.
    pub subject_label: String,
}

/// A table that tells of what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The audit log.
    Audit,
    /// Attempts to sign in.
    SignIns,
    /// Orders as they were placed.
    Orders,
    /// Payments as they were begun.
    Payments,
    /// Refunds as they were asked for.
    Refunds,
    /// Files as they were attached.
    Files,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 6] = [Self::Audit, Self::SignIns, Self::Orders, Self::Payments, Self::Refunds, Self::Files];

    /// The statement up to its tenant, and the columns of instant and id.
    const fn select(self) -> (&'static str, [&'static str; 2]) {
        match self {
            Self::Audit => (
                "SELECT x.id, x.at, x.action AS word, x.reason AS detail, x.actor_id, x.actor_name, NULL AS amount, NULL AS currency, \
                 x.subject_type, x.subject_id, x.subject_label FROM audit_log x WHERE x.tenant_id = ",
                ["x.at", "x.id"],
            ),
            Self::SignIns => (
                "SELECT x.id, x.at, x.outcome AS word, x.ip AS detail, NULL AS actor_id, NULL AS actor_name, NULL AS amount, NULL AS currency, \
                 'user' AS subject_type, x.user_id AS subject_id, u.first_name || ' ' || u.last_name AS subject_label \
                 FROM sign_ins x JOIN users u ON u.id = x.user_id WHERE x.tenant_id = ",
                ["x.at", "x.id"],
            ),
            Self::Orders => (
                "SELECT x.id, x.created_at AS at, x.source AS word, NULL AS detail, NULL AS actor_id, NULL AS actor_name, x.total AS amount, \
                 x.currency, 'order' AS subject_type, x.id AS subject_id, '#' || CAST(x.number AS TEXT) AS subject_label \
                 FROM orders x WHERE x.tenant_id = ",
                ["x.created_at", "x.id"],
            ),
            Self::Payments => (
                "SELECT x.id, x.created_at AS at, x.state AS word, x.failure_message AS detail, NULL AS actor_id, NULL AS actor_name, x.amount, \
                 x.currency, 'payment' AS subject_type, x.id AS subject_id, '#' || CAST(o.number AS TEXT) AS subject_label \
                 FROM payments x JOIN orders o ON o.id = x.order_id WHERE x.tenant_id = ",
                ["x.created_at", "x.id"],
            ),
            Self::Refunds => (
                "SELECT x.id, x.created_at AS at, x.state AS word, x.reason AS detail, x.created_by AS actor_id, x.created_by_name AS actor_name, \
                 x.amount, x.currency, 'payment' AS subject_type, x.payment_id AS subject_id, '#' || CAST(o.number AS TEXT) AS subject_label \
                 FROM refunds x JOIN orders o ON o.id = x.order_id WHERE x.tenant_id = ",
                ["x.created_at", "x.id"],
            ),
            Self::Files => (
                "SELECT x.id, x.created_at AS at, x.content_type AS word, NULL AS detail, x.uploaded_by AS actor_id, \
                 b.first_name || ' ' || b.last_name AS actor_name, NULL AS amount, NULL AS currency, 'file' AS subject_type, \
                 x.id AS subject_id, x.name AS subject_label FROM files x LEFT JOIN users b ON b.id = x.uploaded_by \
                 WHERE x.deleted_at IS NULL AND x.tenant_id = ",
                ["x.created_at", "x.id"],
            ),
        }
    }

    /// The part of the statement that says whose; `false` where this table knows nothing of such a subject.
    fn narrow(self, query: &mut Query, subject: Subject) -> bool {
        match (self, subject) {
            (Self::Audit, Subject::Person(id)) => {
                query.push(" AND x.subject_id IN (SELECT ").arg(id);
                query.push(" UNION ALL SELECT id FROM orders WHERE tenant_id = x.tenant_id AND customer_id = ").arg(id);
                query.push(" UNION ALL SELECT id FROM payments WHERE tenant_id = x.tenant_id AND customer_id = ").arg(id).push(")");
            }
            (Self::Audit, Subject::Order(id)) => {
                query.push(" AND x.subject_id IN (SELECT ").arg(id);
                query.push(" UNION ALL SELECT id FROM payments WHERE order_id = ").arg(id).push(")");
            }
            (Self::SignIns, Subject::Person(id)) => {
                query.push(" AND x.user_id = ").arg(id);
            }
            (Self::SignIns, Subject::Order(_)) => return false,
            (Self::Orders | Self::Payments, Subject::Person(id)) => {
                query.push(" AND x.customer_id = ").arg(id);
            }
            (Self::Orders, Subject::Order(id)) => {
                query.push(" AND x.id = ").arg(id);
            }
            (Self::Payments | Self::Refunds, Subject::Order(id)) => {
                query.push(" AND x.order_id = ").arg(id);
            }
            (Self::Refunds, Subject::Person(id)) => {
                query.push(" AND o.customer_id = ").arg(id);
            }
            (Self::Files, Subject::Person(id)) => {
                query.push(" AND x.subject_id = ").arg(id);
            }
            (Self::Files, Subject::Order(id)) => {
                query.push(" AND x.subject_id = ").arg(id);
            }
        }
        true
    }
}

/// The newest `limit` entries of `source` about `subject`, older than `after`; of the audit log also those of its very instant.
pub async fn read(tx: &mut Tx, source: Source, subject: Subject, (after, limit): (Option<&Cursor>, i64)) -> Result<Vec<Entry>> {
    let (select, [at, id]) = source.select();
    let mut query = Query::start(select);
    query.arg(tx.tenant());
    if !source.narrow(&mut query, subject) {
        return Ok(Vec::new());
    }
    if let Some(Cursor { key: Key::Time(micros), id: seen, .. }) = after {
        let micros = Timestamp::from_micros(*micros);
        if source == Source::Audit {
            // Every line of that instant: it may belong to a row that has yet to be told.
            query.push(" AND ").push(at).push(" <= ").arg(micros);
        } else {
            query.push(" AND (").push(at).push(", ").push(id).push(") < (").arg(micros).push(", ").arg(*seen).push(")");
        }
    }
    query.push(" ORDER BY ").push(at).push(" DESC, ").push(id).push(" DESC LIMIT ").arg(limit);
    tx.all(query).await
}
