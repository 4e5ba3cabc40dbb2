//! `Idempotency-Key`, over every operation that takes one: a repeat is answered byte for byte the same, less a secret, and does nothing.

use std::collections::BTreeSet;

use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::api::{Body, Operation, World, operations, samples};

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
            world.app.advance(10_000_000);
            let again = world.call(&by, &sample, &operation.method).await.ok();
            assert_eq!(again.status, first.status, "{}", operation.id);
            match TOLD_ONCE.iter().find(|(id, _)| *id == operation.id) {
                None => assert_eq!(again.body, first.body, "{}", operation.id),
                Some((_, field)) => {
                    let mut told = first.data();
                    assert!(told.as_object_mut().unwrap().remove(*field).is_some(), "{} tells {field} at first", operation.id);
                    assert_eq!((again.data(), again.meta()), (told, first.meta()), "{}", operation.id);
                }
            }
            assert_eq!(again.header("location"), first.header("location"), "{}", operation.id);
            let replayed = (first.header("idempotency-replayed"), again.header("idempotency-replayed"));
            assert_eq!(replayed, (None, Some("true")), "{}: a repeat says that it is one", operation.id);
            let mut after = world.app.db_dump(world.tenant).await;
            // The session notes when it was last used.
            after.insert("sessions".into(), before["sessions"].clone());
            // And the key how often it was used.
            after.insert("idempotency_keys".into(), before["idempotency_keys"].clone());
            assert_eq!(after, before, "{}: the repeat changed something", operation.id);
            if let Body::Json(body) = &sample.body {
                let mut other = world.fill_json(body);
                let (name, value) = [("reason", json!("another")), ("firstName", json!("Another")), ("paymentMethod", json!("pm_card_declined")), ("outcome", json!("fail")), ("amount", json!({ "amount": 1, "currency": "EUR" })), ("name", json!("Another")), ("sku", json!("ANOTHER")), ("carrier", json!("Another")), ("code", json!("ANOTHER")), ("quantity", json!(2)), ("to", json!("2026-11-04")), ("from", json!("0190aaaa-0000-7000-8000-000000000001")), ("url", json!("https://hooks.example/another")), ("lines", json!([])), ("subjectEn", json!("Another")), ("sendAt", json!("2026-12-31T10:00:00Z")), ("notes", json!("another"))]
                    .into_iter().find(|(name, _)| other.get(name).is_some() || *name == "notes").unwrap();
                other[name] = value;
                let reply = world.dressed(&by, &sample).await.call(operation.method.clone(), &world.fill(sample.path), Some(other)).await;
                let _ = reply.problem(422, "unprocessable").complains("Idempotency-Key", "used_for_another_request");
            }
            // The key is the caller's own: for somebody else it is new.
            let somebody = world.app.caller(Role::Owner).await.with("idempotency-key", &format!("policy-{}", operation.id));
            let theirs = world.call(&somebody, &sample, &operation.method).await;
            assert_ne!(theirs.body, first.body, "{}: somebody else was told", operation.id);
            tried.push(operation.id.clone());
        }
        let all: Vec<_> = operations.iter().filter(|operation| operation.repeatable && !tried.contains(&operation.id)).map(|one| &one.id).collect();
        assert!(all.is_empty(), "operations that take a key and were not repeated: {all:?}");
    }

    async fn without_the_key_it_needs_nothing_is_done(app) {
        let world = World::new(app).await;
        let (_, operations) = operations();
        let before = world.app.db_dump(world.tenant).await;
        let mut tried = 0;
        for sample in samples() {
            let Some(operation) = operations.iter().find(|operation| operation.id == sample.operation && operation.keyed) else { continue };
            let reply = world.call(&world.owner.keyless(), &sample, &operation.method).await;
            let _ = reply.problem(400, "invalid").complains("Idempotency-Key", "required");
            let stranger = world.call(&world.app.nobody().keyless(), &sample, &operation.method).await;
            assert_eq!(stranger.status, 401, "{}: who somebody is comes first", operation.id);
            tried += 1;
        }
        assert_eq!(tried, NEEDED.len());
        let mut after = world.app.db_dump(world.tenant).await;
        after.insert("sessions".into(), before["sessions"].clone());
        assert_eq!(after, before);
    }
}

/// What only the first reply holds.
const TOLD_ONCE: [(&str, &str); 1] = [("createWebhookEndpoint", "secret")];

