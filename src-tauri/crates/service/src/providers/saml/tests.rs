//! Assertions that are right, and every way we know in which one can be wrong. They are signed here by hand, as a provider would.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PrivateDecryptingKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use purser_core::Timestamp;
use purser_core::providers::SamlParty;

use super::assertion::{Asserted, Fault, Wanted, judge};
use super::c14n::canonical;
use super::certificate::{Certificate, own, read, sign};
use super::xml;

const NOW: &str = "2026-11-21T09:00:00Z";
const PLACE: &str = "https://console.example/acs";

struct Provider {
    key: String,
    certificate: Certificate,
}

impl Provider {
    fn new() -> Self {
        let (key, pem) = own().unwrap();
        Self { key, certificate: read(&pem).unwrap() }
    }

    /// Put a signature over the element with this id right behind its issuer.
    fn signed(&self, text: &str, id: &str) -> String {
        self.signed_as(text, id, ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"))
    }

    fn signed_as(&self, text: &str, id: &str, (method, digest_method): (&str, &str)) -> String {
        let document = xml::read(text).unwrap();
        let node = document.descendants().find(|node| node.attribute("ID") == Some(id)).unwrap();
        let value = STANDARD.encode(digest(&SHA256, canonical(node, None, &[]).as_bytes()));
        let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
        let info = format!(
            "<ds:SignedInfo xmlns:ds=\"{}\"><ds:CanonicalizationMethod Algorithm=\"{exclusive}\"/><ds:SignatureMethod Algorithm=\"{method}\"/>\
             <ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
             <ds:Transform Algorithm=\"{exclusive}\"/></ds:Transforms><ds:DigestMethod Algorithm=\"{digest_method}\"/>\
             <ds:DigestValue>{value}</ds:DigestValue></ds:Reference></ds:SignedInfo>",
            xml::SIGNATURE
        );
        let written = canonical(xml::read(&info).unwrap().root_element(), None, &[]);
        let signature = STANDARD.encode(sign(&self.key, written.as_bytes()).unwrap());
        let whole = format!("<ds:Signature xmlns:ds=\"{}\">{info}<ds:SignatureValue>{signature}</ds:SignatureValue></ds:Signature>", xml::SIGNATURE);
        let place = text.find(&format!("ID=\"{id}\"")).unwrap();
        let behind = place + text[place..].find("</saml:Issuer>").unwrap() + "</saml:Issuer>".len();
        format!("{}{whole}{}", &text[..behind], &text[behind..])
    }

    fn wanted(&self) -> Wanted<'_> {
        static NAMES: std::sync::OnceLock<SamlParty> = std::sync::OnceLock::new();
        let names = NAMES.get_or_init(|| SamlParty {
            email_attribute: Some("mail".into()),
            first_name_attribute: Some("given".into()),
            ..SamlParty::default()
        });
        Wanted {
            issuer: "https://idp.example",
            audience: "https://console.example/metadata",
            recipient: PLACE,
            request: "_request",
            certificates: std::slice::from_ref(&self.certificate),
            // Here, ours is the provider's own.
            key: &self.key,
            names,
            groups: Some("groups"),
            now: Timestamp::parse(NOW).unwrap(),
        }
    }

    fn judge(&self, text: &str) -> Result<Asserted, Fault> {
        judge(text, &self.wanted())
    }
}

/// An assertion about `name`, not signed.
fn assertion(id: &str, name: &str) -> String {
    format!(
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{NOW}\">\
         <saml:Issuer>https://idp.example</saml:Issuer><saml:Subject><saml:NameID>{name}</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData InResponseTo=\"_request\" \
         Recipient=\"{PLACE}\" NotOnOrAfter=\"2026-11-21T09:05:00Z\"/></saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions NotBefore=\"2026-11-21T08:59:00Z\" NotOnOrAfter=\"2026-11-21T09:05:00Z\"><saml:AudienceRestriction>\
         <saml:Audience>https://console.example/metadata</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"{NOW}\"/><saml:AttributeStatement><saml:Attribute Name=\"mail\"><saml:AttributeValue>ada@home.example\
         </saml:AttributeValue></saml:Attribute><saml:Attribute Name=\"groups\"><saml:AttributeValue>help</saml:AttributeValue>\
         <saml:AttributeValue>money</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
    )
}

/// An answer with this in it.
fn answer(inner: &str) -> String {
    format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_answer\" Version=\"2.0\" IssueInstant=\"{NOW}\" \
         Destination=\"{PLACE}\" InResponseTo=\"_request\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://idp.example\
         </saml:Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>{inner}</samlp:Response>"
    )
}

