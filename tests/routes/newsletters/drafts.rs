//! Writing: drafts, who may, and what they look like.

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::{draft, readers, text};

both! {
    async fn a_draft_is_written_changed_and_thrown_away(app) {
        let owner = app.owner().await;
        let path = draft(&owner).await;
        let read = owner.get(&path).await.ok();
        assert_eq!((read.data()["state"].as_str(), read.data()["createdBy"].as_str()), (Some("draft"), Some("Olive Owner")));
        let by = owner.with("if-match", read.header("etag").unwrap());
        let changed = by.patch(&path, json!({ "subjectDe": null, "textDe": null, "countries": ["SE", "NO", "SE"] })).await.ok().data();
        assert_eq!((changed["subjectDe"].as_str(), changed["countries"].clone(), changed["version"].as_i64()), (Some(""), json!(["NO", "SE"]), Some(2)));
        let _ = by.patch(&path, json!({ "subjectEn": "Late" })).await.is(412);
        let by = owner.with("if-match", "\"2\"");
        let _ = by.patch(&path, json!({ "subjectEn": "" })).await.problem(400, "invalid").complains("subjectEn", "required");
        let long = json!({ "subjectEn": "a".repeat(151), "textEn": "b".repeat(20_001), "countries": ["Norway"] });
        let wrong = by.patch(&path, long).await.problem(400, "invalid");
        assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 3, "{}", wrong.text());
        let found = owner.get("/newsletters?search=LANTERNS&state=draft").await.ok();
        assert_eq!((found.meta()["total"].as_i64(), owner.get("/newsletters?state=sent").await.ok().meta()["total"].as_i64()), (Some(1), Some(0)));
        let _ = owner.post("/newsletters", json!({ "subjectDe": "Ökologische Laternen" })).await.is(201);
        assert_eq!(owner.get("/newsletters?search=%C3%96kolog").await.ok().meta()["total"], 1, "as it is typed, on both databases");
        let _ = owner.delete(&path).await.is(204);
        let _ = owner.get(&path).await.problem(404, "not_found");
        for (action, times) in [("newsletter.create", 2), ("newsletter.update", 1), ("newsletter.delete", 1)] {
            assert_eq!(owner.get(&format!("/audit?action={action}")).await.ok().meta()["total"], times, "{action}");
        }
    }

    async fn one_that_is_out_stays_as_it_went_out(app) {
        let owner = app.owner().await;
        readers(&app, &["a@x.example"]).await;
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        let by = owner.with("if-match", owner.get(&path).await.ok().header("etag").unwrap());
        let _ = by.patch(&path, text()).await.problem(409, "not_draft");
        let _ = owner.delete(&path).await.problem(409, "not_draft");
    }

    async fn a_text_is_shown_as_it_will_look_and_holds_no_html_of_its_own(app) {
        let owner = app.owner().await;
        let body = json!({ "language": "de", "subject": "Neu <script>", "text": "Hallo {name} <script>alert(1)</script>\n\n[x](javascript:alert(1)) [y](https://a.example)" });
        let shown = owner.post("/newsletters/preview", body).await.ok().data();
        let html = shown["html"].as_str().unwrap();
        assert!(!html.contains("<script") && !html.contains("href=\"javascript") && html.contains("Hallo Olive &lt;script&gt;"), "{html}");
        assert!(html.contains("href=\"https://a.example\"") && html.contains("Newsletter abbestellen"), "{html}");
    }

    async fn whoever_may_not_send_sees_none(app) {
        let owner = app.owner().await;
        let path = draft(&owner).await;
        for role in [Role::Support, Role::Finance, Role::Developer, Role::Auditor, Role::User] {
            let by = app.caller(role).await;
            let _ = by.get("/newsletters").await.problem(403, "forbidden");
            let _ = by.post(&format!("{path}/send"), json!({})).await.problem(403, "forbidden");
        }
        let _ = app.caller(Role::Admin).await.get(&path).await.ok();
    }
}
