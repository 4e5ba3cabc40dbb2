//! TLS with a certificate from files and with one made by the server; TLS 1.3 and nothing older.

use purser_testkit::json;
use reqwest::Method;

use super::Place;
use super::client::Client;

#[tokio::test]
async fn a_certificate_from_files() {
    let place = Place::new();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into(), "127.0.0.1".into()]).unwrap();
    let (cert, key) = (place.folder.path().join("cert.pem"), place.folder.path().join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let server = place.serve_with(&["--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()]).await;
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    let client = Client::trusting(&server.url, made.cert.pem().as_bytes());
    let reply = client.request(Method::GET, "/setup").send().await.unwrap();
    assert_eq!(reply.status().as_u16(), 200);
    assert!(reply.headers().contains_key("strict-transport-security"));
    // Whoever does not trust the certificate gets nowhere.
    assert!(server.nobody().get("/setup").await.is_err());
    // Plain HTTP is told where to go, and a request that carries something is not even that.
    let plain = server.url.replace("https", "http");
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let reply = client.get(format!("{plain}/people?q=a")).send().await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.headers()["location"].to_str().unwrap()), (308, format!("{}/people?q=a", server.url).as_str()));
    let reply = client.post(format!("{plain}/api/v1/auth/login")).body("{}").send().await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.headers().get("location")), (400, None));
    server.stop().await;
}

#[tokio::test]
async fn a_certificate_of_its_own_is_kept() {
    let place = Place::new();
    let server = place.serve_with(&["--tls-self-signed"]).await;
    let pem = std::fs::read(place.data().join("tls-cert.pem")).unwrap();
    let client = Client::trusting(&server.url, &pem);
    let (status, reply) = client.get("/setup").await.unwrap();
    assert_eq!((status, &reply["data"]["needed"]), (200, &json!(true)));
    server.stop().await;
    let server = place.serve_with(&["--tls-self-signed"]).await;
    assert_eq!(Client::trusting(&server.url, &pem).get("/setup").await.unwrap().0, 200, "trusted once, trusted after a restart");
    server.stop().await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(place.data().join("tls-key.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "the private key is its owner's alone");
    }
}

#[tokio::test]
async fn nothing_older_than_1_3() {
    let place = Place::new();
    let server = place.serve_with(&["--tls-self-signed"]).await;
    let pem = std::fs::read(place.data().join("tls-cert.pem")).unwrap();
    let certificate = reqwest::Certificate::from_pem(&pem).unwrap();
    let old = reqwest::Client::builder().no_proxy().tls_certs_only([certificate]).tls_version_max(reqwest::tls::Version::TLS_1_2).build().unwrap();
    assert!(old.get(format!("{}/api/v1/setup", server.url)).send().await.is_err());
    server.stop().await;
}

#[tokio::test]
async fn a_certificate_that_can_not_be_used_is_told() {
    let place = Place::new();
    let wrong = place.folder.path().join("wrong.pem");
    std::fs::write(&wrong, "no certificate").unwrap();
    let (data, wrong) = (place.data(), wrong.to_str().unwrap());
    let words = ["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0", "--tls-cert", wrong, "--tls-key", wrong];
    let ended = super::run(words).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(10), ""), "{}", ended.err);
    assert!(ended.err.contains(wrong), "{}", ended.err);
}
