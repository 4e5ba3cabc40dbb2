//! The sandbox as a developer plays it: faults, messages that are late, doubled or lost, disputes, and what it was asked. Only where no
//! connection takes real money; how the provider acts on it is its own affair, behind [`port::Playground`].

mod faults;
pub mod port;
mod tell;

pub use faults::{NewFault, add_fault, clear, remove_fault};
pub use tell::{deliver_due, send};
pub(crate) use tell::{hear, reseal};

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{ConnectionId, PaymentId};
use purser_core::{Error, Money, Patch, Result};
use purser_store::sandbox_log::{self as log, Call, CallFilter, Message, MessageFilter};
use purser_store::sandbox_play::{self as store, Fault, Settings};
use purser_store::{Listing, Page, Tx, gateways, payments as payment_store};
use serde::Serialize;
use uuid::Uuid;

use crate::audit::{self, Line};
use crate::disputes::port::Play;
use crate::idempotency::{self, Claim, Once, Outcome, Reply};
use crate::payments::port::{Handle, Trouble};
use crate::{App, disputes, events, payments};
use port::Playground;

/// How the sandbox stands.
#[derive(Clone, Debug)]
pub struct State {
    /// Whether it may be played: no connection takes real money.
    pub test_mode: bool,
    /// Whether new payments go there.
    pub in_use: bool,
    /// How it behaves.
    pub settings: Settings,
    /// What goes wrong with the calls that come next.
    pub faults: Vec<Fault>,
    /// The connection it tells through, once it does.
    pub connection: Option<ConnectionId>,
    /// How many payments take their time there.
    pub processing: i64,
    /// How many messages wait to be sent.
    pub messages: i64,
}

/// Whether the sandbox may be played: a business that takes real money is none to play with.
async fn is_test(tx: &mut Tx) -> Result<bool> {
    Ok(!gateways::list(tx).await?.iter().any(|connection| connection.live && connection.enabled))
}

pub(crate) async fn demand_test(tx: &mut Tx) -> Result<()> {
    if is_test(tx).await? {
        return Ok(());
    }
    let message = "A payment provider that moves real money is switched on. The sandbox can be played where there is none.";
    Err(Error::conflict("not_in_test_mode", message))
}

/// The sandbox as something to play with.
fn playground(app: &App) -> Result<&dyn Playground> {
    app.payments.gateway().playground().ok_or_else(|| Error::conflict("no_sandbox", "This server has no sandbox of payments."))
}

/// Its test cards.
pub fn cards(app: &App) -> &'static [port::Card] {
    app.payments.gateway().playground().map_or(&[], Playground::cards)
}

/// How the sandbox stands.
pub async fn state(app: &App, by: &Grant<can::ReadPayment>) -> Result<State> {
    app.db.read(by, async |tx| read(tx, by).await).await
}

async fn read<P>(tx: &mut Tx, by: &Grant<P>) -> Result<State> {
    let (processing, messages) = log::waiting(tx).await?;
    Ok(State {
        test_mode: is_test(tx).await?,
        in_use: !gateways::list(tx).await?.iter().any(|connection| connection.leads && connection.enabled),
        settings: store::settings(tx).await?.unwrap_or_default(),
        faults: store::faults(tx, by.now()).await?,
        connection: store::door(tx).await?.map(|door| door.id),
        processing,
        messages,
    })
}

/// A change of how it behaves: only what is mentioned changes.
#[derive(Debug, Default)]
pub struct Change {
    /// Whether every call is written down.
    pub recording: Patch<bool>,
    /// How long a card that takes its time takes, in seconds.
    pub processing_s: Patch<i64>,
    /// Whether it tells by messages.
    pub webhooks: Patch<bool>,
    /// How long after the fact, in seconds.
    pub delay_s: Patch<i64>,
    /// How often each message is sent.
    pub copies: Patch<i64>,
    /// How many of a hundred get lost.
    pub lose_percent: Patch<i64>,
    /// Whether every second one is overtaken by the next.
    pub reorder: Patch<bool>,
}

impl Change {
    fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        let numbers = [
            ("processingSeconds", &self.processing_s, 0..=86_400),
            ("webhooks.delaySeconds", &self.delay_s, 0..=3_600),
            ("webhooks.copies", &self.copies, 1..=5),
            ("webhooks.losePercent", &self.lose_percent, 0..=100),
        ];
        for (field, patch, range) in numbers {
            let fits = patch.set().is_none_or(|value| range.contains(value));
            checks.that(fits, field, "out_of_range", format!("From {} to {}.", range.start(), range.end()));
            checks.extend(patch.never_clear(field));
        }
        for (field, patch) in [("recording", &self.recording), ("webhooks.enabled", &self.webhooks), ("webhooks.reorder", &self.reorder)] {
            checks.extend(patch.never_clear(field));
        }
        checks.done()
    }

    fn apply(self, settings: &mut Settings) {
        self.recording.apply(&mut settings.recording);
        self.processing_s.apply(&mut settings.processing_s);
        self.webhooks.apply(&mut settings.webhooks);
        self.delay_s.apply(&mut settings.delay_s);
        self.copies.apply(&mut settings.copies);
        self.lose_percent.apply(&mut settings.lose_percent);
        self.reorder.apply(&mut settings.reorder);
    }
}

