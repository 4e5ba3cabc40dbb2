//! Walking the chain: every line is hashed again and compared with what is stored and with the line before it.

use std::collections::BTreeMap;

use purser_core::access::{Grant, can};
use purser_core::audit::GENESIS;
use purser_core::ids::{AuditId, TenantId};
use purser_core::{Error, Result};
use purser_store::audit::{self as store, AuditRow};
use purser_store::{Db, Scope, tenants};
use uuid::Uuid;

use crate::App;

/// What the walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Lines that are as they were written.
    pub checked: i64,
    /// Lines of these from which a person was erased.
    pub erased: i64,
    /// Hash of the last good line, in hex: written down elsewhere, it proves later that nothing before it was touched.
    pub head: String,
    /// The first line that is not as it was written.
    pub first_bad: Option<Bad>,
}

/// A line that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// Its place in the chain.
    pub seq: i64,
    /// Its id; `None` when the line is gone.
    pub id: Option<AuditId>,
    /// What is wrong with it.
    pub reason: String,
}

/// Walk the log of the caller's tenant.
pub async fn verify(app: &App, by: &Grant<can::ReadAudit>) -> Result<Verdict> {
    walk(&app.db, by.tenant()).await
}

/// Walk the logs of all tenants, oldest first; the command line's way, which needs no engine, only the database.
pub async fn verify_all(db: &Db) -> Result<Vec<(String, Verdict)>> {
    let tenants = db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?;
    let mut verdicts = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        verdicts.push((tenant.name, walk(db, tenant.id).await?));
    }
    Ok(verdicts)
}

/// Lines read at once.
const BATCH: i64 = 2_000;

async fn walk(db: &Db, tenant: TenantId) -> Result<Verdict> {
    // Read first: lines that are added meanwhile only make the log longer.
    let end = db.read(tenant, async |tx| store::end(tx, tenant).await.map_err(Error::from)).await?;
    let mut chain = Chain { seq: 0, hash: GENESIS.to_vec(), erased: 0, without_order: BTreeMap::new() };
    let first_bad = loop {
        let rows = db.read(tenant, async |tx| store::walk(tx, tenant, chain.seq, BATCH).await.map_err(Error::from)).await?;
        let whole = rows.len() == usize::try_from(BATCH).unwrap_or(usize::MAX);
        if let Some(bad) = rows.into_iter().find_map(|row| chain.follow(row)) {
            break Some(bad);
        }
        if !whole {
            break chain.ends_at(end);
        }
    };
    Ok(Verdict { checked: chain.seq, erased: chain.erased, head: hex::encode(&chain.hash), first_bad })
}

/// The last good line.
struct Chain {
    seq: i64,
    hash: Vec<u8>,
    erased: i64,
    /// People who were erased from lines, with the first of these, while the line that says so was not met.
    without_order: BTreeMap<Uuid, (i64, AuditId)>,
}

/// The action of the line that every erasure leaves.
pub(crate) const ERASED: &str = "user.erase";

impl Chain {
    /// Go on to `row`, or say what is wrong with it.
    fn follow(&mut self, row: AuditRow) -> Option<Bad> {
        let expected = self.seq + 1;
        let bad = |reason: String| Some(Bad { seq: row.seq, id: Some(row.id), reason });
        if row.seq != expected {
            let gap = if row.seq == expected + 1 { format!("line {expected} is") } else { format!("lines {expected} to {} are", row.seq - 1) };
            return Some(Bad { seq: expected, id: None, reason: format!("{gap} missing; the next line there is {}", row.seq) });
        }
        let own = row.link().hash(&row.prev_hash);
        if row.prev_hash != self.hash {
            // Whole in itself but not the successor of the line before: something was taken out, put in or moved.
            return bad(if own[..] == row.hash[..] {
                format!("it does not follow line {}: lines were moved, replaced or taken away", self.seq)
            } else {
                "its link to the line before was changed".into()
            });
        }
        if own[..] != row.hash[..] {
            return bad("a field of it was changed after it was written".into());
        }
        self.seq = row.seq;
        self.note_erasure(&row);
        self.hash = row.hash;
        None
    }

    /// Texts are only taken out when a person is erased, and that is itself a line further on.
    fn note_erasure(&mut self, row: &AuditRow) {
        if row.action == ERASED
            && let Some(person) = row.subject_id
        {
            self.without_order.remove(&person);
            return;
        }
        let actor = row.erased_actor.as_ref().and(row.actor_id);
        let subject = row.erased_subject.as_ref().and(row.subject_id).filter(|_| row.subject_type == "user");
        self.erased += i64::from(row.erased_actor.is_some() || row.erased_subject.is_some());
        for person in [actor, subject].into_iter().flatten() {
            self.without_order.entry(person).or_insert((row.seq, row.id));
        }
    }

    /// The log must not end before the place the database remembers as its end.
    fn ends_at(&self, end: Option<(i64, Vec<u8>)>) -> Option<Bad> {
        let missing = |seq: i64, reason: String| Some(Bad { seq, id: None, reason });
        match end {
            Some((seq, _)) if seq > self.seq => missing(self.seq + 1, format!("the log ends at line {}, but {seq} lines were written", self.seq)),
            Some((seq, hash)) if seq == self.seq && hash != self.hash => missing(seq, "the last line is not the one that was written".into()),
            None if self.seq > 0 => missing(self.seq, "the record of where the log ends is gone".into()),
            _ => self.without_order.values().min().map(|(seq, id)| Bad {
                seq: *seq,
                id: Some(*id),
                reason: "texts were taken out of it, but no line says that this person was erased".into(),
            }),
        }
    }
}
