//! An authenticator app nobody here wrote: `oathtool` of the OATH Toolkit.

use purser_testkit::{TestApp, both, json};
use tokio::process::Command;

use super::factors::{OWNER, answer, challenge, inside};

/// What `oathtool` shows for a secret at the suite's time.
async fn shown(app: &TestApp, secret: &str) -> String {
    let now = app.app.clock.now().to_utc().format("%Y-%m-%d %H:%M:%S UTC").to_string();
    let output = Command::new("oathtool").args(["--totp", "--base32", "--now", &now, secret]).output().await;
    let output = output.expect("oathtool, from the package of that name");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

both! {
    async fn its_codes_confirm_an_enrolment_and_open_the_door(app) {
        let owner = app.owner().await;
        let enrolment = owner.post("/auth/factors/totp", json!({ "name": "OATH Toolkit" })).await.ok().data();
        let secret = enrolment["secret"].as_str().unwrap().to_owned();
        let _ = owner.post("/auth/factors/totp/confirm", json!({ "code": shown(&app, &secret).await })).await.ok();
        for _ in 0..3 {
            app.advance(30_000_000);
            let token = challenge(&app, OWNER).await;
            let code = shown(&app, &secret).await;
            let reply = answer(&app, "totp", &token, &code).await.ok();
            assert_eq!(inside(&app, &reply).get("/auth/me").await.ok().data()["email"], OWNER);
            let again = challenge(&app, OWNER).await;
            let _ = answer(&app, "totp", &again, &code).await.problem(401, "bad_code");
        }
    }
}
