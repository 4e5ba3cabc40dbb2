//! What comes with a mail, and a mail whose paper can not be drawn.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use purser_service::mail::{Letter, Mailer, Refusal, tell_customers};
use purser_store::sql;
use purser_testkit::{Database, TestApp};

use crate::routes::shop::Shop;

/// Keeps the text of each letter and what came with it.
#[derive(Default)]
struct Keeps(Mutex<Vec<(String, Vec<String>)>>);

#[async_trait]
impl Mailer for Keeps {
    fn name(&self) -> &'static str {
        "keeps"
    }
    async fn deliver(&self, letter: &Letter) -> Result<(), Refusal> {
        let names = letter.attached.iter().map(|paper| paper.name.clone()).collect();
        self.0.lock().unwrap().push((letter.text.clone(), names));
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_whose_paper_can_not_be_drawn_goes_without_and_promises_none() {
    for database in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        let keeps = Arc::new(Keeps::default());
        let app = TestApp::with_mailer(database, keeps.clone()).await;
        let shop = Shop::open(&app).await;
        let payment = shop.paid().await;
        tell_customers(&app.app).await.unwrap();
        app.settle().await;
        for drawn in [true, false] {
            keeps.0.lock().unwrap().clear();
            let refund = shop.refund(&payment, Some(900)).await.is(201).data()["id"].as_str().unwrap().to_owned();
            tell_customers(&app.app).await.unwrap();
            if !drawn {
                // Written, and not sent yet: by then the refund is none any more.
                let (id, tenant) = (refund.parse::<uuid::Uuid>().unwrap(), app.tenant().await);
                app.app
                    .db
                    .transact(tenant, async |tx| tx.run(sql("UPDATE refunds SET state = 'failed' WHERE id = $1").bind(id)).await)
                    .await
                    .unwrap();
            }
            app.settle().await;
            let sent = keeps.0.lock().unwrap().clone();
            let (text, papers) = sent.iter().find(|(text, _)| text.replace('\u{a0}', " ").contains("EUR 9.00")).expect("nobody was told");
            assert_eq!((papers.len() == 1, text.contains("The credit note comes with this message.")), (drawn, drawn), "{text}");
        }
    }
}