fn right(provider: &Provider) -> String {
    answer(&provider.signed(&assertion("_one", "ada"), "_one"))
}

#[test]
fn a_signed_assertion_is_read() {
    let provider = Provider::new();
    let asserted = provider.judge(&right(&provider)).unwrap();
    assert_eq!((asserted.said.subject.as_str(), asserted.said.email.as_deref()), ("ada", Some("ada@home.example")));
    assert_eq!(asserted.said.groups, ["help", "money"]);
    assert!(!asserted.said.email_verified, "SAML has no word for it");
    assert!(asserted.until > provider.wanted().now);
}

#[test]
fn signed_before_it_was_put_into_the_answer_or_after_makes_no_difference() {
    let provider = Provider::new();
    let inside = provider.signed(&answer(&assertion("_one", "ada")), "_one");
    assert!(provider.judge(&inside).is_ok());
    // Pretty or not, what is outside of the assertion may be written as one likes.
    assert!(provider.judge(&inside.replace("<samlp:Status>", "\n  <samlp:Status>\n  ")).is_ok());
}

#[test]
fn nothing_unsigned_or_signed_by_others_is_believed() {
    let (provider, other) = (Provider::new(), Provider::new());
    assert!(provider.judge(&answer(&assertion("_one", "ada"))).is_err());
    assert!(provider.judge(&right(&other)).is_err());
    // A signature over the answer alone leaves the assertion without one.
    assert!(provider.judge(&provider.signed(&answer(&assertion("_one", "ada")), "_answer")).is_err());
    assert!(provider.judge(&right(&provider).replace(">ada<", ">eve<")).is_err());
    assert!(provider.judge(&right(&provider).replace("ada@home", "eve@home")).is_err());
}

#[test]
fn old_algorithms_are_not_taken() {
    let provider = Provider::new();
    let sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    for (method, digest) in [
        ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", sha256),
        ("http://www.w3.org/2000/09/xmldsig#hmac-sha1", sha256),
        ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", sha256),
        ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", sha256),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
    ] {
        let text = answer(&provider.signed_as(&assertion("_one", "ada"), "_one", (method, digest)));
        assert!(provider.judge(&text).is_err(), "{method} {digest}");
    }
}

#[test]
fn a_signed_assertion_wrapped_into_another_is_found_out() {
    let provider = Provider::new();
    let signed = provider.signed(&assertion("_one", "ada"), "_one");
    let evil = assertion("_evil", "eve");
    let signature = {
        let from = signed.find("<ds:Signature").unwrap();
        &signed[from..signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len()]
    };
    let behind_issuer = |text: &str, more: &str| text.replacen("</saml:Issuer>", &format!("</saml:Issuer>{more}"), 1);
    let bare = assertion("_one", "ada");
    let wrapped = [
        // Beside it, before and behind.
        answer(&format!("{evil}{signed}")),
        answer(&format!("{signed}{evil}")),
        // The signed one inside the evil one, and the other way round.
        answer(&evil.replace("</saml:Assertion>", &format!("{signed}</saml:Assertion>"))),
        answer(&signed.replace("</saml:Assertion>", &format!("{evil}</saml:Assertion>"))),
        // The signature over the original, which lies within the signature, within the evil one.
        answer(&behind_issuer(&evil, &signature.replace("</ds:Signature>", &format!("<ds:Object>{bare}</ds:Object></ds:Signature>")))),
        // The evil one under the name that was signed, the original somewhere else.
        answer(&format!("{}<samlp:Extensions>{bare}</samlp:Extensions>", behind_issuer(&assertion("_one", "eve"), signature))),
        answer(&behind_issuer(&assertion("_one", "eve"), signature)),
        answer(&behind_issuer(&evil, signature)),
        // The answer as a whole inside another.
        answer(&format!("<samlp:Extensions>{}</samlp:Extensions>{evil}", right(&provider))),
        // Two signatures.
        answer(&behind_issuer(&signed, signature)),
    ];
    for text in &wrapped {
        let judged = provider.judge(text);
        assert!(matches!(judged, Err(Fault::Untrusted(_))), "{judged:?} for {text}");
    }
}

#[test]
fn a_comment_does_not_cut_a_name_short() {
    let provider = Provider::new();
    // Signed as one name; some read only what stands before the comment.
    let signed = provider.signed(&assertion("_one", "admin@home.example.evil.example"), "_one");
    let cut = answer(&signed.replace("admin@home.example.evil", "admin@home.example<!-- -->.evil"));
    assert_eq!(provider.judge(&cut).unwrap().said.subject, "admin@home.example.evil.example");
}

