//! Queues that are held back.

use purser_core::access::Role;
use purser_core::time::{MINUTE, SECOND};
use purser_service::jobs::{self, When};
use purser_store::{Scope, jobs as store};
use purser_testkit::{TestApp, both, json};

use super::{Trial, put, put_for};

const GOOD: Trial = Trial { fails: 0, never: false };

/// Take up to `most`; how many there were.
async fn take(app: &TestApp, most: i64) -> usize {
    let now = app.app.clock.now();
    let claim = store::Claim { worker: app.app.ids.next(now), now, lease_until: now.plus(MINUTE), most };
    app.app.db.transact(Scope::System, async |tx| store::claim(tx, &claim).await).await.unwrap().len()
}

both! {
    async fn a_queue_that_stands_still_goes_on_when_it_is_let_go(app) {
        let owner = app.owner().await;
        put(&app, &GOOD, When::default()).await.unwrap();
        let other = app.db_tenant("Elsewhere").await;
        put_for(&app, other, &GOOD, When::default()).await.unwrap();
        let held = owner.patch("/jobs/queues", json!({ "queue": "test", "paused": true })).await.ok().data();
        assert_eq!((held["paused"].as_bool(), held["changedBy"].as_str()), (Some(true), owner.id.as_deref()));
        assert_eq!(jobs::run_due(&app.app).await.unwrap(), 1, "another tenant's goes on");
        assert_eq!(owner.get("/jobs/queues").await.ok().data()[0]["queue"], "test");
        let _ = app.caller(Role::Auditor).await.patch("/jobs/queues", json!({ "queue": "test", "paused": false })).await.problem(403, "forbidden");
        let _ = owner.patch("/jobs/queues", json!({ "queue": "test", "paused": false })).await.ok();
        assert_eq!(owner.get("/jobs/queues").await.ok().meta()["total"], 0, "nothing holds it any more");
        assert_eq!(jobs::run_due(&app.app).await.unwrap(), 1);
        let lines = owner.get("/audit?action=job.hold_back").await.ok().data();
        assert_eq!(lines.as_array().map(Vec::len), Some(2), "{lines}");
    }

    async fn so_many_at_once_and_so_many_a_minute(app) {
        let owner = app.owner().await;
        for _ in 0..9 {
            put(&app, &GOOD, When::default()).await.unwrap();
        }
        for (body, field) in [(json!({ "queue": "test", "atOnce": 0 }), "atOnce"), (json!({ "queue": "test", "perMinute": 9_999 }), "perMinute"), (json!({ "queue": " " }), "queue")] {
            let code = if field == "queue" { "not_valid" } else { "out_of_range" };
            let _ = owner.patch("/jobs/queues", body).await.problem(400, "invalid").complains(field, code);
        }
        let _ = owner.patch("/jobs/queues", json!({ "queue": "test", "atOnce": 2 })).await.ok();
        assert_eq!((take(&app, 8).await, take(&app, 8).await), (2, 0));
        // They end, or their leases lapse: then there is room again.
        app.advance(2 * MINUTE);
        jobs::recover(&app.app).await.unwrap();
        let owner = app.owner_unasked().await;
        let _ = owner.patch("/jobs/queues", json!({ "queue": "test", "atOnce": null, "perMinute": 3 })).await.ok();
        assert_eq!((take(&app, 2).await, take(&app, 8).await, take(&app, 8).await), (2, 1, 0));
        app.advance(61 * SECOND);
        assert_eq!(take(&app, 8).await, 3);
    }
}
