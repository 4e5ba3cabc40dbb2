//! Certificates: the keys of identity providers, which are trusted because somebody wrote them down here, and one of our own.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use purser_core::{Error, Result, Timestamp};
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// A certificate as far as it matters here: nobody vouches for it but whoever wrote it down, so its chain and its dates decide nothing.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    /// The key as its signatures are checked with.
    pub(super) key: Vec<u8>,
    /// Whether it is one of RSA.
    pub(super) rsa: bool,
    /// Whose.
    pub(super) subject: String,
    /// SHA-256 of the whole.
    pub(super) fingerprint: String,
    /// When it runs out.
    pub(super) not_after: Timestamp,
}

/// The bare base64 of a certificate, from PEM or what metadata holds.
pub(super) fn bare(text: &str) -> String {
    text.replace(BEGIN, "").replace(END, "").chars().filter(|c| !c.is_whitespace()).collect()
}

/// A certificate as PEM.
pub(super) fn pem(bare: &str) -> String {
    let lines: Vec<String> = bare.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("{BEGIN}\n{}\n{END}\n", lines.join("\n"))
}

/// Read a certificate.
pub(super) fn read(text: &str) -> Option<Certificate> {
    let der = STANDARD.decode(bare(text)).ok()?;
    let (rest, certificate) = X509Certificate::from_der(&der).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let key = certificate.public_key();
    let rsa = match key.algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.1" => true,
        "1.2.840.10045.2.1" => false,
        _ => return None,
    };
    Some(Certificate {
        key: key.subject_public_key.data.to_vec(),
        rsa,
        subject: certificate.subject().to_string(),
        fingerprint: hex::encode(Sha256::digest(&der)),
        not_after: Timestamp::from_micros(certificate.validity().not_after.timestamp().saturating_mul(1_000_000)),
    })
}

/// A key of our own, as it is sealed, and the certificate that goes into our metadata.
pub(super) fn own() -> Result<(String, String)> {
    let broken = || Error::internal("a key for signed requests could not be made");
    let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).map_err(|_| broken())?;
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| broken())?;
    let pair = rcgen::KeyPair::try_from(der.as_ref()).map_err(|_| broken())?;
    let mut about = rcgen::CertificateParams::default();
    about.distinguished_name = rcgen::DistinguishedName::new();
    about.distinguished_name.push(rcgen::DnType::CommonName, "Purser");
    let certificate = about.self_signed(&pair).map_err(|_| broken())?;
    Ok((STANDARD.encode(der.as_ref()), pem(&STANDARD.encode(certificate.der()))))
}

/// Sign with a key of our own: RSA with SHA-256.
pub(super) fn sign(key: &str, message: &[u8]) -> Result<Vec<u8>> {
    let broken = || Error::internal("the key for signed requests can not be used");
    let der = STANDARD.decode(key).map_err(|_| broken())?;
    let pair = RsaKeyPair::from_pkcs8(&der).map_err(|_| broken())?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).map_err(|_| broken())?;
    Ok(signature)
}
