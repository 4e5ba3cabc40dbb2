//! Stripe as this suite plays it: idempotency keys, the states of an intent, refunds that never exceed what was taken, and faults on demand.

mod bank;
mod papers;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use purser_testkit::{Caller, Reply, TestApp, json};
use serde_json::Value;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// Nothing.
    Nothing,
    /// Nothing is done, and this is answered.
    Status(u16),
    /// It is done, and the answer is lost on its way.
    Lost,
}

#[derive(Default)]
struct Books {
    intents: BTreeMap<String, Value>,
    refunds: BTreeMap<String, Value>,
    disputes: BTreeMap<String, Value>,
    papers: BTreeMap<String, papers::Paper>,
    customers: usize,
    keys: HashMap<String, (String, u16, Value)>,
    faults: VecDeque<Fault>,
    down: bool,
    calls: Vec<String>,
    /// What the account settles in, and hundredths of it for one of the charge's currency; the same where nothing is said.
    settles: Option<(&'static str, i64)>,
}

/// The other side.
#[derive(Clone)]
pub(super) struct Stripe {
    pub(super) url: String,
    books: Arc<Mutex<Books>>,
}

pub(super) const SIGNING: &str = "whsec_the_suite_signs_with_this";
pub(super) const KEY: &str = "sk_test_the_suite";

type Answered = (u16, Value);

fn no(status: u16, code: &str, message: &str) -> Answered {
    (status, json!({ "error": { "type": if status == 402 { "card_error" } else { "invalid_request_error" }, "code": code, "message": message } }))
}

fn form(body: &str) -> HashMap<String, String> {
    url_pairs(body).collect()
}

fn url_pairs(body: &str) -> impl Iterator<Item = (String, String)> {
    let url = reqwest::Url::parse(&format!("http://x/?{body}")).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect::<Vec<_>>().into_iter()
}

impl Books {
    fn answer(&mut self, (method, path): (&Method, &str), (body, key): (&str, Option<&str>)) -> Answered {
        if let Some((was, status, answer)) = key.and_then(|key| self.keys.get(key)) {
            // Another request under the same key.
            return if was == &format!("{path}?{body}") {
                (*status, answer.clone())
            } else {
                no(400, "idempotency_error", "Keys are for one request.")
            };
        }
        let answered = if path == "/v1/files" { self.file(body) } else { self.work(method, path, &form(body)) };
        if let Some(key) = key {
            self.keys.insert(key.to_owned(), (format!("{path}?{body}"), answered.0, answered.1.clone()));
        }
        answered
    }

    fn work(&mut self, method: &Method, path: &str, form: &HashMap<String, String>) -> Answered {
        let parts: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
        match (method.as_str(), parts.as_slice()) {
            ("GET", ["payment_intents"]) => (200, json!({ "object": "list", "data": [] })),
            ("POST", ["customers"]) => {
                self.customers += 1;
                (200, json!({ "id": format!("cus_{}", self.customers), "object": "customer" }))
            }
            ("POST", ["payment_intents"]) => {
                let id = format!("pi_{}", self.intents.len() + 1);
                let amount: i64 = form["amount"].parse().unwrap();
                if amount < 50 {
                    return no(400, "amount_too_small", "Amount must be at least €0.50 eur");
                }
                let intent = json!({
                    "id": id, "object": "payment_intent", "status": "requires_confirmation", "amount": amount, "amount_received": 0, "refunded": 0,
                    "currency": form["currency"], "customer": form.get("customer"), "payment_method": form["payment_method"], "capture_method": form["capture_method"],
                });
                self.intents.insert(id, intent.clone());
                (200, intent)
            }
            ("GET", ["payment_intents", id]) => {
                self.intents.get(*id).map_or_else(|| no(404, "resource_missing", "No such intent"), |intent| (200, intent.clone()))
            }
            ("POST", ["payment_intents", id, what]) => self.move_on(id, what, form),
            ("POST", ["refunds"]) => self.refund(form),
            ("GET", ["balance_transactions"]) => self.moved(form),
            ("GET", ["disputes"]) => self.disputed(form),
            ("POST", ["disputes", id]) => self.argue(id, "under_review", form),
            ("POST", ["disputes", id, "close"]) => self.argue(id, "lost", form),
            ("GET", ["refunds"]) => {
                let of = |refund: &&Value| refund["payment_intent"] == form["payment_intent"].as_str();
                (200, json!({ "object": "list", "has_more": false, "data": self.refunds.values().filter(of).collect::<Vec<_>>() }))
            }
            ("GET", ["refunds", id]) => (200, self.refunds[*id].clone()),
            _ => no(404, "unknown", "Unrecognized request URL"),
        }
    }