/// How it behaves, as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    recording: bool,
    processing_seconds: i64,
    webhooks: bool,
    delay_seconds: i64,
    copies: i64,
    lose_percent: i64,
    reorder: bool,
}

impl From<&Settings> for Facts {
    fn from(settings: &Settings) -> Self {
        Self {
            recording: settings.recording,
            processing_seconds: settings.processing_s,
            webhooks: settings.webhooks,
            delay_seconds: settings.delay_s,
            copies: settings.copies,
            lose_percent: settings.lose_percent,
            reorder: settings.reorder,
        }
    }
}

fn note<P>(by: &Grant<P>, tx: &mut Tx, line: Line) {
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::Setting, "sandbox_changed", by.tenant().uuid());
}

fn line<P>(by: &Grant<P>, action: &'static str) -> Line {
    Line::new(action, "sandbox", by.tenant().uuid(), "Sandbox")
}

/// Choose how it behaves.
pub async fn change(app: &App, by: &Grant<can::PlaySandbox>, change: Change) -> Result<State> {
    change.check()?;
    app.db
        .transact(by, async |tx| {
            demand_test(tx).await?;
            let before = store::settings(tx).await?.unwrap_or_default();
            let mut after = before.clone();
            change.apply(&mut after);
            if after != before {
                if after.webhooks {
                    tell::open_door(app, by, tx).await?;
                }
                store::keep(tx, &after, by.now()).await?;
                let (from, to) = audit::changes(&Facts::from(&before), &Facts::from(&after));
                note(by, tx, line(by, "sandbox.update").before(&from).after(&to));
            }
            read(tx, by).await
        })
        .await
}

/// A page of calls.
pub async fn calls(app: &App, by: &Grant<can::ReadPayment>, filter: &CallFilter, page: &Page) -> Result<(Listing<Call>, Option<(i64, bool)>)> {
    app.db.read(by, async |tx| log::calls(tx, filter, page).await.map_err(Error::from)).await
}

/// A page of messages.
pub async fn messages(
    app: &App,
    by: &Grant<can::ReadPayment>,
    filter: &MessageFilter,
    page: &Page,
) -> Result<(Listing<Message>, Option<(i64, bool)>)> {
    app.db.read(by, async |tx| log::messages(tx, filter, page).await.map_err(Error::from)).await
}

fn says(trouble: Trouble) -> Error {
    match trouble {
        Trouble::Unknown => Error::Unavailable("provider_silent", "The sandbox gave no answer: it plays dead, or its books are away.".into()),
        Trouble::Refused(_, message) => Error::conflict("provider_refused", message),
    }
}

/// How far an earlier request with this key came: the answer it got, or whether this is the first.
async fn begun<T>(app: &App, by: &Grant<can::PlaySandbox>, tx: &mut Tx, (once, subject): (Option<&Once<T>>, Uuid)) -> Result<Begun> {
    let Some(once) = once else { return Ok(Begun::First) };
    Ok(match app.once.claim(tx, &once.key, by.now(), subject).await? {
        Claim::New(_) => Begun::First,
        Claim::Answered(reply) => Begun::Answered(reply),
        Claim::Left(_) => Begun::Again,
    })
}

enum Begun {
    First,
    /// Nobody knows whether the sandbox was asked.
    Again,
    Answered(Reply),
}

/// Write the answer down, where there is a key.
async fn ended<T: Clone + Send + Sync>(app: &App, by: &Grant<can::PlaySandbox>, once: Option<Once<T>>, result: T) -> Result<Outcome<T>> {
    if once.is_none() {
        return Ok(Outcome::Plain(result));
    }
    app.db.transact(by, async |tx| idempotency::finish(tx, once.as_ref(), result.clone()).await).await
}

