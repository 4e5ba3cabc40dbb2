//! `Idempotency-Key`, over every operation that takes one: a repeat is answered byte for byte the same and does nothing.

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::api::{Body, World, operations, samples};

both! {
    async fn a_repeat_is_answered_the_same_and_does_nothing(app) {
        let world = World::new(app).await;
        let (_, operations) = operations();
        let mut tried = Vec::new();
        for sample in samples() {
            let Some(operation) = operations.iter().find(|operation| operation.id == sample.operation && operation.repeatable) else { continue };
            let by = world.owner.with("idempotency-key", &format!("policy-{}", operation.id));
            let first = world.call(&by, &sample, &operation.method).await.ok();
            let before = world.app.db_dump(world.tenant).await;
            world.app.advance(60_000_000);
            let again = world.call(&by, &sample, &operation.method).await.ok();
            assert_eq!((again.status, &again.body), (first.status, &first.body), "{}", operation.id);
            assert_eq!(again.header("location"), first.header("location"), "{}", operation.id);
            let mut after = world.app.db_dump(world.tenant).await;
            // The session notes when it was last used.
            after.insert("sessions".into(), before["sessions"].clone());
            assert_eq!(after, before, "{}: the repeat changed something", operation.id);
            if let Body::Json(body) = &sample.body {
                let mut other = world.fill_json(body);
                let (name, value) = [("reason", json!("another")), ("firstName", json!("Another")), ("paymentMethod", json!("pm_card_declined")), ("outcome", json!("fail")), ("amount", json!({ "amount": 1, "currency": "EUR" })), ("name", json!("Another")), ("notes", json!("another"))]
                    .into_iter().find(|(name, _)| other.get(name).is_some() || *name == "notes").unwrap();
                other[name] = value;
                let reply = by.call(operation.method.clone(), &world.fill(sample.path), Some(other)).await;
                let _ = reply.problem(422, "unprocessable").complains("Idempotency-Key", "used_for_another_request");
            }
            // The key is the caller's own: for somebody else it is new.
            let somebody = world.app.caller(Role::Owner).await.with("idempotency-key", &format!("policy-{}", operation.id));
            let theirs = world.call(&somebody, &sample, &operation.method).await;
            assert_ne!(theirs.body, first.body, "{}: somebody else was told", operation.id);
            tried.push(operation.id.clone());
        }
        assert!(tried.len() >= 12, "operations that take a key: {tried:?}");
    }

    async fn every_operation_that_creates_or_moves_money_takes_a_key(app) {
        drop(app);
        let (_, operations) = operations();
        for id in ["createOrder", "payOrder", "cancelOrder", "capturePayment", "voidPayment", "confirmPayment", "refundPayment", "createUser", "createProduct", "createView", "uploadFile", "createImport"] {
            assert!(operations.iter().any(|operation| operation.id == id && operation.repeatable), "{id} takes no Idempotency-Key");
        }
    }
}
