//! The `sign_ins` table: every attempt to sign in, good and bad.

use purser_core::Timestamp;
use purser_core::identity::{Outcome, Risk, Risks};
use purser_core::ids::{SessionId, TenantId, UserId};
use uuid::Uuid;

use crate::page::{Key, List};
use crate::rows::Instant;
use crate::sql::like;
use crate::{Listing, Page, Query, Result, SortKey, Tx, sql};

/// An attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Id.
    pub id: Uuid,
    /// Tenant.
    pub tenant: TenantId,
    /// Whose account, if there is one.
    pub user: Option<UserId>,
    /// The address as typed.
    pub email: Option<String>,
    /// `signed_in` or `refused`.
    pub outcome: &'static str,
    /// Why it was refused.
    pub reason: Option<&'static str>,
    /// What was shown: `password`, `totp`, …
    pub method: &'static str,
    /// From where.
    pub ip: Option<String>,
    /// With which client program.
    pub user_agent: Option<String>,
    /// The session it led to.
    pub session: Option<SessionId>,
    /// Whether the person was never seen with this client program before.
    pub new_device: bool,
    /// The country of the address, `here` or `private`.
    pub place: Option<String>,
    /// The network of the address.
    pub network: Option<String>,
    /// What is worth knowing of it.
    pub risks: Risks,
    /// When.
    pub at: Timestamp,
}

const INSERT: &str = "INSERT INTO sign_ins (id, tenant_id, user_id, email, outcome, reason, method, ip, user_agent, session_id, new_device, at, place, \
     network, risks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
const KNOWN: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM sign_ins WHERE tenant_id = $1 AND user_id = $2 AND outcome = 'signed_in' \
     AND COALESCE(user_agent, '') = $3 AND COALESCE(ip, '') = $5 AND at > $4 LIMIT 1) AS found";
const SEEN: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM sign_ins WHERE tenant_id = $1 AND user_id = $2 AND outcome = 'signed_in' \
     AND at > $3 LIMIT 1) AS found";
const SAFE: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM sign_ins s WHERE s.tenant_id = $4 AND s.user_id = $1 \
     AND s.outcome = 'signed_in' AND s.ip = $2 AND s.at > $3 LIMIT 1) AS found";

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Write an attempt down.
pub async fn insert(tx: &mut Tx, attempt: Attempt) -> Result<()> {
    let query = sql(INSERT)
        .bind(attempt.id)
        .bind(attempt.tenant)
        .bind(attempt.user)
        .bind(attempt.email)
        .bind(attempt.outcome)
        .bind(attempt.reason)
        .bind(attempt.method)
        .bind(attempt.ip)
        .bind(attempt.user_agent)
        .bind(attempt.session)
        .bind(attempt.new_device)
        .bind(attempt.at)
        .bind(attempt.place)
        .bind(attempt.network)
        .bind(attempt.risks.bits());
    tx.run(query).await.map(drop)
}

/// How this client program at this address compares with where somebody has signed in from since `since`.
pub async fn device(tx: &mut Tx, user: UserId, (agent, ip): (&str, Option<&str>), since: Timestamp) -> Result<Seen> {
    let ip = ip.unwrap_or_default().to_owned();
    let known: Count = tx.one(sql(KNOWN).bind(tx.tenant()).bind(user).bind(agent.to_owned()).bind(since).bind(ip)).await?;
    if known.n > 0 {
        return Ok(Seen::This);
    }
    let seen: Count = tx.one(sql(SEEN).bind(tx.tenant()).bind(user).bind(since)).await?;
    Ok(if seen.n > 0 { Seen::Others } else { Seen::Nothing })
}

/// How something compares with what was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// There is nothing to compare with.
    Nothing,
    /// Others were seen, this one never.
    Others,
    /// It was seen before.
    This,
}

/// What is known of the sign-ins of a person before.
#[derive(Clone, Debug)]
pub struct Before {
    /// The place asked for.
    pub place: Seen,
    /// The network asked for.
    pub network: Seen,
    /// When the last was, and from what place.
    pub last: Option<(Timestamp, Option<String>)>,
    /// Failures since, as far as they were asked for.
    pub failures: i64,
}

#[derive(sqlx::FromRow)]
struct Known {
    placed: i64,
    same_place: i64,
    networked: i64,
    same_network: i64,
}

#[derive(sqlx::FromRow)]
struct Last {
    #[sqlx(try_from = "Instant")]
    at: Timestamp,
    place: Option<String>,
}

/// One sign-in of the person that worked and answers to `$condition`.
macro_rules! one_with {
    ($condition:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM (SELECT 1 AS one FROM sign_ins WHERE tenant_id = $1 AND user_id = $2 AND outcome = 'signed_in' AND at > $3 AND ",
            $condition,
            " LIMIT 1) AS found)"
        )
    };
}

const BEFORE: &str = concat!(
    "SELECT ",
    one_with!("place IS NOT NULL"),
    " AS placed, ",
    one_with!("place = $4"),
    " AS same_place, ",
    one_with!("network IS NOT NULL"),
    " AS networked, ",
    one_with!("network = $5"),
    " AS same_network"
);
const LAST: &str = "SELECT at, place FROM sign_ins WHERE tenant_id = $1 AND user_id = $2 AND outcome = 'signed_in' AND at > $3 \
     ORDER BY at DESC, id DESC LIMIT 1";
