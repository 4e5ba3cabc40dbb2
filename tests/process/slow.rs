//! Callers that take a place and do not speak: the server hangs up on them, and on nobody else.

use std::sync::Arc;

use purser_testkit::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::{LIMIT, Place, Server};

/// What a caller says before it falls silent.
const BEGINNINGS: &[&str] = &[
    "",
    "P",
    "PRI * HTTP/2.0\r\n",
    "GET /api/v1/se",
    "GET /api/v1/setup HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: a",
    // Answered, and then nothing more.
    "GET /api/v1/setup HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
];

/// Everything the server has to say to `beginning` until it hangs up.
async fn until_hung_up(mut stream: impl AsyncRead + AsyncWrite + Unpin, beginning: &str) -> String {
    stream.write_all(beginning.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    let mut heard = Vec::new();
    // A line that is cut counts as well: what matters is that the place is free again.
    drop(tokio::time::timeout(LIMIT, stream.read_to_end(&mut heard)).await.unwrap_or_else(|_| panic!("nobody hung up on {beginning:?}")));
    String::from_utf8_lossy(&heard).into_owned()
}

fn judged(beginning: &str, heard: &str) {
    let answers = heard.matches("HTTP/1.1 200").count();
    assert_eq!(answers, usize::from(beginning.ends_with("\r\n\r\n")), "{beginning:?} was answered {heard}");
    assert!(!heard.contains("HTTP/1.1 5"), "{heard}");
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(("127.0.0.1", server.port())).await.unwrap()
}

#[tokio::test]
async fn whoever_falls_silent_is_hung_up_on() {
    let place = Place::new();
    let server = place.serve().await;
    let silent = BEGINNINGS.iter().map(async |beginning| judged(beginning, &until_hung_up(connect(&server).await, beginning).await));
    futures::future::join_all(silent).await;
    let (status, reply) = server.nobody().get("/setup").await.unwrap();
    assert_eq!((status, &reply["data"]["needed"]), (200, &json!(true)));
    server.stop().await;
}

#[tokio::test]
async fn whoever_falls_silent_behind_tls_is_hung_up_on() {
    let place = Place::new();
    let server = place.serve_with(&["--tls-self-signed"]).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(place.data().join("tls-cert.pem")).unwrap()).unwrap();
    let connector = TlsConnector::from(Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()));
    let silent = BEGINNINGS.iter().map(async |beginning| {
        let stream = connector.connect(ServerName::try_from("127.0.0.1").unwrap(), connect(&server).await).await.unwrap();
        judged(beginning, &until_hung_up(stream, beginning).await);
    });
    let without_handshake = async || judged("", &until_hung_up(connect(&server).await, "").await);
    futures::future::join(futures::future::join_all(silent), without_handshake()).await;
    server.stop().await;
}
