//! GET and PUT /products/{id}/pictures, GET /products/{id}/pictures/{fileId}: what may be a picture, in which order, and who sees it.

use std::pin::pin;

use axum::body::Bytes;
use axum::http::Method;
use purser_core::access::Role;
use purser_core::catalog::LARGEST_PICTURE;
use purser_service::files::{AREA, Key};
use purser_store::files::{NewFile, insert};
use purser_testkit::{Caller, Reply, TestApp, both, json};
use serde_json::Value;

use crate::routes::files::{send, upload};
use crate::routes::shop::Shop;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\xff\xfe\xfd";

/// The head of a PNG of this width and height.
fn png(width: u32, height: u32) -> Vec<u8> {
    [&PNG[..16], &width.to_be_bytes(), &height.to_be_bytes(), &PNG[24..]].concat()
}

/// A file of a product.
async fn file(by: &Caller, product: &str, (name, bytes): (&str, &[u8])) -> String {
    let parts = [("subjectType", None, &b"product"[..]), ("subjectId", None, product.as_bytes()), ("file", Some(name), bytes)];
    send(by, &parts).await.is(201).data()["id"].as_str().unwrap().to_owned()
}

/// An image of a product with so many bytes, as far as its row says.
async fn db_file(app: &TestApp, product: &str, size: i64) -> String {
    let (tenant, now) = (app.tenant().await, app.app.clock.now());
    let file = NewFile {
        id: app.app.ids.next(now),
        name: "large.png".into(),
        content_type: "image/png".into(),
        size,
        sha256: "0".repeat(64),
        subject_type: "product",
        subject_id: product.parse().unwrap(),
        subject_label: "Lantern".into(),
        uploaded_by: None,
        created_at: now,
    };
    app.app.db.transact(tenant, async |tx| insert(tx, std::slice::from_ref(&file)).await).await.unwrap();
    let head = pin!(futures::stream::iter([Ok::<_, purser_core::Error>(Bytes::from_static(PNG))]));
    app.app.vault.put(Key { area: AREA, tenant, id: file.id.uuid() }, head).await.unwrap();
    file.id.to_string()
}

/// Pictures with nothing said of them.
fn plain(files: &[&String]) -> Value {
    json!({ "pictures": files.iter().map(|file| json!({ "fileId": file })).collect::<Vec<_>>() })
}

/// The files of a gallery in their order.
fn order(reply: &Reply) -> Vec<String> {
    reply.data()["pictures"].as_array().unwrap().iter().map(|one| one["fileId"].as_str().unwrap().to_owned()).collect()
}

/// Set the pictures of a product that is at the version the caller names.
async fn put(by: &Caller, path: &str, body: Value) -> Reply {
    by.call(Method::PUT, path, Some(body)).await
}

/// Set the pictures of a product as it is now.
async fn set(by: &Caller, product: &str, body: Value) -> Reply {
    let path = format!("/products/{product}/pictures");
    let now = by.get(&path).await.ok();
    put(&by.with("if-match", now.header("etag").unwrap()), &path, body).await
}

