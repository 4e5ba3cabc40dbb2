//! Answering a dispute: evidence is gathered, changed as often as one likes, and sent once; or one gives in.

use futures::StreamExt;
use purser_core::access::{Grant, Right, can};
use purser_core::disputes::DisputeEvent;
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{DisputeId, PaymentId};
use purser_core::jobs::Wait;
use purser_core::time::{HOUR, MINUTE, SECOND};
use purser_core::{Error, Money, Result};
use purser_store::disputes::{self as store, Dispute};
use purser_store::{Scope, Tx, payments};
use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::evidence::{Evidence, Shown};
use super::port::{Answer, AnswerCall, Play, Takes};
use super::{Detail, detail, files, record};
use crate::audit::{self, Line};
use crate::idempotency::{self, Claim, Once, Outcome, Reply};
use crate::jobs::{Failure, Plan, Turn, Work};
use crate::payments::port::{Handle, Trouble};
use crate::{App, events};

/// Longest a call to the provider may take.
const LONGEST: Duration = Duration::from_secs(20);
/// Longest it may take with files that go along.
const LONGEST_ALONG: Duration = Duration::from_mins(1);
/// Longest all pages of a list may take.
const LONGEST_LIST: Duration = Duration::from_mins(1);
/// Disputes answered at once.
const AT_ONCE: usize = 8;
/// Longest text of the evidence.
const LONGEST_TEXT: usize = 5_000;
/// Most files of it.
const MOST_FILES: usize = 10;

/// Whether anything can still be said of `dispute`.
fn open_for_words(dispute: &Dispute) -> Result<()> {
    dispute.state.apply(DisputeEvent::Submit)?;
    match dispute.pending {
        None => Ok(()),
        Some(_) => Err(Error::conflict("in_flight", "The provider has not answered the last request yet. Try again in a moment.")),
    }
}

async fn write(tx: &mut Tx, dispute: &Dispute) -> Result<()> {
    if store::update(tx, dispute).await? { Ok(()) } else { Err(Error::Stale) }
}

/// Keep evidence until it is sent; `version` is the one that was seen.
pub async fn stage(app: &App, by: &Grant<can::AnswerDispute>, id: DisputeId, version: i64, evidence: Evidence) -> Result<Detail> {
    let mut checks = Checks::new();
    for (name, text) in evidence.texts.each() {
        checks.length(&format!("texts.{name}"), text.map_or("", String::as_str), LONGEST_TEXT);
    }
    checks.that(evidence.files.len() <= MOST_FILES, "files", "too_many", "At most ten files.");
    checks.done()?;
    let evidence = evidence.ordered();
    let takes = takes(app, by, id, Some(&evidence)).await?;
    app.db
        .transact(by, async |tx| {
            let before = store::hold(tx, id).await?.ok_or(Error::NotFound("dispute"))?;
            open_for_words(&before)?;
            if before.version != version {
                return Err(Error::Stale);
            }
            evidence.sendable(tx, &before, takes).await?;
            let kept = serde_json::to_value(&evidence).map_err(|error| Error::Internal(Box::new(error)))?;
            let after = Dispute { evidence: kept.into(), updated_at: by.now(), ..before };
            write(tx, &after).await?;
            let facts =
                serde_json::json!({ "files": evidence.files, "texts": evidence.texts.each().map(|(name, text)| (name, text.map(String::len))) });
            audit::record(tx, by, Line::new("dispute.stage", "dispute", id.uuid(), format!("#{}", after.order_number)).after(&facts));
            events::emit(tx, by, Topic::Dispute, "updated", id.uuid());
            detail(tx, id).await
        })
        .await
}

