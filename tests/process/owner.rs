//! `purser owner create`.

use purser_testkit::json;

use super::{Place, run};

/// What the command printed: the password, which is seen this once.
fn password(out: &str) -> String {
    let line = out.lines().find_map(|line| line.strip_prefix("password ")).unwrap_or_else(|| panic!("no password in {out}"));
    line.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_password_made_for_somebody_has_to_be_changed_first() {
    let place = Place::new();
    let data = place.data();
    let words = |email: &'static str| {
        let fixed = ["owner", "create", "--email", email, "--first-name", "Olive", "--last-name", "Owner", "--data"];
        fixed.into_iter().map(str::to_owned).chain([data.display().to_string()]).collect::<Vec<_>>()
    };
    let mut made = Vec::new();
    for email in ["first@harbour.example", "second@harbour.example"] {
        let ended = run(words(email)).await;
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        made.push((email, password(&ended.out)));
    }
    let server = place.serve().await;
    for (email, password) in made {
        let (status, reply) = server.nobody().post("/auth/login", json!({ "email": email, "password": password })).await.unwrap();
        assert_eq!(status, 200, "{reply}");
        assert_eq!(reply["data"]["user"]["first"], "password_change_required");
        let owner = server.nobody().with_token(reply["data"]["accessToken"].as_str().unwrap());
        let (status, reply) = owner.get("/users").await.unwrap();
        assert_eq!((status, reply["code"].as_str()), (403, Some("password_change_required")));
    }
}
