//! PayPal as this suite plays it: orders a customer agrees to, keys, refunds within what was taken, and messages PayPal itself checks.

mod told;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use purser_service::payments::resolve_unknown;
use purser_testkit::{Caller, Reply, TestApp, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

#[derive(Default)]
struct Books {
    orders: BTreeMap<String, Value>,
    refunds: BTreeMap<String, Value>,
    keys: HashMap<String, (u16, Value)>,
    lost: VecDeque<bool>,
    tokens: usize,
    down: bool,
    /// What was asked about messages, as it was asked.
    asked: Vec<String>,
    declined: i64,
}

#[derive(Clone)]
struct Paypal {
    url: String,
    books: Arc<Mutex<Books>>,
}

fn no(status: u16, issue: &str) -> (u16, Value) {
    (
        status,
        json!({ "name": "UNPROCESSABLE_ENTITY", "message": "It can not be done.", "details": [{ "issue": issue, "description": format!("PayPal says {issue}.") }] }),
    )
}

fn cents(amount: &Value) -> i64 {
    let (whole, part) = amount["value"].as_str().unwrap().split_once('.').unwrap();
    whole.parse::<i64>().unwrap() * 100 + part.parse::<i64>().unwrap()
}

impl Books {
    fn work(&mut self, method: &Method, path: &str, body: &Value) -> (u16, Value) {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').skip(1).collect();
        match (method.as_str(), parts.as_slice()) {
            ("POST", ["notifications", "verify-webhook-signature"]) => {
                let good = body["transmission_sig"] == "genuine" && body["webhook_id"] == "WH-1";
                (200, json!({ "verification_status": if good { "SUCCESS" } else { "FAILURE" } }))
            }
            ("POST", ["checkout", "orders"]) => {
                let id = format!("ORDER{}", self.orders.len() + 1);
                let order = json!({
                    "id": id, "status": "PAYER_ACTION_REQUIRED", "intent": body["intent"],
                    "links": [{ "rel": "self", "href": "x" }, { "rel": "payer-action", "href": format!("https://paypal.example/agree/{id}") }],
                    "purchase_units": [{ "amount": body["purchase_units"][0]["amount"], "payments": { "captures": [], "authorizations": [] } }],
                });
                self.orders.insert(id, order.clone());
                (200, order)
            }
            ("GET", ["checkout", "orders", id]) => self.orders.get(*id).map_or_else(|| no(404, "INVALID_RESOURCE_ID"), |order| (200, order.clone())),
            ("POST", ["checkout", "orders", id, what]) => {
                let order = self.orders.get_mut(*id).unwrap();
                if order["status"] != "APPROVED" || (order["intent"] == "CAPTURE") != (*what == "capture") {
                    return no(422, "ORDER_NOT_APPROVED");
                }
                let amount = order["purchase_units"][0]["amount"].clone();
                if cents(&amount) == self.declined {
                    return no(422, "INSTRUMENT_DECLINED");
                }
                order["status"] = json!("COMPLETED");
                let (list, state) = if *what == "capture" { ("captures", "COMPLETED") } else { ("authorizations", "CREATED") };
                order["purchase_units"][0]["payments"][list] = json!([{ "id": format!("{list}-{id}"), "status": state, "amount": amount }]);
                (201, order.clone())
            }
            ("POST", ["payments", "authorizations", id, what]) => {
                let order = self.orders.get_mut(id.trim_start_matches("authorizations-")).unwrap();
                let payments = &mut order["purchase_units"][0]["payments"];
                if *what == "void" {
                    payments["authorizations"][0]["status"] = json!("VOIDED");
                    return (204, Value::Null);
                }
                let capture = json!({ "id": format!("captures-{}", id.trim_start_matches("authorizations-")), "status": "COMPLETED", "amount": body["amount"] });
                payments["captures"] = json!([capture]);
                (201, capture)
            }
            ("POST", ["payments", "captures", id, "refund"]) => {
                let order = self.orders.get_mut(id.trim_start_matches("captures-")).unwrap();
                let back = order["back"].as_i64().unwrap_or(0) + cents(&body["amount"]);
                if back > cents(&order["purchase_units"][0]["payments"]["captures"][0]["amount"]) {
                    return no(422, "REFUND_AMOUNT_EXCEEDED");
                }
                order["back"] = json!(back);
                let refund = json!({ "id": format!("REFUND{}", self.refunds.len() + 1), "status": "COMPLETED" });
                self.refunds.insert(refund["id"].as_str().unwrap().to_owned(), refund.clone());
                (201, refund)
            }
            ("GET", ["payments", "refunds", id]) => (200, self.refunds[*id].clone()),
            _ => no(404, "NOT_FOUND"),
        }
    }
}

async fn serve(State(books): State<Arc<Mutex<Books>>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mut books = books.lock().unwrap();
    let reply = |status: u16, body: &Value| {
        (StatusCode::from_u16(status).unwrap(), if body.is_null() { String::new() } else { body.to_string() }).into_response()
    };
    if books.down {
        return reply(503, &json!({ "name": "SERVICE_UNAVAILABLE" }));
    }
    let authorization = headers[header::AUTHORIZATION].to_str().unwrap();
    if uri.path() == "/v1/oauth2/token" {
        books.tokens += 1;
        // client:secret
        let good = authorization == "Basic Y2xpZW50OnNlY3JldA==";
        return if good {
            reply(200, &json!({ "access_token": "token", "expires_in": 32_400 }))
        } else {
            reply(401, &json!({ "error": "invalid_client" }))
        };
    }
    assert_eq!(authorization, "Bearer token");
    let key = headers.get("paypal-request-id").map(|key| format!("{} {}", uri.path(), key.to_str().unwrap()));
    assert_eq!(key.is_some(), method == Method::POST, "what changes something carries a key");
    if uri.path().ends_with("/verify-webhook-signature") {
        books.asked.push(String::from_utf8(body.to_vec()).unwrap());
    }
    let known = key.as_ref().and_then(|key| books.keys.get(key).cloned());
    let (status, answer) = known.unwrap_or_else(|| books.work(&method, uri.path(), &serde_json::from_slice(&body).unwrap_or_default()));
    if let Some(key) = key {
        books.keys.insert(key, (status, answer.clone()));
    }
    if books.lost.pop_front() == Some(true) {
        return Body::from_stream(futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost")) })).into_response();
    }
    reply(status, &answer)
}

impl Paypal {
    async fn start() -> Self {
        let books = Arc::new(Mutex::new(Books::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(serve).with_state(books.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, books }
    }

    /// The customer agrees.
    fn agree(&self, order: &str) {
        self.books.lock().unwrap().orders.get_mut(order).unwrap()["status"] = json!("APPROVED");
    }

    /// An order of this amount is declined.
    fn decline(&self, amount: i64) {
        self.books.lock().unwrap().declined = amount;
    }

    fn down(&self, down: bool) {
        self.books.lock().unwrap().down = down;
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.books.lock().unwrap().asked)
    }

    fn lose(&self, answers: usize) {
        self.books.lock().unwrap().lost.extend(vec![true; answers]);
    }
}

async fn engine(plain: TestApp, paypal: &Paypal) -> (TestApp, Caller, String) {
    let app = TestApp::with_providers(plain.database, &paypal.url).await;
    let owner = app.owner().await;
    let body = json!({ "kind": "paypal", "name": "PayPal", "account": "client", "secret": "secret", "webhookReference": "WH-1", "leads": true });
    let id = owner.post("/payment-providers", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
    (app, owner, id)
}

/// A message about an order.
fn event(id: &str, kind: &str, order: &str) -> String {
    json!({ "id": id, "event_type": kind, "resource": { "id": order } }).to_string()
}

/// Hand a message in as PayPal does, with a signature, and one of its headers changed.
async fn hand_in(by: Caller, connection: &str, (body, at, signature): (&str, &str, &str), change: (&str, &str)) -> Reply {
    let proof = [
        ("paypal-transmission-id", "69cd13f0-d67a-11e5-baa3-778b53f4ae55"),
        ("paypal-transmission-time", at),
        ("paypal-transmission-sig", signature),
        ("paypal-cert-url", "https://api.paypal.com/v1/notifications/certs/CERT-1"),
        ("paypal-auth-algo", "SHA256withRSA"),
    ];
    let by = proof.into_iter().fold(by, |by, (name, value)| by.with(name, if name == change.0 { change.1 } else { value }));
    by.send(Method::POST, &format!("//webhooks/{connection}"), Some("application/json"), Body::from(body.to_owned())).await
}

async fn tell(app: &TestApp, connection: &str, (id, kind, order): (&str, &str, &str), signature: &str) -> Reply {
    let at = app.app.clock.now().to_string();
    hand_in(app.nobody(), connection, (&event(id, kind, order), &at, signature), ("", "")).await
}

both! {
    async fn a_customer_agrees_and_the_money_is_taken_and_given_back(plain) {
        let paypal = Paypal::start().await;
        let (app, owner, connection) = engine(plain, &paypal).await;
        let shop = Shop::open(&app).await;
        let order = shop.order().await;
        let pay = format!("/orders/{}/pay", order["id"].as_str().unwrap());
        let means = owner.get("/payment-methods").await.ok().data();
        assert_eq!((&means["provider"], &means["others"], &means["byCustomer"]), (&json!("paypal"), &json!(false), &json!(true)), "{means}");
        assert_eq!((means["methods"].as_array().unwrap().len(), &means["methods"][0]["method"]), (1, &json!("paypal")));
        let _ = owner.post(&pay, json!({ "paymentMethod": "pm_card_visa" })).await.problem(422, "unprocessable");
        let begun = owner.post(&pay, json!({ "paymentMethod": "paypal" })).await.ok().data();
        assert_eq!((begun["payment"]["state"].as_str(), begun["payment"]["nextActionUrl"].as_str()), (Some("requires_action"), Some("https://paypal.example/agree/ORDER1")));
        let id = begun["payment"]["id"].as_str().unwrap();
        let read = async || owner.get(&format!("/payments/{id}")).await.ok().data();
        paypal.agree("ORDER1");
        let _ = tell(&app, &connection, ("WH-EVT-2", "CHECKOUT.ORDER.APPROVED", "ORDER1"), "genuine").await.ok();
        app.settle().await;
        let paid = read().await;
        assert_eq!((paid["state"].as_str(), paid["captured"]["amount"].as_i64(), paid["provider"].as_str()), (Some("captured"), Some(5_900), Some("paypal")));
        let part = shop.refund(id, Some(1_900)).await.is(201).data();
        assert_eq!(part["state"], "succeeded");
        // An answer that is lost: known in the end, made once.
        paypal.lose(3);
        let lost = shop.refund(id, Some(1_000)).await.is(201).data();
        assert_eq!(lost["state"], "unknown");
        resolve_unknown(&app.app, 0).await.unwrap();
        assert_eq!(read().await["refundable"]["amount"], 3_000);
        assert_eq!(paypal.books.lock().unwrap().orders["ORDER1"]["back"], 2_900);
        assert_eq!(paypal.books.lock().unwrap().tokens, 1, "one token serves many calls");
        shop.books_balance().await;
    }

    async fn a_promise_and_a_refusal(plain) {
        let paypal = Paypal::start().await;
        let (app, owner, connection) = engine(plain, &paypal).await;
        let shop = Shop::open(&app).await;
        let mut payments = Vec::new();
        for n in 1..=2 {
            let order = shop.order().await;
            let body = json!({ "paymentMethod": "paypal", "capture": "manual" });
            let begun = owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), body).await.ok().data();
            payments.push(begun["payment"]["id"].as_str().unwrap().to_owned());
            paypal.agree(&format!("ORDER{n}"));
            let _ = tell(&app, &connection, (&format!("WH-{n}"), "CHECKOUT.ORDER.APPROVED", &format!("ORDER{n}")), "genuine").await.ok();
        }
        app.settle().await;
        let body = json!({ "amount": { "amount": 4_000, "currency": "EUR" } });
        let taken = owner.post(&format!("/payments/{}/capture", payments[0]), body).await.ok().data();
        assert_eq!((taken["payment"]["state"].as_str(), taken["payment"]["captured"]["amount"].as_i64()), (Some("captured"), Some(4_000)));
        let gone = owner.call(Method::POST, &format!("/payments/{}/void", payments[1]), None).await.ok().data();
        assert_eq!(gone["payment"]["state"], "voided");
        // The customer agreed, and their bank says no.
        let product = shop.product("L-66", (6_666, json!(1), 10)).await;
        let order = owner.post("/orders", shop.wants(&product, 1)).await.is(201).data();
        paypal.decline(order["total"]["amount"].as_i64().unwrap());
        let begun = owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), json!({ "paymentMethod": "paypal" })).await.ok().data();
        paypal.agree("ORDER3");
        let _ = tell(&app, &connection, ("WH-3", "CHECKOUT.ORDER.APPROVED", "ORDER3"), "genuine").await.ok();
        app.settle().await;
        let failed = owner.get(&format!("/payments/{}", begun["payment"]["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((failed["state"].as_str(), failed["failureCode"].as_str()), (Some("failed"), Some("instrument_declined")));
        shop.books_balance().await;
        let test = owner.call(Method::POST, &format!("/payment-providers/{connection}/test"), None).await.ok().data();
        assert_eq!(test["ok"], true, "{test}");
        let body = json!({ "kind": "paypal", "name": "Wrong", "account": "client", "secret": "wrong" });
        let wrong = owner.post("/payment-providers", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let test = owner.call(Method::POST, &format!("/payment-providers/{wrong}/test"), None).await.ok().data();
        assert_eq!((test["ok"].as_bool(), test["steps"][0]["ok"].as_bool(), test["steps"][1]["ok"].as_bool()), (Some(false), Some(false), Some(false)));
        let _ = owner.post("/payment-providers", json!({ "kind": "paypal", "name": "Nameless", "secret": "x" })).await.problem(400, "invalid").complains("account", "required");
    }
}