both! {
    async fn pictures_are_added_ordered_described_and_taken_out(app) {
        let shop = Shop::open(&app).await;
        let owner = &shop.owner;
        let lantern = shop.product("PIC", (2_500, json!(1), 3)).await;
        let path = format!("/products/{lantern}/pictures");
        let none = owner.get(&path).await.ok();
        assert_eq!((none.data()["pictures"].as_array().map(Vec::len), none.header("etag")), (Some(0), Some("\"1\"")));
        let (front, back) = (file(owner, &lantern, ("front.png", PNG)).await, file(owner, &lantern, ("back.gif", b"GIF89a\x01\0\x01\0....")).await);
        let _ = put(owner, &path, plain(&[&front])).await.problem(428, "precondition_required");
        let body = json!({ "pictures": [{ "fileId": front, "alt": " Seen from the front " }, { "fileId": back }] });
        let both = put(&owner.with("if-match", "\"1\""), &path, body.clone()).await.ok();
        assert_eq!((order(&both), both.header("etag")), (vec![front.clone(), back.clone()], Some("\"2\"")));
        let first = both.data()["pictures"][0].clone();
        assert_eq!((first["alt"].as_str(), first["name"].as_str(), first["contentType"].as_str()), (Some("Seen from the front"), Some("front.png"), Some("image/png")));
        let _ = put(&owner.with("if-match", "\"1\""), &path, body.clone()).await.problem(412, "stale");
        let same = put(&owner.with("if-match", "\"2\""), &path, body).await.ok();
        assert_eq!(same.header("etag"), Some("\"2\""), "what is there already is no change");
        let of = async |what: &str| owner.get(&format!("/products/{lantern}")).await.ok().data()[what].as_str().map(str::to_owned);
        assert_eq!(of("pictureId").await, Some(front.clone()));
        let turned = set(owner, &lantern, plain(&[&back, &front])).await.ok();
        assert_eq!(order(&turned), [back.clone(), front.clone()]);
        assert_eq!(owner.get("/products").await.ok().data()[0]["pictureId"], json!(back), "lists show the first");
        let _ = set(owner, &lantern, plain(&[])).await.ok();
        assert_eq!(of("pictureId").await, None);
        assert_eq!(owner.get(&format!("/files?subjectId={lantern}")).await.ok().meta()["total"], 2, "what is taken out stays a file");
        let log = owner.get("/audit?action=product.pictures").await.ok();
        assert_eq!(log.meta()["total"], 3);
        assert_eq!(log.data()[2]["after"]["pictures"][0]["alt"], "Seen from the front");
    }

    async fn what_can_not_be_a_picture_is_named(app) {
        let shop = Shop::open(&app).await;
        let owner = &shop.owner;
        let lantern = shop.product("PIC", (2_500, json!(1), 3)).await;
        let good = file(owner, &lantern, ("front.png", PNG)).await;
        let text = file(owner, &lantern, ("note.txt", b"brass")).await;
        let drawing = file(owner, &lantern, ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")).await;
        let of_person = upload(owner, "passport.png", PNG).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let gone = file(owner, &lantern, ("gone.png", PNG)).await;
        let _ = owner.delete(&format!("/files/{gone}")).await.is(204);
        let stranger = app.stranger(Role::Owner).await;
        let theirs = stranger.post("/products", json!({ "name": "X", "sku": "X", "price": { "amount": 1, "currency": "EUR" } })).await.is(201).data();
        let foreign = file(&stranger, theirs["id"].as_str().unwrap(), ("front.png", PNG)).await;
        for (bad, code) in [(&text, "not_an_image"), (&drawing, "not_an_image"), (&of_person, "not_of_a_product"), (&gone, "unknown_file"), (&foreign, "unknown_file")] {
            let _ = set(owner, &lantern, plain(&[&good, bad])).await.problem(422, "unprocessable").complains("pictures[1].fileId", code);
        }
        let _ = set(owner, &lantern, plain(&[&good, &good])).await.problem(400, "invalid").complains("pictures[1].fileId", "twice");
        let _ = set(owner, &lantern, plain(&[&good; 11])).await.problem(400, "invalid").complains("pictures", "too_many");
        let long = json!({ "pictures": [{ "fileId": good, "alt": "x".repeat(301) }] });
        let _ = set(owner, &lantern, long).await.problem(400, "invalid").complains("pictures[0].alt", "too_long");
        assert!(order(&owner.get(&format!("/products/{lantern}/pictures")).await.ok()).is_empty(), "what is refused changes nothing");
        let _ = put(&app.caller(Role::Support).await.with("if-match", "\"1\""), &format!("/products/{lantern}/pictures"), plain(&[&good])).await.problem(403, "forbidden");
    }

    async fn too_large_a_picture_is_a_file_and_no_picture(app) {
        let shop = Shop::open(&app).await;
        let lantern = shop.product("PIC", (2_500, json!(1), 3)).await;
        let large = db_file(&app, &lantern, LARGEST_PICTURE + 1).await;
        let _ = set(&shop.owner, &lantern, plain(&[&large])).await.problem(422, "unprocessable").complains("pictures[0].fileId", "too_large");
        let just = db_file(&app, &lantern, LARGEST_PICTURE).await;
        let _ = set(&shop.owner, &lantern, plain(&[&just])).await.ok();
    }

    async fn a_picture_of_more_pixels_than_can_be_shown_is_refused(app) {
        let shop = Shop::open(&app).await;
        let owner = &shop.owner;
        let lantern = shop.product("PIC", (2_500, json!(1), 3)).await;
        let good = file(owner, &lantern, ("good.png", &png(6_000, 4_000))).await;
        let much = vec![0; 65_533];
        let late = [&b"\xff\xd8\xff\xe1\xff\xff"[..], &much, b"\xff\xe2\xff\xff", &much, b"\xff\xc0\0\x11\x08\0\x02\0\x03\x03", &[0; 12]].concat();
        let camera = file(owner, &lantern, ("camera.jpg", &late)).await;
        for (name, bytes, code) in [
            ("wide.png", png(6_001, 1), "too_many_pixels"),
            ("high.gif", b"GIF89a\x01\0\xff\xff....".to_vec(), "too_many_pixels"),
            ("many.png", png(5_001, 5_000), "too_many_pixels"),
            ("broken.png", PNG[..12].to_vec(), "unreadable"),
        ] {
            let bad = file(owner, &lantern, (name, &bytes)).await;
            let refused = set(owner, &lantern, plain(&[&good, &bad])).await.problem(422, "unprocessable").complains("pictures[1].fileId", code);
            assert!(refused.text().contains(name), "{}", refused.text());
        }
        assert_eq!(order(&set(owner, &lantern, plain(&[&good, &camera])).await.ok()), [good, camera], "what stands before the size is read over");
    }

    async fn a_file_that_is_a_picture_is_not_deleted(app) {
        let shop = Shop::open(&app).await;
        let lantern = shop.product("PIC", (2_500, json!(1), 3)).await;
        let front = file(&shop.owner, &lantern, ("front.png", PNG)).await;
        let _ = set(&shop.owner, &lantern, plain(&[&front])).await.ok();
        let path = format!("/files/{front}");
        let refused = shop.owner.delete(&path).await.problem(409, "is_a_picture");
        assert!(refused.text().contains("front.png") && refused.text().contains("Lantern PIC"), "{}", refused.text());
        let _ = shop.owner.get(&path).await.ok();
        assert_eq!(shop.owner.get("/audit?action=file.delete").await.ok().meta()["total"], 0);
        let _ = set(&shop.owner, &lantern, plain(&[])).await.ok();
        let _ = shop.owner.delete(&path).await.is(204);
    }

    async fn whoever_sees_the_product_sees_its_pictures_and_no_other_file(app) {
        let shop = Shop::open(&app).await;
        let owner = &shop.owner;
        let lantern = shop.product("PIC", (2_500, json!(1), 0)).await;
        let (front, plan) = (file(owner, &lantern, ("front.png", PNG)).await, file(owner, &lantern, ("plan.png", PNG)).await);
        let _ = set(owner, &lantern, plain(&[&front])).await.ok();
        let small = owner.post(&format!("/products/{lantern}/variants"), json!({ "options": { "size": "S" }, "sku": "PIC-S", "stock": 5 })).await.is(201).data();
        let small = small["id"].as_str().unwrap();
        let customer = app.caller(Role::User).await;
        let _ = customer.get(&format!("/files/{front}/download")).await.problem(403, "forbidden");
        let shown = customer.get(&format!("/products/{lantern}/pictures/{front}")).await.ok();
        assert_eq!((shown.header("content-type"), &shown.body[..]), (Some("image/png"), PNG));
        assert!(shown.header("content-disposition").unwrap().starts_with("attachment"));
        let known = customer.with("if-none-match", shown.header("etag").unwrap());
        assert_eq!(known.get(&format!("/products/{lantern}/pictures/{front}")).await.status, 304);
        let _ = customer.get(&format!("/products/{small}/pictures/{front}")).await.ok();
        let _ = customer.get(&format!("/products/{lantern}/pictures/{plan}")).await.problem(404, "not_found");
        let _ = app.stranger(Role::Owner).await.get(&format!("/products/{lantern}/pictures/{front}")).await.problem(404, "not_found");
        // A line of an order shows what its product shows, and a variant what it has of the product it belongs to.
        let order = owner.post("/orders", shop.wants(small, 1)).await.is(201).data();
        assert_eq!(owner.get(&format!("/orders/{}", order["id"].as_str().unwrap())).await.ok().data()["items"][0]["pictureId"], json!(front));
    }

    async fn two_who_change_the_pictures_at_once_do_not_mix_them(app) {
        let shop = Shop::open(&app).await;
        let lantern = shop.product("PIC", (2_500, json!(1), 3)).await;
        let (one, two) = (file(&shop.owner, &lantern, ("1.png", PNG)).await, file(&shop.owner, &lantern, ("2.png", PNG)).await);
        let path = format!("/products/{lantern}/pictures");
        let by = shop.owner.with("if-match", "\"1\"");
        let replies = futures::future::join(put(&by, &path, plain(&[&one])), put(&by, &path, plain(&[&two]))).await;
        let mut statuses = [replies.0.status.as_u16(), replies.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        assert_eq!(order(&shop.owner.get(&path).await.ok()).len(), 1);
    }

    async fn a_file_is_not_lost_while_it_becomes_a_picture(app) {
        let shop = Shop::open(&app).await;
        for round in 0..6 {
            let lantern = shop.product(&format!("PIC-{round}"), (2_500, json!(1), 3)).await;
            let front = file(&shop.owner, &lantern, ("front.png", PNG)).await;
            let (pictures, path) = (format!("/products/{lantern}/pictures"), format!("/files/{front}"));
            let by = shop.owner.with("if-match", "\"1\"");
            let (hung, dropped) = futures::future::join(put(&by, &pictures, plain(&[&front])), shop.owner.delete(&path)).await;
            let statuses = (hung.status.as_u16(), dropped.status.as_u16());
            assert!(matches!(statuses, (200, 409) | (422, 204)), "{statuses:?}");
        }
    }
}