/// What the provider of a dispute takes in files, if there are some: of this evidence, or of what is staged.
async fn takes(app: &App, by: &Grant<can::AnswerDispute>, id: DisputeId, evidence: Option<&Evidence>) -> Result<Option<Takes>> {
    let dispute = app.db.read(by, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("dispute"))).await?;
    let files = evidence.map_or_else(|| Evidence::of(&dispute).files.len(), |evidence| evidence.files.len());
    let Some(provider) = app.payments.gateway().disputes().filter(|_| files > 0) else { return Ok(None) };
    provider.takes(Handle { tenant: by.tenant(), payment: dispute.payment_id }).await.map_err(|trouble| says(&trouble))
}

/// Send the evidence, once and for all.
pub async fn submit(app: &App, by: &Grant<can::AnswerDispute>, id: DisputeId, once: Option<Once<Detail>>) -> Result<Outcome<Detail>> {
    answer(app, by, id, ("submit", None), once).await
}

/// Give in.
pub async fn accept(app: &App, by: &Grant<can::AnswerDispute>, id: DisputeId, reason: String, once: Option<Once<Detail>>) -> Result<Outcome<Detail>> {
    Checks::new().text("reason", &reason, 500).done()?;
    answer(app, by, id, ("accept", Some(reason)), once).await
}

