//! Assertions that were encrypted for us (XML Encryption 1.1): AES-GCM alone, which notices every change, under a key that came by RSA-OAEP.
//!
//! CBC and RSA 1.5 are not taken: how one answers a message that was changed on purpose tells, bit by bit, what was in it. Whatever goes wrong
//! is told in one sentence. What comes out is a text like any other: its signature is checked as if it had come so.

use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512, OaepAlgorithm, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;
use zeroize::Zeroizing;

use super::xml::{SIGNATURE, is, only, text};

const ENCRYPTION: &str = "http://www.w3.org/2001/04/xmlenc#";
const ENCRYPTION_11: &str = "http://www.w3.org/2009/xmlenc11#";
const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";

/// Why it is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sealed {
    /// In a way that is not taken.
    Otherwise,
    /// Not for us, or changed on the way.
    Broken,
}

/// The text of the assertion in an `EncryptedAssertion`, with our private key.
pub(super) fn opened(node: Node<'_, '_>, key: &str) -> Result<String, Sealed> {
    let data = only(node, ENCRYPTION, "EncryptedData").ok_or(Sealed::Otherwise)?;
    if data.attribute("Type").is_some_and(|kind| kind != ELEMENT) {
        return Err(Sealed::Otherwise);
    }
    // Inside of what it opens, or beside it.
    let keys: Vec<Node<'_, '_>> = node.descendants().filter(|node| is(*node, ENCRYPTION, "EncryptedKey")).collect();
    let [wrapped] = keys.as_slice() else { return Err(Sealed::Otherwise) };
    let cipher = method(data).and_then(|method| method.attribute("Algorithm")).and_then(cipher).ok_or(Sealed::Otherwise)?;
    let oaep = method(*wrapped).and_then(oaep).ok_or(Sealed::Otherwise)?;
    let (wrapped, data) = (value(*wrapped).ok_or(Sealed::Otherwise)?, value(data).ok_or(Sealed::Otherwise)?);
    decrypted((key, oaep, &wrapped), (cipher, data)).ok_or(Sealed::Broken)
}

fn decrypted((ours, oaep, wrapped): (&str, &'static OaepAlgorithm, &[u8]), (cipher, mut data): (&'static Algorithm, Vec<u8>)) -> Option<String> {
    let der = Zeroizing::new(STANDARD.decode(ours).ok()?);
    let ours = OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(&der).ok()?).ok()?;
    let mut room = Zeroizing::new(vec![0; ours.min_output_size()]);
    let key = ours.decrypt(oaep, wrapped, &mut room, None).ok()?;
    let key = LessSafeKey::new(UnboundKey::new(cipher, key).ok()?);
    // The nonce stands before what was encrypted, the tag behind it.
    let nonce = Nonce::try_assume_unique_for_key(data.get(..NONCE_LEN)?).ok()?;
    let plain = key.open_in_place(nonce, Aad::empty(), data.get_mut(NONCE_LEN..)?).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

fn method<'a, 'i>(node: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    only(node, ENCRYPTION, "EncryptionMethod")
}

fn value(node: Node<'_, '_>) -> Option<Vec<u8>> {
    let value = only(only(node, ENCRYPTION, "CipherData")?, ENCRYPTION, "CipherValue").and_then(text)?;
    let plain: String = value.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(plain).ok()
}

fn cipher(name: &str) -> Option<&'static Algorithm> {
    match name {
        "http://www.w3.org/2009/xmlenc11#aes128-gcm" => Some(&AES_128_GCM),
        "http://www.w3.org/2009/xmlenc11#aes192-gcm" => Some(&AES_192_GCM),
        "http://www.w3.org/2009/xmlenc11#aes256-gcm" => Some(&AES_256_GCM),
        _ => None,
    }
}

/// OAEP with one hash for both of its parts and without a label, as everybody writes it.
fn oaep(method: Node<'_, '_>) -> Option<&'static OaepAlgorithm> {
    let named = |namespace, name| only(method, namespace, name).and_then(|node| node.attribute("Algorithm"));
    let known = |node: &Node<'_, '_>| is(*node, SIGNATURE, "DigestMethod") || is(*node, ENCRYPTION_11, "MGF");
    if method.children().filter(Node::is_element).any(|child| !known(&child)) {
        return None;
    }
    let digest = named(SIGNATURE, "DigestMethod").unwrap_or("http://www.w3.org/2000/09/xmldsig#sha1");
    match method.attribute("Algorithm")? {
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p" if digest.ends_with("#sha1") => Some(&OAEP_SHA1_MGF1SHA1),
        "http://www.w3.org/2009/xmlenc11#rsa-oaep" => {
            match (digest, named(ENCRYPTION_11, "MGF").unwrap_or("http://www.w3.org/2009/xmlenc11#mgf1sha1")) {
                ("http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2009/xmlenc11#mgf1sha1") => Some(&OAEP_SHA1_MGF1SHA1),
                ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2009/xmlenc11#mgf1sha256") => Some(&OAEP_SHA256_MGF1SHA256),
                ("http://www.w3.org/2001/04/xmldsig-more#sha384", "http://www.w3.org/2009/xmlenc11#mgf1sha384") => Some(&OAEP_SHA384_MGF1SHA384),
                ("http://www.w3.org/2001/04/xmlenc#sha512", "http://www.w3.org/2009/xmlenc11#mgf1sha512") => Some(&OAEP_SHA512_MGF1SHA512),
                _ => None,
            }
        }
        _ => None,
    }
}
