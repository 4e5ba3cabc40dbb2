//! What providers tell. A message is stored as it came and acknowledged; a job follows it up, and asks the provider first whether it is its own
//! where that can not be told from the message (`proof.rs`). The order of messages is not trusted, nor what
//! they say of a payment: the provider is asked where it stands now, so a message that is late, doubled or lost makes no difference.

use std::time::Duration;

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::gateways::NoticeState;
use purser_core::ids::{ConnectionId, NoticeId, PaymentId, TenantId};
use purser_core::jobs::{Priority, Wait};
use purser_core::time::{HOUR, MINUTE, SECOND};
use purser_core::{Error, Result, Timestamp};
use purser_store::gateways::{self as store, Notice, NoticeFilter};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page, Tx, payments, sandbox_play};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::remote::{NotTaken, RawMessage, Told};
use super::{proof, resolve, returned};
use crate::audit::{self, Line};
use crate::jobs::{Failure, Plan, Turn, When, Work, enqueue};
use crate::limits::{self, Limit};
use crate::{App, events, sandbox};

/// Where a message is sealed for.
fn place(id: NoticeId) -> String {
    format!("gateway_event:{id}")
}

/// Messages of one connection that are proved to be its provider's.
const PROVED: Limit = Limit { calls: 6_000, span_s: 60 };

/// Whose connection it is, and what the message says.
async fn hear(app: &App, id: ConnectionId, (message, now): (&RawMessage, Timestamp)) -> Result<(TenantId, Told)> {
    let (tenant, told) = if let Some(heard) = sandbox::hear(app, id, (message, now)).await? {
        heard
    } else {
        let (connection, remote) = app.payments.switch.find(id).await?;
        (connection.tenant_id, remote.read(message, now).await)
    };
    let told = told.map_err(|why| match why {
        NotTaken::Forged(why) => Error::invalid("signature", "not_genuine", why),
        NotTaken::Later(why) => Error::Unavailable("provider_away", why.into()),
    })?;
    Ok((tenant, told))
}

/// How a message was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Proved to be the provider's.
    Proved,
    /// The provider has yet to be asked.
    Unproved,
}

/// Take a message of a provider: 400 if it can not be the provider's. One that came before is only counted. `door` is what counts those that are
/// not proved.
pub async fn receive(app: &App, connection: ConnectionId, message: RawMessage, door: Option<&str>) -> Result<Kept> {
    let now = app.clock.now();
    let (tenant_id, told) = hear(app, connection, (&message, now)).await?;
    if told.proved {
        limits::take(&*app.counters, &format!("told:{connection}"), PROVED, now).await?;
    } else {
        proof::small_enough(&message)?;
    }
    let by = Grant::<can::CapturePayment>::system(tenant_id, now, &app.ids);
    let id: NoticeId = by.id();
    let plain = Zeroizing::new(serde_json::to_vec(&message).map_err(|error| Error::Internal(Box::new(error)))?);
    let cut = |text: String| text.chars().filter(|c| !c.is_control()).take(255).collect::<String>();
    let notice = Notice {
        id,
        tenant_id,
        connection_id: connection,
        provider_id: cut(told.id),
        kind: cut(told.kind),
        subject: told.payment.map(cut),
        sealed: app.seal.seal(&place(id), &plain)?,
        state: if told.proved { NoticeState::Received } else { NoticeState::Unproved },
        outcome: None,
        payment_id: None,
        copies: 1,
        received_at: now,
        processed_at: None,
        print: (!told.proved).then(|| proof::print(&plain)),
    };
    app.db
        .transact(&by, async |tx| {
            if !told.proved {
                proof::make_room(tx, connection).await?;
            }
            let (id, new) = store::receive(tx, &notice).await?;
            if new {
                // Whoever is not proved overtakes nobody.
                let priority = told.proved.then_some(Priority::High);
                let door = door.filter(|_| !told.proved).map(str::to_owned);
                enqueue(tx, &by, &FollowUp { notice: id, door }, When { priority, unique: Some(id.uuid().to_string()), ..When::default() }).await?;
            }
            Ok(if told.proved { Kept::Proved } else { Kept::Unproved })
        })
        .await
}

/// Follow a message up.
#[derive(Serialize, Deserialize)]
pub(crate) struct FollowUp {
    notice: NoticeId,
    /// What counts it until it is proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    door: Option<String>,
}

/// How one was followed up.
type Outcome = (NoticeState, String, Option<PaymentId>);

impl Work for FollowUp {
    const KIND: &'static str = "payment.notice";
    const QUEUE: &'static str = "payments";
    const PLAN: Plan =
        Plan { tries: 8, wait: Wait::Ladder(&[SECOND, 5 * SECOND, 30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR]), longest: Duration::from_mins(1) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let by = Grant::<can::CapturePayment>::system(turn.tenant, app.clock.now(), &app.ids);
        let Some(notice) = app.db.read(&by, async |tx| store::find_notice(tx, self.notice).await).await? else { return Ok(()) };
        if notice.print.is_some() && !proof::prove(&app, &by, &notice, (self.door.as_deref(), turn.last)).await? {
            return Ok(());
        }
        let outcome = match follow(&app, &by, &notice).await {
            Ok(outcome) => Ok(outcome),
            Err(Failure::Later(why)) if turn.last => Err((why.clone(), Failure::Later(why))),
            Err(again) => return Err(again),
        };
        let (state, words, payment, ended) = match outcome {
            Ok((state, words, payment)) => (state, words, payment, Ok(())),
            Err((why, failure)) => (NoticeState::Failed, why, None, Err(failure)),
        };
        app.db
            .transact(&by, async |tx| {
                let payment = payment.map(PaymentId::uuid);
                store::done(tx, notice.id, (state, words), (payment, by.now())).await?;
                // The list of messages is read anew whatever came of it.
                events::emit(tx, &by, Topic::Payment, "told", payment.unwrap_or_else(|| notice.id.uuid()));
                Ok::<_, Error>(())
            })
            .await?;
        ended
    }
}

