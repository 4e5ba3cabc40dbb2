//! Messages in any order, any number of times, in part or not at all, between whatever happens at the provider meanwhile: once the last word
//! has come, we know what the provider knows, and every message was followed up once.

use parking_lot::Mutex;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use purser_adapters::sandbox::Sandbox;
use purser_core::Error;
use purser_core::access::Role;
use purser_core::ids::{PaymentId, TenantId};
use purser_service::disputes::port::{Disputes, Play};
use purser_service::sandbox::port::Playground;
use purser_store::sandbox as books;
use purser_testkit::{Caller, TestApp, json, times};
use serde_json::Value;

use crate::routes::shop::Shop;

/// Something happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The provider ends what takes its time, well or not.
    Settle(bool),
    /// The bank disputes so much.
    Dispute(i64),
    /// The bank decides its newest dispute.
    Decide(bool),
    /// Staff give so much back.
    Refund(i64),
    /// Staff take what was promised.
    Capture,
    /// One of the messages so far comes, perhaps again.
    Tell(usize),
    /// What came is followed up.
    FollowUp,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => any::<bool>().prop_map(Step::Settle),
        2 => (1..4_000_i64).prop_map(Step::Dispute),
        2 => any::<bool>().prop_map(Step::Decide),
        1 => (1..4_000_i64).prop_map(Step::Refund),
        1 => Just(Step::Capture),
        8 => any::<usize>().prop_map(Step::Tell),
        3 => Just(Step::FollowUp),
    ]
}

const MILLISECOND: i64 = 1_000;
/// Signed in anew after so many rows.
const SIGNED_IN: u64 = 200;

struct Stage {
    app: TestApp,
    tenant: TenantId,
    bank: Sandbox,
    shop: Shop,
    product: String,
    developer: Mutex<Caller>,
    rows: Mutex<u64>,
}

/// A payment in the middle of its row.
struct Row<'a> {
    stage: &'a Stage,
    owner: Caller,
    developer: Caller,
    payment: String,
    id: PaymentId,
    disputes: Vec<String>,
    sent: std::collections::BTreeMap<String, u64>,
}

impl Stage {
    async fn open() -> Self {
        let app = TestApp::sqlite().await;
        let shop = Shop::open(&app).await;
        let developer = app.caller(Role::Developer).await;
        // What it tells waits to be sent by hand.
        let silent = json!({ "processingSeconds": 86_400, "webhooks": { "enabled": true, "losePercent": 100 } });
        let _ = developer.patch("/sandbox", silent).await.ok();
        let product = shop.product("ROW", (2_500, json!(0), 1_000_000)).await;
        let bank = Sandbox::new(app.app.db.clone(), app.app.clock.clone());
        let tenant = app.tenant().await;
        Self { app, tenant, bank, shop, product, developer: Mutex::new(developer), rows: Mutex::new(0) }
    }

    async fn begin(&self, (card, manual): (&str, bool)) -> Row<'_> {
        let rows = {
            let mut rows = self.rows.lock();
            *rows += 1;
            *rows
        };
        // So many messages in one minute would be too many from one provider.
        self.app.advance(250 * MILLISECOND);
        if rows % SIGNED_IN == 0 {
            let developer = self.app.caller(Role::Developer).await;
            *self.developer.lock() = developer;
        }
        let (owner, developer) = (self.app.owner().await, self.developer.lock().clone());
        let order = owner.post("/orders", self.shop.wants(&self.product, 2)).await.is(201).data();
        let pay = json!({ "paymentMethod": card, "capture": if manual { "manual" } else { "automatic" } });
        let paid = owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), pay).await.ok().data();
        let payment = paid["payment"]["id"].as_str().unwrap().to_owned();
        let id = payment.parse().unwrap();
        Row { stage: self, owner, developer, payment, id, disputes: Vec::new(), sent: std::collections::BTreeMap::new() }
    }
}

