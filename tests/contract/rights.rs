//! `store::roles`, `store::rights`

use purser_core::access::{Power, Role, RoleBook, RoleDef};
use purser_core::{Error, Permission as P};
use purser_store::rights::{self, Right};
use purser_store::{Tx, roles};
use purser_testkit::{TestApp, both};

async fn write<T>(app: &TestApp, work: impl AsyncFnOnce(&mut Tx) -> Result<T, Error>) -> T {
    app.app.db.transact(app.tenant().await, work).await.unwrap()
}

both! {
    async fn a_role_comes_back_as_it_went(app) {
        let now = app.app.clock.now();
        let desk = RoleDef { key: "desk".parse().unwrap(), name: "Desk".into(), inherits: vec![Role::Support.key()], version: 1, ..RoleDef::preset(Role::Guest) };
        let desk = desk.with_own([Power::any(P::ReadLedger), Power::own(P::ReadOrder)].into_iter().collect());
        write(&app, async |tx| Ok(roles::insert(tx, &desk, now).await?)).await;
        let read = async || -> RoleBook { write(&app, async |tx| Ok(roles::book(tx).await?)).await };
        assert_eq!(read().await.get(desk.key), Some(&desk));
        let changed = RoleDef { name: "Front desk".into(), ..desk.clone() };
        assert!(write(&app, async |tx| Ok(roles::update(tx, &changed, now).await?)).await);
        assert!(!write(&app, async |tx| Ok(roles::update(tx, &changed, now).await?)).await, "the version has moved on");
        assert_eq!(read().await.get(desk.key), Some(&RoleDef { version: 2, ..changed }));
        let tenant = app.tenant().await;
        let ada = app.db_user(tenant, desk.key, "Ada").await;
        assert!(write(&app, async |tx| Ok(roles::holders(tx).await?)).await.contains(&(desk.key, 1)));
        assert_eq!(write(&app, async |tx| Ok(roles::people(tx, &[desk.key], 5).await?)).await[0].id, ada.id);
        assert!(write(&app, async |tx| Ok(roles::book_alone(tx).await?.get(desk.key).is_some())).await);
        assert!(write(&app, async |tx| Ok(roles::delete(tx, desk.key).await?)).await);
        assert!(!write(&app, async |tx| Ok(roles::delete(tx, desk.key).await?)).await);
    }

    async fn rights_come_back_stop_and_end(app) {
        let tenant = app.tenant().await;
        let ada = app.db_user(tenant, Role::Support, "Ada").await;
        let now = app.app.clock.now();
        let right = |power, denied, expires_at| Right {
            id: app.app.ids.next(now), user_id: ada.id, power, denied, reason: "why".into(), created_by: None, created_by_name: "Olive".into(),
            created_at: now, expires_at, ended_at: None, ended_by_name: None,
        };
        let made = [right(Power::any(P::ReadAudit), false, None), right(Power::any(P::ReadLedger), true, None), right(Power::own(P::ReadOrder), false, Some(now.plus(5)))];
        for one in &made {
            write(&app, async |tx| Ok(rights::insert(tx, one).await?)).await;
        }
        let live = async |at| -> usize { write(&app, async |tx| Ok(rights::live(tx, tenant, ada.id, at).await?)).await.len() };
        assert_eq!((live(now).await, live(now.plus(5)).await), (3, 2));
        assert_eq!(write(&app, async |tx| Ok(rights::given(tx, &[ada.id], now).await?)).await.len(), 2, "denials are left out");
        let found = write(&app, async |tx| Ok(rights::find(tx, ada.id, made[2].id).await?)).await.unwrap();
        assert_eq!((found.power, found.denied, found.expires_at), (Power::own(P::ReadOrder), false, Some(now.plus(5))));
        assert!(write(&app, async |tx| Ok(rights::end(tx, made[0].id, now, (None, "Olive".into())).await?)).await);
        assert!(!write(&app, async |tx| Ok(rights::end(tx, made[0].id, now, (None, "Olive".into())).await?)).await);
        assert_eq!(live(now).await, 2);
        let all = write(&app, async |tx| Ok(rights::of_user(tx, ada.id).await?)).await;
        assert_eq!(all.iter().filter(|right| right.ended_by_name.as_deref() == Some("Olive")).count(), 1);
    }
}
