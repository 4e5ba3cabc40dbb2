//! A provider that does not answer, answers late, or says no: nothing is lost, nothing is done twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use async_trait::async_trait;
use purser_adapters::sandbox::Sandbox;
use purser_core::ids::TenantId;
use purser_core::time::SECOND;
use purser_core::{Error, Money};
use purser_service::payments::port::{Answer, Charge, Gateway, Handle, RefundAnswer, RefundCall, Standing, Trouble};
use purser_service::payments::resolve_unknown;
use purser_store::sandbox;
use purser_testkit::{Database, TestApp, json};
use tokio::sync::Notify;

use crate::routes::shop::Shop;

/// How the provider behaves.
const WELL: u8 = 0;
const DOES_IT_BUT_IS_NOT_HEARD: u8 = 1;
const NOT_REACHED: u8 = 2;
const SAYS_NO: u8 = 3;
const WAITS: u8 = 4;

/// The sandbox behind a line that can fail.
struct Flaky {
    inner: Sandbox,
    mood: Arc<AtomicU8>,
    /// Refunds it was asked for.
    asked: Arc<AtomicUsize>,
    /// Lets a call that waits go on.
    gate: Arc<Notify>,
}

impl Flaky {
    async fn answer(&self, call: impl Future<Output = Answer> + Send) -> Answer {
        match self.mood.load(Ordering::Relaxed) {
            WELL => call.await,
            DOES_IT_BUT_IS_NOT_HEARD => call.await.and(Err(Trouble::Unknown)),
            NOT_REACHED => Err(Trouble::Unknown),
            WAITS => {
                self.asked.fetch_add(1, Ordering::Relaxed);
                self.gate.notified().await;
                call.await
            }
            _ => Err(Trouble::Refused("no".into(), "Not today.".into())),
        }
    }
}

#[async_trait]
impl Gateway for Flaky {
    fn name(&self) -> &'static str {
        "flaky"
    }
    fn method_label(&self, method: &str) -> Option<&'static str> {
        self.inner.method_label(method)
    }
    async fn authorise(&self, charge: &Charge) -> Answer {
        self.answer(self.inner.authorise(charge)).await
    }
    async fn confirm(&self, handle: Handle, proved: bool) -> Answer {
        self.answer(self.inner.confirm(handle, proved)).await
    }
    async fn capture(&self, handle: Handle, amount: Money) -> Answer {
        self.answer(self.inner.capture(handle, amount)).await
    }
    async fn void(&self, handle: Handle) -> Answer {
        self.answer(self.inner.void(handle)).await
    }
    async fn lookup(&self, handle: Handle) -> Result<Option<Standing>, Trouble> {
        if self.mood.load(Ordering::Relaxed) == WELL { self.inner.lookup(handle).await } else { Err(Trouble::Unknown) }
    }
    async fn refund(&self, tenant: TenantId, refunds: &[RefundCall]) -> Vec<RefundAnswer> {
        self.asked.fetch_add(refunds.len(), Ordering::Relaxed);
        match self.mood.load(Ordering::Relaxed) {
            WELL => self.inner.refund(tenant, refunds).await,
            DOES_IT_BUT_IS_NOT_HEARD => self.inner.refund(tenant, refunds).await.into_iter().map(|_| RefundAnswer::Unknown).collect(),
            NOT_REACHED => vec![RefundAnswer::Unknown; refunds.len()],
            _ => vec![RefundAnswer::Refused("Not today.".into()); refunds.len()],
        }
    }
}

struct Scene {
    app: TestApp,
    shop: Shop,
    mood: Arc<AtomicU8>,
    asked: Arc<AtomicUsize>,
    gate: Arc<Notify>,
}

impl Scene {
    async fn set(database: Database) -> Self {
        let mood = Arc::new(AtomicU8::new(WELL));
        let asked = Arc::new(AtomicUsize::new(0));
        let gate = Arc::new(Notify::new());
        let line = (mood.clone(), asked.clone(), gate.clone());
        let app = TestApp::with_gateway(database, |inner| Arc::new(Flaky { inner, mood: line.0, asked: line.1, gate: line.2 })).await;
        let shop = Shop::open(&app).await;
        Self { app, shop, mood, asked, gate }
    }

    fn mood(&self, mood: u8) {
        self.mood.store(mood, Ordering::Relaxed);
    }