impl Row<'_> {
    async fn step(&mut self, step: Step) {
        let Stage { app, tenant, bank, .. } = self.stage;
        app.advance(MILLISECOND);
        let euros = |amount: i64| json!({ "amount": { "amount": amount, "currency": "EUR" } });
        match step {
            Step::Settle(well) => drop(bank.settle(*tenant, Some(self.id), well).await.unwrap()),
            Step::Dispute(amount) => {
                let amount = purser_core::Money::new(amount, purser_core::Currency::EUR);
                if let Ok(news) = bank.play(*tenant, Play::Open(self.id, Some(amount), "fraudulent".into())).await {
                    self.disputes.push(news.reference);
                }
            }
            Step::Decide(won) => {
                if let Some(reference) = self.disputes.last() {
                    drop(bank.play(*tenant, Play::Decide(reference.clone(), won)).await);
                }
            }
            Step::Refund(amount) => {
                let mut body = euros(amount);
                body["reason"] = json!("Damaged on arrival");
                self.ask("refund", body).await;
            }
            Step::Capture => self.ask("capture", json!({})).await,
            Step::Tell(which) => {
                let there = self.messages().await;
                if let Some(message) = (!there.is_empty()).then(|| &there[which % there.len()]) {
                    self.send(message).await;
                }
            }
            Step::FollowUp => app.settle().await,
        }
    }

    /// What staff ask for may be refused, as things stand.
    async fn ask(&self, what: &str, body: Value) {
        let reply = self.owner.post(&format!("/payments/{}/{what}", self.payment), body).await;
        assert!(reply.status.is_success() || [409, 422].contains(&reply.status.as_u16()), "{}", reply.text());
    }

    /// What the provider has to tell of this payment, newest first.
    async fn messages(&self) -> Vec<Value> {
        let list = self.developer.get(&format!("/sandbox/messages?limit=100&paymentId={}", self.payment)).await.ok().data();
        list.as_array().unwrap().clone()
    }

    async fn send(&mut self, message: &Value) {
        let id = message["id"].as_str().unwrap().to_owned();
        let _ = self.developer.post(&format!("/sandbox/messages/{id}/send"), json!({})).await.ok();
        *self.sent.entry(id).or_default() += 1;
    }

    /// The last word comes, and we know what the provider knows.
    async fn end(mut self) -> Result<(), TestCaseError> {
        let there = self.messages().await;
        let of_disputes = there.iter().find(|message| message["kind"].as_str().is_some_and(|kind| kind.contains("dispute")));
        for message in there.first().into_iter().chain(of_disputes) {
            self.send(message).await;
        }
        self.stage.app.settle().await;
        let (db, tenant, key) = (&self.stage.app.app.db, self.stage.tenant, self.payment.clone());
        let charge = db.read(tenant, async |tx| books::find(tx, &[key]).await.map_err(Error::from)).await.unwrap().swap_remove(0);
        let ours = self.owner.get(&format!("/payments/{}", self.payment)).await.ok().data();
        prop_assert_eq!((ours["captured"]["amount"].as_i64(), ours["refunded"]["amount"].as_i64()), (Some(charge.captured), Some(charge.refunded)));
        let theirs = self.stage.bank.of(purser_service::payments::port::Handle { tenant, payment: self.id }).await.unwrap();
        let known = self.owner.get(&format!("/disputes?limit=100&paymentId={}", self.payment)).await.ok().data();
        let mut known: Vec<(String, String)> =
            known.as_array().unwrap().iter().map(|row| (row["reference"].as_str().unwrap().into(), row["state"].as_str().unwrap().into())).collect();
        let mut theirs: Vec<(String, String)> = theirs.into_iter().map(|news| (news.reference, news.state.to_string())).collect();
        known.sort_unstable();
        theirs.sort_unstable();
        prop_assert_eq!(&known, &theirs);
        let disputed = theirs.iter().any(|(_, state)| state != "won");
        // One that was given back whole says so rather than that it is disputed.
        let state = ours["state"].as_str().unwrap();
        prop_assert!(if disputed { ["disputed", "refunded"].contains(&state) } else { state != "disputed" }, "{} with {:?}", state, theirs);
        let came = self.owner.get("/payment-providers/events?limit=100").await.ok().data();
        let came: u64 =
            came.as_array().unwrap().iter().filter(|row| row["paymentId"] == self.payment.as_str()).filter_map(|row| row["copies"].as_u64()).sum();
        prop_assert_eq!(came, self.sent.values().sum::<u64>());
        Ok(())
    }
}

#[test]
fn any_row_of_messages_leaves_what_the_provider_knows() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stage = runtime.block_on(Stage::open());
    let cards =
        prop::sample::select(vec![("pm_card_visa", false), ("pm_card_visa", true), ("pm_card_processing", false), ("pm_card_processing", true)]);
    let cases = u32::try_from(times(25, 10_000)).unwrap();
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let outcome = runner.run(&(cards, prop::collection::vec(step(), 1..16)), |(card, steps)| {
        runtime.block_on(async {
            let mut row = stage.begin(card).await;
            for step in steps {
                row.step(step).await;
            }
            row.end().await
        })
    });
    outcome.unwrap();
    runtime.block_on(async {
        let proof = stage.app.owner().await.get("/ledger/proof").await.ok().data();
        assert_eq!(proof["balanced"], true, "{proof}");
    });
    // Within the runtime its connections belong to.
    let _inside = runtime.enter();
    drop(stage);
}
