//! GET /mailbox/{id}

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::invited;

both! {
    async fn a_mail_has_a_text_a_page_and_a_link_that_works(app) {
        let owner = app.owner().await;
        let mail = invited(&app, &owner, "ada@example.com", json!({})).await;
        assert_eq!((mail["subject"].as_str(), mail["address"].as_str()), (Some("You are invited to Harbour Supplies"), Some("ada@example.com")));
        let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
        assert!(text.contains("Hello Ada,") && text.contains("https://console.example/invitation#token="), "{text}");
        assert!(html.contains("href=\"https://console.example/invitation#token="), "{html}");
        assert_eq!(mail["linkShown"], true);
        let line = owner.get("/audit?action=mail.read&limit=1").await.ok().data();
        assert_eq!(line[0]["subject"]["id"], mail["id"], "whoever saw the link is in the log");
        assert!(!line.to_string().contains(text.split("#token=").nth(1).unwrap().split_whitespace().next().unwrap()));
        let _ = app.stranger(Role::Owner).await.get(&format!("/mailbox/{}", mail["id"].as_str().unwrap())).await.problem(404, "not_found");
    }

    async fn it_is_written_in_the_persons_language_and_nothing_of_a_name_is_markup(app) {
        let owner = app.owner().await;
        let mail = invited(&app, &owner, "ada@example.com", json!({ "language": "de-AT", "firstName": "<b>Ada</b> & \"Co\"" })).await;
        assert_eq!((mail["language"].as_str(), mail["subject"].as_str()), (Some("de"), Some("Einladung zu Harbour Supplies")));
        let html = mail["html"].as_str().unwrap();
        assert!(!html.contains("<b>") && html.contains("&lt;b&gt;Ada&lt;/b&gt; &amp; &quot;Co&quot;"), "{html}");
        assert!(mail["text"].as_str().unwrap().contains("Guten Tag <b>Ada</b> & \"Co\","));
    }

    async fn nobody_takes_over_an_account_above_their_own_by_its_mail(app) {
        let owner = app.owner().await;
        let mail = invited(&app, &owner, "second@example.com", json!({ "role": "owner" })).await;
        assert_eq!(mail["linkShown"], true);
        let path = format!("/mailbox/{}", mail["id"].as_str().unwrap());
        let lines = async || owner.get("/audit?action=mail.read").await.ok().data().as_array().map(Vec::len);
        let before = lines().await;
        for role in [Role::Developer, Role::Admin] {
            let seen = app.caller(role).await.get(&path).await.ok().data();
            assert_eq!(seen["linkShown"], false, "{role}");
            assert!(seen["text"].as_str().unwrap().contains("#token=hidden") && seen["html"].as_str().unwrap().contains("#token=hidden"), "{role}");
        }
        assert_eq!(lines().await, before);
    }

    async fn nothing_at_rest_holds_the_link(app) {
        let owner = app.owner().await;
        let mail = invited(&app, &owner, "ada@example.com", json!({})).await;
        let token = mail["text"].as_str().unwrap().split("#token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        use base64::Engine;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&token).unwrap();
        let mut hex = String::new();
        for byte in &bytes {
            std::fmt::Write::write_fmt(&mut hex, format_args!("{byte:02x}")).unwrap();
        }
        let dump = format!("{:?}", app.db_dump(app.tenant().await).await).to_lowercase();
        assert!(dump.contains("one_time_links") && !dump.contains(&token.to_lowercase()) && !dump.contains(&hex), "the secret lies in the database");
    }
}
