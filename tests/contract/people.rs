//! `store::people`: lists, counts, changes, standings, and who holds an owner.

use purser_core::access::Role;
use purser_core::ids::UserId;
use purser_core::people::{Move, Status};
use purser_core::{Error, Result};
use purser_store::people::{self, Filter, Person, Step};
use purser_store::{Page, Tx};
use purser_testkit::{TestApp, both};

async fn read<T>(app: &TestApp, work: impl AsyncFnOnce(&mut Tx) -> Result<T, Error>) -> T {
    app.app.db.read(app.tenant().await, work).await.unwrap()
}

async fn write<T>(app: &TestApp, work: impl AsyncFnOnce(&mut Tx) -> Result<T, Error>) -> T {
    app.app.db.transact(app.tenant().await, work).await.unwrap()
}

async fn person(app: &TestApp, id: UserId) -> Person {
    read(app, async |tx| Ok(people::find(tx, id).await?.unwrap())).await
}

both! {
    async fn list_and_count_agree(app) {
        let tenant = app.tenant().await;
        for n in 0..30 { let _ = app.db_user(tenant, if n % 3 == 0 { Role::Support } else { Role::User }, &format!("Name{n:02}")).await; }
        let word = |text: &str| Filter { words: vec![text.into()], ..Filter::default() };
        for filter in [Filter::default(), Filter { roles: vec![Role::Support.into()], ..Filter::default() }, word("name0"), word("example"), Filter { words: vec!["name1".into(), "exam".into()], ..Filter::default() }] {
            let page = Page { limit: 100, ..Page::default() };
            let rows = read(&app, async |tx| Ok(people::list(tx, &filter, &page, false).await?)).await.rows;
            let (count, exact) = read(&app, async |tx| Ok(people::count(tx, &filter, 1_000).await?)).await;
            assert_eq!((i64::try_from(rows.len()).unwrap(), exact), (count, true), "{filter:?}");
            assert_eq!(read(&app, async |tx| Ok(people::count(tx, &filter, 2).await?)).await, (2, false));
        }
    }

    async fn a_stale_update_changes_nothing(app) {
        let tenant = app.tenant().await;
        let id = app.db_user(tenant, Role::User, "Ada").await.id;
        let before = person(&app, id).await;
        let next = Person { first_name: "Grace".into(), ..before.clone() };
        assert!(write(&app, async |tx| Ok(people::update(tx, &next, true).await?)).await);
        assert!(!write(&app, async |tx| Ok(people::update(tx, &next, true).await?)).await, "the version has moved on");
        let after = person(&app, id).await;
        assert_eq!((after.first_name.as_str(), after.version), ("Grace", 2));
        let found = async |word: &str| { let filter = Filter { words: vec![word.into()], ..Filter::default() }; read(&app, async |tx| Ok(people::count(tx, &filter, 9).await?)).await.0 };
        assert_eq!((found("grace").await, found("ada").await), (1, 1), "the address still says ada");
    }

    async fn standings_go_round(app) {
        let tenant = app.tenant().await;
        let ids = [app.db_user(tenant, Role::User, "A").await.id, app.db_user(tenant, Role::User, "B").await.id];
        let now = app.app.clock.now();
        for (by, to, locked, deleted) in [(Move::Lock, Status::Locked, true, false), (Move::Delete, Status::Deleted, true, true), (Move::Restore, Status::Locked, true, false), (Move::Unlock, Status::Active, false, false)] {
            let step = Step { by, to, reason: Some("why".into()), now };
            assert_eq!(write(&app, async |tx| Ok(people::set_standing(tx, &ids, &step).await?)).await, 2);
            let person = person(&app, ids[0]).await;
            assert_eq!((person.status, person.locked_at.is_some(), person.lock_reason.is_some(), person.deleted_at.is_some()), (to, locked, locked, deleted), "{by}");
        }
        assert_eq!(person(&app, ids[1]).await.version, 5);
    }

    async fn an_address_is_taken_by_whoever_is_not_deleted(app) {
        let tenant = app.tenant().await;
        let ada = app.db_user(tenant, Role::User, "Ada").await;
        let key = purser_core::people::email_key(&ada.email);
        let taken = async |except: Option<UserId>| read(&app, async |tx| Ok(people::email_taken(tx, &key, except).await?)).await;
        assert!(taken(None).await && !taken(Some(ada.id)).await);
        let step = Step { by: Move::Delete, to: Status::Deleted, reason: None, now: app.app.clock.now() };
        write(&app, async |tx| Ok(people::set_standing(tx, &[ada.id], &step).await?)).await;
        assert!(!taken(None).await);
    }

    async fn owners_are_those_who_may_act(app) {
        let tenant = app.tenant().await;
        let second = app.db_user(tenant, Role::Owner, "Second").await.id;
        assert_eq!(write(&app, async |tx| Ok(people::owners_alone(tx).await?)).await.len(), 2);
        let step = Step { by: Move::Lock, to: Status::Locked, reason: None, now: app.app.clock.now() };
        write(&app, async |tx| Ok(people::set_standing(tx, &[second], &step).await?)).await;
        assert_eq!(write(&app, async |tx| Ok(people::owners_alone(tx).await?)).await.len(), 1);
    }

    async fn another_tenants_people_are_not_there(app) {
        let _ = app.tenant().await;
        let other = app.db_tenant("Elsewhere").await;
        let theirs = app.db_user(other, Role::User, "Zoe").await.id;
        assert!(read(&app, async |tx| Ok(people::find(tx, theirs).await?)).await.is_none());
        assert!(write(&app, async |tx| Ok(people::hold(tx, &[theirs]).await?)).await.is_empty());
        let step = Step { by: Move::Delete, to: Status::Deleted, reason: None, now: app.app.clock.now() };
        assert_eq!(write(&app, async |tx| Ok(people::set_standing(tx, &[theirs], &step).await?)).await, 0);
    }
}
