//! Samples of what looks after ways in: attempts, locks, keys of everybody, the puzzle.

use purser_testkit::json;

use super::samples::{Sample, bare, change};

pub(super) fn guarded() -> Vec<Sample> {
    vec![
        bare("listAllKeys", "/keys/all"),
        bare("listSignIns", "/sign-ins"),
        bare("listUserSignIns", "/users/{staff}/sign-ins"),
        bare("getLockout", "/users/{staff}/lockout"),
        bare("listLockouts", "/lockouts"),
        bare("getCaptcha", "/settings/captcha"),
        change("updateCaptcha", "/settings/captcha", json!({ "kind": "hcaptcha", "siteKey": "site", "secret": "a secret of theirs" })),
        bare("testCaptcha", "/settings/captcha/test"),
    ]
}
