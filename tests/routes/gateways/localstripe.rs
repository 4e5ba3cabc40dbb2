//! Stripe as `localstripe` plays it: software nobody here wrote, in a process of its own, with messages of its own making.

use std::process::Stdio;
use std::time::Duration;

use purser_core::time::Clock;
use purser_testkit::{TestApp, both, json};
use reqwest::Client;
use serde_json::Value;
use tokio::process::{Child, Command};

use super::fake::SIGNING;
use crate::routes::shop::Shop;

/// Nothing here takes this long.
const LIMIT: Duration = Duration::from_mins(1);

struct LocalStripe {
    url: String,
    client: Client,
    _child: Child,
}

impl LocalStripe {
    async fn start() -> Self {
        let python = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/parties/python/bin/python");
        assert!(python.exists(), "the parties are not there: `cargo xtask test rust` installs them");
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(python);
        command.args(["-m", "localstripe", "--from-scratch", "--port", &port.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let this = Self {
            url: format!("http://127.0.0.1:{port}"),
            client: Client::builder().timeout(LIMIT).build().unwrap(),
            _child: command.spawn().expect("python starts"),
        };
        let ready = async {
            while this.client.get(format!("{}/v1/refunds", this.url)).send().await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(LIMIT, ready).await.expect("it is ready in time");
        this
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let reply = self.client.post(format!("{}{path}", self.url)).bearer_auth("sk_test_localstripe").form(form).send().await.unwrap();
        assert!(reply.status().is_success(), "{path}: {}", reply.status());
        serde_json::from_str(&reply.text().await.unwrap()).unwrap_or_default()
    }

    async fn get(&self, path: &str) -> Value {
        self.client.get(format!("{}{path}", self.url)).bearer_auth("sk_test_localstripe").send().await.unwrap().json().await.unwrap()
    }

    /// What a page of Stripe's own makes of a card.
    async fn card(&self, number: &str) -> String {
        let form = [("type", "card"), ("card[number]", number), ("card[exp_month]", "12"), ("card[exp_year]", "2030"), ("card[cvc]", "123")];
        self.post("/v1/payment_methods", &form).await["id"].as_str().unwrap().to_owned()
    }
}

both! {
    async fn software_nobody_here_wrote_agrees(plain) {
        let stripe = LocalStripe::start().await;
        let app = TestApp::with_providers(plain.database, &stripe.url).await;
        app.advance(Clock::System.now().since(app.app.clock.now()));
        let shop = Shop::open(&app).await;
        let body = json!({ "kind": "stripe", "name": "Stripe", "secret": "sk_test_localstripe", "webhookSecret": SIGNING, "leads": true });
        let connection = shop.owner.post("/payment-providers", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let test = shop.owner.call(axum::http::Method::POST, &format!("/payment-providers/{connection}/test"), None).await.ok().data();
        assert_eq!(test["ok"], true, "{test}");
        // Its messages come over a real line.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = format!("http://{}/webhooks/{connection}", listener.local_addr().unwrap());
        let router = app.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let _ = stripe.post("/_config/webhooks/purser", &[("url", &door), ("secret", SIGNING)]).await;
        // A good card, a bad one.
        let good = shop.paid_by(&stripe.card("4242424242424242").await).await;
        assert_eq!((good["payment"]["state"].as_str(), good["order"]["state"].as_str()), (Some("captured"), Some("paid")), "{good}");
        let bad = shop.paid_by(&stripe.card("4000000000000341").await).await;
        assert_eq!((bad["payment"]["state"].as_str(), bad["payment"]["failureCode"].as_str()), (Some("failed"), Some("card_declined")), "{bad}");
        // One whose bank asks; its answer comes as a message.
        let asked = shop.paid_by(&stripe.card("4000002500003155").await).await;
        assert_eq!(asked["payment"]["state"], "requires_action", "{asked}");
        let intents = stripe.get("/v1/payment_intents").await;
        let intent = intents["data"].as_array().unwrap().iter().find(|intent| intent["status"] == "requires_action").unwrap().clone();
        let secret = intent["client_secret"].as_str().unwrap();
        let mut news = app.app.db.follow();
        let _ = stripe.post(&format!("/v1/payment_intents/{}/_authenticate", intent["id"].as_str().unwrap()), &[("client_secret", secret), ("success", "true")]).await;
        let heard = async {
            loop {
                app.settle().await;
                let path = format!("/payments/{}", asked["payment"]["id"].as_str().unwrap());
                if shop.owner.get(&path).await.ok().data()["state"] == "captured" { return }
                let _ = tokio::time::timeout(Duration::from_millis(500), news.recv()).await;
            }
        };
        tokio::time::timeout(LIMIT, heard).await.expect("the message arrives");
        let told = shop.owner.get("/payment-providers/events?state=processed").await.ok().data();
        assert!(told.as_array().unwrap().iter().any(|event| event["kind"] == "payment_intent.succeeded" && event["paymentId"] == asked["payment"]["id"]), "{told}");
        // A promise taken in part, one let go, and money given back.
        let card = stripe.card("4242424242424242").await;
        let promise = async || {
            let order = shop.order().await;
            let paid = shop.owner.post(&format!("/orders/{}/pay", order["id"].as_str().unwrap()), json!({ "paymentMethod": card, "capture": "manual" })).await.ok().data();
            assert_eq!(paid["payment"]["state"], "authorised", "{paid}");
            paid["payment"]["id"].as_str().unwrap().to_owned()
        };
        let (taken, let_go) = (promise().await, promise().await);
        let captured = shop.owner.call(axum::http::Method::POST, &format!("/payments/{taken}/capture"), None).await.ok().data();
        assert_eq!((captured["payment"]["state"].as_str(), captured["payment"]["captured"]["amount"].as_i64()), (Some("captured"), Some(5_900)));
        let gone = shop.owner.call(axum::http::Method::POST, &format!("/payments/{let_go}/void"), None).await.ok().data();
        assert_eq!(gone["payment"]["state"], "voided");
        let refund = shop.refund(&taken, Some(900)).await.is(201).data();
        assert_eq!((refund["state"].as_str(), refund["payment"]["refundable"]["amount"].as_i64()), (Some("succeeded"), Some(5_000)));
        let theirs = stripe.get("/v1/refunds").await;
        assert_eq!((theirs["data"].as_array().unwrap().len(), theirs["data"][0]["amount"].as_i64()), (1, Some(900)), "{theirs}");
        shop.books_balance().await;
    }
}
