//! What the sandbox tells: one message for each change of its books, written with the change, where it is told to.

use async_trait::async_trait;
use purser_core::ids::{MessageId, PaymentId, TenantId};
use purser_core::sandbox::{MessageState, is_lost};
use purser_core::time::SECOND;
use purser_core::{Error, Result, Timestamp};
use purser_service::payments::port::Trouble;
use purser_service::payments::remote::{NotTaken, RawMessage, Told};
use purser_service::sandbox::port::{Card, Playground};
use purser_store::Tx;
use purser_store::sandbox::{self as books, Charge as Row};
use purser_store::sandbox_log::{self as log, Message};
use purser_store::sandbox_play as store;
use serde::Deserialize;
use serde_json::json;

use super::play::Play;
use super::{CARDS, Sandbox, away};
use crate::signed;

/// A message that is overtaken waits so much longer.
const OVERTAKEN: i64 = 5 * SECOND;

/// The header of the signature.
const HEADER: &str = "sandbox-signature";

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    payment: String,
}

impl Sandbox {
    /// Tell that something happened to a charge, in the transaction in which it did.
    pub(super) async fn tell(&self, tx: &mut Tx, play: &Play, (what, row): (&str, &Row)) -> Result<()> {
        let settings = &play.settings;
        if !settings.webhooks {
            return Ok(());
        }
        let Some(number) = store::count_message(tx).await? else { return Ok(()) };
        let now = self.clock.now();
        let id: MessageId = self.ids.next(now);
        let object = json!({
            "object": "payment", "payment": row.key, "state": row.state, "amount": row.amount, "captured": row.captured, "refunded": row.refunded,
            "currency": row.currency.as_str(),
        });
        let body = json!({ "id": id.to_string(), "type": what, "created": now.seconds(), "data": { "object": object } });
        let overtaken = settings.reorder && number % 2 == 1;
        let wait = settings.delay_s.saturating_mul(SECOND) + if overtaken { OVERTAKEN } else { 0 };
        let message = Message {
            id,
            tenant_id: tx.tenant(),
            kind: what.to_owned(),
            payment: row.key.clone(),
            body: body.to_string(),
            state: if is_lost(number, settings.lose_percent) { MessageState::Lost } else { MessageState::Waiting },
            copies: settings.copies,
            tries: 0,
            due_at: now.plus(wait),
            error: None,
            created_at: now,
            delivered_at: None,
        };
        Ok(log::tell(tx, &message).await?)
    }

    /// Tell where a charge stands now.
    pub(super) async fn tell_state(&self, tx: &mut Tx, play: &Play, row: &Row) -> Result<()> {
        let what = match row.state.as_str() {
            "requires_action" => "payment.requires_action",
            "processing" => "payment.processing",
            "authorised" => "payment.authorised",
            "captured" => "payment.captured",
            "voided" => "payment.voided",
            _ => "payment.failed",
        };
        self.tell(tx, play, (what, row)).await
    }
}

#[async_trait]
impl Playground for Sandbox {
    fn cards(&self) -> &'static [Card] {
        CARDS
    }

    async fn settle(&self, tenant: TenantId, payment: Option<PaymentId>, succeed: bool) -> Result<Vec<PaymentId>, Trouble> {
        let play = self.play(tenant).await.map_err(|error| away(&error))?;
        let ended = self.db.transact(tenant, async |tx| {
            let mut ended = Vec::new();
            for mut row in books::hold_processing(tx, payment.map(|id| id.to_string())).await? {
                row.ready_at = None;
                if succeed {
                    super::books::succeed(&mut row);
                } else {
                    (row.state, row.failure_code) = ("failed".into(), Some("processing_error".into()));
                }
                books::update(tx, &row).await?;
                self.tell_state(tx, &play, &row).await?;
                ended.extend(row.key.parse::<PaymentId>().ok());
            }
            Ok::<_, Error>(ended)
        });
        ended.await.map_err(|error| away(&error))
    }

    fn sign(&self, body: &str, signing: &str, now: Timestamp) -> RawMessage {
        let headers = vec![(HEADER.into(), signed::sign(body, signing, now)), ("content-type".into(), "application/json".into())];
        RawMessage { headers, body: body.to_owned() }
    }

    fn read(&self, message: &RawMessage, signing: &str, now: Timestamp) -> Result<Told, NotTaken> {
        signed::check(message.header(HEADER), &message.body, (signing, now))?;
        let event: Event = serde_json::from_str(&message.body).map_err(|_| NotTaken::Forged("This is no event."))?;
        Ok(Told { proved: true, id: event.id, kind: event.kind, payment: Some(event.data.object.payment) })
    }
}
