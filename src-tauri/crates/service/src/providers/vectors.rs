//! The examples printed in the RFCs, through our own code.

use jsonwebtoken::jwk::JwkSet;
use purser_core::Timestamp;
use serde_json::{Value, json};

use super::openid::challenge;
use super::token::{Wanted, check, signed};

/// RFC 7515, appendix A.2: the token, and the key that signed it.
const TOKEN: [&str; 3] = [
    "eyJhbGciOiJSUzI1NiJ9",
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4\
     BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv\
     hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
];

fn keys() -> JwkSet {
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOW\
             vG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9k\
             G4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    let key = json!({ "kty": "RSA", "n": n, "e": "AQAB", "kid": "joe" });
    serde_json::from_value(json!({ "keys": [key] })).unwrap()
}

#[test]
fn the_token_of_rfc_7515_is_signed_and_is_no_identity_token() {
    let claims: Value = signed(&TOKEN.join("."), &keys()).unwrap();
    assert_eq!(claims, json!({ "iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true }));
    // Who signed it is one thing: it says neither of whom it is nor for whom.
    let wanted = Wanted { issuer: "joe", client_id: "", nonce: "", now: Timestamp::from_micros(1_300_819_000_000_000) };
    assert!(check(&TOKEN.join("."), &keys(), &wanted).is_err());
}

#[test]
fn no_bit_of_it_can_be_changed() {
    for (part, text) in TOKEN.iter().enumerate() {
        for at in (0..text.len()).step_by(7) {
            let mut parts = TOKEN.map(str::to_owned);
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            parts[part].replace_range(at..=at, other);
            assert!(signed::<Value>(&parts.join("."), &keys()).is_err(), "part {part}, letter {at}");
        }
    }
    for cut in [TOKEN[..2].join("."), format!("{}.", TOKEN[..2].join(".")), format!("{}.", TOKEN.join("."))] {
        assert!(signed::<Value>(&cut, &keys()).is_err(), "{cut}");
    }
}

#[test]
fn the_challenge_of_rfc_7636() {
    // Appendix B.
    assert_eq!(challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}