    fn move_on(&mut self, id: &str, what: &str, form: &HashMap<String, String>) -> Answered {
        let Some(intent) = self.intents.get_mut(id) else { return no(404, "resource_missing", "No such intent") };
        let (status, amount) = (intent["status"].as_str().unwrap().to_owned(), intent["amount"].as_i64().unwrap());
        match (what, status.as_str()) {
            ("confirm", "requires_confirmation") => match intent["payment_method"].as_str().unwrap() {
                "pm_card_chargeDeclined" => {
                    intent["status"] = json!("requires_payment_method");
                    intent["last_payment_error"] = json!({ "type": "card_error", "code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined." });
                    (402, json!({ "error": intent["last_payment_error"] }))
                }
                "pm_card_threeDSecure2Required" => {
                    intent["status"] = json!("requires_action");
                    intent["next_action"] =
                        json!({ "type": "redirect_to_url", "redirect_to_url": { "url": format!("https://hooks.stripe.example/3ds/{id}") } });
                    (200, intent.clone())
                }
                _ => {
                    succeed(intent, amount);
                    (200, intent.clone())
                }
            },
            ("capture", "requires_capture") => {
                let part = form.get("amount_to_capture").map_or(amount, |part| part.parse().unwrap());
                if part > amount {
                    return no(400, "amount_too_large", "More than was authorised");
                }
                (intent["status"], intent["amount_received"]) = (json!("succeeded"), json!(part));
                (200, intent.clone())
            }
            ("cancel", "requires_confirmation" | "requires_capture" | "requires_action" | "requires_payment_method") => {
                intent["status"] = json!("canceled");
                (200, intent.clone())
            }
            _ => no(400, "payment_intent_unexpected_state", "This PaymentIntent's state does not allow it"),
        }
    }

    /// What moved, two lines a page.
    fn moved(&self, form: &HashMap<String, String>) -> Answered {
        let line = |kind: &str, category: &str, (amount, fee): (i64, i64), source: Value| json!({ "id": format!("txn_{}", source["id"].as_str().unwrap()), "type": kind, "reporting_category": category, "amount": self.settled(amount), "fee": self.settled(fee), "currency": self.settles.map_or("eur", |(currency, _)| currency), "created": 1_795_251_600, "source": source });
        let number = |value: &Value| value.as_i64().unwrap();
        let charges = self.intents.values().filter(|intent| number(&intent["amount_received"]) > 0).map(|intent| {
            line(
                "charge",
                "charge",
                (number(&intent["amount_received"]), 197),
                json!({ "id": format!("ch_{}", intent["id"].as_str().unwrap()), "object": "charge", "amount": intent["amount"], "amount_captured": intent["amount_received"], "currency": "eur", "payment_intent": intent["id"] }),
            )
        });
        let refunds = self.refunds.values().map(|refund| {
            line(
                "refund",
                "refund",
                (-number(&refund["amount"]), 0),
                json!({ "id": refund["id"], "object": "refund", "amount": refund["amount"], "currency": "eur" }),
            )
        });
        let disputes = self.disputes.values().map(|dispute| {
            line(
                "adjustment",
                "dispute",
                (-number(&dispute["amount"]), 1_500),
                json!({ "id": dispute["id"], "object": "dispute", "amount": dispute["amount"], "currency": "eur" }),
            )
        });
        let payout = line("payout", "payout", (-1_000, 0), json!({ "id": "po_1", "object": "payout" }));
        let all: Vec<Value> = charges.chain(refunds).chain(disputes).chain([payout]).collect();
        let from = form.get("starting_after").map_or(0, |after| all.iter().position(|line| line["id"] == after.as_str()).unwrap() + 1);
        let page: Vec<&Value> = all.iter().skip(from).take(2).collect();
        (200, json!({ "object": "list", "has_more": from + 2 < all.len(), "data": page }))
    }

