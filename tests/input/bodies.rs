//! Every mistake in every JSON body.

use axum::body::Body;
use purser_testkit::{TestApp, both, json};

use super::mistakes::mistakes;
use super::{fault, pairs};
use crate::api::{self, World, operations};

/// Refusals without a field: a secret that is wrong is not told apart from one that can not be.
const SECRETS: [&str; 2] = ["login", "refresh"];

/// Operations that leave a failed attempt behind.
const ATTEMPTS: [&str; 6] = ["login", "refresh", "changePassword", "confirmTotp", "stepUp", "stepUpByPassword"];
/// Work through their list and tell of each one.
const ONE_BY_ONE: [&str; 2] = ["bulkUsers", "bulkOrders"];

both! {
    async fn every_wrong_field_is_refused_and_named(app) {
        let world = World::new(app).await;
        let (document, _) = operations();
        let mut faults = Vec::new();
        let mut tried = 0;
        for (operation, sample) in pairs() {
            let (Some(schema), api::Body::Json(body)) = (&operation.body, &sample.body) else { continue };
            // The first run is tried below, on an engine where it is still to come.
            if operation.id == "runSetup" { continue; }
            let (by, path, body) = (world.dressed(&world.owner, &sample).await, world.fill(sample.path), world.fill_json(body));
            let before = world.app.db_dump(world.tenant).await;
            for mistake in mistakes(&document, schema, &body) {
                tried += 1;
                let reply = by.call(operation.method.clone(), &path, Some(mistake.body)).await;
                let field = (!SECRETS.contains(&sample.operation)).then_some(mistake.field.as_str());
                if ONE_BY_ONE.contains(&operation.id.as_str()) && reply.status.is_success() && mistake.field.starts_with("ids[") { continue; }
                if let Some(fault) = fault(&reply, field) {
                    let text: String = reply.text().chars().take(300).collect();
                    faults.push(format!("{} {}: {}: {fault}; {text}", operation.id, mistake.field, mistake.what));
                }
            }
            let mut after = world.app.db_dump(world.tenant).await;
            // Attempts to sign in are kept, also those that failed.
            if ATTEMPTS.contains(&sample.operation) { after.insert("sign_ins".into(), before["sign_ins"].clone()); }
            // What some of them answered is an answer, and kept.
            if ONE_BY_ONE.contains(&sample.operation) { after.insert("idempotency_keys".into(), before["idempotency_keys"].clone()); }
            for (table, rows) in &before {
                if after[table] != *rows { faults.push(format!("{}: refused, and yet {table} changed", operation.id)); }
            }
        }
        assert!(faults.is_empty(), "{} of {tried} mistakes:\n{}", faults.len(), faults.join("\n"));
        assert!(tried > 300, "only {tried} mistakes were found to make");
    }

    async fn what_is_no_json_is_refused(app) {
        let world = World::new(app).await;
        let before = world.app.db_dump(world.tenant).await;
        for (operation, sample) in pairs() {
            let api::Body::Json(body) = &sample.body else { continue };
            let by = world.dressed(&world.owner, &sample).await;
            let good = world.fill_json(body).to_string();
            let (deep, large) = ("[".repeat(50_000), format!("{}{}", good, " ".repeat(2 << 20)));
            let doubled = good.replacen('{', "{\"nonsense\":1,\"nonsense\":2,", 1);
            let texts = ["{", "[]", "null", "42", "\"text\"", "{\"a\":}", "\u{0}", &good[..good.len() - 1], &format!("{good} x"), &deep, &doubled, &large];
            for text in texts {
                // A body that may be left out may also be null.
                let reply = by.send(operation.method.clone(), &world.fill(sample.path), Some("application/json"), Body::from(text.to_owned())).await;
                let shown: String = text.chars().take(40).collect();
                assert_eq!(fault(&reply, None), None, "{} with {shown}: {}", operation.id, reply.text());
            }
            let bytes = Body::from(&b"{\"name\":\"\xff\xfe\"}"[..]);
            let reply = by.send(operation.method.clone(), &world.fill(sample.path), Some("application/json"), bytes).await;
            assert_eq!(fault(&reply, None), None, "{} with bytes that are no text: {}", operation.id, reply.text());
            let reply = by.send(operation.method.clone(), &world.fill(sample.path), Some("text/plain"), Body::from(good)).await;
            assert_eq!(reply.status.as_u16(), 415, "{}: {}", operation.id, reply.text());
        }
        assert_eq!(world.app.db_dump(world.tenant).await, before);
    }

    async fn the_first_run_survives_every_mistake(app) {
        let (document, operations) = operations();
        let operation = operations.iter().find(|operation| operation.id == "runSetup").unwrap();
        let body = json!({ "tenantName": "Second", "firstName": "Sam", "lastName": "Second", "email": "sam@second.example", "password": "harbour lantern 42 brass" });
        let mut faults = Vec::new();
        for mistake in mistakes(&document, operation.body.as_ref().unwrap(), &body) {
            let reply = app.nobody().post("/setup", mistake.body).await;
            if let Some(fault) = fault(&reply, Some(&mistake.field)) { faults.push(format!("{}: {}: {fault}", mistake.field, mistake.what)); }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert_eq!(app.nobody().get("/setup").await.ok().data()["needed"], true);
        let _ = app.nobody().post("/setup", body).await.is(201);
    }
}

#[tokio::test]
async fn methods_that_are_not_there() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    for (method, path) in
        [("PUT", "/users"), ("DELETE", "/users"), ("PATCH", "/audit"), ("DELETE", "/audit"), ("PUT", "/settings"), ("TRACE", "/users")]
    {
        let reply = owner.call(axum::http::Method::from_bytes(method.as_bytes()).unwrap(), path, None).await;
        assert!([404, 405].contains(&reply.status.as_u16()), "{method} {path}: {}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{method} {path}");
    }
    for path in ["/nonsense", "/users/", "/Users", "/../etc/passwd", "//api/v2/users"] {
        let _ = owner.get(path).await.problem(404, "not_found");
    }
}
