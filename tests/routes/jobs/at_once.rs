//! Much work put in at once: an answer for each, one of a name, few statements.

use purser_core::access::{Grant, can};
use purser_core::ids::JobId;
use purser_core::{Error, Result};
use purser_service::jobs::{self, MOST_AT_ONCE, When};
use purser_testkit::{TestApp, both, json};

use super::{Trial, put, trials};

fn named(name: Option<String>) -> (Trial, When) {
    (Trial { fails: 0, never: false }, When { unique: name, ..When::default() })
}

async fn put_all(app: &TestApp, work: &[(Trial, When)]) -> Result<Vec<Option<JobId>>> {
    app.app.jobs.learn::<Trial>();
    let tenant = app.tenant().await;
    let by = Grant::<can::ManageJob>::system(tenant, app.app.clock.now(), &app.app.ids);
    app.app.db.transact(tenant, async |tx| jobs::enqueue_all(tx, &by, work).await).await
}

both! {
    async fn each_gets_its_answer_and_of_a_name_there_is_one(app) {
        let owner = app.owner().await;
        let first = put(&app, &named(None).0, named(Some("taken".into())).1).await.unwrap();
        let work: Vec<_> = [None, Some("taken"), Some("twice"), None, Some("twice"), Some("once")].map(|name| named(name.map(str::to_owned))).into();
        let put = put_all(&app, &work).await.unwrap();
        let got: Vec<bool> = put.iter().map(Option::is_some).collect();
        assert_eq!(got, [true, false, true, true, false, true]);
        assert!(put.iter().flatten().all(|id| *id != first));
        assert_eq!(owner.get("/jobs?queue=test").await.ok().meta()["total"], 5);
        // It is found by its words like any other, and done in the order it was put in.
        let id = put[5].unwrap();
        assert_eq!(owner.get(&format!("/jobs?search={id}")).await.ok().data()[0]["id"], json!(id));
        jobs::run_due(&app.app).await.unwrap();
        assert_eq!(trials(&app).await, 5);
        // A name is free again once its work is over.
        assert!(put_all(&app, &work[2..3]).await.unwrap()[0].is_some());
    }

    async fn a_thousand_cost_what_ten_cost_and_more_is_refused(app) {
        let _ = app.owner().await;
        let cost = async |count: usize| {
            let work: Vec<_> = (0..count).map(|_| named(None)).collect();
            let _ = put_all(&app, &[named(None)]).await.unwrap();
            let before = app.app.db.statements();
            assert_eq!(put_all(&app, &work).await.unwrap().iter().flatten().count(), count);
            app.app.db.statements() - before
        };
        let (few, many) = (cost(10).await, cost(MOST_AT_ONCE).await);
        assert!(many <= few + 2, "{few} statements for ten, {many} for a thousand");
        let work: Vec<_> = (0..=MOST_AT_ONCE).map(|_| named(None)).collect();
        assert!(matches!(put_all(&app, &work).await, Err(Error::Internal(_))));
        assert!(put_all(&app, &[]).await.unwrap().is_empty());
    }

    async fn what_is_undone_leaves_no_work_behind(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        let by = Grant::<can::ManageJob>::system(tenant, app.app.clock.now(), &app.app.ids);
        let work: Vec<_> = (0..20).map(|_| named(None)).collect();
        let undone: Result<()> = app.app.db.transact(tenant, async |tx| {
            let _ = jobs::enqueue_all(tx, &by, &work).await?;
            Err(Error::conflict("undone", "on purpose"))
        }).await;
        assert!(undone.is_err());
        assert_eq!(owner.get("/jobs?queue=test").await.ok().meta()["total"], 0);
    }
}
