//! A small business with one of everything, made through the public door. Samples name its things: `/users/{user}/lock`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::Method;
use purser_core::access::Role;
use purser_core::ids::{SagaId, TenantId};
use purser_core::sagas::SagaState;
use purser_core::time::{HOUR, SECOND};
use purser_store::lockouts;
use purser_store::sagas::{self, Saga};
use purser_testkit::{Caller, Reply, TestApp, json};
use serde_json::Value;

use super::samples::{self, Sample};

/// The business, its owner, and its things by name.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) tenant: TenantId,
    pub(crate) owner: Caller,
    pub(crate) ids: BTreeMap<&'static str, String>,
    grown: AtomicUsize,
}

fn id_of(reply: &Reply) -> String {
    reply.data()["id"].as_str().unwrap_or_else(|| panic!("no id in {}", reply.text())).to_owned()
}

impl World {
    pub(crate) async fn new(app: TestApp) -> Self {
        let (tenant, owner) = (app.tenant().await, app.owner().await);
        let mut world = Self { app, tenant, owner, ids: BTreeMap::new(), grown: AtomicUsize::new(0) };
        world.people().await;
        world.rights().await;
        world.trade().await;
        world.approvals().await;
        world.disputes().await;
        world.sandbox().await;
        world.differences().await;
        world.papers().await;
        world.work().await;
        world.newsletters().await;
        world.tenants().await;
        world
    }

    fn keep(&mut self, name: &'static str, id: String) {
        self.ids.insert(name, id);
    }

    async fn make(&mut self, name: &'static str, path: &str, body: Value) -> Value {
        let reply = self.owner.post(&self.fill(path), self.fill_json(&body)).await.ok();
        self.keep(name, id_of(&reply));
        reply.data()
    }

    async fn people(&mut self) {
        for (place, name) in ["user", "other", "locked", "deleted", "leaving", "bulk", "gone"].into_iter().enumerate() {
            let body = json!({ "email": format!("{name}@world.example"), "firstName": "Wilma", "lastName": format!("World{place}"), "role": "user", "country": "NO" });
            self.make(name, "/users", body).await;
        }
        let _ = self.owner.post(&self.fill("/users/{locked}/lock"), json!({ "reason": "lost phone" })).await.ok();
        let _ = self.owner.delete(&self.fill("/users/{deleted}")).await.ok();
        let _ = self.owner.delete(&self.fill("/users/{gone}")).await.ok();
        let staff = self.app.caller(Role::Support).await;
        self.keep("staff", staff.id.clone().unwrap());
        let _ = self.app.owner().await;
        // Begun and never confirmed: it asks for nothing, and can be named.
        let enrolment = self.owner.post("/auth/factors/totp", json!({})).await.ok().data();
        self.keep("factor", enrolment["factorId"].as_str().unwrap().to_owned());
        self.keep("me", self.owner.id.clone().unwrap());
        for name in ["key", "idle_key"] {
            self.make(name, "/keys", json!({ "name": name, "scopes": ["read:user"] })).await;
        }
        for (name, path) in [("session", "/users/{staff}/sessions"), ("own_session", "/auth/sessions")] {
            let rows = self.owner.get(&self.fill(path)).await.ok().data();
            let another = rows.as_array().unwrap().iter().find(|row| row["current"] == false).unwrap_or_else(|| panic!("{rows}"));
            self.keep(name, another["id"].as_str().unwrap().to_owned());
        }
    }

    async fn rights(&mut self) {
        for (name, key) in [("role", "lighthouse-keeper"), ("idle_role", "stowaway-catcher")] {
            let body = json!({ "key": key, "name": key, "permissions": ["read:user", "read:order"] });
            let _ = self.owner.post("/roles", body).await.ok();
            self.keep(name, key.to_owned());
        }
        self.make("right", "/users/{user}/rights", json!({ "permission": "read:file", "effect": "deny", "reason": "not theirs" })).await;
        for name in ["policy", "idle_policy"] {
            let source = "forbid (principal, action in Action::\"export\", resource) when { context.hour > 30 };";
            self.make(name, "/policies", json!({ "name": name, "source": source })).await;
        }
    }

