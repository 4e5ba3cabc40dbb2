//! Who did what: every sensitive action leaves one line, in the same transaction.

mod log;
mod verify;

pub use log::{export, list, read};
pub(crate) use verify::ERASED;
pub use verify::{Bad, Verdict, verify, verify_all};

use purser_core::access::{Caller, Grant, can};
use purser_core::audit::Entry;
use purser_core::{Error, Result};
use purser_store::migrate::Moved;
use purser_store::{Scope, Tx, tenancy};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::App;

/// What a line says beyond who and when. Secrets never go in: `before` and `after` are views made for it.
#[derive(Clone, Debug, Default)]
pub struct Line {
    action: &'static str,
    subject_type: &'static str,
    subject_id: Option<Uuid>,
    label: String,
    before: Option<String>,
    after: Option<String>,
    reason: Option<String>,
}

impl Line {
    /// `action` (`order.refund`) was done to a thing of a kind (`order`).
    pub fn new(action: &'static str, subject_type: &'static str, subject: impl Into<Uuid>, label: impl Into<String>) -> Self {
        Self { action, subject_type, subject_id: Some(subject.into()), label: label.into(), ..Self::default() }
    }

    /// What it was before.
    #[must_use]
    pub fn before(self, state: &impl Serialize) -> Self {
        Self { before: serde_json::to_string(state).ok(), ..self }
    }

    /// What it is now.
    #[must_use]
    pub fn after(self, state: &impl Serialize) -> Self {
        Self { after: serde_json::to_string(state).ok(), ..self }
    }

    /// Why.
    #[must_use]
    pub fn reason(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }
}

/// Write into the log of the home of the installation that its tables were brought up to date, if they were and there is one yet.
pub async fn tables_moved(app: &App, moved: &Moved) -> Result<()> {
    let Some(newest) = moved.applied.last().filter(|_| moved.from > 0) else { return Ok(()) };
    let Some(home) = app.db.read(Scope::System, async |tx| tenancy::home(tx).await.map_err(Error::from)).await? else { return Ok(()) };
    let by = Grant::<can::ReadSystem>::system(home.id, app.clock.now(), &app.ids);
    app.db
        .transact(&by, async |tx| {
            let line = Line::new("system.schema", "tenant", home.id.uuid(), home.name.clone());
            let after = serde_json::json!({ "version": newest, "applied": moved.applied });
            record(tx, &by, line.before(&serde_json::json!({ "version": moved.from })).after(&after));
            Ok(())
        })
        .await
}

/// Write `line` with this transaction.
pub fn record<P>(tx: &mut Tx, by: &Grant<P>, line: Line) {
    let actor = by.actor();
    let actor_kind = match actor.caller {
        Caller::User(..) | Caller::Key(..) => "user",
        Caller::System => "system",
        Caller::Command => "command",
    };
    let origin = by.origin();
    let (actor_id, actor_name, after) = match &actor.acting {
        Some(acting) => (Some(acting.by), format!("{} as {}", acting.by_name, actor.name), Some(for_whom(line.after.as_deref(), by.user()))),
        None => (by.user(), actor.name.clone(), line.after),
    };
    tx.audit(Entry {
        id: by.id(),
        tenant: by.tenant(),
        at: by.now(),
        actor_kind,
        actor_id,
        actor_name,
        action: line.action,
        subject_type: line.subject_type,
        subject_id: line.subject_id,
        subject_label: line.label,
        before: line.before,
        after,
        reason: line.reason,
        ip: origin.ip.clone(),
        user_agent: origin.user_agent.clone(),
        request_id: origin.request_id,
    });
}

/// What a line says afterwards, with the person somebody else acted as.
fn for_whom(after: Option<&str>, user: Option<purser_core::ids::UserId>) -> String {
    let mut fields = match after.map(serde_json::from_str) {
        Some(Ok(Value::Object(fields))) => fields,
        _ => Map::new(),
    };
    fields.insert("onBehalfOf".into(), serde_json::json!(user));
    Value::Object(fields).to_string()
}

/// The fields in which two states of a thing differ, before and after: what a line keeps of a change.
pub fn changes(before: &impl Serialize, after: &impl Serialize) -> (Map<String, Value>, Map<String, Value>) {
    let (mut before, mut after) = (fields(before), fields(after));
    let same: Vec<String> = before.iter().filter(|(name, value)| after.get(*name) == Some(*value)).map(|(name, _)| name.clone()).collect();
    for name in same {
        before.remove(&name);
        after.remove(&name);
    }
    (before, after)
}

fn fields(state: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(state) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}
