//! GET /files/{id}/download

use purser_core::access::Role;
use purser_testkit::both;

use super::upload;

both! {
    async fn it_comes_back_as_it_went_always_to_be_saved(app) {
        let owner = app.owner().await;
        let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).take(900_000).collect();
        let view = upload(&owner, "März \u{201c}Q1\u{201d}; a%b.bin", &bytes).await.is(201).data();
        let path = format!("/files/{}/download", view["id"].as_str().unwrap());
        let reply = owner.get(&path).await.is(200);
        assert_eq!(reply.body, bytes);
        assert_eq!(reply.header("content-length"), Some("900000"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("etag"), Some(format!("\"{}\"", view["sha256"].as_str().unwrap()).as_str()));
        let disposition = reply.header("content-disposition").unwrap();
        assert_eq!(disposition, "attachment; filename=\"M_rz _Q1__ a_b.bin\"; filename*=UTF-8''M%C3%A4rz%20%E2%80%9CQ1%E2%80%9D%3B%20a%25b.bin");
        let tag = reply.header("etag").unwrap().to_owned();
        let _ = owner.with("if-none-match", &tag).get(&path).await.is(304);
    }

    async fn what_could_run_is_only_bytes(app) {
        let owner = app.owner().await;
        for (name, bytes) in [("x.html", &b"<html><script>alert(1)</script>"[..]), ("x.svg", b"<svg xmlns='x'><script>alert(1)</script></svg>"), ("x.xml", b"<?xml version='1.0'?><x/>")] {
            let id = upload(&owner, name, bytes).await.is(201).data()["id"].as_str().unwrap().to_owned();
            let reply = owner.get(&format!("/files/{id}/download")).await.is(200);
            assert_eq!(reply.header("content-type"), Some("application/octet-stream"));
            assert!(reply.header("content-disposition").unwrap().starts_with("attachment"));
            assert_eq!(reply.header("content-security-policy"), Some("default-src 'none'; sandbox; frame-ancestors 'none'"));
        }
    }

    async fn a_part_of_it(app) {
        let owner = app.owner().await;
        let id = upload(&owner, "a.txt", b"0123456789").await.is(201).data()["id"].as_str().unwrap().to_owned();
        let path = format!("/files/{id}/download");
        let part = owner.with("range", "bytes=2-4").get(&path).await.is(206);
        assert_eq!((part.text().as_str(), part.header("content-range"), part.header("content-length")), ("234", Some("bytes 2-4/10"), Some("3")));
        assert_eq!(owner.with("range", "bytes=-3").get(&path).await.is(206).text(), "789");
        assert_eq!(owner.with("range", "bytes=8-").get(&path).await.is(206).text(), "89");
        assert_eq!(owner.with("range", "bytes=0-1,4-5").get(&path).await.is(200).text(), "0123456789");
        let beyond = owner.with("range", "bytes=10-").get(&path).await.is(416);
        assert_eq!(beyond.header("content-range"), Some("bytes */10"));
        assert_eq!(owner.with("range", "bytes=2-4").with("if-range", "\"other\"").get(&path).await.is(200).text(), "0123456789");
    }

    async fn not_for_everybody(app) {
        let owner = app.owner().await;
        let id = upload(&owner, "a.txt", b"x").await.is(201).data()["id"].as_str().unwrap().to_owned();
        for path in [format!("/files/{id}/download"), format!("/files/{id}")] {
            let _ = app.stranger(Role::Owner).await.get(&path).await.problem(404, "not_found");
            let _ = app.nobody().get(&path).await.problem(401, "not_signed_in");
            let _ = app.caller(Role::User).await.get(&path).await.problem(403, "forbidden");
        }
    }
}