    async fn resolve(&self) {
        resolve_unknown(&self.app.app, 0).await.unwrap();
    }

    /// How many notices of this name there are.
    async fn told(&self, name: &str) -> i64 {
        self.shop.owner.get(&format!("/events/outbox?name={name}")).await.ok().meta()["total"].as_i64().unwrap()
    }

    /// What the provider's own books say was given back of a payment.
    async fn given_back(&self, payment: &str) -> i64 {
        let tenant = self.app.tenant().await;
        let keys = [payment.to_owned()];
        let charges = self.app.app.db.read(tenant, async |tx| sandbox::find(tx, &keys).await.map_err(Error::from)).await.unwrap();
        charges[0].refunded
    }
}

macro_rules! both_with_a_flaky_provider {
    ($(async fn $name:ident($scene:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a test need not use everything its file imports")]
            use super::*;

            async fn run($scene: Scene) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                run(Scene::set(Database::sqlite()).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(database) = Database::postgres().await {
                    run(Scene::set(database).await).await;
                }
            }
        }
    )+};
}

both_with_a_flaky_provider! {
    async fn a_repeat_while_the_first_is_worked_on_hears_when_to_ask_again(scene) {
        let path = format!("/orders/{}/pay", scene.shop.order().await["id"].as_str().unwrap());
        let (keyed, body) = (scene.shop.owner.with("idempotency-key", "slow"), json!({ "paymentMethod": "pm_card_visa" }));
        scene.mood(WAITS);
        let first = tokio::spawn({
            let (keyed, path, body) = (keyed.clone(), path.clone(), body.clone());
            async move { keyed.post(&path, body).await }
        });
        while scene.asked.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let meanwhile = keyed.post(&path, body.clone()).await.problem(409, "still_running");
        assert_eq!(meanwhile.header("retry-after"), Some("1"));
        scene.gate.notify_one();
        let first = first.await.unwrap().ok();
        let again = keyed.post(&path, body).await.ok();
        assert_eq!((&again.body, again.header("idempotency-replayed")), (&first.body, Some("true")));
        assert_eq!(scene.shop.owner.get("/payments").await.ok().meta()["total"], 1);
    }

    async fn a_refund_without_an_answer_is_held_and_made_once(scene) {
        for (mood, done) in [(DOES_IT_BUT_IS_NOT_HEARD, 4_000), (NOT_REACHED, 0)] {
            scene.mood(WELL);
            let payment = scene.shop.paid().await;
            scene.mood(mood);
            let refund = scene.shop.refund(&payment, Some(4_000)).await.is(201).data();
            assert_eq!((refund["state"].as_str(), refund["payment"]["refundable"]["amount"].as_i64()), (Some("unknown"), Some(1_900)));
            assert_eq!(refund["payment"]["refunded"]["amount"], 0, "what is not known is not booked");
            assert_eq!(scene.given_back(&payment).await, done);
            let _ = scene.shop.refund(&payment, Some(1_901)).await.problem(422, "unprocessable").complains("amount.amount", "more_than_left");
            scene.resolve().await;
            scene.mood(WELL);
            scene.resolve().await;
            scene.resolve().await;
            let path = format!("/refunds/{}", refund["id"].as_str().unwrap());
            let after = scene.shop.owner.get(&path).await.ok().data();
            assert_eq!(after["state"], "succeeded");
            assert!(after["settledAt"].is_string());
            assert_eq!(scene.given_back(&payment).await, 4_000);
            let payment = scene.shop.owner.get(&format!("/payments/{payment}")).await.ok().data();
            assert_eq!((payment["refunded"]["amount"].as_i64(), payment["state"].as_str()), (Some(4_000), Some("partially_refunded")));
        }
        scene.shop.books_balance().await;
    }

    async fn a_refused_refund_gives_the_money_free_again(scene) {
        let payment = scene.shop.paid().await;
        scene.mood(SAYS_NO);
        let refund = scene.shop.refund(&payment, None).await.is(201).data();
        assert_eq!((refund["state"].as_str(), refund["failureMessage"].as_str()), (Some("failed"), Some("Not today.")));
        assert_eq!((refund["payment"]["state"].as_str(), refund["payment"]["refundable"]["amount"].as_i64()), (Some("captured"), Some(5_900)));
        assert_eq!(scene.shop.owner.get("/audit?action=order.refund_failed").await.ok().meta()["total"], 1);
        scene.mood(WELL);
        let refund = scene.shop.refund(&payment, None).await.is(201).data();
        assert_eq!((refund["state"].as_str(), refund["payment"]["state"].as_str()), (Some("succeeded"), Some("refunded")));
        scene.shop.books_balance().await;
    }

    async fn a_repeat_of_an_unfinished_refund_finishes_it(scene) {
        let payment = scene.shop.paid().await;
        let keyed = scene.shop.owner.with("idempotency-key", "unfinished");
        let (path, body) = (format!("/payments/{payment}/refund"), json!({ "amount": { "amount": 500, "currency": "EUR" }, "reason": "x" }));
        scene.mood(DOES_IT_BUT_IS_NOT_HEARD);
        let first = keyed.post(&path, body.clone()).await.is(201).data();
        assert_eq!(first["state"], "unknown");
        scene.mood(WELL);
        let second = keyed.post(&path, body.clone()).await.is(201);
        assert_eq!((second.data()["id"].clone(), second.data()["state"].as_str()), (first["id"].clone(), Some("succeeded")));
        let third = keyed.post(&path, body).await.is(201);
        assert_eq!(second.body, third.body);
        assert_eq!((scene.given_back(&payment).await, scene.shop.owner.get("/refunds").await.ok().meta()["total"].as_i64()), (500, Some(1)));
    }

    async fn a_repeat_of_a_refund_that_is_over_asks_nobody(scene) {
        let payment = scene.shop.paid().await;
        let keyed = scene.shop.owner.with("idempotency-key", "over");
        let (path, body) = (format!("/payments/{payment}/refund"), json!({ "amount": { "amount": 500, "currency": "EUR" }, "reason": "x" }));
        scene.mood(NOT_REACHED);
        assert_eq!(keyed.post(&path, body.clone()).await.is(201).data()["state"], "unknown");
        scene.mood(SAYS_NO);
        scene.resolve().await;
        // It does not remember what it refused: asked again, it would make the refund, and nobody would book it.
        scene.mood(WELL);
        let asked = scene.asked.load(Ordering::Relaxed);
        for _ in 0..2 {
            assert_eq!(keyed.post(&path, body.clone()).await.is(201).data()["state"], "failed");
        }
        assert_eq!((scene.asked.load(Ordering::Relaxed), scene.given_back(&payment).await), (asked, 0));
        scene.shop.books_balance().await;
    }

    async fn a_refund_that_takes_its_time_is_asked_about_ever_more_rarely_and_told_once(scene) {
        let payment = scene.shop.paid().await;
        scene.mood(NOT_REACHED);
        let refund = scene.shop.refund(&payment, Some(4_000)).await.is(201).data();
        assert_eq!(refund["state"], "unknown");
        for _ in 0..200 {
            scene.app.advance(SECOND);
            resolve_unknown(&scene.app.app, 2 * SECOND).await.unwrap();
        }
        assert_eq!(scene.asked.load(Ordering::Relaxed), 9, "at once, and then after 1, 2, 4 … 128 seconds");
        for name in ["order.refunded", "payment.refunded", "refund.refunded", "ledger.refunded"] {
            assert_eq!(scene.told(name).await, 0, "{name}");
        }
        assert_eq!(scene.told("refund.refund_unknown").await, 1);
        scene.mood(WELL);
        scene.app.advance(10 * purser_core::time::MINUTE);
        resolve_unknown(&scene.app.app, 2 * SECOND).await.unwrap();
        assert_eq!((scene.told("order.refunded").await, scene.given_back(&payment).await), (1, 4_000));
        // A no is no refund either.
        scene.mood(SAYS_NO);
        assert_eq!(scene.shop.refund(&payment, None).await.is(201).data()["state"], "failed");
        assert_eq!((scene.told("order.refunded").await, scene.told("refund.refund_failed").await), (1, 1));
    }

    async fn a_payment_that_never_arrived_fails_after_a_while_and_can_be_tried_again(scene) {
        scene.mood(NOT_REACHED);
        let done = scene.shop.paid_by("pm_card_visa").await;
        assert_eq!((done["payment"]["state"].as_str(), done["order"]["paymentState"].as_str()), (Some("unknown"), Some("unknown")));
        scene.mood(WELL);
        scene.resolve().await;
        let path = format!("/payments/{}", done["payment"]["id"].as_str().unwrap());
        assert_eq!(scene.shop.owner.get(&path).await.ok().data()["state"], "unknown", "it may still be on its way");
        scene.app.advance(2 * purser_core::time::MINUTE);
        scene.resolve().await;
        let payment = scene.shop.owner.get(&path).await.ok().data();
        assert_eq!((payment["state"].as_str(), payment["failureCode"].as_str()), (Some("failed"), Some("not_received")));
        let again = format!("/orders/{}/pay", done["order"]["id"].as_str().unwrap());
        assert_eq!(scene.shop.owner.post(&again, json!({ "paymentMethod": "pm_card_visa" })).await.ok().data()["order"]["state"], "paid");
        scene.shop.books_balance().await;
    }

    async fn a_capture_without_an_answer_is_asked_for_again(scene) {
        for mood in [DOES_IT_BUT_IS_NOT_HEARD, NOT_REACHED] {
            scene.mood(WELL);
            let order = scene.shop.order().await;
            let path = format!("/orders/{}/pay", order["id"].as_str().unwrap());
            let done = scene.shop.owner.post(&path, json!({ "paymentMethod": "pm_card_visa", "capture": "manual" })).await.ok().data();
            let path = format!("/payments/{}", done["payment"]["id"].as_str().unwrap());
            scene.mood(mood);
            let after = scene.shop.owner.post(&format!("{path}/capture"), json!({ "amount": { "amount": 4_000, "currency": "EUR" } })).await.ok().data();
            assert_eq!(after["payment"]["state"], "unknown");
            let _ = scene.shop.owner.post(&format!("{path}/void"), json!({})).await.problem(409, "payment_in_flight");
            scene.mood(WELL);
            scene.resolve().await;
            let payment = scene.shop.owner.get(&path).await.ok().data();
            assert_eq!((payment["state"].as_str(), payment["captured"]["amount"].as_i64()), (Some("captured"), Some(4_000)));
        }
        scene.shop.books_balance().await;
    }

    async fn a_refused_void_leaves_what_was_promised(scene) {
        let order = scene.shop.order().await;
        let path = format!("/orders/{}/pay", order["id"].as_str().unwrap());
        let done = scene.shop.owner.post(&path, json!({ "paymentMethod": "pm_card_visa", "capture": "manual" })).await.ok().data();
        let path = format!("/payments/{}", done["payment"]["id"].as_str().unwrap());
        scene.mood(SAYS_NO);
        let _ = scene.shop.owner.post(&format!("{path}/void"), json!({})).await.problem(409, "provider_refused");
        scene.mood(WELL);
        assert_eq!(scene.shop.owner.get(&path).await.ok().data()["state"], "authorised");
        assert_eq!(scene.shop.owner.post(&format!("{path}/capture"), json!({})).await.ok().data()["payment"]["state"], "captured");
    }
}

both_with_a_flaky_provider! {
    async fn the_sandbox_refuses_on_its_own_and_honours_keys(scene) {
        let payment = scene.shop.paid().await;
        let (tenant, app) = (scene.app.tenant().await, &scene.app.app);
        let gateway = Sandbox::new(app.db.clone(), app.clock.clone());
        let call = |id: u128, amount: i64| RefundCall {
            id: uuid::Uuid::from_u128(id).into(),
            payment: payment.parse().unwrap(),
            amount: Money::new(amount, purser_core::Currency::EUR),
        };
        let answers = gateway.refund(tenant, &[call(1, 5_000), call(2, 1_000), call(3, 900), call(3, 900)]).await;
        assert_eq!(answers[0], RefundAnswer::Done);
        assert!(matches!(answers[1], RefundAnswer::Refused(_)));
        assert_eq!((&answers[2], &answers[3]), (&RefundAnswer::Done, &RefundAnswer::Done));
        let again = gateway.refund(tenant, &[call(1, 5_000), call(2, 1_000)]).await;
        assert_eq!(again[0], RefundAnswer::Done);
        assert!(matches!(again[1], RefundAnswer::Refused(_)));
        assert_eq!(scene.given_back(&payment).await, 5_900);
    }
}
