//! A password is taken as it was typed: every sign of it counts, long ones and blanks too, and any signs will do.

use purser_testkit::{both, json};

both! {
    async fn every_sign_counts(app) {
        let owner = app.owner().await;
        // 200 signs, blanks at both ends, capitals only at the very end, nothing but letters before.
        let long = format!("  {}ZQ ", "harbour lantern brass quay ".repeat(7));
        assert!(long.len() > 72 && long.chars().count() <= 256);
        let body = json!({ "currentPassword": "harbour lantern 42 brass", "newPassword": long });
        let _ = owner.post("/auth/password", body).await.is(204);
        let sign_in = async |password: &str| app.nobody().post("/auth/login", json!({ "email": "owner@harbour.example", "password": password })).await.status.as_u16();
        assert_eq!(sign_in(&long).await, 200);
        let shortened: String = long.chars().take(72).collect();
        for other in [long.trim(), long.trim_end(), &long.to_lowercase(), &shortened, &long.replace("ZQ ", "ZQ")] {
            assert_eq!(sign_in(other).await, 401, "{other:?}");
        }
    }

    async fn any_signs_will_do(app) {
        let owner = app.owner().await;
        for (place, password) in ["quietharbourlanternsquay", "0417 9926 5833 1208 77", "гавань фонарь латунь причал", "灯台の下で静かに錆びる真鍮", "!?#%&/()=+*~;:_-<>|^°§"].into_iter().enumerate() {
            let body = json!({ "email": format!("signs{place}@harbour.example"), "firstName": "Any", "lastName": "Signs", "role": "user", "password": password });
            let _ = owner.post("/users", body).await.is(201);
            let _ = app.nobody().post("/auth/login", json!({ "email": format!("signs{place}@harbour.example"), "password": password })).await.ok();
        }
    }
}
