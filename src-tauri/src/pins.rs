//! The key a far end is known by: the SHA-256 of the public key in its certificate. A profile may carry one, and another in reserve for the day
//! the first is changed. It is asked for on top of a good certificate, before anything is sent: an authority that was deceived, or a company's
//! that reads along, does not get a session.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use parking_lot::Mutex;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme};
use rustls_platform_verifier::Verifier;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The hash of a public key, written as `sha256/` and base64, as `curl --pinnedpubkey` does with one stroke more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Pin([u8; 32]);

impl Pin {
    fn of(certificate: &CertificateDer<'_>) -> Result<Self, rustls::Error> {
        let key = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
        Ok(Self(Sha256::digest(key.as_ref()).into()))
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256/{}", STANDARD.encode(self.0))
    }
}

impl FromStr for Pin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bare = text.strip_prefix("sha256/").map_or(text, |rest| rest.strip_prefix('/').unwrap_or(rest));
        let bytes = STANDARD.decode(bare).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| "Give the SHA-256 of the public key: sha256/ and 44 characters.".to_owned())
    }
}

impl TryFrom<String> for Pin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.to_string()
    }
}

/// A far end showed a good certificate for a key that is not the pinned one.
#[derive(Debug)]
pub(crate) struct WrongKey(pub(crate) Pin);

impl fmt::Display for WrongKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its key is {}, not the pinned one", self.0)
    }
}

impl std::error::Error for WrongKey {}

impl WrongKey {
    /// The key that was shown, when that was the fault.
    pub(crate) fn within(error: &rustls::Error) -> Option<Pin> {
        match error {
            rustls::Error::Other(OtherError(inner)) => inner.downcast_ref::<Self>().map(|wrong| wrong.0),
            _ => None,
        }
    }
}

/// Asks the authorities first and then for the key.
#[derive(Debug)]
struct Checked {
    authorities: Verifier,
    pins: Vec<Pin>,
    seen: Arc<Mutex<Option<Pin>>>,
}

impl ServerCertVerifier for Checked {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.authorities.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        let key = Pin::of(end_entity)?;
        *self.seen.lock() = Some(key);
        if self.pins.is_empty() || self.pins.contains(&key) { Ok(verified) } else { Err(OtherError(Arc::new(WrongKey(key))).into()) }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.authorities.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.authorities.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

/// The certificates in a file somebody pointed at.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    if found.is_empty() { Err("it holds no certificate".to_owned()) } else { Ok(found) }
}

/// The key a far end showed, once it did.
type Seen = Arc<Mutex<Option<Pin>>>;

/// How a far end is spoken to: TLS 1.2 or 1.3, the system's authorities and `trusted` besides, and one of `pins`, if there are any. The key that
/// was shown last is kept in what comes back second.
pub(crate) fn client(trusted: Vec<CertificateDer<'static>>, pins: Vec<Pin>) -> Result<(ClientConfig, Seen), rustls::Error> {
    let provider = rustls::crypto::CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    let authorities = Verifier::new_with_extra_roots(trusted, provider.clone())?;
    let seen = Arc::new(Mutex::new(None));
    let checked = Checked { authorities, pins, seen: seen.clone() };
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.dangerous().with_custom_certificate_verifier(Arc::new(checked)).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((config, seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_read_as_people_write_them() {
        let word = "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let pin: Pin = word.parse().unwrap();
        assert_eq!(pin.to_string(), word);
        for same in [" 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= ", "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="] {
            assert_eq!(same.parse::<Pin>().unwrap(), pin, "{same}");
        }
        for bad in ["", "sha256/", "47DEQpj8HBSa", "sha1/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "AAAA"] {
            assert!(bad.parse::<Pin>().is_err(), "{bad}");
        }
        assert_eq!(serde_json::to_string(&pin).unwrap(), format!("\"{word}\""));
    }

    #[test]
    fn the_hash_is_the_one_openssl_gives() {
        let certificate = certificates(include_bytes!("tests/ca.pem")).unwrap();
        assert_eq!(Pin::of(&certificate[0]).unwrap().to_string(), "sha256/XAc8vpXUD+t1xnIiHDJTn/Ql9INmFW6OExUtDtd4xuY=");
    }
}