    /// What banks dispute, the newest first, three a page.
    fn disputed(&self, form: &HashMap<String, String>) -> Answered {
        let of = |dispute: &&Value| form.get("payment_intent").is_none_or(|intent| dispute["payment_intent"] == intent.as_str());
        let all: Vec<&Value> = self.disputes.values().rev().filter(of).collect();
        let from = form.get("starting_after").map_or(0, |after| all.iter().position(|one| one["id"] == after.as_str()).unwrap() + 1);
        let page: Vec<&Value> = all.iter().copied().skip(from).take(3).collect();
        (200, json!({ "object": "list", "has_more": from + 3 < all.len(), "data": page }))
    }

    fn argue(&mut self, id: &str, status: &str, form: &HashMap<String, String>) -> Answered {
        let Some(dispute) = self.disputes.get_mut(id) else { return no(404, "resource_missing", "No such dispute") };
        if dispute["status"] != "needs_response" {
            return no(400, "invalid_request", "This dispute is already submitted or closed");
        }
        if form.get("evidence[uncategorized_text]").is_some_and(|text| text.contains("nonsense")) {
            return no(400, "invalid_request", "This is no evidence");
        }
        if let Err(refused) = papers::all_there(&self.papers, form) {
            return refused;
        }
        dispute["status"] = json!(status);
        dispute["evidence"] = json!(form);
        (200, dispute.clone())
    }

    fn refund(&mut self, form: &HashMap<String, String>) -> Answered {
        let (id, amount): (String, i64) = (format!("re_{}", self.refunds.len() + 1), form["amount"].parse().unwrap());
        let Some(intent) = self.intents.get_mut(&form["payment_intent"]) else { return no(404, "resource_missing", "No such intent") };
        let refunded = intent["refunded"].as_i64().unwrap() + amount;
        if refunded > intent["amount_received"].as_i64().unwrap() {
            return no(400, "amount_too_large", "Refund amount is greater than unrefunded amount on charge");
        }
        // One of the test cards gives back late, one never.
        let status = match amount {
            666 => "failed",
            777 => "pending",
            _ => "succeeded",
        };
        if status != "failed" {
            intent["refunded"] = json!(refunded);
        }
        let refund = json!({ "id": id, "object": "refund", "amount": amount, "currency": "eur", "status": status, "failure_reason": (status == "failed").then_some("expired_or_canceled_card"), "payment_intent": form["payment_intent"], "metadata": { "purser_refund": form.get("metadata[purser_refund]") } });
        self.refunds.insert(id, refund.clone());
        (200, refund)
    }
}

fn succeed(intent: &mut Value, amount: i64) {
    intent["next_action"] = Value::Null;
    if intent["capture_method"] == "manual" {
        intent["status"] = json!("requires_capture");
    } else {
        (intent["status"], intent["amount_received"]) = (json!("succeeded"), json!(amount));
    }
}

async fn serve(State(books): State<Arc<Mutex<Books>>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mut books = books.lock().unwrap();
    books.calls.push(format!("{method} {}", uri.path()));
    if books.down {
        return (StatusCode::INTERNAL_SERVER_ERROR, "{}").into_response();
    }
    if headers[header::AUTHORIZATION] != format!("Bearer {KEY}") {
        return (
            StatusCode::UNAUTHORIZED,
            json!({ "error": { "type": "invalid_request_error", "message": "Invalid API Key provided" } }).to_string(),
        )
            .into_response();
    }
    assert!(uri.path() != "/v1/files" || body.len() < 6_000_000, "no file that large is even sent");
    assert_eq!(headers.contains_key("idempotency-key"), method == Method::POST, "what changes something carries a key");
    let fault = books.faults.pop_front();
    if let Some(Fault::Status(status)) = fault {
        return (StatusCode::from_u16(status).unwrap(), "{}").into_response();
    }
    let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap());
    // A file is bytes: each is one letter here.
    let said = match uri.path() {
        "/v1/files" => {
            format!("{}\r\n{}", headers[header::CONTENT_TYPE].to_str().unwrap(), body.iter().map(|byte| char::from(*byte)).collect::<String>())
        }
        _ if method == Method::GET => uri.query().unwrap_or_default().to_owned(),
        _ => String::from_utf8(body.to_vec()).unwrap(),
    };
    let (status, answer) = books.answer((&method, uri.path()), (&said, key));
    if let Some(Fault::Lost) = fault {
        let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost")) });
        return Body::from_stream(broken).into_response();
    }
    (StatusCode::from_u16(status).unwrap(), answer.to_string()).into_response()
}

