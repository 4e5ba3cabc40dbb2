//! Shapes of reconciliation on the wire.

use purser_core::error::Checks;
use purser_core::ids::{PaymentId, RefundId};
use purser_core::reconciliation::{ExceptionKind, ExceptionState};
use purser_core::{Error, Money, Timestamp};
use purser_service::reconciliation::port::Plant;
use purser_store::reconciliation::{Exception, Run};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::extract::When;
use crate::party::RefView;
use crate::reply::Versioned;

/// One comparison.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Reconciliation")]
pub(crate) struct RunView {
    id: Uuid,
    /// The providers that reported; nothing until it has ended.
    providers: Vec<String>,
    from: Timestamp,
    to: Timestamp,
    /// Lines of the provider's report.
    lines: i64,
    /// Those that agree with our books.
    matched: i64,
    /// Fees they kept that were booked by it.
    fees_booked: i64,
    /// Differences that were new.
    found: i64,
    /// Who asked for it; the regular one was asked for by nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_by: Option<RefView>,
    made_at: Timestamp,
    /// Not there while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            providers: run.providers.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            from: run.from_at,
            to: run.to_at,
            lines: run.lines,
            matched: run.matched,
            fees_booked: run.fees,
            found: run.found,
            requested_by: run.requested_by.map(|id| RefView { id, name: run.requested_by_name }),
            made_at: run.made_at,
            ended_at: run.ended_at,
        }
    }
}

impl Versioned for RunView {}

/// What is to be compared.
#[derive(Deserialize, Serialize, JsonSchema, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "NewReconciliation")]
pub(crate) struct RunBody {
    /// From this instant; thirty days before the end if not said.
    pub(crate) from: Option<When>,
    /// To before this one; now if not said.
    pub(crate) to: Option<When>,
}

/// Something the two books do not agree on.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ReconciliationException")]
pub(crate) struct ExceptionView {
    id: Uuid,
    run_id: Uuid,
    provider: String,
    kind: ExceptionKind,
    /// The line in their books; where they have none, the payment or refund in ours.
    reference: String,
    /// What kind of move: `charge`, `refund`, `dispute`, …
    line_kind: String,
    /// What they say; money that came in is positive.
    theirs: Money,
    /// What we say.
    ours: Money,
    /// Theirs less ours.
    difference: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<Uuid>,
    happened_at: Timestamp,
    state: ExceptionState,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The booking that wrote it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    posting_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_by: Option<RefView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_at: Option<Timestamp>,
    found_at: Timestamp,
    /// Counts changes.
    version: i64,
}

impl From<Exception> for ExceptionView {
    fn from(x: Exception) -> Self {
        Self {
            id: x.id,
            run_id: x.run_id,
            kind: x.kind,
            theirs: x.money(x.theirs),
            ours: x.money(x.ours),
            difference: x.money(x.theirs - x.ours),
            provider: x.provider,
            reference: x.reference,
            line_kind: x.line_kind,
            payment_id: x.payment_id,
            refund_id: x.refund_id,
            happened_at: x.happened_at,
            state: x.state,
            reason: x.reason,
            posting_id: x.posting_id,
            resolved_by: x.resolved_by.zip(x.resolved_by_name).map(|(id, name)| RefView { id, name }),
            resolved_at: x.resolved_at,
            found_at: x.found_at,
            version: x.version,
        }
    }
}

impl Versioned for ExceptionView {}

/// What a difference belongs to: a payment or a refund.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ExceptionMatch")]
pub(crate) struct MatchBody {
    #[serde(default)]
    pub(crate) payment_id: Option<PaymentId>,
    #[serde(default)]
    pub(crate) refund_id: Option<RefundId>,
    /// Why, up to 500 characters.
    pub(crate) reason: String,
}

/// Writing a difference off.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ExceptionWriteOff")]
pub(crate) struct WriteOffBody {
    /// Why, up to 500 characters.
    pub(crate) reason: String,
}

/// No report has a line of more, in minor units.
const MOST: i64 = 100_000_000_000;

/// What kind of difference to plant.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum PlantKind {
    /// The line says so much more or less.
    Amount,
    /// The line is missing.
    Missing,
    /// A line nobody here knows of.
    Extra,
    /// The line has this fee.
    Fee,
}

/// A difference to plant in the sandbox's report.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PlantedDifference")]
pub(crate) struct PlantBody {
    /// The name of the line: `ch_` and the id of a payment, `re_` and the id of a refund, or any other for a line of its own.
    reference: String,
    kind: PlantKind,
    /// By how much, in minor units.
    #[serde(default)]
    amount: i64,
}

impl PlantBody {
    /// In the words of the port.
    pub(crate) fn plant(self) -> Result<Plant, Error> {
        let Self { reference, kind, amount } = self;
        let mut checks = Checks::new();
        checks.text("reference", &reference, 200);
        let fits = (-MOST..=MOST).contains(&amount) && (amount >= 0 || matches!(kind, PlantKind::Amount));
        checks.that(fits, "amount", "out_of_range", "At most a billion, and less than nothing only for what a line says too little.");
        checks.done()?;
        Ok(match kind {
            PlantKind::Amount => Plant::Amount(reference, amount),
            PlantKind::Missing => Plant::Missing(reference),
            PlantKind::Extra => Plant::Extra(reference, amount),
            PlantKind::Fee => Plant::Fee(reference, amount),
        })
    }
}
