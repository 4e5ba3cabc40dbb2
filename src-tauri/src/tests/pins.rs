//! A far end whose key is pinned: a real server with two certificates of one authority, either of which is good without a pin.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use http::StatusCode;
use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::bench;
use crate::wire::Call;

/// Answers everything with an empty object, with the first key or with the second.
struct FarEnd {
    port: u16,
    second: Arc<AtomicBool>,
    /// Requests that came through.
    served: Arc<AtomicUsize>,
}

fn config(certificate: &Certificate, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap())
}

async fn far_end(folder: &Path) -> FarEnd {
    // As a start does.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(folder.join("authority.pem"), authority.pem()).unwrap();
    let acceptors: Vec<TlsAcceptor> = (0..2)
        .map(|_| {
            let key = KeyPair::generate().unwrap();
            let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &*authority).unwrap();
            TlsAcceptor::from(config(&certificate, &key))
        })
        .collect();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (second, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (which, count) = (second.clone(), served.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptors[usize::from(which.load(Ordering::SeqCst))].clone();
            let count = count.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut asked = [0; 4096];
                if stream.read(&mut asked).await.unwrap_or(0) == 0 {
                    return;
                }
                count.fetch_add(1, Ordering::SeqCst);
                let reply = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                drop(stream.write_all(reply.as_bytes()).await);
                drop(stream.shutdown().await);
            });
        }
    });
    FarEnd { port, second, served }
}

#[tokio::test]
async fn another_key_is_refused_before_anything_is_sent() {
    let bench = bench();
    let far = far_end(bench.folder.path()).await;
    let (url, ca) = (format!("https://127.0.0.1:{}", far.port), bench.folder.path().join("authority.pem"));
    let key = async || {
        let (status, _, body) = bench.ask(Call::post("/shell/v1/server-key", &json!({"url": url, "caFile": ca}))).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["data"]["pin"].as_str().unwrap().to_owned()
    };
    let first = key().await;
    far.second.store(true, Ordering::SeqCst);
    let second = key().await;
    assert!(first != second && first.starts_with("sha256/"), "{first} {second}");
    far.second.store(false, Ordering::SeqCst);

    let new = json!({"name": "Far", "url": url, "environment": "production", "caFile": ca, "pin": first});
    let (status, _, body) = bench.ask(Call::post("/shell/v1/profiles", &new)).await;
    assert_eq!((status, body["data"]["pin"].as_str()), (StatusCode::CREATED, Some(first.as_str())), "{body}");
    let path = format!("/shell/v1/profiles/{}", body["data"]["id"].as_str().unwrap());
    assert_eq!(bench.ask(Call::post(&format!("{path}/switch"), &Value::Null)).await.0, StatusCode::OK);
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::OK, "the pinned key");

    // Another key under the same authority: an authority that was deceived.
    far.second.store(true, Ordering::SeqCst);
    let before = far.served.load(Ordering::SeqCst);
    let login = json!({"email": "ada", "password": "x"});
    let (status, _, body) = bench.ask(Call::post("/api/v1/auth/login", &login)).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::BAD_GATEWAY, Some("wrong_key")), "{body}");
    assert!(body["detail"].as_str().unwrap().contains(&second), "{body}");
    let (_, _, check) = bench.ask(Call::post(&format!("{path}/test"), &Value::Null)).await;
    assert_eq!((check["data"]["ok"].as_bool(), check["data"]["steps"][1]["ok"].as_bool()), (Some(false), Some(false)), "{check}");
    assert_eq!(far.served.load(Ordering::SeqCst), before, "no request reached it");

    // With the other one in reserve, the day the key is changed goes by unnoticed.
    let call = Call { method: http::Method::PATCH, ..Call::post(&path, &json!({"backupPin": second})) };
    assert_eq!(bench.ask(call).await.0, StatusCode::OK);
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::OK);
    assert_eq!(far.served.load(Ordering::SeqCst), before + 1);
}

#[tokio::test]
async fn a_key_is_shown_of_nobody_whose_certificate_is_not_good() {
    let bench = bench();
    let far = far_end(bench.folder.path()).await;
    let (status, _, body) = bench.ask(Call::post("/shell/v1/server-key", &json!({"url": format!("https://127.0.0.1:{}", far.port)}))).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::BAD_GATEWAY, Some("certificate_refused")), "{body}");
    let (status, _, body) = bench.ask(Call::post("/shell/v1/server-key", &json!({"url": "http://127.0.0.1:1"}))).await;
    assert_eq!((status, body["errors"][0]["field"].as_str()), (StatusCode::BAD_REQUEST, Some("url")), "{body}");
}
