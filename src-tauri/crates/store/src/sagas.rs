//! The `sagas` and `saga_steps` tables: every run, and every try of every step in the order they were begun.

use purser_core::Timestamp;
use purser_core::ids::SagaId;
use purser_core::sagas::{Direction, SagaState, StepState};
use sqlx::types::Json;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// A run.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Saga {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: SagaId,
    /// What is done.
    pub kind: String,
    /// What it is about.
    pub subject_id: Uuid,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: SagaState,
    /// Whether steps are being undone.
    pub undoing: bool,
    /// With what. Ids and plain facts, never a secret.
    pub payload: Json<serde_json::Value>,
    /// Why it is undone or stuck.
    pub error: Option<String>,
    /// What a person wrote down when they settled it.
    pub note: Option<String>,
    /// The run that this one tries again.
    pub again_of: Option<Uuid>,
    /// The person who set it off.
    pub created_by: Option<Uuid>,
    /// Begun.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
    /// Over.
    #[sqlx(try_from = "MaybeInstant")]
    pub finished_at: Option<Timestamp>,
    /// Counts changes.
    pub version: i64,
}

/// One try of one step.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Step {
    /// Place in the run.
    pub seq: i64,
    /// Its name.
    pub name: String,
    /// Done or undone.
    #[sqlx(try_from = "String")]
    pub direction: Direction,
    /// What came of it.
    #[sqlx(try_from = "String")]
    pub state: StepState,
    /// Which try in this direction, from 1.
    pub attempt: i64,
    /// What it brought.
    pub output: Option<Json<serde_json::Value>>,
    /// Why it failed.
    pub error: Option<String>,
    /// Begun.
    #[sqlx(try_from = "Instant")]
    pub started_at: Timestamp,
    /// Over.
    #[sqlx(try_from = "MaybeInstant")]
    pub ended_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "s.id, s.kind, s.subject_id, s.state, s.undoing, s.payload, s.error, s.note, s.again_of, s.created_by, s.created_at, s.updated_at, \
         s.finished_at, s.version"
    };
}

static LIST: List<Saga> = List {
    select: concat!("SELECT ", columns!(), " FROM sagas s"),
    id: "s.id",
    row_id: |saga| saga.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "s.created_at", key: |saga| Key::Time(saga.created_at.micros()) }],
};

const INSERT: &str = "INSERT INTO sagas (id, tenant_id, kind, subject_id, state, undoing, payload, again_of, created_by, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";

/// Write a new run down.
pub async fn insert(tx: &mut Tx, saga: &Saga) -> Result<()> {
    let query = sql(INSERT)
        .bind(saga.id)
        .bind(tx.tenant())
        .bind(&saga.kind)
        .bind(saga.subject_id)
        .bind(saga.state.as_str())
        .bind(saga.undoing)
        .bind(saga.payload.0.clone())
        .bind(saga.again_of)
        .bind(saga.created_by)
        .bind(saga.created_at);
    tx.run(query).await.map(drop)
}

/// Which runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Any of these states.
    pub states: Vec<SagaState>,
    /// Any of these kinds.
    pub kinds: Vec<String>,
    /// About this thing.
    pub subject: Option<Uuid>,
    /// With this id, about the thing with this id, or with this text in their kind or in what went wrong.
    pub search: Option<String>,
}

fn condition(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE s.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.states.is_empty() {
        query.push(" AND s.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if !filter.kinds.is_empty() {
        query.push(" AND s.kind IN ").list(filter.kinds.iter().map(Value::from));
    }
    if let Some(subject) = filter.subject {
        query.push(" AND s.subject_id = ").arg(subject);
    }
    match filter.search.as_deref().map(|text| (text, Uuid::parse_str(text.trim()))) {
        None => {}
        Some((_, Ok(id))) => {
            query.push(" AND (s.id = ").arg(id).push(" OR s.subject_id = ").arg(id).push(")");
        }
        Some((text, Err(_))) => {
            let pattern = format!("%{}%", crate::sql::like(&text.to_lowercase()));
            query.push(" AND (LOWER(s.kind) LIKE ").arg(pattern.clone()).push(" ESCAPE '\\' OR LOWER(s.error) LIKE ").arg(pattern);
            query.push(" ESCAPE '\\')");
        }
    }
    query
}

/// A page of runs, newest first unless sorted otherwise.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Saga>> {
    let condition = condition(tx, filter);
    LIST.page(tx, &condition, page).await
}

