//! A server that takes nothing is given a rest, and so are the people whose turn is to come.

use purser_core::time::MINUTE;
use purser_service::mail::Refusal;
use purser_testkit::json;

use super::{draft, outcome, readers, sinks};

fn addresses(count: usize) -> Vec<String> {
    (0..count).map(|count| format!("r{count}@x.example")).collect()
}

#[tokio::test]
async fn a_server_that_refuses_everybody_is_not_asked_for_everybody() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        let addresses = addresses(130);
        readers(&app, &addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
        for address in &addresses {
            sink.refuse(address, Some(Refusal::Never("The mail server refused it (550).".into())));
        }
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        let (state, [total, sent, failed, skipped]) = outcome(&owner, &path).await;
        assert_eq!((state.as_str(), total, sent, skipped), ("sending", 130, 0, 0));
        // Five are under way when the tenth is refused.
        assert!((10..=14).contains(&failed), "{failed} were tried");
        assert_eq!(owner.get("/newsletters/suppressions").await.ok().meta()["total"], 0, "nobody is taken for gone");
        assert_eq!(owner.get("/jobs?kind=newsletter.batch").await.ok().meta()["total"], 1, "nor does the next hundred begin");
        for address in &addresses {
            sink.refuse(address, None);
        }
        app.advance(2 * MINUTE);
        app.settle().await;
        let owner = app.owner_unasked().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [130, 130 - failed, failed, 0]));
        let _ = owner.post(&format!("{path}/again"), json!(null)).await.ok();
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [130, 130, 0, 0]));
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_over_everybody_is_not_asked_for_everybody() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        let addresses = addresses(30);
        readers(&app, &addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
        for address in &addresses {
            sink.refuse(address, Some(Refusal::Unknown("The mail server went silent in the middle.".into())));
        }
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        let (state, [total, sent, failed, skipped]) = outcome(&owner, &path).await;
        assert_eq!((state.as_str(), total, sent, failed), ("sending", 30, 0, 0));
        assert!((5..=9).contains(&skipped), "{skipped} were tried");
        for address in &addresses {
            sink.refuse(address, None);
        }
        app.advance(2 * MINUTE);
        app.settle().await;
        assert_eq!(outcome(&app.owner_unasked().await, &path).await, ("sent".into(), [30, 30 - skipped, 0, skipped]));
        assert!(sink.tried().values().all(|times| *times == 1), "nobody is asked twice");
    }
}

#[tokio::test]
async fn a_hundred_that_is_tried_again_does_not_put_the_next_in_anew() {
    for (app, sink) in sinks().await {
        let owner = app.owner().await;
        let addresses = addresses(150);
        readers(&app, &addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
        sink.refuse("r7@x.example", Some(Refusal::Later("The mail server does not take it now (451).".into())));
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sending".into(), [150, 149, 0, 0]));
        sink.refuse("r7@x.example", None);
        app.advance(2 * MINUTE);
        app.settle().await;
        let owner = app.owner_unasked().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [150, 150, 0, 0]));
        assert_eq!(owner.get("/jobs?kind=newsletter.batch").await.ok().meta()["total"], 2);
    }
}