    async fn trade(&mut self) {
        for (name, sku) in [("product", "WORLD-1"), ("idle_product", "WORLD-2")] {
            let body = json!({ "name": format!("Brass lantern {sku}"), "sku": sku, "price": { "amount": 2_500, "currency": "EUR" }, "weight": 1.5, "stock": 500 });
            self.make(name, "/products", body).await;
        }
        let jersey = json!({ "name": "Jersey", "sku": "WORLD-3", "price": { "amount": 2_500, "currency": "EUR" } });
        self.make("jersey", "/products", jersey).await;
        let form = self.fill(&samples::picture("{jersey}"));
        self.keep("picture", id_of(&self.owner.send(Method::POST, "/files", Some(samples::FORM_TYPE), Body::from(form)).await.ok()));
        let pictures = self.fill_json(&json!({ "pictures": [{ "fileId": "{picture}", "alt": "A jersey" }] }));
        let _ = self.owner.with("if-match", "\"1\"").call(Method::PUT, &self.fill("/products/{jersey}/pictures"), Some(pictures)).await.ok();
        for name in ["category", "idle_category"] {
            self.make(name, "/categories", json!({ "name": name })).await;
        }
        for name in [
            "order",
            "unpaid",
            "doomed",
            "promised",
            "let_go",
            "proving",
            "packed",
            "given_back",
            "regretted",
            "unpaid_too",
            "half_paid",
            "on_account",
        ] {
            self.app.advance(1_000);
            self.make(name, "/orders", samples::order("{user}", "{product}")).await;
        }
        let payments = [
            ("payment", "order", "pm_card_visa", "automatic"),
            ("promise", "promised", "pm_card_visa", "manual"),
            ("released", "let_go", "pm_card_visa", "manual"),
            ("proof", "proving", "pm_card_authentication_required", "automatic"),
            ("shipped", "packed", "pm_card_visa", "automatic"),
            ("returned", "given_back", "pm_card_visa", "automatic"),
            ("disputed", "regretted", "pm_card_visa", "automatic"),
            ("half", "half_paid", "pm_card_visa", "manual"),
            ("owed", "on_account", "account", "automatic"),
        ];
        for (name, order, method, capture) in payments {
            let path = format!("/orders/{}/pay", self.ids[order]);
            let reply = self.owner.post(&path, json!({ "paymentMethod": method, "capture": capture })).await.ok();
            self.keep(name, reply.data()["payment"]["id"].as_str().unwrap().to_owned());
        }
        let part = json!({ "amount": { "amount": 1_000, "currency": "EUR" } });
        let _ = self.owner.post(&self.fill("/payments/{half}/capture"), part).await.ok();
        let kind = json!({ "deed": "give", "amount": { "amount": 500, "currency": "EUR" }, "reason": "a kindness" });
        let _ = self.owner.post(&self.fill("/users/{user}/credit"), kind).await.is(201);
        self.goods().await;
        let body = json!({ "amount": { "amount": 100, "currency": "EUR" }, "reason": "scratched" });
        self.make("refund", "/payments/{payment}/refund", body).await;
    }