const FAILURES: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM sign_ins WHERE tenant_id = $1 AND user_id = $2 AND outcome = 'refused' \
     AND reason IN ('wrong_password', 'wrong_code', 'wrong_passkey', 'copied_passkey', 'locked') AND at > $3 LIMIT $4) AS found";

/// What is known of the sign-ins of a person since `since`, beside `place` and `network`; failures are counted since `lately` and up to `most`.
pub async fn before(
    tx: &mut Tx,
    user: UserId,
    (place, network): (Option<&str>, Option<&str>),
    (since, lately, most): (Timestamp, Timestamp, i64),
) -> Result<Before> {
    let (place, network) = (place.unwrap_or_default().to_owned(), network.unwrap_or_default().to_owned());
    let known: Known = tx.one(sql(BEFORE).bind(tx.tenant()).bind(user).bind(since).bind(place).bind(network)).await?;
    let last: Option<Last> = tx.optional(sql(LAST).bind(tx.tenant()).bind(user).bind(since)).await?;
    let from = last.as_ref().map_or(lately, |last| last.at.max(lately));
    let failures: Count = tx.one(sql(FAILURES).bind(tx.tenant()).bind(user).bind(from).bind(most)).await?;
    let seen = |any: i64, same: i64| match (any, same) {
        (0, _) => Seen::Nothing,
        (_, 0) => Seen::Others,
        _ => Seen::This,
    };
    Ok(Before {
        place: seen(known.placed, known.same_place),
        network: seen(known.networked, known.same_network),
        last: last.map(|last| (last.at, last.place)),
        failures: failures.n,
    })
}

/// Whether this account was signed in to from `ip` since `since`.
pub async fn is_usual_address(tx: &mut Tx, (tenant, user): (TenantId, UserId), ip: &str, since: Timestamp) -> Result<bool> {
    let count: Count = tx.one(sql(SAFE).bind(user).bind(ip.to_owned()).bind(since).bind(tenant)).await?;
    Ok(count.n > 0)
}

/// An attempt as lists show it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SignIn {
    /// Id.
    pub id: Uuid,
    /// Whose account, if there is one.
    pub user_id: Option<Uuid>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The address as typed, where it looked like one.
    pub email: Option<String>,
    /// `signed_in` or `refused`.
    pub outcome: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// What was shown: `password`, `totp`, …
    pub method: Option<String>,
    /// From where.
    pub ip: Option<String>,
    /// With which client program.
    pub user_agent: Option<String>,
    /// Whether the person was never seen with this client program before.
    pub new_device: bool,
    /// The country of the address, `here` or `private`.
    pub place: Option<String>,
    /// What is worth knowing of it.
    #[sqlx(try_from = "i64")]
    pub risks: Risks,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
}

/// Which attempts are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// On any of these accounts.
    pub users: Vec<UserId>,
    /// Any of these outcomes.
    pub outcomes: Vec<Outcome>,
    /// Any of these addresses.
    pub ips: Vec<String>,
    /// From any of these places.
    pub places: Vec<String>,
    /// With any of these risks.
    pub risks: Vec<Risk>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// With this in the address that was typed.
    pub search: Option<String>,
}

const LIST: List<SignIn> = List {
    select: "SELECT s.id, s.user_id, u.first_name, u.last_name, s.email, s.outcome, s.reason, s.method, s.ip, s.user_agent, s.new_device, s.place, s.risks, \
         s.at \
         FROM sign_ins s LEFT JOIN users u ON u.id = s.user_id",
    id: "s.id",
    row_id: |row| row.id,
    sorts: &[SortKey { name: "at", column: "s.at", key: |row| Key::Time(row.at.micros()) }],
};

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE s.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.users.is_empty() {
        query.push(" AND s.user_id IN ").list(filter.users.iter().map(|id| (*id).into()));
    }
    if !filter.outcomes.is_empty() {
        query.push(" AND s.outcome IN ").list(filter.outcomes.iter().map(|outcome| outcome.as_str().into()));
    }
    if !filter.ips.is_empty() {
        query.push(" AND s.ip IN ").list(filter.ips.iter().map(Into::into));
    }
    if !filter.places.is_empty() {
        query.push(" AND s.place IN ").list(filter.places.iter().map(Into::into));
    }
    if !filter.risks.is_empty() {
        // The first half is what the index of sign-ins with risks is found by.
        let risks: Risks = filter.risks.iter().copied().collect();
        query.push(" AND s.risks <> 0 AND (s.risks & ").arg(risks.bits()).push(") <> 0");
    }
    if let Some(from) = filter.from {
        query.push(" AND s.at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND s.at < ").arg(to);
    }
    if let Some(search) = &filter.search {
        query.push(tx.pick(" AND s.email LIKE ", " AND s.email ILIKE ")).arg(format!("%{}%", like(search))).push(" ESCAPE '\\'");
    }
    query
}

/// One page, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<SignIn>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "sign_ins s", &clause, most).await
}
