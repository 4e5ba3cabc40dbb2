//! Published vectors (Wycheproof) through the very calls that check tokens and open sealed values: what is valid is taken, everything else is
//! refused, also what other programs still put up with.
//!
//! Examples of the RFCs stand beside the code they are about: `service/src/providers/vectors.rs`, `service/src/identity/totp.rs`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use purser_store::seal::Seal;
use purser_testkit::json;
use serde_json::Value;
use wycheproof::TestResult;
use wycheproof::{aead, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

/// How many were taken and how many refused.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    taken: usize,
    refused: usize,
}

impl Seen {
    /// One vector; nothing but what is valid may be taken.
    fn note(&mut self, taken: bool, expected: TestResult, what: &str) {
        assert_eq!(taken, expected == TestResult::Valid, "{what}");
        if taken {
            self.taken += 1;
        } else {
            self.refused += 1;
        }
    }

    fn holds(&self, least: (usize, usize)) {
        assert!(self.taken >= least.0 && self.refused >= least.1, "too few to mean anything: {self:?}");
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A number as keys are written: without zeros in front.
fn number(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn published(key: Value) -> DecodingKey {
    let key: Jwk = serde_json::from_value(key).unwrap();
    DecodingKey::from_jwk(&key).unwrap()
}

fn signed(key: &DecodingKey, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    crypto::verify(&text(signature), message, key, algorithm).unwrap_or(false)
}

#[test]
fn rsa_signatures_as_our_own_tokens_have_them() {
    use rsa_pkcs1_verify::TestName;
    let sets = [
        (TestName::Rsa2048Sha256, Algorithm::RS256),
        (TestName::Rsa3072Sha256, Algorithm::RS256),
        (TestName::Rsa4096Sha256, Algorithm::RS256),
        (TestName::Rsa3072Sha384, Algorithm::RS384),
        (TestName::Rsa4096Sha512, Algorithm::RS512),
    ];
    let mut seen = Seen::default();
    for (name, algorithm) in sets {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let (n, e) = (number(&group.key.n), number(&group.key.e));
            // Our keys are read as numbers, those of a provider as it publishes them.
            let keys = [DecodingKey::from_rsa_raw_components(n, e), published(json!({ "kty": "RSA", "n": text(n), "e": text(e) }))];
            for test in group.tests {
                for key in &keys {
                    let what = format!("{name:?} {}: {}", test.tc_id, test.comment);
                    seen.note(signed(key, algorithm, &test.msg, &test.sig), test.result, &what);
                }
            }
        }
    }
    seen.holds((50, 1_000));
}

#[test]
fn rsa_pss_signatures_of_providers() {
    use rsa_pss_verify::TestName;
    let sets = [
        (TestName::RsaPss2048Sha256Mgf1SaltLen32, Algorithm::PS256),
        (TestName::RsaPss3072Sha256Mgf1SaltLen32, Algorithm::PS256),
        (TestName::RsaPss2048Sha384Mgf1SaltLen48, Algorithm::PS384),
        (TestName::RsaPss4096Sha512Mgf1SaltLen64, Algorithm::PS512),
    ];
    let mut seen = Seen::default();
    for (name, algorithm) in sets {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let key = published(json!({ "kty": "RSA", "n": text(number(&group.key.n)), "e": text(number(&group.key.e)) }));
            for test in group.tests {
                seen.note(signed(&key, algorithm, &test.msg, &test.sig), test.result, &format!("{name:?} {}: {}", test.tc_id, test.comment));
            }
        }
    }
    seen.holds((100, 100));
}

#[test]
fn signatures_on_curves_of_providers() {
    use ecdsa::TestName;
    let mut seen = Seen::default();
    for (name, algorithm, curve, size) in
        [(TestName::EcdsaSecp256r1Sha256P1363, Algorithm::ES256, "P-256", 32), (TestName::EcdsaSecp384r1Sha384P1363, Algorithm::ES384, "P-384", 48)]
    {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let (x, y) = group.key.key[1..].split_at(size);
            let key = published(json!({ "kty": "EC", "crv": curve, "x": text(x), "y": text(y) }));
            for test in group.tests {
                seen.note(signed(&key, algorithm, &test.msg, &test.sig), test.result, &format!("{name:?} {}: {}", test.tc_id, test.comment));
            }
        }
    }
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let key = published(json!({ "kty": "OKP", "crv": "Ed25519", "x": text(&group.key.pk) }));
        for test in group.tests {
            seen.note(signed(&key, Algorithm::EdDSA, &test.msg, &test.sig), test.result, &format!("Ed25519 {}: {}", test.tc_id, test.comment));
        }
    }
    seen.holds((300, 200));
}

#[test]
fn sealed_values() {
    let mut seen = Seen::default();
    for group in aead::TestSet::load(aead::TestName::AesGcm).unwrap().test_groups {
        // Ours are AES-256 with a nonce of 96 bits and a tag of 128.
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in group.tests {
            // What a value belongs to is text with us.
            let Ok(about) = std::str::from_utf8(&test.aad) else { continue };
            let key: [u8; 32] = test.key.as_slice().try_into().unwrap();
            let seal = Seal::new(&[key.into()]).unwrap();
            let whole = [test.nonce.as_slice(), &test.ct, &test.tag].concat();
            let opened = seal.open(about, &format!("s1.{}.{}", seal.ids()[0], text(&whole)));
            let what = format!("AES-GCM {}: {}", test.tc_id, test.comment);
            seen.note(opened.as_deref().is_ok_and(|plain| plain == test.pt.as_slice()), test.result, &what);
            let again = seal.seal(about, &test.pt).unwrap();
            assert_eq!(seal.open(about, &again).unwrap(), test.pt.as_slice(), "{what}");
        }
    }
    seen.holds((20, 20));
}
