//! /events/bus, /events/outbox, /events/stuck, /events/consumers: who acts on what happened, once and in order; what they can not do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use parking_lot::Mutex;
use purser_core::access::{Grant, Role, can};
use purser_core::events::{Event, Topic};
use purser_core::time::{DAY, HOUR, SECOND};
use purser_core::{Error, Result};
use purser_service::bus::{Consumer, catch_up};
use purser_store::Tx;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;
use uuid::Uuid;

use super::shop::Shop;

/// Writes down what it acts on, and fails at what it is told to.
#[derive(Default)]
struct Clerk {
    did: Mutex<Vec<(Uuid, String)>>,
    refuses: Mutex<Vec<Uuid>>,
    tries: AtomicUsize,
}

#[async_trait]
impl Consumer for Clerk {
    fn name(&self) -> &'static str {
        "clerk"
    }

    fn about(&self) -> &'static str {
        "Writes down."
    }

    fn wants(&self, event: &Event) -> bool {
        event.topic == Topic::Setting
    }

    async fn act(&self, _: &mut Tx, _: &Grant<can::ManageJob>, events: &[Event]) -> Result<()> {
        self.tries.fetch_add(1, Ordering::Relaxed);
        if events.iter().any(|event| self.refuses.lock().contains(&event.subject_id)) {
            return Err(Error::Unavailable("away", "The pen is broken.".into()));
        }
        self.did.lock().extend(events.iter().map(|event| (event.subject_id, event.action.clone())));
        Ok(())
    }
}

