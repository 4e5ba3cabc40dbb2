//! Disputes of the sandbox: the card `pm_card_dispute` is disputed as soon as it is charged, others when told to. A bank that reads
//! `winning_evidence` in the evidence decides for the merchant at once, one that reads `losing_evidence` against them.

use async_trait::async_trait;
use purser_core::disputes::DisputeState;
use purser_core::ids::{PaymentId, TenantId};
use purser_core::time::DAY;
use purser_core::{Error, Money, Result, Timestamp};
use purser_service::disputes::port::{Answer, AnswerCall, Disputes, FileCall, Play, ProviderDispute, Takes};
use purser_service::payments::port::{Handle, Trouble};
use purser_store::Tx;
use purser_store::sandbox::{self, Charge};
use purser_store::sandbox_disputes::{self as store, File, Row};

use super::{Sandbox, away, refused};

/// How long evidence is taken.
const TIME: i64 = 7 * DAY;
/// What a dispute costs the merchant, whoever wins.
const FEE: i64 = 1_500;
/// What it takes in files.
const TAKES: Takes =
    Takes { types: &["application/pdf", "image/jpeg", "image/png"], largest: 5_000_000, together: 4_500_000, one_of_a_kind: true, ahead: true };

/// The bank opens a dispute of a charge.
pub(super) async fn open(tx: &mut Tx, charge: &Charge, (amount, reason): (i64, &str), now: Timestamp) -> Result<Row> {
    let row = Row {
        key: format!("dp_{}_{}", charge.key, now.micros()),
        charge_key: charge.key.clone(),
        amount,
        currency: charge.currency,
        reason: reason.to_owned(),
        state: "needs_evidence".into(),
        due_at: now.plus(TIME),
        fee: FEE,
        created_at: now,
    };
    store::insert(tx, &row).await?;
    Ok(row)
}

/// A dispute in the words of the port.
fn told(row: Row) -> Result<ProviderDispute> {
    let payment: PaymentId = row.charge_key.parse().map_err(|_| Error::internal("a charge of the sandbox without a payment"))?;
    let state: DisputeState = row.state.parse().map_err(|_| Error::internal("a dispute of the sandbox in no state"))?;
    Ok(ProviderDispute {
        provider: "sandbox".into(),
        reference: row.key,
        payment,
        amount: Money::new(row.amount, row.currency),
        reason: row.reason,
        state,
        due_at: Some(row.due_at),
        withdrawn: row.amount,
        reinstated: if state == DisputeState::Won { row.amount } else { 0 },
        fee: row.fee,
        fee_back: 0,
        opened_at: row.created_at,
    })
}

impl Sandbox {
    /// Move a dispute to `state`, if `from` holds it; one that is there already stays as it is.
    async fn move_dispute(&self, tenant: TenantId, reference: &str, (from, state): (&[&str], &str)) -> Answer {
        let play = self.play(tenant).await.map_err(|error| away(&error))?;
        let outcome = self.db.transact(tenant, async |tx| {
            let Some(mut row) = store::hold(tx, reference).await? else {
                return Ok(Err(refused("unknown_dispute", "There is no such dispute.")));
            };
            if row.state != state {
                if !from.contains(&row.state.as_str()) {
                    return Ok(Err(refused("too_late", "The bank takes nothing more on this dispute.")));
                }
                state.clone_into(&mut row.state);
                store::update(tx, &row).await?;
                if let Some(charge) = sandbox::find(tx, std::slice::from_ref(&row.charge_key)).await?.pop() {
                    self.tell(tx, &play, (if matches!(state, "won" | "lost") { "dispute.closed" } else { "dispute.updated" }, &charge)).await?;
                }
            }
            Ok::<_, Error>(Ok(told(row)?))
        });
        outcome.await.map_err(|error| away(&error))?
    }