async fn answer(
    app: &App,
    by: &Grant<can::AnswerDispute>,
    id: DisputeId,
    (what, reason): (&'static str, Option<String>),
    once: Option<Once<Detail>>,
) -> Result<Outcome<Detail>> {
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let takes = if what == "submit" { takes(app, by, id, None).await? } else { None };
    let answered: Option<Reply> = app
        .db
        .transact(by, async |tx| {
            if let Some(once) = &once {
                match app.once.claim(tx, &once.key, by.now(), id.uuid()).await? {
                    Claim::New(_) => {}
                    Claim::Answered(reply) => return Ok(Some(reply)),
                    // Begun before a crash; it goes on below.
                    Claim::Left(_) => return Ok(None),
                }
            }
            begin(by, tx, (id, takes), (what, reason.as_deref())).await?;
            Ok::<_, Error>(None)
        })
        .await?;
    if let Some(reply) = answered {
        return Ok(Outcome::Reply(reply));
    }
    go_on(app, by, id).await?;
    app.db
        .transact(by, async |tx| {
            let detail = detail(tx, id).await?;
            Ok(match &once {
                Some(once) if detail.dispute.pending.is_none() => Outcome::Reply(idempotency::answer(tx, once, &detail).await?),
                Some(once) => Outcome::Reply((once.render)(&detail)),
                None => Outcome::Plain(detail),
            })
        })
        .await
}

/// Write down what will be asked of the provider.
async fn begin(
    by: &Grant<can::AnswerDispute>,
    tx: &mut Tx,
    (id, takes): (DisputeId, Option<Takes>),
    (what, reason): (&'static str, Option<&str>),
) -> Result<()> {
    let dispute = store::hold(tx, id).await?.ok_or(Error::NotFound("dispute"))?;
    open_for_words(&dispute)?;
    let evidence = Evidence::of(&dispute);
    if what == "submit" && evidence.texts.is_empty() && evidence.files.is_empty() {
        return Err(Error::conflict("no_evidence", "There is nothing to send yet: say something, or add a file."));
    }
    if what == "submit" {
        // A file may be gone since, or come from when any was taken.
        evidence.sendable(tx, &dispute, takes).await?;
    }
    let after = Dispute { pending: Some(what.to_owned()), failure_message: None, updated_at: by.now(), ..dispute };
    write(tx, &after).await?;
    let action = if what == "submit" { "dispute.send_evidence" } else { "dispute.give_in" };
    let mut line = Line::new(action, "dispute", id.uuid(), format!("#{}", after.order_number)).after(&record::facts(&after));
    if let Some(reason) = reason {
        line = line.reason(reason.trim());
    }
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::Dispute, "updated", id.uuid());
    Ok(())
}

/// Ask the provider what is written down, and take in its answer.
async fn go_on<P: Right>(app: &App, by: &Grant<P>, id: DisputeId) -> Result<()> {
    // Files take their time: nobody sends here what somebody here is sending.
    let Some(_held) = app.payments.disputes.hold(id) else { return Ok(()) };
    let Some((dispute, evidence, files)) = app.db.read(by, async |tx| asked_of(tx, id).await).await? else { return Ok(()) };
    let answer = ask(app, by, &dispute, (evidence, files)).await?;
    app.db
        .transact(by, async |tx| match &answer {
            Ok(news) => record::take_in(app, by, tx, news).await.map(drop),
            Err(Trouble::Unknown) => Ok(()),
            Err(Trouble::Refused(_, message)) => {
                let held = store::hold(tx, id).await?.ok_or(Error::NotFound("dispute"))?;
                let after = Dispute { pending: None, failure_message: Some(message.clone()), updated_at: by.now(), ..held };
                events::emit(tx, by, Topic::Dispute, "updated", id.uuid());
                write(tx, &after).await
            }
        })
        .await
}

async fn asked_of(tx: &mut Tx, id: DisputeId) -> Result<Option<(Dispute, Evidence, Vec<Shown>)>> {
    let dispute = store::find(tx, id).await?.ok_or(Error::NotFound("dispute"))?;
    let (evidence, sends) = (Evidence::of(&dispute), dispute.pending.as_deref() == Some("submit"));
    let files = if sends { evidence.shown(tx, &dispute).await? } else { Vec::new() };
    Ok(dispute.pending.is_some().then_some((dispute, evidence, files)))
}

async fn ask<P: Right>(app: &App, by: &Grant<P>, dispute: &Dispute, (evidence, files): (Evidence, Vec<Shown>)) -> Result<Answer> {
    let Some(provider) = app.payments.gateway().disputes() else {
        let message = "This payment provider takes no answers here. Answer on its own page.";
        return Ok(Err(Trouble::Refused("no_disputes".into(), message.into())));
    };
    if dispute.pending.as_deref() == Some("submit") && files.len() != evidence.files.len() {
        let message = "A file of the evidence was deleted. Choose the files anew.";
        return Ok(Err(Trouble::Refused("file_gone".into(), message.into())));
    }
    let files = match files::enclose(app, by, provider, (dispute, files)).await? {
        Ok(files) => files,
        Err(trouble) => return Ok(Err(trouble)),
    };
    let call = AnswerCall { tenant: by.tenant(), reference: dispute.reference.clone(), payment: dispute.payment_id, texts: evidence.texts, files };
    let work = async {
        match dispute.pending.as_deref() {
            Some("submit") => provider.submit(&call).await,
            _ => provider.accept(&call).await,
        }
    };
    let longest = if call.files.iter().all(|file| file.reference().is_some()) { LONGEST } else { LONGEST_ALONG };
    Ok(tokio::time::timeout(longest, work).await.unwrap_or(Err(Trouble::Unknown)))
}

/// Ask again where the provider gave no answer.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.clock.now();
    let open = app.db.read(Scope::System, async |tx| store::open(tx, now.plus(-2 * SECOND)).await.map_err(Error::from)).await?;
    // Files take their time, and nobody waits for those of others.
    let asked = futures::stream::iter(open).for_each_concurrent(AT_ONCE, |one| async move {
        let by = Grant::<can::AnswerDispute>::system(one.tenant_id, now, &app.ids);
        if let Err(error) = go_on(app, &by, one.id).await {
            tracing::warn!(%error, dispute = %one.id, "a dispute could not be answered; it is tried again");
        }
    });
    asked.await;
    Ok(())
}

