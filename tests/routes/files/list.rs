//! GET /files

use purser_core::access::Role;
use purser_testkit::both;

use super::upload;

both! {
    async fn filters_search_and_sorts(app) {
        let (owner, support) = (app.owner().await, app.caller(Role::Support).await);
        let _ = upload(&owner, "Contract_2026.txt", b"one").await.is(201);
        let _ = upload(&owner, "photo.png", b"\x89PNG\r\n\x1a\n0000").await.is(201);
        let _ = upload(&support, "Übersicht.csv", b"a,b").await.is(201);
        let names = async |query: &str| -> Vec<String> {
            owner.get(&format!("/files?sort=name&{query}")).await.ok().data().as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names("").await, ["Contract_2026.txt", "photo.png", "Übersicht.csv"]);
        assert_eq!(names(&format!("subjectId={}", support.id.clone().unwrap())).await, ["Übersicht.csv"]);
        assert_eq!(names("subjectType=user").await.len(), 3);
        assert!(names("subjectType=order").await.is_empty());
        assert_eq!(names("contentType=image/").await, ["photo.png"]);
        assert_eq!(names("contentType=text/csv,image/png").await, ["photo.png", "Übersicht.csv"]);
        assert_eq!(names("search=t_2").await, ["Contract_2026.txt"]);
        assert!(names("search=t%252").await.is_empty(), "a percent sign is a percent sign");
        assert_eq!(names("search=ubers").await, ["Übersicht.csv"]);
        let sizes = owner.get("/files?sort=-size&limit=1").await.ok();
        assert_eq!(sizes.data()[0]["name"], "photo.png");
        assert_eq!(sizes.meta()["total"], 3);
        assert_eq!(app.stranger(Role::Owner).await.get("/files").await.ok().meta()["total"], 0);
    }
}
