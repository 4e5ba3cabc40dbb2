//! Disputes at Stripe: what banks dispute, and what is answered to them.

use async_trait::async_trait;
use purser_core::disputes::{DisputeState, EvidenceKind};
use purser_core::ids::TenantId;
use purser_core::time::SECOND;
use purser_core::{Money, Timestamp};
use purser_service::disputes::port::{Answer, AnswerCall, Disputes, FileCall, ProviderDispute, Takes};
use purser_service::payments::port::{Handle, Trouble};
use purser_store::gateways as store;
use sha2::{Digest, Sha256};

use super::wire::{Dispute, IdOrWhole, Named, Page};
use super::{Stripe, away, settled, trouble};

/// The longest text Stripe takes in one field.
const LONGEST: usize = 20_000;

/// Pages of a hundred that are looked at, the newest first: a dispute is over long before it lies behind them.
const MOST_PAGES: usize = 20;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(SECOND))
}

/// Where a dispute stands, in our words.
fn state(status: &str) -> DisputeState {
    match status {
        "warning_needs_response" => DisputeState::Opened,
        "needs_response" => DisputeState::NeedsEvidence,
        "won" | "warning_closed" => DisputeState::Won,
        "lost" => DisputeState::Lost,
        _ => DisputeState::Submitted,
    }
}

/// Where a file of a kind goes: one each.
const fn field(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Receipt => "evidence[receipt]",
        EvidenceKind::CustomerCommunication => "evidence[customer_communication]",
        EvidenceKind::CustomerSignature => "evidence[customer_signature]",
        EvidenceKind::ShippingDocumentation => "evidence[shipping_documentation]",
        EvidenceKind::ServiceDocumentation => "evidence[service_documentation]",
        EvidenceKind::RefundPolicy => "evidence[refund_policy]",
        EvidenceKind::CancellationPolicy => "evidence[cancellation_policy]",
        EvidenceKind::DuplicateCharge => "evidence[duplicate_charge_documentation]",
        EvidenceKind::Other => "evidence[uncategorized_file]",
    }
}

/// What Stripe takes in files: each by itself, and all that go to the bank together.
const TAKES: Takes =
    Takes { types: &["application/pdf", "image/jpeg", "image/png"], largest: 5_000_000, together: 4_500_000, one_of_a_kind: true, ahead: true };

/// What a dispute moved, in its own currency.
#[derive(Default)]
struct Sums {
    withdrawn: i64,
    reinstated: i64,
    fee: i64,
    fee_back: i64,
}

impl Sums {
    /// What the lines of a dispute come to. One that settled in another currency moved all that is disputed, as Stripe's lines always do.
    fn of(dispute: &Dispute) -> Self {
        let mut sums = Self::default();
        for line in &dispute.balance_transactions {
            let foreign = line.currency.as_ref().is_some_and(|currency| !currency.eq_ignore_ascii_case(&dispute.currency));
            let (moved, fee) = if foreign {
                (dispute.amount, settled::in_own_currency(line.fee, line.amount, dispute.amount))
            } else {
                (line.amount.abs(), line.fee)
            };
            match line.amount.signum() {
                -1 => sums.withdrawn += moved,
                1 => sums.reinstated += moved,
                _ => {}
            }
            if fee > 0 { sums.fee += fee } else { sums.fee_back -= fee }
        }
        sums
    }
}

impl Stripe {
    /// A dispute in the words of the port; `None` if it is about no payment of ours.
    async fn ours(&self, tenant: TenantId, dispute: Dispute) -> Result<Option<ProviderDispute>, Trouble> {
        let sums = Sums::of(&dispute);
        let Some(intent) = dispute.payment_intent.map(IdOrWhole::id) else { return Ok(None) };
        let connection = self.access.connection;
        let found = self.db.read(tenant, async |tx| store::payment_called(tx, connection, &intent).await).await.map_err(|error| away(&error))?;
        let Some(payment) = found else { return Ok(None) };
        let currency = settled::currency(&dispute.currency).ok_or(Trouble::Unknown)?;
        Ok(Some(ProviderDispute {
            provider: "stripe".into(),
            reference: dispute.id,
            payment: payment.payment_id,
            amount: Money::new(dispute.amount, currency),
            reason: dispute.reason,
            state: state(&dispute.status),
            due_at: dispute.evidence_details.and_then(|details| details.due_by).map(at),
            withdrawn: sums.withdrawn,
            reinstated: sums.reinstated,
            fee: sums.fee,
            fee_back: sums.fee_back,
            opened_at: at(dispute.created),
        }))
    }

