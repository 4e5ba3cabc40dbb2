//! People from a file.

use std::fmt::Write;

use purser_testkit::{both, json};

use super::{bring, check, complaints, sent};

/// Latin-1, semicolons, German headers, quoted cells.
const GERMAN: &[u8] = b"E-Mail;Vorname;Nachname;Land;Kunde seit;Telefon\r\n\
    anna@shop.example;Anna;\"M\xfcller; geb. Wei\xdf\";Deutschland;01.02.2024;'+49 40 1\r\n\
    \r\n\
    jo@shop.example;J\xf6rg;Ko\xdf;AT;2024-03-01 10:30;\r\n";

both! {
    async fn a_german_file_of_latin_letters(app) {
        let owner = app.owner().await;
        let import = sent(&owner, "people", GERMAN).await;
        assert_eq!((import["encoding"].as_str(), import["delimiter"].as_str(), import["rows"].as_i64()), (Some("windows-1252"), Some(";"), Some(2)));
        assert_eq!((import["mapping"]["firstName"].as_str(), import["mapping"]["createdAt"].as_str()), (Some("Vorname"), Some("Kunde seit")));
        assert_eq!(import["sample"][0][2], "Müller; geb. Weiß");

        let checked = check(&app, &owner, &import).await;
        assert_eq!((checked["state"].as_str(), checked["result"]["valid"].as_i64()), (Some("checked"), Some(2)), "{checked}");
        assert_eq!(checked["result"]["inserted"], 2);
        assert_eq!(owner.get("/users?search=anna").await.ok().meta()["total"], 0, "a look changes nothing");

        let done = bring(&app, &owner, &import, "all_or_nothing").await;
        assert_eq!((done["state"].as_str(), done["result"]["inserted"].as_i64(), done["progress"]["done"].as_i64()), (Some("done"), Some(2), Some(2)));
        let anna = owner.get("/users?search=muller").await.ok().data()[0].clone();
        assert_eq!((anna["email"].as_str(), anna["country"].as_str(), anna["role"].as_str()), (Some("anna@shop.example"), Some("DE"), Some("user")));
        assert_eq!((anna["phone"].as_str(), anna["createdAt"].as_str()), (Some("+49 40 1"), Some("2024-02-01T00:00:00.000000Z")));
        let line = owner.get("/audit?action=import.run").await.ok().data()[0].clone();
        assert_eq!(line["after"]["inserted"], 2);
        assert!(owner.get("/audit/verify").await.ok().data()["intact"].as_bool().unwrap());
    }

    async fn bad_rows_are_named_by_line_and_field(app) {
        let owner = app.owner().await;
        let text = "email,name,country,role,createdAt\n\
            good@x.example,Good One,FR,,\n\
            nonsense,No Mail,DE,,\n\
            GOOD@x.example,Again,,,\n\
            c@x.example,,Atlantis,pirate,31.02.2024\n\
            d@x.example,D,,,,too,many\n\
            owner@harbour.example,Olive Owner,,,\n";
        let import = sent(&owner, "people", text).await;
        let failed = bring(&app, &owner, &import, "all_or_nothing").await;
        assert_eq!((failed["state"].as_str(), failed["result"]["invalid"].as_i64(), failed["errorCount"].as_i64()), (Some("failed"), Some(4), Some(7)));
        let wanted = [
            (3, "email", "not_an_email"),
            (4, "email", "duplicate"),
            (5, "firstName", "required"),
            (5, "role", "unknown_role"),
            (5, "createdAt", "not_a_date"),
            (5, "country", "unknown_country"),
            (6, "", "too_many_cells"),
        ];
        let found = complaints(&owner, &import).await;
        assert_eq!(found, wanted.map(|(line, field, code)| (line, field.to_owned(), code.to_owned())));
        assert_eq!(owner.get("/users?search=good").await.ok().meta()["total"], 0, "nothing is in");
        let csv = owner.get(&format!("/imports/{}/errors.csv", import["id"].as_str().unwrap())).await.is(200).text();
        assert!(csv.contains("3,email,not_an_email,") && csv.lines().count() == 8, "{csv}");

        let done = bring(&app, &owner, &import, "skip_bad").await;
        assert_eq!(done["result"], json!({"valid": 2, "invalid": 4, "inserted": 1, "updated": 0, "skipped": 1}));
        assert_eq!(owner.get("/users?search=good").await.ok().data()[0]["name"], "Good One");
        let again = owner.post(&format!("/imports/{}/run", import["id"].as_str().unwrap()), json!({"mode": "skip_bad"})).await;
        let _ = again.problem(409, "import_not_ready");
    }

    async fn many_rows_go_in_at_once(app) {
        let owner = app.owner().await;
        let mut text = "email,firstName,lastName\n".to_owned();
        for n in 0..2_345 {
            writeln!(text, "p{n}@many.example,Person{n},Many").unwrap();
        }
        let import = sent(&owner, "people", &text).await;
        let done = bring(&app, &owner, &import, "skip_bad").await;
        assert_eq!(done["result"]["inserted"], 2_345);
        assert_eq!(owner.get("/users?search=many").await.ok().meta()["total"], 2_345);
    }
}