/// What is refused without a key: a repeat would cost money, goods, a customer's trust, or a secret shown once.
const NEEDED: [&str; 36] = [
    "acceptDispute",
    "approveRequest",
    "bulkOrders",
    "cancelOrder",
    "capturePayment",
    "changeCredit",
    "checkOut",
    "checkOutOwnCart",
    "closeLedgerPeriod",
    "confirmPayment",
    "createCoupon",
    "createOrder",
    "createPaymentProvider",
    "createWebhookEndpoint",
    "editOrder",
    "fulfilOrder",
    "moveStock",
    "payOrder",
    "receiveReceivable",
    "receiveReturn",
    "refundOrder",
    "refundPayment",
    "rejectRequest",
    "reopenLedgerPeriod",
    "requestReturn",
    "resendNewsletter",
    "retrySaga",
    "runReconciliation",
    "sendCart",
    "sendConfirmationAgain",
    "sendNewsletter",
    "submitEvidence",
    "voidPayment",
    "waiveOrder",
    "writeOffException",
    "writeOffReceivable",
];

/// What takes a key and can do without: a repeat is refused by what is there once already, or makes a thing that is easily put away.
const OPTIONAL: [&str; 14] = [
    "addCartLine",
    "addOwnCartItem",
    "createCategory",
    "createImport",
    "createNewsletter",
    "createProduct",
    "createUser",
    "createVariant",
    "createView",
    "mergeCart",
    "openCart",
    "openSandboxDispute",
    "settleSandbox",
    "uploadFile",
];

/// Where money, goods and what others are told are moved.
const AREAS: [&str; 21] = [
    "approval-rules",
    "approvals",
    "cart",
    "carts",
    "coupons",
    "credits",
    "disputes",
    "events",
    "fulfilments",
    "ledger",
    "newsletters",
    "orders",
    "payment-providers",
    "payments",
    "products",
    "receivables",
    "reconciliation",
    "returns",
    "sagas",
    "sandbox",
    "webhooks",
];

/// What takes no key there, because a repeat does nothing by itself.
const BY_ITSELF: [(&str, &str); 37] = [
    ("acceptCart", "the prices it accepts are the same"),
    ("acceptOwnCart", "the prices it accepts are the same"),
    ("addSandboxFault", "a fault on purpose, seen and removed on its page"),
    ("approveReturn", "a return is allowed once"),
    ("cancelNewsletter", "one that waits is called back once"),
    ("cancelRequest", "a request is taken back once"),
    ("createApprovalRule", "two equal rules ask the same"),
    ("decideDispute", "a dispute is decided once"),
    ("deliverFulfilment", "a parcel arrives once"),
    ("holdOrder", "an order that waits goes on waiting"),
    ("matchException", "a difference is settled once"),
    ("openDispute", "only the sandbox's bank"),
    ("plantDifference", "only the sandbox's report, by its reference"),
    ("previewNewsletter", "nothing is written"),
    ("previewOrderEdit", "nothing is written"),
    ("previewRefund", "nothing is written"),
    ("proveWholeLedger", "one proof waits at a time"),
    ("publishProduct", "it is on sale already"),
    ("quoteOrder", "nothing is written"),
    ("refreshDisputes", "what was heard is heard once"),
    ("rejectReturn", "a return is refused once"),
    ("releaseOrder", "an order that goes on goes on"),
    ("replayEvents", "consumers know what they have seen"),
    ("replayPaymentEvent", "a message has its effect once"),
    ("removeSuppression", "an address is taken off once"),
    ("resendWebhookDelivery", "to send again is what it is for"),
    ("resolveSaga", "a run is settled once"),
    ("retryStuckEvent", "consumers know what they have seen"),
    ("restoreOrders", "a row that is what its history tells is left alone"),
    ("rotateWebhookSecret", "another secret is what it is for"),
    ("sendSandboxMessage", "to send again is what it is for"),
    ("setOrderState", "an order moves on once"),
    ("skipStuckEvent", "an event is given up once"),
    ("stopNewsletter", "one that goes out is stopped once"),
    ("testNewsletter", "to send again is what it is for, to oneself"),
    ("testPaymentProvider", "nothing is written"),
    ("testWebhookEndpoint", "to send again is what it is for"),
];

#[test]
fn no_operation_is_forgotten() {
    let (_, operations) = operations();
    let named = |keep: fn(&Operation) -> bool| operations.iter().filter(|one| keep(one)).map(|one| one.id.as_str()).collect::<BTreeSet<_>>();
    assert_eq!(named(|one| one.keyed), BTreeSet::from(NEEDED), "what is refused without a key");
    assert_eq!(named(|one| one.repeatable && !one.keyed), BTreeSet::from(OPTIONAL), "what takes a key");
    // Whatever is added there says what a repeat of it does: it needs a key, or it is in one of the lists above with a reason.
    let moves = |one: &Operation| one.method == Method::POST && AREAS.contains(&one.path.split('/').nth(1).unwrap_or_default());
    let rest: BTreeSet<&str> = operations.iter().filter(|one| moves(one) && !one.repeatable).map(|one| one.id.as_str()).collect();
    let reasoned: BTreeSet<&str> = BY_ITSELF.iter().map(|(id, _)| *id).collect();
    assert_eq!(rest, reasoned, "what takes no key");
}
