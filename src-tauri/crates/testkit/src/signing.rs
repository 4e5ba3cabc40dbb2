//! The key tests sign access tokens with.

use purser_core::Error;
use purser_service::identity::tokens;
use purser_store::sessions::{self, SigningKey};
use purser_store::{Db, Scope};
use tokio::sync::OnceCell;

/// One signing key for the whole suite: making one takes longer than most tests.
pub(crate) async fn db_signing_key(db: &Db) {
    static KEY: OnceCell<SigningKey> = OnceCell::const_new();
    let key = KEY.get_or_init(async || tokens::generate().expect("a signing key")).await;
    let stored = db.transact(Scope::System, async |tx| {
        if sessions::signing_keys(tx).await?.is_empty() {
            sessions::insert_signing_key(tx, key).await?;
        }
        Ok::<_, Error>(())
    });
    stored.await.expect("the signing key is stored");
}