/// End what takes its time, this payment or every one, well or not, and take in what comes of it. Once for each key.
pub async fn settle(
    app: &App,
    by: &Grant<can::PlaySandbox>,
    (payment, succeed): (Option<PaymentId>, bool),
    once: Option<Once<Vec<PaymentId>>>,
) -> Result<Outcome<Vec<PaymentId>>> {
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let begun = app
        .db
        .transact(by, async |tx| {
            let subject = payment.map_or_else(|| by.tenant().uuid(), PaymentId::uuid);
            let begun = begun(app, by, tx, (once.as_ref(), subject)).await?;
            if matches!(begun, Begun::Answered(_)) {
                return Ok(begun);
            }
            demand_test(tx).await?;
            if let Some(id) = payment {
                payment_store::find(tx, id).await?.ok_or_else(|| unknown("paymentId"))?;
            }
            if matches!(begun, Begun::First) {
                let facts = serde_json::json!({ "paymentId": payment, "succeed": succeed });
                audit::record(tx, by, line(by, "sandbox.settle").after(&facts));
            }
            Ok::<_, Error>(begun)
        })
        .await?;
    if let Begun::Answered(reply) = begun {
        return Ok(Outcome::Reply(reply));
    }
    // What has ended stays ended: asking twice does nothing twice.
    let settled = playground(app)?.settle(by.tenant(), payment, succeed).await.map_err(says)?;
    for id in &settled {
        // One that somebody asks about at this moment is taken in by them.
        if let Err(error) = payments::refresh(app, by, *id).await {
            tracing::debug!(%error, payment = %id, "a payment that was settled at the sandbox is taken in later");
        }
    }
    ended(app, by, once, settled).await
}

fn unknown(field: &'static str) -> Error {
    Error::unprocessable(field, "unknown_payment", "There is no such payment.")
}

/// A dispute the sandbox's bank opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What the sandbox calls it.
    pub reference: String,
    /// What we call it; nothing yet where the sandbox tells by messages.
    pub dispute: Option<purser_core::ids::DisputeId>,
}

/// What the bank disputes.
#[derive(Clone, Debug)]
pub struct NewDispute {
    /// The payment.
    pub payment: PaymentId,
    /// How much; all of it if not said.
    pub amount: Option<Money>,
    /// Why, in the bank's word.
    pub reason: String,
}

/// The bank disputes a payment. Where the sandbox tells by messages we hear of it that way, else at once. Once for each key.
pub async fn dispute(app: &App, by: &Grant<can::PlaySandbox>, new: NewDispute, once: Option<Once<Opened>>) -> Result<Outcome<Opened>> {
    let NewDispute { payment, amount, reason } = new;
    let mut checks = Checks::new();
    checks.text("reason", &reason, 100);
    checks.that(amount.is_none_or(|amount| amount.amount > 0), "amount.amount", "out_of_range", "An amount of more than nothing.");
    checks.done()?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let (begun, told) = app
        .db
        .transact(by, async |tx| {
            let begun = begun(app, by, tx, (once.as_ref(), payment.uuid())).await?;
            if matches!(begun, Begun::Answered(_)) {
                return Ok((begun, false));
            }
            demand_test(tx).await?;
            let paid = payment_store::find(tx, payment).await?.ok_or_else(|| unknown("paymentId"))?;
            if let Some(amount) = amount.filter(|amount| amount.currency != paid.currency) {
                let message = format!("The payment is in {}, not in {}.", paid.currency, amount.currency);
                return Err(Error::unprocessable("amount.currency", "wrong_currency", message));
            }
            Ok((begun, store::settings(tx).await?.is_some_and(|settings| settings.webhooks)))
        })
        .await?;
    let again = match begun {
        Begun::Answered(reply) => return Ok(Outcome::Reply(reply)),
        Begun::Again => true,
        Begun::First => false,
    };
    let nobody = || Error::conflict("no_sandbox", "This server has no sandbox of payments.");
    let provider = app.payments.gateway().disputes().ok_or_else(nobody)?;
    // One that was begun and left behind may be there already.
    let known = if again { provider.of(Handle { tenant: by.tenant(), payment }).await.map_err(says)? } else { Vec::new() };
    let there = known.into_iter().rfind(|known| known.reason == reason && amount.is_none_or(|amount| amount == known.amount));
    let news = match there {
        Some(news) => news,
        None => provider.play(by.tenant(), Play::Open(payment, amount, reason.clone())).await.map_err(says)?,
    };
    let facts = serde_json::json!({ "paymentId": payment, "amount": news.amount, "reference": news.reference });
    app.db
        .transact(by, async |tx| {
            audit::record(tx, by, line(by, "sandbox.dispute").after(&facts).reason(reason.clone()));
            Ok::<_, Error>(())
        })
        .await?;
    let dispute = if told { None } else { Some(disputes::record(app, by.tenant(), &news).await?) };
    ended(app, by, once, Opened { reference: news.reference, dispute }).await
}