    async fn open_dispute(&self, tenant: TenantId, payment: PaymentId, (amount, reason): (Option<Money>, String)) -> Answer {
        let now = self.clock.now();
        let play = self.play(tenant).await.map_err(|error| away(&error))?;
        let outcome = self.db.transact(tenant, async |tx| {
            let Some(charge) = sandbox::hold(tx, &[payment.to_string()]).await?.pop() else {
                return Ok(Err(refused("unknown_payment", "There is no such payment.")));
            };
            let left = charge.captured - charge.refunded;
            let amount = amount.map_or(left, |amount| amount.amount);
            if !(1..=left).contains(&amount) {
                return Ok(Err(refused("nothing_to_dispute", "Nothing, or not so much, was taken that could be disputed.")));
            }
            let row = open(tx, &charge, (amount, &reason), now).await?;
            self.tell(tx, &play, ("dispute.opened", &charge)).await?;
            Ok::<_, Error>(Ok(told(row)?))
        });
        outcome.await.map_err(|error| away(&error))?
    }
}

#[async_trait]
impl Disputes for Sandbox {
    async fn takes(&self, _: Handle) -> Result<Option<Takes>, Trouble> {
        Ok(Some(TAKES))
    }

    async fn upload(&self, call: &FileCall) -> Result<String, Trouble> {
        if self.is_down(call.handle, "upload").await {
            return Err(Trouble::Unknown);
        }
        let (file, key) = (&call.file, format!("file_{}_{}", call.reference, call.file.id));
        let size = i64::try_from(call.bytes.len()).unwrap_or(i64::MAX);
        if size > TAKES.largest || !TAKES.types.contains(&file.content_type.as_str()) {
            return Err(refused("file_not_taken", "The bank takes PDF, JPEG and PNG of up to 5 MB."));
        }
        let kept = File {
            key,
            dispute: call.reference.clone(),
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            size,
            created_at: self.clock.now(),
        };
        let outcome = self.db.transact(call.handle.tenant, async |tx| store::keep_file(tx, &kept).await.map_err(Error::from)).await;
        outcome.map_err(|error| away(&error))?;
        self.note(call.handle.tenant, ("upload", super::key(call.handle), None), (None, "kept".into())).await;
        Ok(kept.key)
    }

    async fn submit(&self, call: &AnswerCall) -> Answer {
        let keys: Vec<String> = call.files.iter().filter_map(|file| file.reference().map(str::to_owned)).collect();
        if !keys.is_empty() {
            let known = self.db.read(call.tenant, async |tx| store::files(tx, &call.reference, &keys).await.map_err(Error::from)).await;
            if usize::try_from(known.map_err(|error| away(&error))?) != Ok(keys.len()) {
                return Err(refused("unknown_file", "The bank does not have one of these files."));
            }
        }
        let says = |word: &str| call.texts.each().into_iter().any(|(_, text)| text.is_some_and(|text| text.contains(word)));
        let state = match () {
            () if says("winning_evidence") => "won",
            () if says("losing_evidence") => "lost",
            () => "submitted",
        };
        self.move_dispute(call.tenant, &call.reference, (&["needs_evidence"], state)).await
    }

    async fn accept(&self, call: &AnswerCall) -> Answer {
        self.move_dispute(call.tenant, &call.reference, (&["needs_evidence"], "accepted")).await
    }

    async fn of(&self, handle: Handle) -> Result<Vec<ProviderDispute>, Trouble> {
        if self.is_down(handle, "disputes").await {
            return Err(Trouble::Unknown);
        }
        let charge = super::key(handle);
        let rows = self.db.read(handle.tenant, async |tx| store::of(tx, &charge).await.map_err(Error::from)).await.map_err(|error| away(&error))?;
        rows.into_iter().map(|row| told(row).map_err(|error| away(&error))).collect()
    }

    async fn list(&self, tenant: TenantId) -> Result<Vec<ProviderDispute>, Trouble> {
        let rows = self.db.read(tenant, async |tx| store::newest(tx).await.map_err(Error::from)).await.map_err(|error| away(&error))?;
        rows.into_iter().map(|row| told(row).map_err(|error| away(&error))).collect()
    }

    async fn play(&self, tenant: TenantId, play: Play) -> Answer {
        match play {
            Play::Open(payment, amount, reason) => self.open_dispute(tenant, payment, (amount, reason)).await,
            Play::Decide(reference, won) => {
                let state = if won { "won" } else { "lost" };
                self.move_dispute(tenant, &reference, (&["needs_evidence", "submitted"], state)).await
            }
        }
    }
}
