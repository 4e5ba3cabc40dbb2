//! TLS 1.3 and nothing older, with one cryptography provider for the whole process.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::StartError;

/// Choose the provider for everything in this process that speaks TLS. Two come along with the libraries, so one has to be named.
pub(crate) fn install_provider() {
    if CryptoProvider::get_default().is_none() {
        // Fails only when somebody else was first, which is as good.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    }
}

/// The certificate and key in these PEM files.
pub(crate) fn from_files(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, StartError> {
    let bad_cert = |why: &dyn std::fmt::Display| StartError::Certificate(format!("The certificate {} can not be used: {why}.", cert.display()));
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect).map_err(|error| bad_cert(&error))?;
    if chain.is_empty() {
        return Err(bad_cert(&"there is no certificate in it"));
    }
    let key_der = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| StartError::Certificate(format!("The private key {} can not be used: {error}.", key.display())))?;
    let config = ServerConfig::builder_with_protocol_versions(&[&rustls::version::TLS13]).with_no_client_auth().with_single_cert(chain, key_der);
    let mut config = config.map_err(|error| bad_cert(&error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The address this machine has towards a network, if there is one. Nothing is sent: a UDP socket only picks a route.
pub fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}

/// A certificate made here, kept in `folder` so that whoever trusted it once need not do so again.
pub(crate) fn self_signed(folder: &Path) -> Result<Arc<ServerConfig>, StartError> {
    let (cert, key) = (folder.join("tls-cert.pem"), folder.join("tls-key.pem"));
    if !cert.exists() || !key.exists() {
        make(&cert, &key)?;
    }
    from_files(&cert, &key)
}

fn make(cert: &Path, key: &Path) -> Result<(), StartError> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(own_address().map(|ip| ip.to_string()));
    let made =
        rcgen::generate_simple_self_signed(names).map_err(|error| StartError::Certificate(format!("No certificate could be made: {error}.")))?;
    write_private(key, made.signing_key.serialize_pem().as_bytes())?;
    write_private(cert, made.cert.pem().as_bytes())
}

/// A file only its owner reads.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), StartError> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).and_then(|mut file| file.write_all(bytes)).map_err(|error| StartError::io(path, error))
}
