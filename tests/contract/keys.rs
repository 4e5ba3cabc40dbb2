//! Idempotency keys as the store keeps them.

use purser_core::Error;
use purser_core::time::DAY;
use purser_store::Scope;
use purser_store::idempotency::{self as store, Answer, Key};
use purser_testkit::{TestApp, both};
use uuid::Uuid;

fn key(app: &TestApp, owner: u128) -> Key {
    let now = app.app.clock.now();
    Key {
        id: app.app.ids.next(now),
        operation: "create_order".into(),
        caller: "ada".into(),
        key: "k".into(),
        request_hash: vec![1, 2],
        owner: Uuid::from_u128(owner),
        subject: Uuid::from_u128(owner + 100),
        at: now,
        expires_at: now.plus(DAY),
    }
}

both! {
    async fn a_key_is_claimed_once_until_it_runs_out(app) {
        let (tenant, db) = (app.tenant().await, &app.app.db);
        let claim = async |key: Key| db.transact(tenant, async |tx| store::claim(tx, &key).await.map_err(Error::from)).await.unwrap();
        assert!(claim(key(&app, 1)).await);
        assert!(!claim(key(&app, 2)).await);
        let other = Key { caller: "ben".into(), ..key(&app, 3) };
        assert!(claim(other).await, "somebody else's key is another key");
        app.advance(DAY);
        assert!(claim(key(&app, 4)).await);
        let known = db.read(tenant, async |tx| store::find(tx, "ada", "k").await.map_err(Error::from)).await.unwrap().unwrap();
        assert_eq!((known.owner, known.subject_id), (Uuid::from_u128(4), Some(Uuid::from_u128(104))));
    }

    async fn an_answer_is_kept_and_forgotten(app) {
        let (tenant, db) = (app.tenant().await, &app.app.db);
        let answer = Answer { caller: "ada".into(), key: "k".into(), status: 201, body: b"{}".to_vec() };
        let claimed = key(&app, 1);
        let taken = db
            .transact(tenant, async |tx| {
                store::claim(tx, &claimed).await?;
                let taken = store::take_over(tx, &key(&app, 2), claimed.owner).await?;
                store::answer(tx, std::slice::from_ref(&answer)).await?;
                let late = store::take_over(tx, &key(&app, 3), Uuid::from_u128(2)).await?;
                Ok::<_, Error>((taken, late))
            })
            .await
            .unwrap();
        assert_eq!(taken, (true, false), "what was answered is nobody's to take over");
        let known = db.read(tenant, async |tx| store::find(tx, "ada", "k").await.map_err(Error::from)).await.unwrap().unwrap();
        assert_eq!((known.owner, known.status, known.body), (Uuid::from_u128(2), Some(201), Some(b"{}".to_vec())));
        let forget = async |now| db.transact(Scope::System, async |tx| store::forget(tx, now).await.map_err(Error::from)).await.unwrap();
        assert_eq!(forget(app.app.clock.now()).await, 0);
        assert_eq!(forget(app.app.clock.now().plus(DAY)).await, 1);
    }
}
