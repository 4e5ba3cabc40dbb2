//! Messages that only their provider can tell to be its own. They are kept as they came and acknowledged at once; a job asks the provider, and
//! nothing follows from one before that. Anybody can send such a message, so few of them are kept, and not for long.

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::gateways::NoticeState;
use purser_core::ids::ConnectionId;
use purser_core::{Error, Result};
use purser_store::Tx;
use purser_store::gateways::{self as store, Notice};
use sha2::{Digest, Sha256};

use super::remote::{NotTaken, RawMessage};
use super::{door, notices};
use crate::jobs::Failure;
use crate::{App, events};

/// Largest body of one: a provider's are a few kilobytes.
const LARGEST: usize = 64 * 1024;

/// Most of one connection that are kept. Beyond, those nobody asks about any more make room, those rejected first.
const MOST: i64 = 500;

/// Whether a message is small enough to be kept before it is proved.
pub(super) fn small_enough(message: &RawMessage) -> Result<()> {
    if message.body.len() > LARGEST { Err(Error::TooLarge(u64::try_from(LARGEST).unwrap_or(u64::MAX))) } else { Ok(()) }
}

/// What tells one message from another: everything that came.
pub(super) fn print(plain: &[u8]) -> String {
    hex::encode(Sha256::digest(plain))
}

/// Make room for one more of a connection. Where all the others wait as well, it is to be sent again later.
pub(super) async fn make_room(tx: &mut Tx, connection: ConnectionId) -> Result<()> {
    let over = store::count_unproved(tx, connection).await? - MOST + 1;
    if over > 0 && store::forget_settled(tx, connection, over).await? == 0 {
        return Err(Error::RateLimited { retry_after_s: 60 });
    }
    Ok(())
}

/// Ask the provider whether a message is its own; whether it is, and is to be followed up.
pub(super) async fn prove(
    app: &App,
    by: &Grant<can::CapturePayment>,
    notice: &Notice,
    (name, last): (Option<&str>, bool),
) -> std::result::Result<bool, Failure> {
    let (_, remote) = app.payments.switch.find(notice.connection_id).await?;
    match remote.prove(&notices::opened(app, notice)?).await {
        Ok(()) => {}
        Err(NotTaken::Forged(why)) => {
            done(app, by, notice, (NoticeState::Rejected, why)).await?;
            return Ok(false);
        }
        Err(NotTaken::Later(why)) => {
            if last {
                done(app, by, notice, (NoticeState::Unproved, why)).await?;
            }
            return Err(Failure::Later(why.to_owned()));
        }
    }
    if let Some(name) = name {
        door::give_back(app, name).await?;
    }
    // The same message may be proved at the same time, sent twice: whoever comes second is asked again and finds the other.
    Ok(app.db.transact(by, async |tx| store::prove(tx, notice).await).await?)
}

async fn done(app: &App, by: &Grant<can::CapturePayment>, notice: &Notice, (state, why): (NoticeState, &str)) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            store::done(tx, notice.id, (state, why.to_owned()), (None, by.now())).await?;
            events::emit(tx, by, Topic::Payment, "told", notice.id.uuid());
            Ok::<_, Error>(())
        })
        .await
}
