//! Wanting no more: the link, the button, the list of addresses.

use axum::body::Body;
use axum::http::Method;
use purser_testkit::json;

use super::{draft, outcome, readers, sinks};

/// The path of the page behind a letter's last link, as a caller reaches it.
fn page(way_out: &str) -> String {
    format!("/{}", way_out.strip_prefix("https://console.example").unwrap())
}

#[tokio::test]
async fn the_link_asks_first_and_then_no_more_come() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        let ids = readers(&app, &["a@x.example", "b@x.example"]).await;
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        let letter = sink.letters().into_iter().find(|letter| letter.to.1 == "a@x.example").unwrap();
        let link = page(letter.unsubscribe.as_deref().unwrap());
        let nobody = app.nobody();
        // Programs look at links too: that changes nothing.
        for _ in 0..2 {
            let shown = nobody.get(&link).await.is(200);
            assert!(
                shown.text().contains("<form method=\"post\">") && shown.text().contains("Harbour Supplies") && !shown.text().contains("a@x.example"),
                "{}",
                shown.text()
            );
            assert!(shown.header("content-security-policy").unwrap().contains("default-src 'none'"));
        }
        // A page that keeps its address to itself does not say where it is.
        let ours = nobody.with("origin", "null").with("host", "console.example");
        let consent = format!("/users/{}/newsletters", ids[0]);
        assert_eq!(owner.get(&consent).await.ok().data()["agreed"], true);
        // As a program that reads mail does it (RFC 8058).
        let form = "application/x-www-form-urlencoded";
        for _ in 0..2 {
            let left = ours.send(Method::POST, &link, Some(form), Body::from("List-Unsubscribe=One-Click")).await.is(200);
            assert!(!left.text().contains("<form"), "{}", left.text());
        }
        let now = owner.get(&consent).await.ok().data();
        assert_eq!((now["agreed"].as_bool(), now["how"].as_str(), now["suppressed"].as_str()), (Some(false), Some("link"), Some("unsubscribed")));
        assert_eq!(owner.get("/audit?action=user.newsletters").await.ok().meta()["total"], 1, "saying so twice is saying it once");
        let kept = owner.get("/newsletters/suppressions?reason=unsubscribed").await.ok().data();
        assert_eq!((kept[0]["email"].as_str(), kept[0]["newsletterId"].as_str()), (Some("a@x.example"), path.rsplit('/').next()));
        // Even where staff writes down that they agreed, the address stays on the list until somebody says why not.
        let _ = owner.call(Method::PUT, &consent, Some(json!({ "agreed": true, "note": "said so on the telephone" }))).await.ok();
        sink.forget();
        let second = draft(&owner).await;
        let _ = owner.post(&format!("{second}/send"), json!({})).await.ok();
        app.settle().await;
        assert_eq!((sink.tried().into_keys().collect::<Vec<_>>(), outcome(&owner, &second).await.1), (vec!["b@x.example".to_owned()], [2, 1, 0, 1]));
        assert_eq!(owner.get(&format!("{second}/letters?state=skipped")).await.ok().data()[0]["why"], "suppressed");
        let remove = format!("/newsletters/suppressions/{}/remove", kept[0]["id"].as_str().unwrap());
        let _ = owner.post(&remove, json!({ "reason": " " })).await.problem(400, "invalid").complains("reason", "required");
        let _ = owner.post(&remove, json!({ "reason": "asked for it on the telephone" })).await.is(204);
        let _ = owner.post(&remove, json!({ "reason": "again" })).await.problem(404, "not_found");
        let audited = owner.get("/audit?action=newsletter.unsuppress").await.ok().data()[0].clone();
        assert_eq!((audited["reason"].as_str(), audited["subject"]["label"].as_str()), (Some("asked for it on the telephone"), Some("a…@x.example")));
        assert_eq!(owner.get(&consent).await.ok().data()["suppressed"].as_str(), None);
    }
}

#[tokio::test]
async fn a_link_nobody_made_opens_nothing() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        readers(&app, &["a@x.example"]).await;
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        let good = page(sink.letters()[0].unsubscribe.as_deref().unwrap());
        let flipped = if good.ends_with('A') { "B" } else { "A" };
        let bent = format!("{}{flipped}{}", &good[..good.len() - 8], &good[good.len() - 7..]);
        for link in ["//unsubscribe/none", "//unsubscribe/s1.a.b", bent.as_str()] {
            if link == good {
                continue;
            }
            let _ = app.nobody().get(link).await.is(404);
            let _ = app.nobody().send(Method::POST, link, None, Body::empty()).await.is(404);
        }
        assert_eq!(owner.get("/newsletters/suppressions").await.ok().meta()["total"], 0);
    }
}

#[tokio::test]
async fn of_somebody_who_is_erased_no_address_is_left() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        let ids = readers(&app, &["gone@x.example", "b@x.example"]).await;
        sink.refuse("gone@x.example", Some(purser_service::mail::Refusal::Nobody("The mail server refused it (550).".into())));
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        let held = owner.get(&format!("/users/{}/personal-data", ids[0])).await.ok().text();
        assert!(held.contains("Autumn lanterns") && held.contains("at the counter"), "{held}");
        let held: serde_json::Value = serde_json::from_str(&held).unwrap();
        let left_out = &held["traces"]["newsletterAddressLeftOut"];
        let said = (left_out["reason"].as_str(), left_out["said"].as_str(), left_out["since"].is_string());
        assert_eq!(said, (Some("bounced"), Some("The mail server refused it (550)."), true));
        let _ = owner.delete(&format!("/users/{}", ids[0])).await.is(204);
        let _ = owner.post(&format!("/users/{}/erase", ids[0]), json!({ "reason": "asked for it" })).await.ok();
        app.settle().await;
        let dump = app.db_dump(app.tenant().await).await;
        for table in ["newsletter_consents", "newsletter_deliveries", "newsletter_suppressions"] {
            let rows = format!("{:?}", dump[table]);
            assert!(!rows.contains("gone@x.example"), "{table}: {rows}");
        }
        assert_eq!(outcome(&owner, &path).await.1, [2, 1, 1, 0], "what was counted stays counted");
    }
}
