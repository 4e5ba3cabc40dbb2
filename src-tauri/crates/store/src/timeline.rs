//! What happened around one person or one order, from every table that tells of it: one statement a table, newest first.

use purser_core::Timestamp;
use purser_core::ids::{OrderId, TenantId, UserId};
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
    /// Parcels as they left.
    Parcels,
    /// Returns as they were asked for.
    Returns,
    /// Messages as they were written.
    Messages,
    /// Carts and drafts as they were begun.
    Carts,
    /// Stored credit as it was given or taken back.
    Credits,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 11] = [
        Self::Audit,
        Self::SignIns,
        Self::Orders,
        Self::Payments,
        Self::Refunds,
        Self::Files,
        Self::Parcels,
        Self::Returns,
        Self::Messages,
        Self::Carts,
        Self::Credits,
    ];

    /// What is read of each row.
    const fn columns(self) -> &'static str {
        match self {
            Self::Audit => {
                "SELECT x.id, x.at, x.action AS word, x.reason AS detail, x.actor_id, x.actor_name, NULL AS amount, NULL AS currency, \
                 x.subject_type, x.subject_id, x.subject_label"
            }
            Self::SignIns => {
                "SELECT x.id, x.at, x.outcome AS word, x.ip AS detail, NULL AS actor_id, NULL AS actor_name, NULL AS amount, NULL AS currency, \
                 'user' AS subject_type, x.user_id AS subject_id, u.first_name || ' ' || u.last_name AS subject_label"
            }
            Self::Orders => {
                "SELECT x.id, x.created_at AS at, x.source AS word, NULL AS detail, NULL AS actor_id, NULL AS actor_name, x.total AS amount, \
                 x.currency, 'order' AS subject_type, x.id AS subject_id, '#' || CAST(x.number AS TEXT) AS subject_label"
            }
            Self::Payments => {
                "SELECT x.id, x.created_at AS at, CASE WHEN x.captured = 0 THEN x.state WHEN x.provider = 'account' THEN 'sold' \
                 WHEN x.provider = 'credit' THEN 'spent' ELSE 'captured' END AS word, \
                 x.failure_message AS detail, NULL AS actor_id, NULL AS actor_name, x.amount, \
                 x.currency, 'payment' AS subject_type, x.id AS subject_id, '#' || CAST(o.number AS TEXT) AS subject_label"
            }
            Self::Refunds => {
                "SELECT x.id, x.created_at AS at, CASE WHEN x.state = 'succeeded' AND EXISTS (SELECT 1 FROM credit_moves m WHERE m.tenant_id = o.tenant_id \
                 AND m.customer_id = o.customer_id AND m.refund_id = x.id) THEN 'credited' ELSE x.state END AS word, \
                 x.reason AS detail, x.created_by AS actor_id, x.created_by_name AS actor_name, \
                 x.amount, x.currency, 'payment' AS subject_type, x.payment_id AS subject_id, '#' || CAST(o.number AS TEXT) AS subject_label"
            }
            Self::Files => {
                "SELECT x.id, x.created_at AS at, x.content_type AS word, NULL AS detail, x.uploaded_by AS actor_id, \
                 b.first_name || ' ' || b.last_name AS actor_name, NULL AS amount, NULL AS currency, 'file' AS subject_type, \
                 x.id AS subject_id, x.name AS subject_label"
            }
            Self::Parcels => {
                "SELECT x.id, x.created_at AS at, 'fulfil' AS word, x.carrier AS detail, NULL AS actor_id, NULL AS actor_name, NULL AS amount, \
                 NULL AS currency, 'order' AS subject_type, x.order_id AS subject_id, '#' || CAST(o.number AS TEXT) AS subject_label"
            }
            Self::Returns => {
                "SELECT x.id, x.created_at AS at, 'request' AS word, x.reason AS detail, NULL AS actor_id, NULL AS actor_name, NULL AS amount, \
                 NULL AS currency, 'order' AS subject_type, x.order_id AS subject_id, '#' || CAST(o.number AS TEXT) AS subject_label"
            }
            Self::Messages => {
                "SELECT x.id, x.created_at AS at, x.state AS word, NULL AS detail, NULL AS actor_id, NULL AS actor_name, NULL AS amount, \
                 NULL AS currency, 'mail' AS subject_type, x.id AS subject_id, x.subject AS subject_label"
            }
            Self::Carts => {
                "SELECT x.id, x.created_at AS at, x.kind AS word, NULL AS detail, NULL AS actor_id, NULL AS actor_name, x.value AS amount, \
                 x.currency, 'cart' AS subject_type, x.id AS subject_id, \
                 CASE x.kind WHEN 'draft' THEN 'D-' ELSE 'C-' END || CAST(x.number AS TEXT) AS subject_label"
            }
            Self::Credits => {
                "SELECT x.id, x.created_at AS at, x.kind AS word, x.reason AS detail, x.created_by AS actor_id, x.created_by_name AS actor_name, \
                 x.amount, x.currency, 'user' AS subject_type, x.customer_id AS subject_id, u.first_name || ' ' || u.last_name AS subject_label"
            }
        }
    }

    /// The columns of instant and id.
    const fn order(self) -> [&'static str; 2] {
        match self {
            Self::Audit | Self::SignIns => ["x.at", "x.id"],
            _ => ["x.created_at", "x.id"],
        }
    }

    /// Where it is read from, for this subject; `false` where this table knows nothing of such a subject.
    ///
    /// What belongs to the subject is few: it is looked up first. CROSS JOIN keeps SQLite from reading the whole table in its order instead.
    fn from(self, query: &mut Query, tenant: TenantId, subject: Subject) -> bool {
        match (self, subject) {
            (Self::Audit, _) => {
                query.push(" FROM (");
                subjects(query, tenant, subject);
                query.push(") s CROSS JOIN audit_log x WHERE x.subject_id = s.id AND x.tenant_id = ").arg(tenant);
            }
            (Self::SignIns, Subject::Person(id)) => {
                query.push(" FROM sign_ins x CROSS JOIN users u WHERE u.id = x.user_id AND x.tenant_id = ").arg(tenant);
                query.push(" AND x.user_id = ").arg(id);
            }
            (Self::SignIns | Self::Messages | Self::Carts | Self::Credits, Subject::Order(_)) => return false,
            (Self::Orders, Subject::Person(id)) => {
                query.push(" FROM orders x WHERE x.tenant_id = ").arg(tenant).push(" AND x.customer_id = ").arg(id);
            }
            (Self::Orders, Subject::Order(id)) => {
                query.push(" FROM orders x WHERE x.tenant_id = ").arg(tenant).push(" AND x.id = ").arg(id);
            }
            (Self::Payments, Subject::Person(id)) => {
                query.push(" FROM payments x CROSS JOIN orders o WHERE o.id = x.order_id AND x.tenant_id = ").arg(tenant);
                query.push(" AND x.customer_id = ").arg(id);
            }
            (Self::Payments, Subject::Order(id)) => {
                query.push(" FROM orders o CROSS JOIN payments x WHERE x.order_id = o.id AND o.tenant_id = ").arg(tenant);
                query.push(" AND o.id = ").arg(id);
            }
            (Self::Refunds, Subject::Person(id)) => {
                query.push(" FROM orders o CROSS JOIN refunds x WHERE x.order_id = o.id AND o.tenant_id = ").arg(tenant);
                query.push(" AND o.customer_id = ").arg(id);
            }
            (Self::Refunds, Subject::Order(id)) => {
                query.push(" FROM orders o CROSS JOIN refunds x WHERE x.order_id = o.id AND o.tenant_id = ").arg(tenant);
                query.push(" AND o.id = ").arg(id);
            }
            (Self::Files, Subject::Person(UserId(id)) | Subject::Order(OrderId(id))) => {
                query.push(" FROM files x LEFT JOIN users b ON b.id = x.uploaded_by WHERE x.deleted_at IS NULL AND x.tenant_id = ").arg(tenant);
                query.push(" AND x.subject_id = ").arg(id);
            }
            (Self::Parcels, _) => of_orders(query, tenant, (subject, "fulfilments")),
            (Self::Returns, _) => of_orders(query, tenant, (subject, "returns")),
            (Self::Messages, Subject::Person(id)) => {
                query.push(" FROM mails x WHERE x.tenant_id = ").arg(tenant).push(" AND x.user_id = ").arg(id);
            }
            // What was spent and what came of refunds is told by the payments and the refunds.
            (Self::Credits, Subject::Person(id)) => {
                query.push(" FROM users u CROSS JOIN credit_moves x WHERE x.customer_id = u.id AND x.tenant_id = ").arg(tenant);
                query.push(" AND u.tenant_id = x.tenant_id AND u.id = ").arg(id).push(" AND x.kind IN ('given', 'taken_back')");
            }
            (Self::Carts, Subject::Person(id)) => {
                query.push(" FROM carts x WHERE x.tenant_id = ").arg(tenant).push(" AND x.customer_id = ").arg(id);
            }
        }
        true
    }
}

