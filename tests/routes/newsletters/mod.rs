//! Newsletters: written, sent to those who agreed, each once; and wanting no more.

mod consents;
mod drafts;
mod leaving;
mod resting;
mod sending;
pub(crate) mod smtp;
mod stopped;
mod stopping;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use purser_core::ids::{TenantId, UserId};
use purser_core::newsletters::ConsentHow;
use purser_service::mail::{Letter, Mailer, Refusal};
use purser_store::newsletters::{self as store, Consent};
use purser_store::sql;
use purser_store::users::{self, User};
use purser_testkit::{Caller, Database, TestApp, json};
use serde_json::Value;

/// Somebody who takes mail as the test says, and remembers it.
#[derive(Default)]
pub(crate) struct Sink {
    /// What is answered to whom; everybody else's is taken.
    refused: Mutex<BTreeMap<String, Refusal>>,
    /// Everything that was handed over, taken or not.
    tried: Mutex<Vec<(String, Letter, bool)>>,
}

#[async_trait]
impl Mailer for Sink {
    fn name(&self) -> &'static str {
        "sink"
    }
    async fn deliver(&self, letter: &Letter) -> Result<(), Refusal> {
        let refused = self.refused.lock().get(&letter.to.1).cloned();
        self.tried.lock().push((letter.to.1.clone(), letter.clone(), refused.is_none()));
        refused.map_or(Ok(()), Err)
    }
}

impl Sink {
    pub(crate) fn refuse(&self, address: &str, how: Option<Refusal>) {
        match how {
            Some(how) => drop(self.refused.lock().insert(address.into(), how)),
            None => drop(self.refused.lock().remove(address)),
        }
    }

    /// How often each address was tried.
    pub(crate) fn tried(&self) -> BTreeMap<String, usize> {
        self.tried.lock().iter().fold(BTreeMap::new(), |mut all, (address, ..)| {
            *all.entry(address.clone()).or_default() += 1;
            all
        })
    }

    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.tried.lock().iter().filter(|(.., taken)| *taken).map(|(_, letter, _)| letter.clone()).collect()
    }

    pub(crate) fn forget(&self) {
        self.tried.lock().clear();
    }
}

pub(crate) async fn sinks() -> Vec<(TestApp, Arc<Sink>)> {
    let mut all = Vec::new();
    for database in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        let sink = Arc::new(Sink::default());
        all.push((TestApp::with_mailer(database, sink.clone()).await, sink));
    }
    all
}

/// People of these addresses, each of whom agreed.
pub(crate) async fn db_readers(
    db: &purser_store::Db,
    (tenant, ids): (TenantId, &purser_core::ids::Ids),
    addresses: &[String],
    now: purser_core::Timestamp,
) -> Vec<UserId> {
    let people: Vec<User> = addresses.iter().map(|address| User::new((ids.next(now), tenant), address, ("Ada", "Lovelace"), now)).collect();
    let consent = |user: &User| Consent {
        tenant_id: tenant,
        user_id: user.id,
        agreed: true,
        how: ConsentHow::Staff,
        note: Some("at the counter".into()),
        by_name: "Olive Owner".into(),
        by_id: None,
        at: now,
    };
    db.transact(tenant, async |tx| {
        users::insert(tx, &people).await?;
        for user in &people {
            store::agree(tx, &consent(user)).await?;
        }
        Ok::<_, purser_store::Error>(())
    })
    .await
    .unwrap();
    people.iter().map(|user| user.id).collect()
}

pub(crate) async fn readers(app: &TestApp, addresses: &[&str]) -> Vec<UserId> {
    let (tenant, now) = (app.tenant().await, app.app.clock.now());
    let addresses: Vec<String> = addresses.iter().map(|address| (*address).to_owned()).collect();
    db_readers(&app.app.db, (tenant, &app.app.ids), &addresses, now).await
}

/// Whether somebody's address is proved from now on.
pub(crate) async fn proved(app: &TestApp, user: UserId, proved: bool) {
    let tenant = app.tenant().await;
    let set = sql("UPDATE users SET email_verified = $3 WHERE tenant_id = $1 AND id = $2").bind(tenant).bind(user).bind(proved);
    app.app.db.transact(tenant, async |tx| tx.run(set).await).await.unwrap();
}

pub(crate) fn text() -> Value {
    json!({
        "subjectEn": "Autumn lanterns", "textEn": "Hello {name},\n\nthe **new** lanterns are in: [look](https://shop.example/lanterns).",
        "subjectDe": "Laternen im Herbst", "textDe": "Guten Tag {name},\n\ndie neuen Laternen sind da.",
    })
}

/// A draft; its path.
pub(crate) async fn draft(by: &Caller) -> String {
    let made = by.post("/newsletters", text()).await.is(201).data();
    format!("/newsletters/{}", made["id"].as_str().unwrap())
}

/// What came of it: people, reached, not reached, left out.
pub(crate) async fn outcome(by: &Caller, path: &str) -> (String, [i64; 4]) {
    let now = by.get(path).await.ok().data();
    (now["state"].as_str().unwrap().to_owned(), ["total", "sent", "failed", "skipped"].map(|name| now[name].as_i64().unwrap()))
}
