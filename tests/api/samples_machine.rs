//! Samples of the machinery: work for later, events and who acts on them, the history of orders.

use purser_core::bus::StuckState;
use purser_core::events::Topic;
use purser_core::ids::{StuckId, TenantId};
use purser_store::bus::{self, Stuck};
use purser_testkit::{TestApp, json};

use super::samples::{Sample, bare, with};

/// Every sample.
pub(super) fn events() -> Vec<Sample> {
    vec![
        bare("proveOrderHistory", "/orders/history/proof"),
        with("restoreOrders", "/orders/history/restore", json!({ "reason": "after the outage" })),
        bare("listOrderHistory", "/orders/{packed}/history"),
        bare("getOrderAtVersion", "/orders/{packed}/history/1"),
        bare("getBus", "/events/bus"),
        bare("listOutbox", "/events/outbox"),
        with("replayEvents", "/events/consumers/webhooks/replay", json!({ "fromSeq": 1, "reason": "they lost a day" })),
        bare("listStuckEvents", "/events/stuck"),
        bare("retryStuckEvent", "/events/stuck/{stuck}/retry"),
        with("skipStuckEvent", "/events/stuck/{idle_stuck}/skip", json!({ "reason": "nobody needs it" })),
    ]
}

/// Work for later.
pub(super) fn work() -> Vec<Sample> {
    vec![
        bare("listJobs", "/jobs"),
        bare("exportJobs", "/jobs/export"),
        bare("getJobStats", "/jobs/stats"),
        with("retryJobs", "/jobs/retry", json!({ "kind": ["test.other"], "reason": "the party answers again" })),
        with("discardJobs", "/jobs/discard", json!({ "kind": ["test.other"], "reason": "nobody needs it any more" })),
        bare("listJobQueues", "/jobs/queues"),
        with("updateJobQueue", "/jobs/queues", json!({ "queue": "test.other", "atOnce": 4 })),
        bare("listWorkers", "/jobs/workers"),
        bare("listJobSchedules", "/jobs/schedules"),
        with("updateJobSchedule", "/jobs/schedules/tidy", json!({ "cron": "30 4 * * *", "timeZone": "Europe/Oslo" })),
        bare("listIdempotencyKeys", "/idempotency-keys"),
        bare("listSagas", "/sagas"),
        bare("getSaga", "/sagas/{saga}"),
        bare("retrySaga", "/sagas/{stuck_saga}/retry"),
        with("resolveSaga", "/sagas/{idle_saga}/resolve", json!({ "note": "paid by hand" })),
        bare("getJob", "/jobs/{job}"),
        bare("retryJob", "/jobs/{dead_job}/retry"),
        with("editJob", "/jobs/{broken_job}/edit", json!({ "data": {}, "reason": "it was put in wrong" })),
        bare("cancelJob", "/jobs/{idle_job}/cancel"),
    ]
}

/// An event somebody gave up.
pub(super) async fn db_stuck(app: &TestApp, tenant: TenantId) -> String {
    let now = app.app.clock.now();
    let id: StuckId = app.app.ids.next(now);
    // Before everything: showing anything again leaves it where it is.
    let seq = -(i64::try_from(id.uuid().as_u128() & 0xffff_ffff).unwrap() + 1);
    let stuck = Stuck {
        id,
        tenant_id: tenant,
        consumer: "test.nobody".into(),
        seq,
        topic: Topic::Order,
        action: "paid".into(),
        subject_id: id.uuid(),
        actor_id: None,
        at: now,
        state: StuckState::Parked,
        attempts: 8,
        error: Some("nobody is there".into()),
        next_at: now,
        created_at: now,
    };
    app.app.db.transact(tenant, async |tx| bus::add_stuck(tx, &[stuck]).await).await.unwrap();
    id.to_string()
}
