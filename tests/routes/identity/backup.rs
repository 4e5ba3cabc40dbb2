//! `POST /auth/challenge/backup` and `POST /auth/factors/backup-codes`.

use purser_testkit::{both, json};

use super::factors::{OWNER, PASSWORD, answer, challenge, enrol};

both! {
    async fn a_backup_code_lets_in_once(app) {
        let owner = app.owner().await;
        let (_, codes) = enrol(&app, &owner).await;
        let token = challenge(&app, OWNER).await;
        let reply = answer(&app, "backup", &token, &codes[0].to_lowercase().replace('-', " ")).await.ok();
        assert_eq!(reply.data()["backupCodesLeft"], 9);
        let token = challenge(&app, OWNER).await;
        let _ = answer(&app, "backup", &token, &codes[0]).await.problem(401, "bad_code");
        let _ = answer(&app, "backup", &token, &codes[1]).await.ok();
        assert_eq!(owner.get("/auth/factors").await.ok().data()["backupCodesLeft"], 8);
    }

    async fn one_backup_code_fifty_times_at_once_lets_one_in(app) {
        let owner = app.owner().await;
        let (_, codes) = enrol(&app, &owner).await;
        let mut tokens = Vec::new();
        for _ in 0..50 { tokens.push(challenge(&app, OWNER).await); }
        let calls: Vec<_> = tokens
            .into_iter()
            .map(|token| {
                let (nobody, code) = (app.nobody(), codes[0].clone());
                tokio::spawn(async move { nobody.post("/auth/challenge/backup", json!({ "challenge": token, "code": code })).await.status.as_u16() })
            })
            .collect();
        let mut good = 0;
        for call in calls {
            match call.await.unwrap() {
                200 => good += 1,
                other => assert!(other == 401 || other == 429, "{other}"),
            }
        }
        assert_eq!(good, 1);
        assert_eq!(owner.get("/auth/factors").await.ok().data()["backupCodesLeft"], 9);
    }

    async fn only_hashes_are_kept(app) {
        let owner = app.owner().await;
        let (_, codes) = enrol(&app, &owner).await;
        let stored = format!("{:?}", app.db_dump(app.tenant().await).await);
        for code in codes {
            assert!(!stored.contains(&code) && !stored.contains(&code.replace('-', "")));
        }
    }

    async fn new_codes_need_proof_and_replace_the_old(app) {
        let owner = app.owner().await;
        let (device, old) = enrol(&app, &owner).await;
        let wrong = owner.post("/auth/factors/backup-codes", json!({ "password": "no", "code": device.code(&app, 0) })).await;
        let _ = wrong.problem(400, "invalid").complains("password", "wrong");
        let missing = owner.post("/auth/factors/backup-codes", json!({})).await;
        let _ = missing.problem(400, "invalid").complains("password", "required");
        let reply = owner.post("/auth/factors/backup-codes", json!({ "password": PASSWORD, "code": device.code(&app, 0) })).await.ok().data();
        let new = reply["backupCodes"].as_array().unwrap().clone();
        assert_eq!(new.len(), 10);
        let token = challenge(&app, OWNER).await;
        let _ = answer(&app, "backup", &token, &old[0]).await.problem(401, "bad_code");
        let _ = answer(&app, "backup", &token, new[0].as_str().unwrap()).await.ok();
    }

    async fn without_a_factor_there_are_none(app) {
        let owner = app.owner().await;
        let _ = owner.post("/auth/factors/backup-codes", json!({ "password": PASSWORD })).await.problem(409, "no_factor");
    }
}
