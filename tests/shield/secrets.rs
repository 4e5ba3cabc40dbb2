//! What nobody may read: no reply shows it, no table holds it as it was typed or handed out.

use std::collections::BTreeMap;

use purser_testkit::{both, json};

use crate::api::{Operation, World, operations, samples};

both! {
    async fn every_attempt_to_sign_in_is_written_down(app) {
        let tenant = app.tenant().await;
        let attempts = async || app.db_dump(tenant).await["sign_ins"].len();
        for (place, (email, password, status)) in [
            ("owner@harbour.example", "harbour lantern 42 brass", 200),
            ("owner@harbour.example", "not the password", 401),
            ("nobody@harbour.example", "not the password", 401),
        ].into_iter().enumerate() {
            let _ = app.nobody().post("/auth/login", json!({ "email": email, "password": password })).await.is(status);
            assert_eq!(attempts().await, place + 1, "{email}");
        }
        let kept = app.db_dump(tenant).await["audit_log"].join("\n");
        assert!(kept.contains("session.begin"), "{kept}");
    }

    async fn no_reply_and_no_table_holds_a_secret(app) {
        let world = World::new(app).await;
        let password = "violet anchor 31 copper";
        let person = json!({ "email": "sealed@world.example", "firstName": "Sealed", "lastName": "World", "role": "owner", "password": password });
        let _ = world.owner.post("/users", person).await.is(201);
        let body = json!({ "email": "sealed@world.example", "password": password, "tokenDelivery": "body" });
        let signed_in = world.app.nobody().post("/auth/login", body).await.ok().data();
        let token = |name: &str| signed_in[name].as_str().unwrap().to_owned();
        let handed_out = [token("refreshToken"), token("accessToken"), password.to_owned()];
        let by = world.app.nobody().with_token(&handed_out[1]);
        let mut known: BTreeMap<String, Operation> = operations().1.into_iter().map(|operation| (operation.id.clone(), operation)).collect();
        for sample in samples() {
            let Some(operation) = known.remove(sample.operation) else { continue };
            if ["logout", "changePassword", "login", "refresh"].contains(&sample.operation) { continue; }
            let reply = world.call(&by, &sample, &operation.method).await;
            let text = reply.text();
            // People can be brought in with the hashes they had elsewhere: there the word names a column.
            let text = if sample.operation.contains("Import") { text.replace("passwordHash", "") } else { text };
            // The archive of a tenant names what it leaves out, once.
            let text = if sample.operation == "exportTenant" { text.replacen("\"password_hash\"", "", 1) } else { text };
            for secret in handed_out.iter().map(String::as_str).chain(["$argon2", "passwordHash", "password_hash", "PRIVATE KEY"]) {
                assert!(!text.contains(secret), "{} shows {secret}", sample.operation);
            }
        }
        for (table, rows) in world.app.db_dump(world.tenant).await {
            for row in rows {
                for secret in &handed_out {
                    let hex = secret.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
                    let row = row.to_lowercase();
                    assert!(!row.contains(&secret.to_lowercase()) && !row.contains(&hex), "{table} holds {secret}");
                }
            }
        }
    }
}
