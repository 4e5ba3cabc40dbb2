//! A passkey in software: what an authenticator and a browser together do with `navigator.credentials` (level 2, ES256, no attestation).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const NEW_KEY: u8 = 0x40;

/// A device with one key. A clone is what a thief has who copied it.
#[derive(Clone)]
pub struct Passkey {
    key: Vec<u8>,
    id: Vec<u8>,
    owner: Vec<u8>,
    counter: u32,
    /// The page it believes to be on.
    pub origin: String,
    /// The address it believes the page to belong to.
    pub party: String,
    /// Whether it makes sure of its owner before it signs.
    pub verifies: bool,
    /// Whether it says whose key it is.
    pub tells: bool,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text in {value}"))
}

impl Passkey {
    /// Make a key as `options` of a registration ask for, on a page opened at `origin`; the device, and what the page sends back.
    pub fn create(options: &Value, origin: &str) -> (Self, Value) {
        let asked = &options["publicKey"];
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).expect("a key").as_ref().to_vec();
        let id = Sha256::digest(&key).to_vec();
        let owner = URL_SAFE_NO_PAD.decode(text(&asked["user"]["id"])).expect("an id");
        let (origin, party) = (origin.to_owned(), text(&asked["rp"]["id"]).to_owned());
        let device = Self { key, id, owner, counter: 1, origin, party, verifies: true, tells: true };
        let credential = device.register(text(&asked["challenge"]));
        (device, credential)
    }

    fn pair(&self) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.key).expect("a key")
    }

    fn head(&self, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        [Sha256::digest(self.party.as_bytes()).as_slice(), &[PRESENT | verified | flags], &self.counter.to_be_bytes()].concat()
    }

    fn client(&self, kind: &str, challenge: &str) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string().into_bytes()
    }

    fn register(&self, challenge: &str) -> Value {
        let pair = self.pair();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let id_len = u16::try_from(self.id.len()).expect("a short id").to_be_bytes();
        // COSE: an EC2 key for ES256 on P-256.
        let key = [&[0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20], x, &[0x22, 0x58, 0x20], y].concat();
        let data = [self.head(NEW_KEY).as_slice(), &[0; 16], &id_len, &self.id, &key].concat();
        let len = u8::try_from(data.len()).expect("less than 256 bytes");
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": …}.
        let object = [b"\xA3\x63fmt\x64none\x67attStmt\xA0\x68authData\x58".as_slice(), &[len], &data].concat();
        let response = json!({ "clientDataJSON": encode(&self.client("webauthn.create", challenge)), "attestationObject": encode(&object) });
        self.credential(&response)
    }

    fn credential(&self, response: &Value) -> Value {
        let id = encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
    }

    /// Sign what `options` of a request ask; what the page sends back. The counter goes up by one.
    pub fn sign(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let client = self.client("webauthn.get", text(&options["publicKey"]["challenge"]));
        let data = self.head(0);
        let signed = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
        let signature = self.pair().sign(&SystemRandom::new(), &signed).expect("a signature");
        let mut response = json!({
            "clientDataJSON": encode(&client),
            "authenticatorData": encode(&data),
            "signature": encode(signature.as_ref()),
        });
        if self.tells {
            response["userHandle"] = encode(&self.owner).into();
        }
        self.credential(&response)
    }
}