#[test]
fn times_places_and_parties_have_to_be_right() {
    let provider = Provider::new();
    let with = |from: &str, to: &str| {
        let text = assertion("_one", "ada");
        assert!(text.contains(from), "{from}");
        provider.judge(&answer(&provider.signed(&text.replace(from, to), "_one")))
    };
    let wrong = [
        ("NotOnOrAfter=\"2026-11-21T09:05:00Z\"/>", "NotOnOrAfter=\"2026-11-21T08:59:00Z\"/>"),
        (" NotOnOrAfter=\"2026-11-21T09:05:00Z\"/>", "/>"),
        ("NotOnOrAfter=\"2026-11-21T09:05:00Z\">", "NotOnOrAfter=\"2026-11-21T08:59:00Z\">"),
        ("NotBefore=\"2026-11-21T08:59:00Z\"", "NotBefore=\"2026-11-21T09:01:01Z\""),
        ("NotBefore=\"2026-11-21T08:59:00Z\"", "NotBefore=\"soon\""),
        ("Recipient=\"https://console.example/acs\"", "Recipient=\"https://evil.example/acs\""),
        ("InResponseTo=\"_request\"", "InResponseTo=\"_another\""),
        ("InResponseTo=\"_request\" ", ""),
        ("cm:bearer", "cm:sender-vouches"),
        ("<saml:Audience>https://console.example/metadata", "<saml:Audience>https://somebody.example"),
        ("<saml:Issuer>https://idp.example", "<saml:Issuer>https://evil.example"),
        ("<saml:NameID>ada</saml:NameID>", ""),
        ("<saml:NameID>ada</saml:NameID>", "<saml:NameID> </saml:NameID>"),
        ("<saml:AuthnStatement AuthnInstant=\"2026-11-21T09:00:00Z\"/>", ""),
        ("AuthnInstant=\"2026-11-21T09:00:00Z\"/>", "AuthnInstant=\"2026-11-21T07:00:00Z\" SessionNotOnOrAfter=\"2026-11-21T08:00:00Z\"/>"),
    ];
    for (from, to) in wrong {
        assert!(matches!(with(from, to), Err(Fault::Untrusted(_))), "{from} -> {to}");
    }
    // Clocks differ by up to a minute.
    assert!(with("NotBefore=\"2026-11-21T08:59:00Z\"", "NotBefore=\"2026-11-21T09:00:59Z\"").is_ok());
    assert!(with("NotOnOrAfter=\"2026-11-21T09:05:00Z\">", "NotOnOrAfter=\"2026-11-21T08:59:30Z\">").is_ok());
    let transient = "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\">ada";
    assert!(matches!(with("<saml:NameID>ada", transient), Err(Fault::Unfit(_))));
    let none = right(&provider);
    assert!(provider.judge(&none.replace("status:Success", "status:Responder")).is_err());
    assert!(provider.judge(&none.replacen("Destination=\"https://console.example/acs\"", "Destination=\"https://evil.example\"", 1)).is_err());
}

#[test]
fn documents_with_types_entities_or_no_end_are_not_read() {
    let provider = Provider::new();
    let typed = format!("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">]>{}", right(&provider));
    assert!(provider.judge(&typed).is_err());
    let outside = format!("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">{}", right(&provider));
    assert!(provider.judge(&outside).is_err());
    assert!(provider.judge(&format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000))).is_err());
    assert!(provider.judge(&answer(&"<x/>".repeat(30_000))).is_err());
    for text in ["", "x", "<a/>", "<samlp:Response/>", &right(&provider)[..400]] {
        assert!(provider.judge(text).is_err(), "{text}");
    }
}