    async fn goods(&mut self) {
        self.carts().await;
        self.make("coupon", "/coupons", json!({ "code": "WORLD", "kind": "fixed", "amountOff": 100 })).await;
        let mut body = samples::order("{user}", "{product}");
        body["items"][0]["quantity"] = json!(9);
        let sent = self.make("sent", "/orders", body).await;
        self.keep("sent_line", sent["items"][0]["id"].as_str().unwrap().to_owned());
        self.make("waiting", "/orders", samples::order("{user}", "{product}")).await;
        let _ = self.owner.post(&self.fill("/orders/{waiting}/hold"), json!({ "reason": "asked for" })).await.ok();
        let _ = self.owner.post(&self.fill("/orders/{sent}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let parcel = self.owner.post(&self.fill("/orders/{sent}/fulfilments"), json!({ "carrier": "Posten" })).await.ok().data();
        self.keep("parcel", parcel["fulfilments"][0]["id"].as_str().unwrap().to_owned());
        for name in ["asked", "coming", "refused"] {
            let body = json!({ "lines": [{ "lineId": "{sent_line}", "quantity": 1 }], "reason": "too small" });
            self.make(name, "/orders/{sent}/returns", body).await;
        }
        let _ = self.owner.call(Method::POST, &self.fill("/returns/{coming}/approve"), None).await.ok();
    }

    async fn carts(&mut self) {
        for name in ["cart", "guest_cart", "idle_cart", "full_cart", "offer"] {
            let customer = if matches!(name, "full_cart" | "offer") { json!("{user}") } else { Value::Null };
            let kind = if name == "offer" { "draft" } else { "cart" };
            let body = json!({ "kind": kind, "customerId": customer, "lines": [{ "productId": "{product}", "quantity": 1 }] });
            let opened = self.make(name, "/carts", body).await;
            if name == "cart" {
                self.keep("cart_line", opened["lines"][0]["id"].as_str().unwrap().to_owned());
            }
        }
        let own = self.owner.post("/cart/items", self.fill_json(&json!({ "productId": "{product}", "quantity": 1 }))).await.ok().data();
        self.keep("own_line", own["lines"][0]["id"].as_str().unwrap().to_owned());
    }

    /// Two requests of somebody else's and one of the owner's, by a rule that is not in force any more.
    async fn approvals(&mut self) {
        for name in ["rule", "idle_rule"] {
            let body = json!({ "name": name, "kind": "refund", "effect": "approve", "refundKind": "goodwill", "active": name == "rule" });
            self.make(name, "/approval-rules", body).await;
        }
        let staff = self.app.caller(Role::Support).await;
        let _ = self.app.owner().await;
        for (name, by) in [("wish", &staff), ("wish_too", &staff), ("wish_own", &self.owner.clone())] {
            let body = json!({ "amount": { "amount": 100, "currency": "EUR" }, "kind": "goodwill", "reason": "a kindness" });
            let reply = by.post(&self.fill("/orders/{packed}/refunds"), body).await.ok();
            self.keep(name, reply.data()["approval"]["id"].as_str().unwrap().to_owned());
        }
        let path = self.fill("/approval-rules/{rule}");
        let by = self.owner.with("if-match", self.owner.get(&path).await.ok().header("etag").unwrap());
        let _ = by.patch(&path, json!({ "active": false })).await.ok();
    }

    async fn disputes(&mut self) {
        for name in ["dispute", "dispute_too", "dispute_last"] {
            self.app.advance(1_000);
            let body = json!({ "reason": "fraudulent", "amount": { "amount": 100, "currency": "EUR" } });
            self.make(name, "/payments/{disputed}/dispute", body).await;
        }
        let words = json!({ "texts": { "productDescription": "Two lanterns of brass" } });
        let path = self.fill("/disputes/{dispute}/evidence");
        let version = self.owner.get(&self.fill("/disputes/{dispute}")).await.ok();
        let by = self.owner.with("if-match", version.header("etag").unwrap());
        let _ = by.call(Method::PUT, &path, Some(words)).await.ok();
    }

    /// The sandbox was watched for one payment, and told of it.
    async fn sandbox(&mut self) {
        let _ = self.owner.patch("/sandbox", json!({ "recording": true, "webhooks": { "enabled": true } })).await.ok();
        let order = id_of(&self.owner.post("/orders", self.fill_json(&samples::order("{user}", "{product}"))).await.ok());
        let _ = self.owner.post(&format!("/orders/{order}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let _ = self.owner.patch("/sandbox", json!({ "recording": false, "webhooks": { "enabled": false } })).await.ok();
        let told = self.owner.get("/sandbox/messages").await.ok().data();
        self.keep("message", told[0]["id"].as_str().unwrap().to_owned());
        self.make("fault", "/sandbox/faults", json!({ "effect": "slow", "operation": "confirm", "millis": 1, "calls": 1_000 })).await;
    }

    /// Two lines in the provider's books that ours do not have.
    async fn differences(&mut self) {
        for name in ["adj_1", "adj_2"] {
            let body = json!({ "reference": name, "kind": "extra", "amount": 100 });
            let _ = self.owner.post("/reconciliation/plant", body).await.ok();
        }
        let _ = self.owner.post("/reconciliation/runs", json!({})).await.ok();
        self.app.settle().await;
        let found = self.owner.get("/reconciliation/exceptions?kind=missing_here").await.ok().data();
        for (name, place) in [("exception", 0), ("exception_too", 1)] {
            self.keep(name, found[place]["id"].as_str().unwrap().to_owned());
        }
    }

    async fn papers(&mut self) {
        self.make("period", "/ledger/periods", json!({ "endsAt": "2019-01-01", "reason": "long ago" })).await;
        // Of a kind that banks take as evidence, and of the order that is disputed.
        let form = self.fill(&samples::upload("order", "{regretted}")).replace("note.txt", "note.pdf").replace("brass", "%PDF-1.4 brass");
        let kind = samples::FORM_TYPE;
        for name in ["file", "idle_file"] {
            let reply = self.owner.send(Method::POST, "/files", Some(kind), Body::from(form.clone())).await.ok();
            self.keep(name, id_of(&reply));
        }
        for name in ["view", "idle_view"] {
            self.make(name, "/views", json!({ "area": "orders", "name": name, "query": "state=paid", "shared": true })).await;
        }
        for name in ["import", "unchecked", "idle_import"] {
            let reply = self.owner.send(Method::POST, "/imports", Some(kind), Body::from(samples::sheet())).await.ok();
            self.keep(name, id_of(&reply));
        }
        let mut follow = self.app.app.db.follow();
        let _ = self.owner.post(&self.fill("/imports/{import}/check"), json!({ "mapping": {} })).await.ok();
        while follow.recv().await.unwrap().action != "checked" {}
        let audit = self.owner.get("/audit?limit=1").await.ok().data();
        self.keep("audit", audit[0]["id"].as_str().unwrap().to_owned());
    }

    async fn work(&mut self) {
        for name in ["job", "dead_job", "idle_job", "broken_job"] {
            let id = self.app.db_job(self.tenant, ["dead_job", "broken_job"].contains(&name)).await;
            self.keep(name, id.to_string());
        }
        for name in ["saga", "stuck_saga", "idle_saga"] {
            let id = self.db_saga(if name == "saga" { SagaState::Completed } else { SagaState::NeedsAttention }).await;
            self.keep(name, id);
        }
        for name in ["stuck", "idle_stuck"] {
            let id = super::samples_machine::db_stuck(&self.app, self.tenant).await;
            self.keep(name, id);
        }
        for name in ["provider", "idle_provider"] {
            let body = json!({ "kind": "github", "name": name, "clientId": "purser", "secret": "a secret of the world" });
            self.make(name, "/providers", body).await;
        }
        for name in ["gateway", "idle_gateway"] {
            let body = json!({ "kind": "stripe", "name": name, "secret": "sk_test_world", "webhookSecret": "whsec_world" });
            self.make(name, "/payment-providers", body).await;
        }
        let event =
            json!({ "id": "evt_world", "type": "payment_intent.created", "data": { "object": { "id": "pi_world", "object": "payment_intent" } } })
                .to_string();
        let signed = crate::routes::gateways::signature(&event, self.app.app.clock.now().seconds(), "whsec_world");
        let door = self.app.nobody().with("stripe-signature", &signed);
        let _ = door.send(Method::POST, &self.fill("//webhooks/{gateway}"), Some("application/json"), Body::from(event)).await.ok();
        let told = self.owner.get("/payment-providers/events?limit=1").await.ok().data();
        self.keep("told", told[0]["id"].as_str().unwrap().to_owned());
        for name in ["endpoint", "idle_endpoint"] {
            self.make(name, "/webhooks/endpoints", json!({ "url": format!("https://hooks.example/{name}") })).await;
        }
        let sent = self.owner.call(Method::POST, &self.fill("/webhooks/endpoints/{endpoint}/test"), None).await.ok().data();
        self.keep("delivery", sent["delivery"]["id"].as_str().unwrap().to_owned());
        self.app.advance(120_000_000);
        let mails = self.owner.get("/mailbox?limit=1&search=bulk").await.ok().data();
        self.keep("mail", mails[0]["id"].as_str().unwrap().to_owned());
        let asked_in = self.ids["bulk"].clone();
        self.keep("asked_in", asked_in);
    }

    /// Newsletters as far as they can be, somebody who gets them, and an address that gets none.
    async fn newsletters(&mut self) {
        for name in ["newsletter", "idle_newsletter", "ready_newsletter", "scheduled_newsletter"] {
            self.make(name, "/newsletters", json!({ "subjectEn": format!("News of the {name}"), "textEn": "The lamp is lit." })).await;
        }
        let _ = self.owner.post(&self.fill("/newsletters/{scheduled_newsletter}/send"), json!({ "sendAt": "2026-12-24T08:00:00Z" })).await.ok();
        let (failed, kept) = super::samples_news::db_failed(&self.app, self.tenant).await;
        self.keep("failed_newsletter", failed);
        self.keep("suppression", kept);
    }

    /// A run of several steps that stands there.
    async fn db_saga(&self, state: SagaState) -> String {
        let now = self.app.app.clock.now();
        let id: SagaId = self.app.app.ids.next(now);
        let saga = Saga {
            id,
            kind: "test.nothing".into(),
            subject_id: id.uuid(),
            state,
            undoing: false,
            payload: json!({}).into(),
            error: None,
            note: None,
            again_of: None,
            created_by: None,
            created_at: now,
            updated_at: now,
            finished_at: None,
            version: 1,
        };
        self.app.app.db.transact(self.tenant, async |tx| sagas::insert(tx, &saga).await).await.unwrap();
        id.to_string()
    }

    /// Somebody whom too many failures keep out for so many seconds and an hour.
    async fn db_lock(&self, email: &str, seconds: usize) {
        let now = self.app.app.clock.now();
        let until = now.plus(HOUR + i64::try_from(seconds % 5).unwrap() * SECOND);
        let account = (email, "203.0.113.7");
        let locked = async |tx: &mut purser_store::Tx| {
            lockouts::fail(tx, account, now, (now, now)).await?;
            lockouts::lock(tx, account, until).await
        };
        self.app.app.db.transact(self.tenant, locked).await.unwrap();
    }

    async fn tenants(&mut self) {
        for name in ["branch", "shut_branch", "open_branch", "doomed_branch", "closing_branch"] {
            let owner = json!({ "email": format!("{name}@branch.example"), "firstName": "Bo", "lastName": "Branch" });
            let reply = self.owner.post("/tenants", json!({ "name": name, "slug": name.replace('_', "-"), "owner": owner })).await.ok();
            self.keep(name, reply.data()["tenant"]["id"].as_str().unwrap().to_owned());
        }
        let _ = self.owner.post(&self.fill("/tenants/{shut_branch}/suspend"), json!({ "reason": "unpaid" })).await.ok();
        let body = json!({ "reason": "the contract ended", "confirm": "closing-branch" });
        let _ = self.owner.post(&self.fill("/tenants/{closing_branch}/close"), body).await.ok();
    }

    /// `count` more of everything: people, products, orders with their money, files, views, sessions, and the lines all that leaves in the log.
    pub(crate) async fn grow(&self, count: usize) {
        for _ in 0..count {
            let name = self.grown.fetch_add(1, Ordering::Relaxed);
            // Some share an instant, so that ties are met.
            if name.is_multiple_of(3) {
                self.app.advance(1_000);
            }
            let person = json!({ "email": format!("grown{name}@world.example"), "firstName": "Wilma", "lastName": format!("Grown{name}"), "role": "user", "country": "NO" });
            let _ = self.owner.post("/users", person).await.ok();
            self.db_lock(&format!("grown{name}@world.example"), name).await;
            let _ = self.app.db_job(self.tenant, false).await;
            let _ = self.db_saga(SagaState::Completed).await;
            let product = json!({ "name": format!("Grown {name}"), "sku": format!("GROWN-{name}"), "price": { "amount": 2_000 + name % 7, "currency": "EUR" }, "stock": 5 });
            let _ = self.owner.post("/products", product).await.ok();
            let order = id_of(&self.owner.post("/orders", self.fill_json(&samples::order("{user}", "{product}"))).await.ok());
            let _ = self.owner.post(&format!("/orders/{order}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
            let refund = json!({ "amount": { "amount": 1, "currency": "EUR" }, "reason": "scratched" });
            let _ = self.owner.post(&self.fill("/payments/{payment}/refund"), refund).await.ok();
            let form = self.fill(&samples::upload("order", "{regretted}"));
            let _ = self.owner.send(Method::POST, "/files", Some(samples::FORM_TYPE), Body::from(form)).await.ok();
            let _ = self.owner.send(Method::POST, "/imports", Some(samples::FORM_TYPE), Body::from(samples::sheet())).await.ok();
            let _ = self
                .owner
                .post("/views", json!({ "area": "orders", "name": format!("grown {name}"), "query": "state=paid", "shared": false }))
                .await
                .ok();
        }
    }

    /// The text with every `{name}` turned into the id of that thing.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }

    pub(crate) fn fill_json(&self, body: &Value) -> Value {
        serde_json::from_str(&self.fill(&body.to_string())).unwrap()
    }

    /// The caller with what the sample's headers say; `If-Match` is what the owner reads at this moment.
    pub(crate) async fn dressed(&self, by: &Caller, sample: &Sample) -> Caller {
        let Some(path) = sample.version_of else { return by.clone() };
        let reply = self.owner.get(&self.fill(path)).await.ok();
        by.with("if-match", reply.header("etag").unwrap_or_else(|| panic!("{path} has no ETag")))
    }

    /// Call the sample's operation as `by`.
    pub(crate) async fn call(&self, by: &Caller, sample: &Sample, method: &Method) -> Reply {
        let by = self.dressed(by, sample).await;
        let path = self.fill(sample.path);
        match &sample.body {
            samples::Body::None if sample.endless => by.head_of(method.clone(), &path).await,
            samples::Body::None => by.call(method.clone(), &path, None).await,
            samples::Body::Json(body) => by.call(method.clone(), &path, Some(self.fill_json(body))).await,
            samples::Body::Form(form) => by.send(method.clone(), &path, Some(samples::FORM_TYPE), Body::from(self.fill(form))).await,
        }
    }
}