/// How many there are, exact up to `most`.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let condition = condition(tx, filter);
    crate::page::count(tx, "sagas s", &condition, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM sagas s WHERE s.tenant_id = $1 AND s.id = $2");
const HOLD: &str = concat!("SELECT ", columns!(), " FROM sagas s WHERE s.tenant_id = $1 AND s.id = $2 FOR UPDATE");

/// One run.
pub async fn find(tx: &mut Tx, id: SagaId) -> Result<Option<Saga>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// One run, held until the transaction ends.
pub async fn hold(tx: &mut Tx, id: SagaId) -> Result<Option<Saga>> {
    tx.optional(sql(tx.pick(FIND, HOLD)).bind(tx.tenant()).bind(id)).await
}

/// Tries of steps shown of one run.
const MOST_STEPS: i64 = 1_000;

const STEPS: &str = "SELECT seq, name, direction, state, attempt, output, error, started_at, ended_at FROM saga_steps \
     WHERE tenant_id = $1 AND saga_id = $2 ORDER BY seq LIMIT $3";

/// Every try of every step of a run, in the order they were begun.
pub async fn steps(tx: &mut Tx, id: SagaId) -> Result<Vec<Step>> {
    tx.all(sql(STEPS).bind(tx.tenant()).bind(id).bind(MOST_STEPS)).await
}

const BEGIN: &str = "INSERT INTO saga_steps (saga_id, seq, tenant_id, name, direction, state, attempt, started_at) \
     VALUES ($1, $2, $3, $4, $5, 'running', $6, $7) ON CONFLICT (saga_id, seq) DO NOTHING";

const CLOSE: &str = "UPDATE saga_steps SET state = 'failed', error = 'The process that was at it ended.', ended_at = $3 \
     WHERE tenant_id = $1 AND saga_id = $2 AND state = 'running'";

/// Write down that a step was begun, and that nobody is at the one before any more; `false` if somebody else has begun the one in its place.
pub async fn begin_step(tx: &mut Tx, id: SagaId, step: &Step) -> Result<bool> {
    tx.run(sql(CLOSE).bind(tx.tenant()).bind(id).bind(step.started_at)).await?;
    let query = sql(BEGIN).bind(id).bind(step.seq).bind(tx.tenant()).bind(&step.name).bind(step.direction.as_str());
    Ok(tx.run(query.bind(step.attempt).bind(step.started_at)).await? == 1)
}

const END: &str = "UPDATE saga_steps SET state = $4, output = $5, error = $6, ended_at = $7 \
     WHERE tenant_id = $1 AND saga_id = $2 AND seq = $3 AND state = 'running'";

/// Write down what came of a step; `false` if that was written before.
pub async fn end_step(tx: &mut Tx, id: SagaId, step: &Step) -> Result<bool> {
    let output = step.output.as_ref().map(|output| output.0.clone());
    let query = sql(END).bind(tx.tenant()).bind(id).bind(step.seq).bind(step.state.as_str()).bind(output);
    Ok(tx.run(query.bind(step.error.clone()).bind(step.ended_at)).await? == 1)
}

const ADVANCE: &str = "UPDATE sagas SET state = $3, undoing = $4, error = $5, note = $6, finished_at = $7, updated_at = $8, version = version + 1 \
     WHERE tenant_id = $1 AND id = $2 AND version = $9";

/// Write down where a run that is still at `saga.version` stands now; `false` if it has moved on.
pub async fn advance(tx: &mut Tx, saga: &Saga) -> Result<bool> {
    let query = sql(ADVANCE).bind(tx.tenant()).bind(saga.id).bind(saga.state.as_str()).bind(saga.undoing).bind(saga.error.clone());
    Ok(tx.run(query.bind(saga.note.clone()).bind(saga.finished_at).bind(saga.updated_at).bind(saga.version)).await? == 1)
}
