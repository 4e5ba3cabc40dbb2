//! Transactions: kept or undone whole, shared commits, abandoned turns, the wall between tenants.

use std::sync::Arc;

use purser_core::Error;
use purser_core::access::Role;
use purser_core::events::{Event, Topic};
use purser_store::{Scope, Tx, sql, tenants, users};
use purser_testkit::{TestApp, both};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

async fn counter(app: &TestApp) -> i64 {
    let tenant = app.tenant().await;
    const READ: &str = "SELECT COALESCE(MAX(value), 0) AS n FROM counters WHERE tenant_id = $1 AND name = 'test'";
    app.app.db.read(tenant, async |tx| tx.one::<Count>(sql(READ).bind(tx.tenant())).await).await.unwrap().n
}

async fn add(tx: &mut Tx) -> Result<(), Error> {
    tenants::take_numbers(tx, "test", 1).await?;
    Ok(())
}

both! {
    async fn an_error_undoes_everything(app) {
        let tenant = app.tenant().await;
        let outcome: Result<(), Error> = app.app.db.transact(tenant, async |tx| {
            add(tx).await?;
            Err(Error::conflict("no", "no"))
        }).await;
        assert!(outcome.is_err());
        assert_eq!(counter(&app).await, 0);
        app.app.db.transact(tenant, async |tx| add(tx).await).await.unwrap();
        assert_eq!(counter(&app).await, 1);
    }

    async fn a_failed_statement_spoils_its_own_transaction_only(app) {
        let tenant = app.tenant().await;
        let user = app.db_user(tenant, Role::User, "Twice").await;
        let again: Result<(), Error> = app.app.db.transact(tenant, async |tx| {
            add(tx).await?;
            users::insert(tx, std::slice::from_ref(&user)).await?;
            Ok(())
        }).await;
        assert!(matches!(again, Err(Error::Conflict("taken", _))), "{again:?}");
        assert_eq!(counter(&app).await, 0);
    }

    async fn many_writers_lose_nothing(app) {
        let tenant = app.tenant().await;
        let app = Arc::new(app);
        let mut writers = tokio::task::JoinSet::new();
        for place in 0..200 {
            let app = app.clone();
            writers.spawn(async move {
                app.app.db.transact(tenant, async |tx| {
                    add(tx).await?;
                    // Every fourth one changes its mind.
                    if place % 4 == 0 { Err(Error::conflict("no", "no")) } else { Ok(()) }
                }).await.is_ok()
            });
        }
        let kept = writers.join_all().await.into_iter().filter(|kept| *kept).count();
        assert_eq!(kept, 150);
        assert_eq!(counter(&app).await, 150);
    }

    async fn an_abandoned_turn_leaves_nothing_and_blocks_nobody(app) {
        let tenant = app.tenant().await;
        let app = Arc::new(app);
        for _ in 0..5 {
            let (started, waits) = tokio::sync::oneshot::channel::<()>();
            let inner = app.clone();
            let task = tokio::spawn(async move {
                inner.app.db.transact(tenant, async |tx| {
                    add(tx).await?;
                    started.send(()).ok();
                    std::future::pending::<()>().await;
                    Ok::<_, Error>(())
                }).await
            });
            waits.await.unwrap();
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        app.app.db.transact(tenant, async |tx| add(tx).await).await.unwrap();
        assert_eq!(counter(&app).await, 1);
    }

    async fn what_is_not_committed_is_not_seen(app) {
        let tenant = app.tenant().await;
        app.app.db.transact(tenant, async |tx| {
            add(tx).await?;
            assert_eq!(counter(&app).await, 0);
            Ok::<_, Error>(())
        }).await.unwrap();
        assert_eq!(counter(&app).await, 1);
    }

    async fn notices_come_after_the_commit_and_in_order(app) {
        let tenant = app.tenant().await;
        let mut follow = app.app.db.follow();
        let now = app.app.clock.now();
        let event = |action: &str| Event { seq: 0, tenant, topic: Topic::Order, action: action.into(), subject_id: Uuid::nil(), actor_id: None, at: now };
        let lost: Result<(), Error> = app.app.db.transact(tenant, async |tx| { tx.emit(event("lost")); Err(Error::Stale) }).await;
        assert!(lost.is_err());
        app.app.db.transact(tenant, async |tx| { tx.emit(event("first")); tx.emit(event("second")); Ok::<_, Error>(()) }).await.unwrap();
        let (first, second) = (follow.recv().await.unwrap(), follow.recv().await.unwrap());
        assert_eq!((first.action.as_str(), second.action.as_str()), ("first", "second"));
        assert!(first.seq < second.seq);
        let stored = app.app.db.read(tenant, async |tx| purser_store::events::after(tx, 0, 100).await).await.unwrap();
        assert!(stored.iter().any(|event| event.seq == second.seq) && stored.iter().all(|event| event.action != "lost"));
    }

    async fn a_tenant_sees_only_its_own_rows(app) {
        let (here, there) = (app.tenant().await, app.db_tenant("Elsewhere").await);
        let user = app.db_user(here, Role::User, "Mine").await;
        let seen = async |scope: Scope| app.app.db.read(scope, async |tx| users::find(tx, user.id).await).await.unwrap().is_some();
        assert!(seen(here.into()).await);
        assert!(!seen(there.into()).await);
    }
}

#[tokio::test]
async fn postgres_itself_hides_other_tenants_rows() {
    let Some(app) = TestApp::postgres().await else { return };
    let (here, there) = (app.tenant().await, app.db_tenant("Elsewhere").await);
    app.db_user(here, Role::User, "Mine").await;
    // A statement that forgot its WHERE.
    const FORGETFUL: &str = "SELECT COUNT(*) AS n FROM users";
    let count = async |scope: Scope| app.app.db.read(scope, async |tx| tx.one::<Count>(sql(FORGETFUL)).await).await.unwrap().n;
    assert_eq!(count(there.into()).await, 0);
    assert_eq!(count(here.into()).await, 2);
    const THEIRS: &str = "UPDATE users SET notes = 'seen' WHERE tenant_id = $1";
    let changed = app.app.db.transact(there, async |tx| tx.run(sql(THEIRS).bind(here)).await).await.unwrap();
    assert_eq!(changed, 0);
}