fn thing(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

async fn happen(app: &TestApp, things: &[(u128, &str)]) {
    let tenant = app.tenant().await;
    for (number, word) in things {
        let by = Grant::<can::ManageJob>::system(tenant, app.app.clock.now(), &app.app.ids);
        let done = app.app.db.transact(&by, async |tx| {
            purser_service::events::emit(tx, &by, Topic::Setting, word, thing(*number));
            Ok::<_, Error>(())
        });
        done.await.unwrap();
    }
}

async fn clerk(app: &TestApp) -> (Arc<Clerk>, Caller) {
    let owner = app.owner().await;
    let clerk = Arc::new(Clerk::default());
    app.app.bus.learn(clerk.clone());
    catch_up(&app.app, &*clerk).await.unwrap();
    clerk.did.lock().clear();
    (clerk, owner)
}

async fn standing(by: &Caller, name: &str) -> Value {
    let bus = by.get("/events/bus").await.ok().data();
    bus["consumers"].as_array().unwrap().iter().find(|consumer| consumer["name"] == name).unwrap_or_else(|| panic!("{bus}")).clone()
}

fn words(clerk: &Clerk) -> Vec<String> {
    clerk.did.lock().iter().map(|(_, word)| word.clone()).collect()
}

both! {
    async fn each_acts_once_and_how_far_each_is_shows(app) {
        let (clerk, owner) = clerk(&app).await;
        happen(&app, &[(1, "a"), (2, "b"), (1, "c")]).await;
        app.advance(90 * SECOND);
        let before = standing(&owner, "clerk").await;
        assert_eq!((before["lag"].as_i64(), before["lagExact"].as_bool(), before["lagS"].as_i64()), (Some(3), Some(true), Some(90)), "{before}");
        assert_eq!(catch_up(&app.app, &*clerk).await.unwrap(), 3);
        assert_eq!(catch_up(&app.app, &*clerk).await.unwrap(), 0);
        assert_eq!(words(&clerk), ["a", "b", "c"]);
        let after = standing(&owner, "clerk").await;
        assert_eq!((after["lag"].as_i64(), after["lagS"].as_i64(), after["handled"].as_i64()), (Some(0), Some(0), before["handled"].as_i64().map(|n| n + 3)));
        let bus = owner.get("/events/bus").await.ok().data();
        assert_eq!((bus["adapter"].as_str(), bus["away"].as_bool(), bus.get("relay")), (Some("in_process"), Some(false), None), "{bus}");
        assert_eq!(bus["newest"], after["seq"]);
    }

    async fn a_point_is_gone_back_to_and_it_is_written_down_who_did(app) {
        let (clerk, owner) = clerk(&app).await;
        happen(&app, &[(1, "a"), (2, "b")]).await;
        app.advance(HOUR / 6);
        let point = app.app.clock.now();
        happen(&app, &[(1, "c")]).await;
        catch_up(&app.app, &*clerk).await.unwrap();
        let path = "/events/consumers/clerk/replay";
        let _ = owner.post(path, json!({ "since": point, "reason": "the page was torn out" })).await.ok();
        assert_eq!(catch_up(&app.app, &*clerk).await.unwrap(), 1);
        assert_eq!(words(&clerk), ["a", "b", "c", "c"]);
        let first = owner.get("/events/outbox?name=setting.a").await.ok().data()[0]["seq"].as_i64().unwrap();
        let shown = owner.post(path, json!({ "fromSeq": first, "reason": "all of it" })).await.ok().data();
        assert_eq!((shown["replayedFrom"].as_i64(), shown["lag"].as_i64()), (Some(first), Some(3)), "{shown}");
        assert_eq!(shown["replayedBy"], owner.id.clone().unwrap());
        assert_eq!(catch_up(&app.app, &*clerk).await.unwrap(), 3);
        assert_eq!(words(&clerk)[4..], ["a", "b", "c"]);
        let line = owner.get("/audit?action=event.replay&limit=1").await.ok().data();
        assert_eq!((line[0]["reason"].as_str(), line[0]["after"]["fromSeq"].as_i64()), (Some("all of it"), Some(first)), "{line}");
        // Wrong points.
        let _ = owner.post(path, json!({ "reason": "x" })).await.problem(400, "invalid");
        let _ = owner.post(path, json!({ "fromSeq": 1, "since": point, "reason": "x" })).await.problem(400, "invalid");
        let _ = owner.post(path, json!({ "fromSeq": 1, "reason": " " })).await.problem(400, "invalid");
        let _ = owner.post(path, json!({ "fromSeq": 1_000_000, "reason": "x" })).await.problem(409, "nothing_there");
        let _ = owner.post("/events/consumers/nobody/replay", json!({ "fromSeq": 1, "reason": "x" })).await.problem(404, "not_found");
        let viewer = app.caller(Role::Support).await;
        let _ = viewer.post(path, json!({ "fromSeq": 1, "reason": "x" })).await.problem(403, "forbidden");
    }

    async fn what_can_not_be_done_holds_up_only_what_is_about_the_same_thing(app) {
        let (clerk, owner) = clerk(&app).await;
        clerk.refuses.lock().push(thing(1));
        happen(&app, &[(2, "a"), (1, "bad"), (2, "b"), (1, "after"), (3, "c")]).await;
        catch_up(&app.app, &*clerk).await.unwrap();
        assert_eq!(words(&clerk), ["a", "b", "c"]);
        let standing_now = standing(&owner, "clerk").await;
        assert_eq!((standing_now["lag"].as_i64(), standing_now["waiting"].as_i64()), (Some(0), Some(2)), "{standing_now}");
        assert_eq!(standing_now["lastError"], "The pen is broken.");
        let stuck = owner.get("/events/stuck?consumer=clerk&state=waiting").await.ok().data();
        let of = |word: &str| stuck.as_array().unwrap().iter().find(|row| row["event"] == format!("setting.{word}")).unwrap().clone();
        assert_eq!((of("bad")["attempts"].as_i64(), of("bad")["blockedBehind"].as_bool()), (Some(1), Some(false)));
        assert_eq!((of("after")["attempts"].as_i64(), of("after")["blockedBehind"].as_bool()), (Some(0), Some(true)));
        // What comes now about the same thing waits as well.
        happen(&app, &[(1, "last"), (4, "d")]).await;
        catch_up(&app.app, &*clerk).await.unwrap();
        assert_eq!(words(&clerk), ["a", "b", "c", "d"]);
        // It works again: in order, once.
        clerk.refuses.lock().clear();
        app.advance(2 * SECOND);
        catch_up(&app.app, &*clerk).await.unwrap();
        catch_up(&app.app, &*clerk).await.unwrap();
        assert_eq!(words(&clerk), ["a", "b", "c", "d", "bad", "after", "last"]);
        assert_eq!(owner.get("/events/stuck").await.ok().meta()["total"], 0);
    }

    async fn what_is_given_up_waits_for_a_person_and_holds_up_nothing(app) {
        let (clerk, owner) = clerk(&app).await;
        clerk.refuses.lock().push(thing(1));
        happen(&app, &[(1, "bad")]).await;
        for _ in 0..10 {
            catch_up(&app.app, &*clerk).await.unwrap();
            app.advance(10 * 60 * SECOND);
        }
        let owner_again = app.owner_unasked().await;
        drop(owner);
        let parked = owner_again.get("/events/stuck?state=parked").await.ok().data();
        assert_eq!((parked[0]["attempts"].as_i64(), parked[0].get("nextAt")), (Some(8), None), "{parked}");
        let tries = clerk.tries.load(Ordering::Relaxed);
        catch_up(&app.app, &*clerk).await.unwrap();
        assert_eq!(clerk.tries.load(Ordering::Relaxed), tries, "it is not tried any more");
        clerk.refuses.lock().clear();
        happen(&app, &[(1, "later")]).await;
        catch_up(&app.app, &*clerk).await.unwrap();
        assert_eq!(words(&clerk), ["later"]);
        // A person lets it be tried again; a second one is left out.
        let id = parked[0]["id"].as_str().unwrap();
        let again = owner_again.call(axum::http::Method::POST, &format!("/events/stuck/{id}/retry"), None).await.ok().data();
        assert_eq!((again["state"].as_str(), again["attempts"].as_i64()), (Some("waiting"), Some(0)));
        catch_up(&app.app, &*clerk).await.unwrap();
        assert_eq!(words(&clerk), ["later", "bad"]);
        clerk.refuses.lock().push(thing(2));
        happen(&app, &[(2, "never"), (2, "then")]).await;
        catch_up(&app.app, &*clerk).await.unwrap();
        let rows = owner_again.get("/events/stuck?consumer=clerk").await.ok().data();
        let never = rows.as_array().unwrap().iter().find(|row| row["event"] == "setting.never").unwrap()["id"].as_str().unwrap().to_owned();
        let skip = format!("/events/stuck/{never}/skip");
        let _ = owner_again.post(&skip, json!({ "reason": "" })).await.problem(400, "invalid");
        let _ = owner_again.post(&skip, json!({ "reason": "it never worked" })).await.is(204);
        let _ = owner_again.post(&skip, json!({ "reason": "again" })).await.problem(404, "not_found");
        clerk.refuses.lock().clear();
        catch_up(&app.app, &*clerk).await.unwrap();
        assert_eq!(words(&clerk), ["later", "bad", "then"]);
        let lines = owner_again.get("/audit?action=event.skip,event.retry").await.ok();
        assert_eq!(lines.meta()["total"], 2);
        // Somebody else's is not there.
        let stranger = app.stranger(Role::Owner).await;
        let _ = stranger.post(&skip, json!({ "reason": "mine" })).await.problem(404, "not_found");
        assert_eq!(stranger.get("/events/stuck").await.ok().meta()["total"], 0);
    }

    async fn what_happened_is_found_by_its_name_as_far_as_one_may_see(app) {
        let shop = Shop::open(&app).await;
        let _ = shop.paid().await;
        let names = async |by: &Caller, query: &str| -> Vec<String> {
            let rows = by.get(&format!("/events/outbox?limit=100&{query}")).await.ok().data();
            rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
        };
        let orders = names(&shop.owner, "name=order.*").await;
        assert!(orders.len() >= 2 && orders.iter().all(|name| name.starts_with("order.")), "{orders:?}");
        assert_eq!(names(&shop.owner, "name=payment.captured").await, ["payment.captured"]);
        assert!(names(&shop.owner, "name=*").await.len() > orders.len());
        let seqs: Vec<i64> = shop.owner.get("/events/outbox?sort=seq").await.ok().data().as_array().unwrap().iter().map(|row| row["seq"].as_i64().unwrap()).collect();
        assert!(seqs.is_sorted(), "{seqs:?}");
        let _ = shop.owner.get("/events/outbox?name=Order").await.problem(400, "invalid");
    }

    async fn what_somebody_has_not_had_yet_is_kept(app) {
        let (clerk, _) = clerk(&app).await;
        happen(&app, &[(7, "first")]).await;
        catch_up(&app.app, &*clerk).await.unwrap();
        clerk.did.lock().clear();
        happen(&app, &[(1, "a"), (2, "b")]).await;
        app.advance(8 * DAY);
        let owner = app.owner().await;
        let now = app.app.clock.now();
        let anyway = now.plus(-90 * DAY);
        let done = app.app.db.transact(purser_store::Scope::System, async |tx| purser_store::events::forget(tx, (now, anyway), &[], 10_000).await);
        done.await.unwrap();
        assert_eq!(standing(&owner, "clerk").await["lag"], 2);
        assert_eq!(catch_up(&app.app, &*clerk).await.unwrap(), 2);
        assert_eq!(words(&clerk), ["a", "b"]);
        happen(&app, &[(3, "c"), (4, "d")]).await;
        app.advance(91 * DAY);
        // Not for ever.
        let later = app.app.clock.now();
        let done = app.app.db.transact(purser_store::Scope::System, async |tx| purser_store::events::forget(tx, (later, later), &[], 10_000).await);
        assert!(done.await.unwrap() >= 1);
    }

    async fn what_somebody_who_has_not_begun_would_have_had_is_kept(app) {
        let clerk = Arc::new(Clerk::default());
        app.app.bus.learn(clerk.clone());
        happen(&app, &[(1, "a"), (2, "b"), (3, "c")]).await;
        app.advance(8 * DAY);
        let now = app.app.clock.now();
        let forget = async |consumers: &[&'static str]| {
            let done = app.app.db.transact(purser_store::Scope::System, async |tx| {
                purser_store::events::forget(tx, (now, now.plus(-90 * DAY)), consumers, 10_000).await
            });
            done.await.unwrap()
        };
        let _ = forget(&["clerk"]).await;
        assert!(catch_up(&app.app, &*clerk).await.unwrap() >= 3);
        assert!(words(&clerk).ends_with(&["a".to_owned(), "b".to_owned(), "c".to_owned()]), "{:?}", words(&clerk));
        assert!(forget(&["clerk"]).await >= 2, "once they were had, they go");
    }

    async fn what_is_forgotten_is_forgotten_whole(app) {
        let (clerk, _) = clerk(&app).await;
        happen(&app, &[(1, "a"), (2, "b")]).await;
        catch_up(&app.app, &*clerk).await.unwrap();
        let kept = async || {
            let rows = app.app.db.read(purser_store::Scope::System, async |tx| {
                tx.all::<Count>(purser_store::sql("SELECT COUNT(*) AS n FROM bus_inbox")).await
            });
            rows.await.unwrap()[0].n
        };
        assert!(kept().await >= 2);
        app.advance(8 * DAY);
        let now = app.app.clock.now();
        let forget = app.app.db.transact(purser_store::Scope::System, async |tx| {
            purser_store::events::forget(tx, (now, now), &[], 10_000).await?;
            purser_store::bus::forget(tx, 10_000).await
        });
        assert!(forget.await.unwrap() >= 1);
        assert!(kept().await <= 1, "the newest stays with its event");
    }
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}
