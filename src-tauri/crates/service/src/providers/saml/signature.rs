//! XML signatures as SAML uses them: one enveloped signature over the element it lies in, by a key that was known before.
//!
//! What is verified is handed out as the very text that was digested, and only that is read afterwards. There is nothing to choose for whoever
//! sends it: one reference, to the element itself; two transforms, enveloped and exclusive canonicalization; no key from within the message.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, signature};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::Node;

use super::c14n::canonical;
use super::certificate::Certificate;
use super::xml::{SIGNATURE, children, only, text};

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// What went wrong, for the log.
type Verified = Result<String, &'static str>;

/// The text of `node` as it was signed, if a signature in it, by one of these certificates, covers it whole.
pub(super) fn verified(node: Node<'_, '_>, certificates: &[Certificate]) -> Verified {
    let id = node.attribute("ID").filter(|id| !id.is_empty()).ok_or("an element without an id")?;
    // Two elements of one name, and a signature over one could be taken for one over the other.
    let same = |other: &Node<'_, '_>| other.attributes().any(|attribute| attribute.name().eq_ignore_ascii_case("id") && attribute.value() == id);
    if node.document().descendants().filter(same).count() != 1 {
        return Err("an id that is not the only one of its name");
    }
    let element = only(node, SIGNATURE, "Signature").ok_or("an element without a signature of its own, or with several")?;
    let info = only(element, SIGNATURE, "SignedInfo").ok_or("a signature without contents")?;
    let method = only(info, SIGNATURE, "CanonicalizationMethod").ok_or("a signature that does not say how it was written")?;
    let prefixes = exclusive(method).ok_or("a signature written otherwise than exclusively")?;
    let reference = only(info, SIGNATURE, "Reference").ok_or("a signature over several things, or none")?;
    if reference.attribute("URI").and_then(|uri| uri.strip_prefix('#')) != Some(id) {
        return Err("a signature over something else");
    }
    let covered = canonical(node, Some(element.id()), &transforms(reference).ok_or("transforms that are not taken")?);
    let value = only(reference, SIGNATURE, "DigestValue").and_then(bytes).ok_or("a signature without a digest")?;
    let algorithm = only(reference, SIGNATURE, "DigestMethod").and_then(digest_method).ok_or("a digest that is not taken")?;
    if verify_slices_are_equal(digest::digest(algorithm, covered.as_bytes()).as_ref(), &value).is_err() {
        return Err("something that was changed after it was signed");
    }
    let signed = canonical(info, None, &prefixes);
    let method = only(info, SIGNATURE, "SignatureMethod").and_then(|node| node.attribute("Algorithm")).ok_or("a signature without a method")?;
    let value = only(element, SIGNATURE, "SignatureValue").and_then(bytes).ok_or("a signature without a value")?;
    if certificates.iter().any(|certificate| signed_by(certificate, method, (signed.as_bytes(), &value))) {
        Ok(covered)
    } else {
        Err("a signature by none of the provider's keys, or in a way that is not taken")
    }
}

/// The prefixes of a canonicalization that is exclusive; `None` if it is any other.
fn exclusive<'a>(node: Node<'a, '_>) -> Option<Vec<&'a str>> {
    if node.attribute("Algorithm") != Some(EXCLUSIVE) {
        return None;
    }
    let mut inner = node.children().filter(Node::is_element);
    let list = inner.next();
    if inner.next().is_some()
        || list.is_some_and(|list| list.tag_name().name() != "InclusiveNamespaces" || list.tag_name().namespace() != Some(EXCLUSIVE))
    {
        return None;
    }
    Some(list.and_then(|list| list.attribute("PrefixList")).unwrap_or_default().split_ascii_whitespace().collect())
}

/// The prefixes of the only two transforms there may be.
fn transforms<'a>(reference: Node<'a, '_>) -> Option<Vec<&'a str>> {
    let list: Vec<Node<'_, '_>> = children(only(reference, SIGNATURE, "Transforms")?, SIGNATURE, "Transform").collect();
    let [enveloped, written] = list.as_slice() else { return None };
    if enveloped.attribute("Algorithm") != Some(ENVELOPED) || enveloped.children().any(|child| child.is_element()) {
        return None;
    }
    exclusive(*written)
}

fn bytes(node: Node<'_, '_>) -> Option<Vec<u8>> {
    let plain: String = text(node)?.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(plain).ok()
}

/// Nothing weaker than SHA-256.
fn digest_method(node: Node<'_, '_>) -> Option<&'static digest::Algorithm> {
    match node.attribute("Algorithm")? {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Some(&digest::SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Some(&digest::SHA384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Some(&digest::SHA512),
        _ => None,
    }
}

fn signed_by(certificate: &Certificate, method: &str, (message, value): (&[u8], &[u8])) -> bool {
    let algorithm: &dyn signature::VerificationAlgorithm = match method {
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => &signature::RSA_PKCS1_2048_8192_SHA512,
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" => &signature::ECDSA_P256_SHA256_FIXED,
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" => &signature::ECDSA_P384_SHA384_FIXED,
        _ => return false,
    };
    let rsa = method.contains("#rsa-");
    rsa == certificate.rsa && signature::UnparsedPublicKey::new(algorithm, &certificate.key).verify(message, value).is_ok()
}