impl Stripe {
    pub(super) async fn start() -> Self {
        let books = Arc::new(Mutex::new(Books::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(serve).layer(axum::extract::DefaultBodyLimit::max(8_000_000)).with_state(books.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, books }
    }

    /// Calls that come next go wrong so.
    pub(super) fn faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.books.lock().unwrap().faults.extend(faults);
    }

    /// Whether every call fails.
    pub(super) fn down(&self, down: bool) {
        self.books.lock().unwrap().down = down;
    }

    /// Calls since this was asked last.
    pub(super) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.books.lock().unwrap().calls)
    }

    /// Everything it took and gave back: intents, taken, given back, customers.
    pub(super) fn sums(&self) -> (usize, i64, i64, usize) {
        let books = self.books.lock().unwrap();
        let sum = |field: &str| books.intents.values().map(|intent| intent[field].as_i64().unwrap()).sum();
        (books.intents.len(), sum("amount_received"), sum("refunded"), books.customers)
    }

    /// The customer proves who they are, or their bank says no.
    pub(super) fn prove(&self, id: &str, proved: bool) {
        let mut books = self.books.lock().unwrap();
        let intent = books.intents.get_mut(id).unwrap();
        let amount = intent["amount"].as_i64().unwrap();
        if proved {
            succeed(intent, amount);
        } else {
            intent["status"] = json!("requires_payment_method");
            intent["last_payment_error"] = json!({ "code": "payment_intent_authentication_failure", "message": "The bank said no." });
        }
    }

    /// Somebody gives money back on Stripe's own page.
    pub(super) fn refund_by_hand(&self, intent: &str, amount: i64) {
        let form = HashMap::from([("payment_intent".to_owned(), intent.to_owned()), ("amount".to_owned(), amount.to_string())]);
        assert_eq!(self.books.lock().unwrap().refund(&form).0, 200);
    }

    /// The customer's bank sends every refund back.
    pub(super) fn bounce_refunds(&self) {
        for refund in self.books.lock().unwrap().refunds.values_mut() {
            (refund["status"], refund["failure_reason"]) = (json!("failed"), json!("expired_or_canceled_card"));
        }
    }

    /// It forgets the keys it was asked under, as Stripe does after a day.
    pub(super) fn forget_keys(&self) {
        self.books.lock().unwrap().keys.clear();
    }

    /// A late refund arrives.
    pub(super) fn settle_refunds(&self) {
        for refund in self.books.lock().unwrap().refunds.values_mut() {
            refund["status"] = json!("succeeded");
        }
    }
}

/// A message as Stripe signs it.
pub(crate) fn signature(body: &str, at: i64, secret: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), format!("{at}.{body}").as_bytes());
    let hex = tag.as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    format!("t={at},v1={hex}")
}

/// A message about an intent.
pub(super) fn event(id: &str, kind: &str, intent: &str) -> String {
    json!({ "id": id, "object": "event", "type": kind, "data": { "object": { "id": intent, "object": "payment_intent" } } }).to_string()
}

/// An engine whose Stripe is `stripe`, its owner, and the connection new payments go to.
pub(super) async fn engine(plain: TestApp, stripe: &Stripe) -> (TestApp, Caller, String) {
    let app = TestApp::with_providers(plain.database, &stripe.url).await;
    let owner = app.owner().await;
    let body = json!({ "kind": "stripe", "name": "Stripe", "secret": KEY, "webhookSecret": SIGNING, "leads": true });
    let id = owner.post("/payment-providers", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
    (app, owner, id)
}

/// Hand a message in at the door of a connection.
pub(super) async fn hand_in(app: &TestApp, connection: &str, (body, signature): (&str, &str)) -> Reply {
    let path = format!("//webhooks/{connection}");
    app.nobody().with("stripe-signature", signature).send(Method::POST, &path, Some("application/json"), Body::from(body.to_owned())).await
}

/// The same, signed as it should be.
pub(super) async fn tell(app: &TestApp, connection: &str, body: &str) -> Reply {
    hand_in(app, connection, (body, &signature(body, app.app.clock.now().seconds(), SIGNING))).await
}
