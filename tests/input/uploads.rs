//! Forms with mistakes in them, and a file that is far too large. Nothing of it stays, neither as a row nor on the disk.

use std::path::Path;

use axum::body::{Body, Bytes};
use axum::http::Method;
use futures::stream;
use purser_testkit::both;

use super::fault;
use crate::api::{FORM_TYPE, World, sheet, upload};

/// Files below `folder`, whatever their names.
fn stored(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { stored(&entry.path()) } else { 1 }).sum()
}

both! {
    async fn forms_that_make_no_sense(app) {
        let world = World::new(app).await;
        let objects = world.app.database.folder.path().join("objects");
        let (before, files) = (world.app.db_dump(world.tenant).await, stored(&objects));
        let good = world.fill(&upload("order", "{order}"));
        let forms = [
            ("empty", String::new(), None),
            ("no boundary", "x".repeat(100), None),
            ("cut short", good[..good.len() - 30].to_owned(), None),
            ("no file", good.replace("; filename=\"note.txt\"", ""), Some("file")),
            ("no kind", good.replace("name=\"subjectType\"", "name=\"nonsense\""), Some("nonsense")),
            ("a kind there is not", world.fill(&upload("ship", "{order}")), Some("subjectType")),
            ("no id", upload("order", "nonsense"), Some("subjectId")),
            ("an id of nothing", upload("order", "00000000-0000-7000-8000-000000000000"), Some("subjectId")),
            ("an id of another kind", world.fill(&upload("user", "{order}")), Some("subjectId")),
            ("a long text", upload("order", &"x".repeat(10_000)), Some("subjectId")),
            ("NUL", world.fill(&upload("or\u{0}der", "{order}")), Some("subjectType")),
            ("twice", good.replace("--harbour--", "").trim_end().to_owned() + "\r\n" + &good, None),
        ];
        for (what, form, field) in forms {
            let reply = world.owner.send(Method::POST, "/files", Some(FORM_TYPE), Body::from(form)).await;
            assert_eq!(fault(&reply, field), None, "{what}: {}", reply.text());
        }
        let sheet = sheet();
        let sheets = [
            ("empty", String::new(), None),
            ("no kind", sheet.replace("name=\"kind\"", "name=\"nonsense\""), Some("nonsense")),
            ("a kind there is not", sheet.replace("\r\npeople\r\n", "\r\nships\r\n"), Some("kind")),
            ("a long kind", sheet.replace("\r\npeople\r\n", &format!("\r\n{}\r\n", "x".repeat(10_000))), Some("kind")),
            ("NUL", sheet.replace("\r\npeople\r\n", "\r\npeo\u{0}ple\r\n"), Some("kind")),
            ("cut short", sheet[..sheet.len() - 30].to_owned(), None),
        ];
        for (what, form, field) in sheets {
            let reply = world.owner.send(Method::POST, "/imports", Some(FORM_TYPE), Body::from(form)).await;
            assert_eq!(fault(&reply, field), None, "import, {what}: {}", reply.text());
        }
        for kind in ["application/json", "multipart/form-data", "multipart/mixed; boundary=harbour", "text/plain"] {
            let reply = world.owner.send(Method::POST, "/files", Some(kind), Body::from(good.clone())).await;
            assert_eq!(fault(&reply, None), None, "{kind}: {}", reply.text());
        }
        assert_eq!(world.app.db_dump(world.tenant).await, before);
        assert_eq!(stored(&objects), files, "something stayed in the folder");
    }

    async fn a_file_of_100_megabytes(app) {
        let world = World::new(app).await;
        let objects = world.app.database.folder.path().join("objects");
        let (before, files) = (world.app.db_dump(world.tenant).await, stored(&objects));
        let form = world.fill(&upload("order", "{order}"));
        let (head, tail) = form.split_once("brass").unwrap();
        // Without a length, so that only counting finds out.
        let part = Bytes::from(vec![b'x'; 1 << 20]);
        let parts = std::iter::once(Bytes::from(head.to_owned())).chain(std::iter::repeat_n(part, 100)).chain([Bytes::from(tail.to_owned())]);
        let body = Body::from_stream(stream::iter(parts.map(Ok::<_, std::io::Error>).collect::<Vec<_>>()));
        let _ = world.owner.send(Method::POST, "/files", Some(FORM_TYPE), body).await.problem(413, "too_large");
        assert_eq!(world.app.db_dump(world.tenant).await, before);
        assert_eq!(stored(&objects), files, "something stayed in the folder");
    }
}