async fn follow(app: &App, by: &Grant<can::CapturePayment>, notice: &Notice) -> Result<Outcome, Failure> {
    let ignored = |why: &str| Ok((NoticeState::Ignored, why.to_owned(), None));
    let Some(subject) = &notice.subject else { return ignored("It is about no payment.") };
    let Some(payment) = app.db.read(by, async |tx| meant(tx, notice.connection_id, subject).await).await? else {
        // A message can be quicker than the answer to the call it is about.
        if by.now().since(notice.received_at) < MINUTE {
            return Err(Failure::Later("The payment it is about is not known here yet.".into()));
        }
        return ignored("The payment it is about was not made here.");
    };
    let mut said = resolve::refresh(app, by, payment).await?;
    if notice.kind.contains("dispute") {
        let disputes = crate::disputes::hear(app, by, payment).await?;
        said = format!("{said} Disputes the provider knows of it: {disputes}.");
    }
    if notice.kind.to_ascii_lowercase().contains("refund") {
        let new = returned::hear(app, by, payment).await?;
        if new > 0 {
            said = format!("{said} Refunds made at the provider: {new}.");
        }
    }
    Ok((NoticeState::Processed, said, Some(payment)))
}

/// The payment a provider means. The sandbox calls a payment what we do.
async fn meant(tx: &mut Tx, connection: ConnectionId, subject: &str) -> Result<Option<PaymentId>> {
    if let Some(routed) = store::payment_called(tx, connection, subject).await? {
        return Ok(Some(routed.payment_id));
    }
    let Ok(id) = subject.parse::<PaymentId>() else { return Ok(None) };
    let sandbox = sandbox_play::door(tx).await?.is_some_and(|door| door.id == connection);
    if !sandbox || store::payment(tx, id).await?.is_some() {
        return Ok(None);
    }
    Ok(payments::find(tx, id).await?.map(|payment| payment.id))
}

/// Messages sealed anew at once.
const AT_ONCE: i64 = 200;

/// Seal the messages of a tenant anew with the key that leads now.
pub(crate) async fn reseal(app: &App, tenant: TenantId) -> Result<()> {
    let mut after = NoticeId(uuid::Uuid::nil());
    loop {
        let page = app.db.read(tenant, async |tx| store::sealed(tx, after, AT_ONCE).await.map_err(Error::from)).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        let mut anew = Vec::new();
        // One whose key is gone stays as it is: nobody can read it any more.
        for (id, old) in page.into_iter().filter(|(_, sealed)| !app.seal.is_current(sealed) && app.seal.holds(sealed)) {
            let plain = Zeroizing::new(app.seal.open(&place(id), &old)?);
            anew.push((id, old, app.seal.seal(&place(id), &plain)?));
        }
        if anew.is_empty() {
            continue;
        }
        app.db
            .transact(tenant, async |tx| {
                for (id, old, new) in anew {
                    store::reseal_notice(tx, id, (old, new)).await?;
                }
                Ok::<_, Error>(())
            })
            .await?;
    }
}

/// A page of what providers told and, without a cursor, how much there is.
pub async fn list(app: &App, by: &Grant<can::ReadWebhook>, filter: &NoticeFilter, page: &Page) -> Result<(Listing<Notice>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count_notices(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((store::list_notices(tx, filter, page).await?, total))
        })
        .await
}

/// One message, with what came.
pub async fn read(app: &App, by: &Grant<can::ReadWebhook>, id: NoticeId) -> Result<(Notice, RawMessage)> {
    let notice = app.db.read(by, async |tx| store::find_notice(tx, id).await?.ok_or(Error::NotFound("event"))).await?;
    let raw = opened(app, &notice)?;
    Ok((notice, raw))
}

/// A message as it came.
pub(super) fn opened(app: &App, notice: &Notice) -> Result<RawMessage> {
    let plain = Zeroizing::new(app.seal.open(&place(notice.id), &notice.sealed)?);
    serde_json::from_slice(&plain).map_err(|_| Error::internal("a stored message can not be read"))
}

/// Follow a message up once more. It does no harm: the provider is asked where the payment stands.
pub async fn replay(app: &App, by: &Grant<can::ManageWebhook>, id: NoticeId) -> Result<Notice> {
    app.db
        .transact(by, async |tx| {
            let notice = store::find_notice(tx, id).await?.ok_or(Error::NotFound("event"))?;
            let when = When { priority: Some(Priority::High), unique: Some(id.uuid().to_string()), ..When::default() };
            if enqueue(tx, by, &FollowUp { notice: id, door: None }, when).await?.is_none() {
                // It waits for that already.
                return Ok(notice);
            }
            store::again(tx, id).await?;
            audit::record(tx, by, Line::new("payment.replay", "payment_event", id.uuid(), notice.kind.clone()));
            store::find_notice(tx, id).await?.ok_or(Error::NotFound("event"))
        })
        .await
}
