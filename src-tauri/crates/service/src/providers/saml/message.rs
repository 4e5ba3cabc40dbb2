//! What we write: the signed request to sign somebody in, and our own metadata. And the metadata of a provider, as it is pasted in.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use purser_core::providers::SamlParty;
use purser_core::{Error, Result, Timestamp};
use url::Url;

use super::certificate::{bare, pem, sign};
use super::xml::{METADATA, SIGNATURE, children, is, only, read, text};

const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// What a provider may encrypt for us with.
const ENCRYPTION: [&str; 3] =
    ["http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2009/xmlenc11#aes128-gcm", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"];
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

/// Our addresses, as a connection's provider knows them.
pub(super) struct Ours {
    /// Our entity id: where our metadata is.
    pub(super) entity_id: String,
    /// Where answers go.
    pub(super) acs_url: String,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Where to send somebody: the provider's page with a signed request (SAML bindings 3.4).
pub(super) fn request(party: &SamlParty, ours: &Ours, (id, state, now): (&str, &str, Timestamp), key: &str) -> Result<String> {
    let at = now.to_utc().format("%Y-%m-%dT%H:%M:%SZ");
    let text = format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" \
         Version=\"2.0\" IssueInstant=\"{at}\" Destination=\"{}\" AssertionConsumerServiceURL=\"{}\" ProtocolBinding=\"{POST}\">\
         <saml:Issuer>{}</saml:Issuer><samlp:NameIDPolicy AllowCreate=\"true\"/></samlp:AuthnRequest>",
        escaped(&party.sso_url),
        escaped(&ours.acs_url),
        escaped(&ours.entity_id)
    );
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = deflated.write_all(text.as_bytes()).and_then(|()| deflated.finish()).map_err(|error| Error::Internal(Box::new(error)))?;
    let pairs = [("SAMLRequest", STANDARD.encode(written)), ("RelayState", state.to_owned()), ("SigAlg", RSA_SHA256.to_owned())];
    // Signed as it is sent, sign for sign.
    let signed = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let signature = STANDARD.encode(sign(key, signed.as_bytes())?);
    let signature = form_urlencoded::Serializer::new(String::new()).append_pair("Signature", &signature).finish();
    let mut url = Url::parse(&party.sso_url).map_err(|error| Error::Internal(Box::new(error)))?;
    let before = url.query().filter(|query| !query.is_empty()).map(|query| format!("{query}&")).unwrap_or_default();
    url.set_query(Some(&format!("{before}{signed}&{signature}")));
    Ok(url.into())
}

/// Our metadata for a connection's provider.
pub(super) fn metadata(party: &SamlParty, ours: &Ours) -> String {
    let key = |purpose, methods| {
        format!(
            "<md:KeyDescriptor use=\"{purpose}\"><ds:KeyInfo xmlns:ds=\"{SIGNATURE}\"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate>\
             </ds:X509Data></ds:KeyInfo>{methods}</md:KeyDescriptor>",
            bare(&party.own_certificate)
        )
    };
    let methods = ENCRYPTION.map(|method| format!("<md:EncryptionMethod Algorithm=\"{method}\"/>")).concat();
    let keys = key("signing", "") + &key("encryption", &methods);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{}\">\
         <md:SPSSODescriptor AuthnRequestsSigned=\"true\" WantAssertionsSigned=\"true\" protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
         {keys}<md:AssertionConsumerService Binding=\"{POST}\" Location=\"{}\" index=\"0\" isDefault=\"true\"/>\
         </md:SPSSODescriptor></md:EntityDescriptor>\n",
        escaped(&ours.entity_id),
        escaped(&ours.acs_url)
    )
}

/// What a provider's metadata says: its entity id, where requests go by redirect, and its certificates as PEM.
pub(super) fn described(document: &str) -> Option<(String, String, Vec<String>)> {
    let document = read(document)?;
    let entity = document.root_element();
    if !is(entity, METADATA, "EntityDescriptor") {
        return None;
    }
    let role = only(entity, METADATA, "IDPSSODescriptor")?;
    let service = children(role, METADATA, "SingleSignOnService").find(|service| service.attribute("Binding") == Some(REDIRECT))?;
    let keys = children(role, METADATA, "KeyDescriptor").filter(|key| key.attribute("use").is_none_or(|purpose| purpose == "signing"));
    let certificates = keys
        .filter_map(|key| only(key, SIGNATURE, "KeyInfo"))
        .flat_map(|info| children(info, SIGNATURE, "X509Data"))
        .flat_map(|data| children(data, SIGNATURE, "X509Certificate"))
        .filter_map(text)
        .map(|text| pem(&bare(&text)))
        .collect();
    Some((entity.attribute("entityID")?.to_owned(), service.attribute("Location")?.to_owned(), certificates))
}