/// Ask the provider for disputes now; how many it told of.
pub async fn refresh<P: Right>(app: &App, by: &Grant<P>) -> Result<usize> {
    let Some(provider) = app.payments.gateway().disputes() else { return Ok(0) };
    let told =
        tokio::time::timeout(LONGEST_LIST, provider.list(by.tenant())).await.unwrap_or(Err(Trouble::Unknown)).map_err(|trouble| says(&trouble))?;
    let mut taken = 0;
    for news in &told {
        match app.db.transact(by, async |tx| record::take_in(app, by, tx, news).await).await {
            Ok(_) => taken += 1,
            // One that can not be taken in keeps nobody from hearing of the others.
            Err(error) if matches!(error, Error::Unprocessable(_) | Error::NotFound(_) | Error::Conflict(..)) => {
                tracing::warn!(%error, reference = news.reference, "a dispute could not be taken in");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(taken)
}

/// Ask the provider for disputes: a message of it may have been lost, and the time to answer runs.
#[derive(Serialize, Deserialize)]
pub(crate) struct HearDisputes {}

impl Work for HearDisputes {
    const KIND: &'static str = "dispute.hear";
    const QUEUE: &'static str = "payments";
    const PLAN: Plan = Plan { tries: 5, wait: Wait::Doubling(MINUTE, HOUR), longest: Duration::from_mins(5) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let by = Grant::<can::AnswerDispute>::system(turn.tenant, app.clock.now(), &app.ids);
        Ok(refresh(&app, &by).await.map(drop)?)
    }
}

/// Ask the provider for the disputes of one payment, because it said that something happened to them.
pub(crate) async fn hear<P: Right>(app: &App, by: &Grant<P>, payment: PaymentId) -> Result<usize> {
    let Some(provider) = app.payments.gateway().disputes() else { return Ok(0) };
    let asked = provider.of(Handle { tenant: by.tenant(), payment });
    let told = tokio::time::timeout(LONGEST, asked).await.unwrap_or(Err(Trouble::Unknown)).map_err(|trouble| says(&trouble))?;
    for news in &told {
        app.db.transact(by, async |tx| record::take_in(app, by, tx, news).await).await?;
    }
    Ok(told.len())
}

/// The bank disputes a payment, in the sandbox.
pub async fn open(app: &App, by: &Grant<can::AnswerDispute>, payment: PaymentId, (amount, reason): (Option<Money>, String)) -> Result<Detail> {
    let mut checks = Checks::new();
    checks.text("reason", &reason, 100);
    checks.that(amount.is_none_or(|amount| amount.amount > 0), "amount.amount", "out_of_range", "An amount of more than nothing.");
    checks.done()?;
    let paid = app.db.read(by, async |tx| payments::find(tx, payment).await?.ok_or(Error::NotFound("payment"))).await?;
    if let Some(amount) = amount.filter(|amount| amount.currency != paid.currency) {
        let message = format!("The payment is in {}, not in {}.", paid.currency, amount.currency);
        return Err(Error::unprocessable("amount.currency", "wrong_currency", message));
    }
    play(app, by, Play::Open(payment, amount, reason)).await
}

/// Tell the sandbox what a bank does, and take in what comes of it.
async fn play(app: &App, by: &Grant<can::AnswerDispute>, play: Play) -> Result<Detail> {
    let nobody = || Error::unprocessable("payment", "not_the_sandbox", "Only the sandbox provider can be told what a bank does.");
    let provider = app.payments.gateway().disputes().ok_or_else(nobody)?;
    let news = provider.play(by.tenant(), play).await.map_err(|trouble| says(&trouble))?;
    app.db
        .transact(by, async |tx| {
            let id = record::take_in(app, by, tx, &news).await?;
            detail(tx, id).await
        })
        .await
}

/// What the bank decides of this dispute, in the sandbox.
pub async fn decide(app: &App, by: &Grant<can::AnswerDispute>, id: DisputeId, won: bool) -> Result<Detail> {
    let dispute = app.db.read(by, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("dispute"))).await?;
    dispute.state.apply(if won { DisputeEvent::Win } else { DisputeEvent::Lose })?;
    play(app, by, Play::Decide(dispute.reference, won)).await
}

fn says(trouble: &Trouble) -> Error {
    match trouble {
        Trouble::Unknown => Error::Unavailable("provider_silent", "The payment provider gave no answer. Try again in a moment.".into()),
        Trouble::Refused(_, message) => Error::conflict("provider_refused", message.clone()),
    }
}