/// An assertion encrypted for whoever has `key`, as the names of the ways say.
fn encrypted(key: &str, text: &str, (way, oaep): (&str, &str)) -> String {
    let der = STANDARD.decode(key).unwrap();
    let theirs = OaepPublicEncryptingKey::new(PrivateDecryptingKey::from_pkcs8(&der).unwrap().public_key()).unwrap();
    let mut room = vec![0; theirs.ciphertext_size()];
    let wrapped = STANDARD.encode(theirs.encrypt(&OAEP_SHA1_MGF1SHA1, &[7; 32], &mut room, None).unwrap());
    let mut sealed = text.as_bytes().to_vec();
    let once = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap());
    once.seal_in_place_append_tag(Nonce::assume_unique_for_key([9; 12]), Aad::empty(), &mut sealed).unwrap();
    let sealed = STANDARD.encode([&[9; 12], sealed.as_slice()].concat());
    format!(
        "<saml:EncryptedAssertion xmlns:saml=\"{}\" xmlns:e=\"http://www.w3.org/2001/04/xmlenc#\"><e:EncryptedData Type=\"http://www.w3.org/2001/04/xmlenc#Element\">\
         <e:EncryptionMethod Algorithm=\"{way}\"/><ds:KeyInfo xmlns:ds=\"{}\"><e:EncryptedKey><e:EncryptionMethod Algorithm=\"{oaep}\"/>\
         <e:CipherData><e:CipherValue>{wrapped}</e:CipherValue></e:CipherData></e:EncryptedKey></ds:KeyInfo>\
         <e:CipherData><e:CipherValue>{sealed}</e:CipherValue></e:CipherData></e:EncryptedData></saml:EncryptedAssertion>",
        xml::ASSERTION,
        xml::SIGNATURE
    )
}

const GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
const OAEP: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";

#[test]
fn an_encrypted_assertion_is_read_and_its_signature_asked_for() {
    let provider = Provider::new();
    let signed = provider.signed(&assertion("_one", "ada"), "_one");
    let sealed = |text: &str| answer(&encrypted(&provider.key, text, (GCM, OAEP)));
    assert_eq!(provider.judge(&sealed(&signed)).unwrap().said.subject, "ada");
    // Our key is public: anybody can encrypt for us, so what comes out has to be signed like any other.
    let forged = [
        assertion("_one", "eve"),
        signed.replace("ada</saml:NameID>", "eve</saml:NameID>"),
        Provider::new().signed(&assertion("_one", "ada"), "_one"),
    ];
    for text in &forged {
        assert!(matches!(provider.judge(&sealed(text)), Err(Fault::Untrusted(_))), "{text}");
    }
    for text in ["", "no XML", "<a/>", &format!("<a>{signed}</a>"), &answer(&signed)] {
        assert!(matches!(provider.judge(&sealed(text)), Err(Fault::Untrusted(_))), "{text}");
    }
    // Beside another, encrypted or not, it is not clear which is meant.
    let one = encrypted(&provider.key, &signed, (GCM, OAEP));
    for text in [format!("{one}{one}"), format!("{one}{signed}"), format!("{signed}{one}"), format!("<samlp:Extensions>{one}</samlp:Extensions>")] {
        assert!(matches!(provider.judge(&answer(&text)), Err(Fault::Untrusted(_))), "{text}");
    }
}

#[test]
fn what_was_encrypted_for_somebody_else_changed_or_in_a_weak_way_is_not_read() {
    let provider = Provider::new();
    let signed = provider.signed(&assertion("_one", "ada"), "_one");
    let good = encrypted(&provider.key, &signed, (GCM, OAEP));
    let (stranger, _) = own().unwrap();
    let changed = |place: usize| {
        // One sign of one of the two values.
        let from = good.match_indices("<e:CipherValue>").nth(place).unwrap().0 + "<e:CipherValue>".len() + 40;
        let other = if &good[from..=from] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &good[..from], &good[from + 1..])
    };
    let broken = [encrypted(&stranger, &signed, (GCM, OAEP)), changed(0), changed(1), good.replace("aes256-gcm", "aes128-gcm")];
    let said = Err(Fault::Untrusted("an encrypted assertion that is not for us, or was changed"));
    for text in &broken {
        let judged = provider.judge(&answer(text));
        assert_eq!(judged.map(|_| ()), said, "one sentence for whatever went wrong");
    }
    for way in [
        "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
        "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
        "http://www.w3.org/2001/04/xmlenc#tripledes-cbc",
        "",
    ] {
        assert!(matches!(provider.judge(&answer(&encrypted(&provider.key, &signed, (way, OAEP)))), Err(Fault::Unfit(_))), "{way}");
    }
    for way in ["http://www.w3.org/2001/04/xmlenc#rsa-1_5", "http://www.w3.org/2001/04/xmlenc#kw-aes256", ""] {
        assert!(matches!(provider.judge(&answer(&encrypted(&provider.key, &signed, (GCM, way)))), Err(Fault::Unfit(_))), "{way}");
    }
    let bare = good.replace("<e:EncryptedKey>", "<e:AgreementMethod>").replace("</e:EncryptedKey>", "</e:AgreementMethod>");
    assert!(matches!(provider.judge(&answer(&bare)), Err(Fault::Unfit(_))));
}
