//! Files of evidence at Stripe: sent ahead, each once however often it is asked, and named where they belong.

use axum::http::Method;
use purser_core::time::{MINUTE, SECOND};
use purser_service::disputes::sweep;
use purser_store::{Tx, sql};
use purser_testkit::{Caller, Reply, TestApp, both, json};
use serde_json::Value;

use super::fake::{Fault, Stripe, engine};
use crate::routes::files::send;
use crate::routes::shop::Shop;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\xff\xfe\xfd";

pub(super) fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.4\n{text}\n").into_bytes()
}

/// A file of an order.
pub(super) async fn file(by: &Caller, order: &str, (name, bytes): (&str, &[u8])) -> String {
    let reply = send(by, &[("subjectType", None, b"order"), ("subjectId", None, order.as_bytes()), ("file", Some(name), bytes)]).await;
    reply.is(201).data()["id"].as_str().unwrap().to_owned()
}

pub(super) async fn stage(by: &Caller, path: &str, files: Value) -> Reply {
    let seen = by.get(path).await.ok();
    let with = by.with("if-match", seen.header("etag").unwrap());
    with.call(Method::PUT, &format!("{path}/evidence"), Some(json!({ "texts": { "other": "See the files" }, "files": files }))).await
}

/// A file that was deleted in spite of the evidence, as could be done once.
async fn db_gone(app: &TestApp, id: &str) {
    let (row, now): (uuid::Uuid, _) = (id.parse().unwrap(), app.app.clock.now());
    let say = async |tx: &mut Tx| tx.run(sql("UPDATE files SET deleted_at = $2 WHERE id = $1").bind(row).bind(now)).await;
    assert_eq!(app.app.db.transact(app.tenant().await, say).await.unwrap(), 1);
}

/// A disputed payment at Stripe: what Stripe calls the dispute, our path to it, and its order.
pub(super) async fn disputed(app: &TestApp, stripe: &Stripe, owner: &Caller) -> (String, String, String) {
    let shop = Shop::open(app).await;
    let _ = shop.paid().await;
    let id = stripe.dispute("pi_1", 5_900, app.app.clock.now().seconds());
    let _ = owner.call(Method::POST, "/disputes/refresh", None).await.ok();
    let dispute = owner.get("/disputes").await.ok().data()[0].clone();
    let word = |name: &str| dispute[name].as_str().unwrap().to_owned();
    (id, format!("/disputes/{}", word("id")), word("orderId"))
}

fn sent(calls: &[String]) -> usize {
    calls.iter().filter(|call| *call == "POST /v1/files").count()
}

pub(super) async fn submit(by: &Caller, path: &str) -> Reply {
    by.call(Method::POST, &format!("{path}/submit"), None).await
}

