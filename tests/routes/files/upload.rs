//! POST /files

use axum::body::{Body, Bytes};
use purser_core::access::Role;
use purser_testkit::{LARGEST_FILE, both, json};

use super::{form, objects, send, send_body, upload};

both! {
    async fn bytes_decide_what_it_is_and_names_are_made_safe(app) {
        let owner = app.owner().await;
        for (name, bytes, kept, kind) in [
            ("photo", &b"\x89PNG\r\n\x1a\n0000"[..], "photo", "image/png"),
            ("../../etc/passwd", b"root:x:0:0", "passwd", "text/plain"),
            ("..%2f..%2fx.csv", b"a,b\n1,2", "..%2f..%2fx.csv".trim_start_matches('.'), "text/csv"),
            ("invoice\u{202e}gpj.html", b"<html><script>alert(1)</script>", "invoicegpj.html", "text/html"),
            ("logo", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "logo", "image/svg+xml"),
            ("empty", b"", "empty", "text/plain"),
            ("noise.bin", b"\x00\x01\x02\x03", "noise.bin", "application/octet-stream"),
        ] {
            let reply = upload(&owner, name, bytes).await.is(201);
            let view = reply.data();
            assert_eq!((view["name"].as_str(), view["contentType"].as_str(), view["size"].as_u64()), (Some(kept), Some(kind), Some(bytes.len() as u64)), "{name}");
            assert_eq!(view["subject"], json!({ "type": "user", "id": owner.id.clone().unwrap(), "label": "Olive Owner" }));
            assert_eq!(view["uploadedBy"]["name"], "Olive Owner");
            assert_eq!(reply.header("location").unwrap(), format!("/api/v1/files/{}", view["id"].as_str().unwrap()));
        }
        let root = app.database.folder.path().join("objects");
        assert_eq!(objects(&app).len(), 7);
        assert!(objects(&app).iter().all(|path| path.starts_with(&root) && !path.to_string_lossy().contains("passwd")), "no name becomes a path");
        assert_eq!(owner.get("/audit?action=file.create").await.ok().meta()["total"], 7);
    }

    async fn bytes_that_are_not_what_the_name_says_are_refused(app) {
        let owner = app.owner().await;
        for (name, bytes) in [
            ("photo.txt", &b"\x89PNG\r\n\x1a\n0000"[..]),
            ("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"),
            ("invoice.pdf", b"<html><script>alert(1)</script>"),
            ("noise.pdf", b"\x00\x01\x02\x03"),
            ("table.csv", b"PK\x03\x04 a zip"),
            ("picture.JPG", b"GIF89a...."),
        ] {
            let _ = upload(&owner, name, bytes).await.problem(400, "invalid").complains("file", "unlike_its_name");
        }
        for (name, bytes) in [("tool.exe", &b"MZ\x90\x00"[..]), ("tool", b"\x7fELF\x02\x01\x01 and then enough that it may be taken for a program of this machine"), ("photo.png", b"\0asm\x01\0\0\0")] {
            let _ = upload(&owner, name, bytes).await.problem(400, "invalid").complains("file", "program");
        }
        settled(&app).await;
        assert!(objects(&app).is_empty());
        assert_eq!(owner.get("/files").await.ok().meta()["total"], 0);
    }

    async fn parts_may_come_in_any_order(app) {
        let owner = app.owner().await;
        let me = owner.id.clone().unwrap();
        let reply = send(&owner, &[("file", Some("a.txt"), b"hello"), ("subjectId", None, me.as_bytes()), ("subjectType", None, b"user")]).await.is(201);
        assert_eq!(reply.data()["sha256"], "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    }

    async fn too_large_is_refused_by_counted_bytes_and_leaves_nothing(app) {
        let owner = app.owner().await;
        let big = vec![b'x'; usize::try_from(LARGEST_FILE).unwrap()];
        let _ = upload(&owner, "fits.txt", &big).await.is(201);
        let one_more = vec![b'x'; usize::try_from(LARGEST_FILE).unwrap() + 1];
        let _ = upload(&owner, "big.txt", &one_more).await.problem(413, "too_large");
        assert_eq!(objects(&app).len(), 1);
        // Without a length, endless: refused all the same, and not held in memory.
        let me = owner.id.clone().unwrap();
        let whole = form(&[("subjectType", None, b"user"), ("subjectId", None, me.as_bytes()), ("file", Some("endless.txt"), b"")]);
        let start = Bytes::from(whole[..whole.len() - 28].to_vec());
        let chunk = Bytes::from(vec![b'y'; 64 * 1024]);
        let stream = std::iter::once(start).chain(std::iter::repeat_n(chunk, 1_600)).map(Ok::<_, std::io::Error>);
        let _ = send_body(&owner, Body::from_stream(futures::stream::iter(stream))).await.problem(413, "too_large");
        let declared = owner.with("content-length", "104857600");
        let _ = send_body(&declared, Body::from("x")).await.problem(413, "too_large");
        assert_eq!(objects(&app).len(), 1);
        assert_eq!(owner.get("/files").await.ok().meta()["total"], 1);
    }

    async fn an_upload_that_breaks_off_leaves_nothing(app) {
        let owner = app.owner().await;
        let me = owner.id.clone().unwrap();
        let mut whole = form(&[("subjectType", None, b"user"), ("subjectId", None, me.as_bytes()), ("file", Some("a.txt"), &[b'x'; 9_000])]);
        whole.truncate(whole.len() - 3_000);
        let _ = send_body(&owner, Body::from(whole.clone())).await.problem(400, "invalid");
        let broken = futures::stream::iter([Ok(Bytes::from(whole)), Err(std::io::Error::other("the line is gone"))]);
        let _ = send_body(&owner, Body::from_stream(broken)).await.problem(400, "invalid");
        assert!(objects(&app).is_empty());
        assert_eq!(owner.get("/files").await.ok().meta()["total"], 0);
    }

    async fn what_it_belongs_to_has_to_be_there(app) {
        let owner = app.owner().await;
        let stranger = app.stranger(Role::Owner).await;
        let (me, foreign) = (owner.id.clone().unwrap(), stranger.id.clone().unwrap());
        let file = ("file", Some("a.txt"), &b"x"[..]);
        let of = |kind: &'static str, id: String| async move { (kind, id) };
        for (kind, id) in [of("user", foreign).await, of("order", me.clone()).await, of("user", "0192f0c1-0000-7000-8000-000000000000".into()).await] {
            let (kind, id) = (("subjectType", None, kind.as_bytes()), ("subjectId", None, id.as_bytes()));
            let _ = send(&owner, &[kind, id, file]).await.problem(404, "not_found");
            let _ = send(&owner, &[file, kind, id]).await.problem(404, "not_found");
        }
        let me = me.as_bytes();
        let _ = send(&owner, &[("subjectType", None, b"planet"), ("subjectId", None, me), file]).await.problem(400, "invalid").complains("subjectType", "unknown_choice");
        let _ = send(&owner, &[("subjectType", None, b"user"), ("subjectId", None, b"7"), file]).await.problem(400, "invalid").complains("subjectId", "not_an_id");
        let _ = send(&owner, &[("subjectId", None, me), file]).await.problem(400, "invalid").complains("subjectType", "required");
        let _ = send(&owner, &[("subjectType", None, b"user"), ("subjectId", None, me)]).await.problem(400, "invalid").complains("file", "required");
        let _ = send(&owner, &[("subjectType", None, b"user"), ("subjectId", None, me), ("file", None, b"x")]).await.problem(400, "invalid").complains("file", "required");
        let _ = send(&owner, &[("colour", None, b"red")]).await.problem(400, "invalid").complains("colour", "unknown_field");
        let _ = send(&owner, &[("subjectType", None, &[b'x'; 300])]).await.problem(400, "invalid").complains("subjectType", "too_long");
        let _ = owner.post("/files", json!({})).await.problem(415, "unsupported_media");
        settled(&app).await;
        assert!(objects(&app).is_empty());
    }

    async fn a_repeat_keeps_one_file_and_its_bytes_once(app) {
        let owner = app.owner().await;
        let by = owner.with("idempotency-key", "one-intent");
        let first = upload(&by, "a.txt", b"brass").await.is(201);
        let again = upload(&by, "a.txt", b"brass").await.is(201);
        assert_eq!((&again.body, again.header("location")), (&first.body, first.header("location")));
        // The same key for other bytes, another name or another subject is a mistake of the caller's.
        let _ = upload(&by, "a.txt", b"bronze").await.problem(422, "unprocessable").complains("Idempotency-Key", "used_for_another_request");
        let _ = upload(&by, "b.txt", b"brass").await.problem(422, "unprocessable").complains("Idempotency-Key", "used_for_another_request");
        assert_eq!(owner.get("/files").await.ok().meta()["total"], 1);
        for _ in 0..1_000 {
            if objects(&app).len() == 1 { break; }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        assert_eq!(objects(&app).len(), 1, "the bytes of repeats stay");
        let id = first.data()["id"].as_str().unwrap().to_owned();
        assert_eq!(owner.get(&format!("/files/{id}/download")).await.ok().text(), "brass");
    }

    async fn who_may_not(app) {
        let _ = upload(&app.caller(Role::Auditor).await, "a.txt", b"x").await.problem(403, "forbidden");
        let _ = send(&app.nobody(), &[("file", Some("a.txt"), b"x")]).await.problem(401, "not_signed_in");
        assert!(objects(&app).is_empty());
    }
}

/// Objects that were refused after they were kept go away right afterwards.
async fn settled(app: &purser_testkit::TestApp) {
    for _ in 0..1_000 {
        if objects(app).is_empty() {
            return;
        }
        tokio::task::yield_now().await;
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}