/// From a table whose rows belong to orders.
fn of_orders(query: &mut Query, tenant: TenantId, (subject, table): (Subject, &'static str)) {
    query.push(" FROM orders o CROSS JOIN ").push(table).push(" x WHERE x.order_id = o.id AND o.tenant_id = ").arg(tenant);
    match subject {
        Subject::Person(id) => query.push(" AND o.customer_id = ").arg(id),
        Subject::Order(id) => query.push(" AND o.id = ").arg(id),
    };
}

/// The things whose lines of the log belong to the story.
fn subjects(query: &mut Query, tenant: TenantId, subject: Subject) {
    match subject {
        Subject::Person(id) => {
            query.push("SELECT u.id FROM users u WHERE u.tenant_id = ").arg(tenant).push(" AND u.id = ").arg(id);
            query.push(" UNION ALL SELECT o.id FROM orders o WHERE o.tenant_id = ").arg(tenant).push(" AND o.customer_id = ").arg(id);
            query.push(" UNION ALL SELECT p.id FROM payments p WHERE p.tenant_id = ").arg(tenant).push(" AND p.customer_id = ").arg(id);
            query.push(" UNION ALL SELECT d.id FROM orders o CROSS JOIN disputes d WHERE d.order_id = o.id AND o.tenant_id = ").arg(tenant);
            query.push(" AND o.customer_id = ").arg(id);
        }
        Subject::Order(id) => {
            query.push("SELECT o.id FROM orders o WHERE o.tenant_id = ").arg(tenant).push(" AND o.id = ").arg(id);
            query.push(" UNION ALL SELECT p.id FROM orders o CROSS JOIN payments p WHERE p.order_id = o.id AND o.tenant_id = ").arg(tenant);
            query.push(" AND o.id = ").arg(id);
            query.push(" UNION ALL SELECT d.id FROM orders o CROSS JOIN disputes d WHERE d.order_id = o.id AND o.tenant_id = ").arg(tenant);
            query.push(" AND o.id = ").arg(id);
        }
    }
}

/// The newest `limit` entries of `source` about `subject`, older than `after`; of the audit log also those of its very instant.
pub async fn read(tx: &mut Tx, source: Source, subject: Subject, (after, limit): (Option<&Cursor>, i64)) -> Result<Vec<Entry>> {
    let [at, id] = source.order();
    let mut query = Query::start(source.columns());
    if !source.from(&mut query, tx.tenant(), subject) {
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
