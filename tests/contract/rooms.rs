//! `store::files`, `store::views`, `store::events`, `store::audit`, `store::tenants`: what a row needs to come back as it went.

use purser_core::access::Role;
use purser_core::audit::Entry;
use purser_core::events::{Event, Topic};
use purser_core::ids::{FileId, TenantId, ViewId};
use purser_core::{Error, Result};
use purser_store::files::{self, NewFile};
use purser_store::views::{self, View};
use purser_store::{Page, Scope, Tx, audit, events, tenants};
use purser_testkit::{TestApp, both};

async fn write<T>(app: &TestApp, work: impl AsyncFnOnce(&mut Tx) -> Result<T, Error>) -> T {
    app.app.db.transact(app.tenant().await, work).await.unwrap()
}

fn entry(app: &TestApp, tenant: TenantId) -> Entry {
    let now = app.app.clock.now();
    Entry {
        id: app.app.ids.next(now),
        tenant,
        at: now,
        actor_kind: "system",
        actor_id: None,
        actor_name: "Purser".into(),
        action: "test.note",
        subject_type: "test",
        subject_id: None,
        subject_label: String::new(),
        before: None,
        after: None,
        reason: None,
        ip: None,
        user_agent: None,
        request_id: None,
    }
}

both! {
    async fn files_come_back_and_go(app) {
        let tenant = app.tenant().await;
        let ada = app.db_user(tenant, Role::User, "Ada").await;
        let now = app.app.clock.now();
        let file = |n: i64| NewFile {
            id: app.app.ids.next(now), name: format!("File {n}.txt"), content_type: "text/plain".into(), size: n, sha256: "00".into(),
            subject_type: "user", subject_id: ada.id.uuid(), subject_label: "old name".into(), uploaded_by: Some(ada.id), created_at: now,
        };
        let made: Vec<NewFile> = (0..3).map(file).collect();
        let ids: Vec<FileId> = made.iter().map(|f| f.id).collect();
        write(&app, async |tx| Ok(files::insert(tx, &made).await?)).await;
        let row = write(&app, async |tx| Ok(files::find(tx, ids[1]).await?.unwrap())).await;
        assert_eq!((row.name.as_str(), row.size, row.subject_label.as_str(), row.uploader.as_deref()), ("File 1.txt", 1, "Ada Example", Some("Ada Example")));
        assert!(write(&app, async |tx| Ok(files::delete(tx, ids[1], now).await?)).await);
        assert!(!write(&app, async |tx| Ok(files::delete(tx, ids[1], now).await?)).await);
        assert!(write(&app, async |tx| Ok(files::find(tx, ids[1]).await?)).await.is_none());
        let asked = [ids[0], ids[1], app.app.ids.next(now)];
        let mut known = app.app.db.read(Scope::System, async |tx| files::wanted(tx, &asked, app.app.clock.now()).await.map_err(Error::from)).await.unwrap();
        known.sort_unstable();
        assert_eq!(known, ids[..2], "a deleted file still owns its bytes");
        assert_eq!(write(&app, async |tx| Ok(files::count(tx, &files::Filter::default(), 9).await?)).await, (2, true));
        assert!(write(&app, async |tx| Ok(files::order_number(tx, app.app.ids.next(now)).await?)).await.is_none());
    }

    async fn views_come_back_change_and_go(app) {
        let tenant = app.tenant().await;
        let ada = app.db_user(tenant, Role::Support, "Ada").await;
        let now = app.app.clock.now();
        let id: ViewId = app.app.ids.next(now);
        let view = View { id, owner_id: ada.id, owner: String::new(), area: "orders".into(), name: "n".into(), query: "q".into(), shared: false, created_at: now };
        write(&app, async |tx| Ok(views::insert(tx, &view).await?)).await;
        assert_eq!(write(&app, async |tx| Ok(views::count(tx, ada.id).await?)).await, 1);
        assert_eq!(write(&app, async |tx| Ok(views::list(tx, ada.id, "orders").await?)).await[0].owner, "Ada Example");
        assert!(write(&app, async |tx| Ok(views::list(tx, ada.id, "users").await?)).await.is_empty());
        let changed = View { shared: true, name: "m".into(), ..view };
        assert!(write(&app, async |tx| Ok(views::update(tx, &changed).await?)).await);
        let other = app.db_user(tenant, Role::Support, "Ben").await;
        assert_eq!(write(&app, async |tx| Ok(views::list(tx, other.id, "").await?)).await[0].name, "m");
        assert!(write(&app, async |tx| Ok(views::delete(tx, id).await?)).await);
        assert!(!write(&app, async |tx| Ok(views::delete(tx, id).await?)).await);
        assert!(write(&app, async |tx| Ok(views::find(tx, id).await?)).await.is_none());
    }

    async fn notices_are_kept_in_order_and_forgotten_but_for_the_last(app) {
        let tenant = app.tenant().await;
        let now = app.app.clock.now();
        let subject = uuid::Uuid::from_u128(7);
        for n in 0..5 {
            write(&app, async |tx| { tx.emit(Event { seq: 0, tenant, topic: Topic::User, action: format!("a{n}"), subject_id: subject, actor_id: None, at: now }); Ok(()) }).await;
        }
        let last = write(&app, async |tx| Ok(events::last(tx).await?)).await;
        let all = write(&app, async |tx| Ok(events::after(tx, 0, 100).await?)).await;
        assert_eq!(all.iter().map(|e| e.action.as_str()).collect::<Vec<_>>(), ["a0", "a1", "a2", "a3", "a4"]);
        assert_eq!(all[4].seq, last);
        assert_eq!(write(&app, async |tx| Ok(events::after(tx, all[2].seq, 1).await?)).await[0].action, "a3");
        let forgotten = app.app.db.transact(Scope::System, async |tx| events::forget(tx, (now.plus(1), now.plus(1)), &[], 100).await.map_err(Error::from)).await.unwrap();
        assert_eq!(forgotten, 4);
        assert!(write(&app, async |tx| Ok(events::is_kept(tx, last).await?)).await);
        assert!(!write(&app, async |tx| Ok(events::is_kept(tx, all[2].seq).await?)).await);
    }

    async fn the_database_remembers_where_each_log_ends(app) {
        let (tenant, other) = (app.tenant().await, app.db_tenant("Elsewhere").await);
        let before = write(&app, async |tx| Ok(audit::end(tx, tenant).await?)).await.unwrap().0;
        let (one, two, theirs) = (entry(&app, tenant), entry(&app, tenant), entry(&app, other));
        app.app.db.transact(Scope::System, async |tx| { for line in [one, theirs, two] { tx.audit(line); } Ok::<_, Error>(()) }).await.unwrap();
        let (seq, hash) = write(&app, async |tx| Ok(audit::end(tx, tenant).await?)).await.unwrap();
        assert_eq!(seq, before + 2);
        let page = Page { limit: 1, ..Page::default() };
        let newest = write(&app, async |tx| Ok(audit::list(tx, &audit::Filter::default(), &page).await?)).await.rows.remove(0);
        assert_eq!((newest.seq, &newest.hash), (seq, &hash));
        assert_eq!(write(&app, async |tx| Ok(audit::find(tx, newest.id).await?.unwrap())).await.seq, seq);
        assert_eq!(write(&app, async |tx| Ok(audit::count(tx, &audit::Filter::default(), 1).await?)).await, (seq, true));
        let theirs = app.app.db.read(other, async |tx| audit::end(tx, other).await.map_err(Error::from)).await.unwrap();
        assert_eq!(theirs.unwrap().0, 1);
        assert_eq!(write(&app, async |tx| Ok(audit::walk(tx, tenant, before, 10).await?)).await.len(), 2);
    }

    async fn a_new_tenant_has_no_orders(app) {
        assert!(!write(&app, async |tx| Ok(tenants::has_orders(tx).await?)).await);
    }
}
