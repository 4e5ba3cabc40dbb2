//! A small business with one of everything, made through the public door. Samples name its things: `/users/{user}/lock`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::Method;
use purser_core::access::Role;
use purser_core::ids::TenantId;
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
        world.papers().await;
        world.work().await;
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
        for name in ["order", "unpaid", "doomed", "promised", "let_go", "proving", "packed", "given_back"] {
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
        ];
        for (name, order, method, capture) in payments {
            let path = format!("/orders/{}/pay", self.ids[order]);
            let reply = self.owner.post(&path, json!({ "paymentMethod": method, "capture": capture })).await.ok();
            self.keep(name, reply.data()["payment"]["id"].as_str().unwrap().to_owned());
        }
        let body = json!({ "amount": { "amount": 100, "currency": "EUR" }, "reason": "scratched" });
        self.make("refund", "/payments/{payment}/refund", body).await;
    }

    async fn papers(&mut self) {
        let form = self.fill(&samples::upload("order", "{order}"));
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
        for name in ["job", "dead_job", "idle_job"] {
            let id = self.app.db_job(self.tenant, name == "dead_job").await;
            self.keep(name, id.to_string());
        }
        for name in ["provider", "idle_provider"] {
            let body = json!({ "kind": "github", "name": name, "clientId": "purser", "secret": "a secret of the world" });
            self.make(name, "/providers", body).await;
        }
        self.app.advance(120_000_000);
        let mails = self.owner.get("/mailbox?limit=1&search=bulk").await.ok().data();
        self.keep("mail", mails[0]["id"].as_str().unwrap().to_owned());
        let asked_in = self.ids["bulk"].clone();
        self.keep("asked_in", asked_in);
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
            let _ = self.app.db_job(self.tenant, false).await;
            let product = json!({ "name": format!("Grown {name}"), "sku": format!("GROWN-{name}"), "price": { "amount": 2_000 + name % 7, "currency": "EUR" }, "stock": 5 });
            let _ = self.owner.post("/products", product).await.ok();
            let order = id_of(&self.owner.post("/orders", self.fill_json(&samples::order("{user}", "{product}"))).await.ok());
            let _ = self.owner.post(&format!("/orders/{order}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
            let refund = json!({ "amount": { "amount": 1, "currency": "EUR" }, "reason": "scratched" });
            let _ = self.owner.post(&self.fill("/payments/{payment}/refund"), refund).await.ok();
            let form = self.fill(&samples::upload("order", "{order}"));
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
