//! The payment of an order as two books have it: ours and the sandbox provider's.

use purser_core::Timestamp;
use purser_core::payments::Shares;

use super::{Draft, Maker, Paid};

/// Write it down in both.
pub(super) fn payment(maker: &mut Maker, draft: &Draft<'_>, paid: &Paid, (refunded, used, updated): (i64, Shares, Timestamp)) {
    let (tenant, currency, total) = (maker.scene.tenant, maker.scene.currency, draft.sums[4]);
    let (code, message) = paid.failure.unzip();
    let taken = (paid.captured > 0).then_some(paid.at);
    let row = [
        paid.id.into(),
        tenant.into(),
        draft.id.into(),
        draft.customer.id.into(),
        "sandbox".into(),
        paid.method.into(),
        "automatic".into(),
        paid.state.into(),
        currency.into(),
        total.into(),
        paid.captured.into(),
        refunded.into(),
        used.tax.into(),
        used.shipping.into(),
        code.into(),
        message.into(),
        paid.at.into(),
        taken.into(),
        updated.into(),
    ];
    // The provider's own books, so that what is left can be refunded.
    let state = match paid.state {
        "failed" | "voided" | "requires_action" => paid.state,
        _ => "captured",
    };
    let charge = [
        tenant.into(),
        paid.id.to_string().into(),
        paid.method.into(),
        "automatic".into(),
        state.into(),
        currency.into(),
        total.into(),
        paid.captured.into(),
        refunded.into(),
        code.into(),
        paid.at.into(),
    ];
    maker.payments.push((row, charge));
}
