//! A file of 100 megabytes over the wire: the caller hears 413, the server's memory stays where it was, nothing is left in the folder.

use std::path::Path;

use purser_testkit::json;
use reqwest::{Body, Method};

use super::{Place, Server, made};

/// The most memory the process ever had, in kilobytes.
fn peak(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<String> = entries
        .flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path().display().to_string()] })
        // The database and its log are there with or without an upload.
        .filter(|path| !path.contains("/purser."))
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_file_of_100_megabytes() {
    let place = Place::new();
    let server = place.serve().await;
    let owner = server.set_up().await;
    let customer = json!({ "email": "wilma@world.example", "firstName": "Wilma", "lastName": "World", "role": "user" });
    let id = made(owner.post("/users", customer).await.unwrap());
    let (before, kept) = (peak(&server), files(&place.data()));
    let head = format!(
        "--harbour\r\ncontent-disposition: form-data; name=\"subjectType\"\r\n\r\nuser\r\n--harbour\r\ncontent-disposition: form-data; name=\"subjectId\"\r\n\r\n{id}\r\n\
         --harbour\r\ncontent-disposition: form-data; name=\"file\"; filename=\"big.bin\"\r\n\r\n"
    );
    let megabyte = vec![b'x'; 1 << 20];
    let parts = std::iter::once(head.into_bytes()).chain(std::iter::repeat_n(megabyte, 100)).chain([b"\r\n--harbour--\r\n".to_vec()]);
    for counted in [false, true] {
        let mut request = owner.request(Method::POST, "/files").header("content-type", "multipart/form-data; boundary=harbour");
        // Without a length only counting finds out; with one the head is enough.
        if counted {
            let length: usize = parts.clone().map(|part| part.len()).sum();
            request = request.header("content-length", length);
        }
        let body = futures::stream::iter(parts.clone().map(Ok::<_, std::io::Error>));
        let (status, reply) = owner.send(request.body(Body::wrap_stream(body))).await.unwrap();
        assert_eq!((status, reply["code"].as_str()), (413, Some("too_large")), "{reply}");
    }
    let (_, found) = owner.get("/files").await.unwrap();
    assert_eq!(found["meta"]["total"], 0, "{found}");
    assert_eq!(files(&place.data()), kept);
    let grown = peak(&server) - before;
    assert!(grown < 40_000, "the server grew by {grown} kB");
    server.stop().await;
}