both! {
    async fn files_lie_at_stripe_once_and_are_named_where_they_belong(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        let (id, path, order) = disputed(&app, &stripe, &owner).await;
        let receipt = pdf("the receipt");
        let (one, other) = (file(&owner, &order, ("a receipt.pdf", &receipt)).await, file(&owner, &order, ("handed over.png", PNG)).await);
        let staged = stage(&owner, &path, json!([{ "id": one, "kind": "receipt" }, { "id": other, "kind": "shipping_documentation" }])).await.ok().data();
        let shown: Vec<_> = staged["evidence"]["files"].as_array().unwrap().iter().map(|file| (file["kind"].clone(), file["sent"].clone())).collect();
        assert!(shown.contains(&(json!("receipt"), json!(false))) && shown.len() == 2, "{staged}");
        // The first file gets there, and nobody hears of it; Stripe breaks down before the next one.
        let _ = stripe.calls();
        stripe.faults([Fault::Lost, Fault::Lost, Fault::Lost]);
        let waits = submit(&owner.with("idempotency-key", "once"), &path).await.ok().data();
        assert_eq!((waits["state"].as_str(), waits["pending"].as_bool()), (Some("needs_evidence"), Some(true)), "{waits}");
        assert_eq!((stripe.papers(), stripe.evidence(&id)), (1, Value::Null));
        app.advance(3 * SECOND);
        stripe.faults([Fault::Nothing, Fault::Status(500), Fault::Status(502), Fault::Status(503)]);
        sweep(&app.app).await.unwrap();
        assert_eq!((stripe.papers(), owner.get(&path).await.ok().data()["pending"].as_bool()), (1, Some(true)));
        let known = owner.get(&path).await.ok().data();
        assert_eq!(known["evidence"]["files"].as_array().unwrap().iter().filter(|file| file["sent"] == true).count(), 1, "{known}");
        // Even where Stripe has forgotten under which key, the one that is known to lie there is not sent again. The answer to the evidence is lost.
        app.advance(MINUTE);
        stripe.forget_keys();
        let _ = stripe.calls();
        stripe.faults([Fault::Nothing, Fault::Lost, Fault::Lost, Fault::Lost]);
        sweep(&app.app).await.unwrap();
        assert_eq!((sent(&stripe.calls()), stripe.papers()), (1, 2));
        app.advance(MINUTE);
        sweep(&app.app).await.unwrap();
        assert_eq!((sent(&stripe.calls()), stripe.papers()), (0, 2));
        let done = owner.get(&path).await.ok().data();
        assert_eq!((done["pending"].as_bool(), done["evidence"]["files"][0]["sent"].as_bool()), (Some(false), Some(true)), "{done}");
        let evidence = stripe.evidence(&id);
        let (paper, photo) = (stripe.paper(&evidence["evidence[receipt]"]).unwrap(), stripe.paper(&evidence["evidence[shipping_documentation]"]).unwrap());
        assert_eq!((paper.name.as_str(), paper.kind.as_str(), paper.content.as_bytes()), ("a receipt.pdf", "application/pdf", receipt.as_slice()));
        let bytes: String = PNG.iter().map(|byte| char::from(*byte)).collect();
        assert_eq!((photo.kind.as_str(), photo.content), ("image/png", bytes));
        assert_eq!(evidence["evidence[uncategorized_text]"], "See the files");
    }

    async fn what_stripe_does_not_take_is_refused_before_it_is_sent(plain) {
        let stripe = Stripe::start().await;
        let (app, owner, _) = engine(plain, &stripe).await;
        let (id, path, order) = disputed(&app, &stripe, &owner).await;
        let text = file(&owner, &order, ("notes.txt", b"plain words")).await;
        // The engine of a test takes no file as large: their rows say that they are.
        let sized = async |name: &str, size: i64| {
            let id = file(&owner, &order, (name, &pdf(name))).await;
            let row: uuid::Uuid = id.parse().unwrap();
            let say = async |tx: &mut Tx| tx.run(sql("UPDATE files SET size = $2 WHERE id = $1").bind(row).bind(size)).await;
            assert_eq!(app.app.db.transact(app.tenant().await, say).await.unwrap(), 1);
            id
        };
        let (large, half, rest) = (sized("large.pdf", 5_000_001).await, sized("half.pdf", 2_500_000).await, sized("rest.pdf", 2_500_000).await);
        let bad = file(&owner, &order, ("bad.pdf", &pdf("unreadable"))).await;
        let _ = stripe.calls();
        for (files, code) in [
            (json!([text]), "wrong_type"),
            (json!([{ "id": large, "kind": "receipt" }]), "file_too_large"),
            (json!([{ "id": half, "kind": "receipt" }, { "id": rest, "kind": "other" }]), "files_too_large"),
            (json!([half, bad]), "two_of_a_kind"),
            (json!([uuid::Uuid::nil()]), "unknown_file"),
        ] {
            let _ = stage(&owner, &path, files).await.problem(422, "unprocessable").complains("files", code);
        }
        let _ = stage(&owner, &path, json!([{ "id": half, "kind": "nonsense" }])).await.problem(400, "invalid");
        // One that is gone by then is said, too.
        let _ = stage(&owner, &path, json!([{ "id": half, "kind": "receipt" }])).await.ok();
        db_gone(&app, &half).await;
        let _ = submit(&owner.with("idempotency-key", "a"), &path).await.problem(422, "unprocessable").complains("files", "unknown_file");
        assert!(stripe.calls().is_empty(), "nothing of it was sent");
        // What Stripe itself refuses is shown by name, and something else can be sent.
        let _ = stage(&owner, &path, json!([{ "id": bad, "kind": "receipt" }])).await.ok();
        let refused = submit(&owner.with("idempotency-key", "b"), &path).await.ok().data();
        assert_eq!((refused["failureMessage"].as_str(), refused["pending"].as_bool()), (Some("“bad.pdf”: We could not read this file"), Some(false)));
        let _ = stage(&owner, &path, json!([{ "id": rest, "kind": "receipt" }])).await.ok();
        assert_eq!(submit(&owner.with("idempotency-key", "c"), &path).await.ok().data()["state"], "submitted");
        assert_eq!((stripe.papers(), stripe.evidence(&id)["evidence[receipt]"].as_str()), (1, Some("file_1")));
    }

    async fn the_sandbox_takes_files_as_well(app) {
        let (owner, shop) = (app.owner().await, Shop::open(&app).await);
        let payment = shop.paid().await;
        let opened = owner.post(&format!("/payments/{payment}/dispute"), json!({ "reason": "fraudulent" })).await.is(201).data();
        let (path, order) = (format!("/disputes/{}", opened["id"].as_str().unwrap()), opened["orderId"].as_str().unwrap());
        let (notes, paper) = (file(&owner, order, ("notes.txt", b"plain words")).await, file(&owner, order, ("paper.pdf", &pdf("it"))).await);
        let _ = stage(&owner, &path, json!([notes])).await.problem(422, "unprocessable").complains("files", "wrong_type");
        let _ = stage(&owner, &path, json!([{ "id": paper, "kind": "service_documentation" }])).await.ok();
        let done = submit(&owner.with("idempotency-key", "a"), &path).await.ok().data();
        assert_eq!((done["state"].as_str(), &done["evidence"]["files"][0]["sent"]), (Some("submitted"), &json!(true)), "{done}");
        let dump = app.db_dump(app.tenant().await).await;
        assert_eq!((dump["sandbox_files"].len(), dump["dispute_uploads"].len()), (1, 1));
        assert!(dump["sandbox_files"][0].contains("paper.pdf"));
    }
    async fn only_what_is_of_the_order_or_its_customer_goes_to_the_bank(app) {
        let shop = Shop::open(&app).await;
        let (owner, payment) = (&shop.owner, shop.paid().await);
        let opened = owner.post(&format!("/payments/{payment}/dispute"), json!({ "reason": "fraudulent" })).await.is(201).data();
        let (path, order) = (format!("/disputes/{}", opened["id"].as_str().unwrap()), opened["orderId"].as_str().unwrap());
        let paper = pdf("it");
        let of = async |kind: &str, id: &str| {
            let parts = [("subjectType", None, kind.as_bytes()), ("subjectId", None, id.as_bytes()), ("file", Some("it.pdf"), &paper[..])];
            send(owner, &parts).await.is(201).data()["id"].as_str().unwrap().to_owned()
        };
        let (ours, theirs) = (of("order", order).await, of("user", opened["customer"]["id"].as_str().unwrap()).await);
        let other = owner.post("/orders", shop.wants(&shop.product("OTHER", (1_000, json!(0), 5)).await, 1)).await.is(201).data();
        let lantern = shop.product("PAPER", (1_000, json!(0), 0)).await;
        let strange = [of("order", other["id"].as_str().unwrap()).await, of("user", owner.id.as_deref().unwrap()).await, of("product", &lantern).await];
        for file in &strange {
            let files = json!([{ "id": ours, "kind": "receipt" }, { "id": file, "kind": "other" }]);
            let _ = stage(owner, &path, files).await.problem(422, "unprocessable").complains("files", "unknown_file");
        }
        let staged = stage(owner, &path, json!([{ "id": ours, "kind": "receipt" }, { "id": theirs, "kind": "customer_signature" }])).await.ok().data();
        assert_eq!(staged["evidence"]["files"].as_array().map(Vec::len), Some(2), "{staged}");
        // What was chosen before that was asked does not leave either.
        let (row, subject): (uuid::Uuid, uuid::Uuid) = (theirs.parse().unwrap(), other["id"].as_str().unwrap().parse().unwrap());
        let say = async |tx: &mut Tx| tx.run(sql("UPDATE files SET subject_id = $2 WHERE id = $1").bind(row).bind(subject)).await;
        assert_eq!(app.app.db.transact(app.tenant().await, say).await.unwrap(), 1);
        let _ = submit(&owner.with("idempotency-key", "a"), &path).await.problem(422, "unprocessable").complains("files", "unknown_file");
        assert_eq!(owner.get(&path).await.ok().data()["pending"], false);
    }

    async fn evidence_is_not_deleted_until_it_is_handed_in(app) {
        let shop = Shop::open(&app).await;
        let (owner, payment) = (&shop.owner, shop.paid().await);
        let opened = owner.post(&format!("/payments/{payment}/dispute"), json!({ "reason": "fraudulent" })).await.is(201).data();
        let (path, order) = (format!("/disputes/{}", opened["id"].as_str().unwrap()), opened["orderId"].as_str().unwrap());
        let (one, other) = (file(owner, order, ("one.pdf", &pdf("one"))).await, file(owner, order, ("other.pdf", &pdf("other"))).await);
        let _ = stage(owner, &path, json!([{ "id": one, "kind": "receipt" }, { "id": other, "kind": "other" }])).await.ok();
        let refused = owner.delete(&format!("/files/{one}")).await.problem(409, "is_evidence");
        assert!(refused.text().contains("one.pdf") && refused.text().contains(&format!("#{}", opened["orderNumber"])), "{}", refused.text());
        let _ = owner.get(&format!("/files/{one}")).await.ok();
        assert_eq!(owner.get("/audit?action=file.delete").await.ok().meta()["total"], 0);
        // Taken out of the evidence, or handed in, it can go.
        let _ = stage(owner, &path, json!([{ "id": other, "kind": "other" }])).await.ok();
        let _ = owner.delete(&format!("/files/{one}")).await.is(204);
        let _ = owner.delete(&format!("/files/{other}")).await.problem(409, "is_evidence");
        assert_eq!(submit(&owner.with("idempotency-key", "a"), &path).await.ok().data()["state"], "submitted");
        let _ = owner.delete(&format!("/files/{other}")).await.is(204);
    }

    async fn a_file_is_not_lost_while_it_becomes_evidence(app) {
        let shop = Shop::open(&app).await;
        let (owner, payment) = (&shop.owner, shop.paid().await);
        let opened = owner.post(&format!("/payments/{payment}/dispute"), json!({ "reason": "fraudulent" })).await.is(201).data();
        let (path, order) = (format!("/disputes/{}", opened["id"].as_str().unwrap()), opened["orderId"].as_str().unwrap());
        for _ in 0..6 {
            let paper = file(owner, order, ("paper.pdf", &pdf("it"))).await;
            let doomed = format!("/files/{paper}");
            let (staged, dropped) = futures::future::join(stage(owner, &path, json!([{ "id": paper, "kind": "receipt" }])), owner.delete(&doomed)).await;
            let statuses = (staged.status.as_u16(), dropped.status.as_u16());
            assert!(matches!(statuses, (200, 409) | (422, 204)), "{statuses:?}");
        }
    }
}