    async fn all_ours(&self, tenant: TenantId, page: Page<Dispute>) -> Result<Vec<ProviderDispute>, Trouble> {
        let mut ours = Vec::new();
        for dispute in page.data {
            ours.extend(self.ours(tenant, dispute).await?);
        }
        Ok(ours)
    }

    async fn answered(&self, call: &AnswerCall, made: Result<Dispute, super::Fault>) -> Answer {
        self.ours(call.tenant, made.map_err(trouble)?).await?.ok_or(Trouble::Unknown)
    }
}

#[async_trait]
impl Disputes for Stripe {
    async fn takes(&self, _: Handle) -> Result<Option<Takes>, Trouble> {
        Ok(Some(TAKES))
    }

    async fn upload(&self, call: &FileCall) -> Result<String, Trouble> {
        let file = &call.file;
        let key = format!("{}-file-{}", call.reference, file.id);
        let made: Named = self.api.file((&file.name, &file.content_type), &call.bytes, &key).await.map_err(trouble)?;
        Ok(made.id)
    }

    async fn submit(&self, call: &AnswerCall) -> Answer {
        let cut = |text: &String| text.chars().take(LONGEST).collect::<String>();
        let texts = &call.texts;
        let mut form: Vec<(&str, String)> = vec![("submit", "true".into())];
        if let Some(text) = &texts.product_description {
            form.push(("evidence[product_description]", cut(text)));
        }
        if let Some(text) = &texts.refund_policy {
            form.push(("evidence[refund_policy_disclosure]", cut(text)));
        }
        // Stripe takes these as files alone; as text they go with the rest.
        let rest: Vec<&str> =
            [&texts.customer_communication, &texts.shipping_documentation, &texts.other].into_iter().flatten().map(String::as_str).collect();
        if !rest.is_empty() {
            form.push(("evidence[uncategorized_text]", cut(&rest.join("\n\n"))));
        }
        form.extend(call.files.iter().filter_map(|file| Some((field(file.kind), file.reference()?.to_owned()))));
        // The key tells one text from another: after a refusal something else may be said.
        let said: Vec<u8> = form.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()].concat()).collect();
        let key = format!("{}-submit-{}", call.reference, hex::encode(&Sha256::digest(&said)[..8]));
        let made = self.api.post(&format!("/v1/disputes/{}", call.reference), &form, &key).await;
        self.answered(call, made).await
    }

    async fn accept(&self, call: &AnswerCall) -> Answer {
        let made = self.api.post(&format!("/v1/disputes/{}/close", call.reference), &[], &format!("{}-close", call.reference)).await;
        let told = self.answered(call, made).await?;
        Ok(ProviderDispute { state: DisputeState::Accepted, ..told })
    }

    async fn of(&self, handle: Handle) -> Result<Vec<ProviderDispute>, Trouble> {
        let Some(intent) = self.known(handle).await? else { return Ok(Vec::new()) };
        let page: Page<Dispute> = self.api.get(&format!("/v1/disputes?limit=50&payment_intent={intent}")).await.map_err(trouble)?;
        let mut ours = self.all_ours(handle.tenant, page).await?;
        ours.retain(|dispute| dispute.payment == handle.payment);
        Ok(ours)
    }

    async fn list(&self, tenant: TenantId) -> Result<Vec<ProviderDispute>, Trouble> {
        let (mut all, mut after) = (Vec::new(), String::new());
        for _ in 0..MOST_PAGES {
            let page: Page<Dispute> = self.api.get(&format!("/v1/disputes?limit=100{after}")).await.map_err(trouble)?;
            let next = page.data.last().filter(|_| page.has_more).map(|last| format!("&starting_after={}", last.id));
            all.extend(self.all_ours(tenant, page).await?);
            let Some(next) = next else { break };
            after = next;
        }
        Ok(all)
    }
}
