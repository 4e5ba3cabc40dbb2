//! Samples of what moves money beside the plain payment: refunds of orders, approvals.

use purser_testkit::json;

use super::samples::{Sample, bare, change, with};

/// Every sample.
pub(super) fn money() -> Vec<Sample> {
    let rule = json!({ "name": "Large refunds", "kind": "refund", "effect": "approve", "minAmount": { "amount": 90_000, "currency": "EUR" } });
    vec![
        with("previewRefund", "/orders/{packed}/refunds/preview", json!({ "amount": { "amount": 250, "currency": "EUR" } })),
        with("refundOrder", "/orders/{packed}/refunds", json!({ "amount": { "amount": 250, "currency": "EUR" }, "reason": "scratched" })),
        bare("listApprovals", "/approvals"),
        bare("exportApprovals", "/approvals/export"),
        bare("getApproval", "/approvals/{wish}"),
        with("approveRequest", "/approvals/{wish}/approve", json!({ "reason": "looked at it" })),
        with("rejectRequest", "/approvals/{wish_too}/reject", json!({ "reason": "not for us" })),
        bare("cancelRequest", "/approvals/{wish_own}/cancel"),
        bare("listApprovalRules", "/approval-rules"),
        with("createApprovalRule", "/approval-rules", rule),
        bare("getApprovalRule", "/approval-rules/{rule}"),
        change("updateApprovalRule", "/approval-rules/{rule}", json!({ "name": "Kindness", "perDay": 3 })),
        bare("deleteApprovalRule", "/approval-rules/{idle_rule}"),
    ]
}

/// Stored credit, and what customers owe.
pub(super) fn trust() -> Vec<Sample> {
    let amount = json!({ "amount": 100, "currency": "EUR" });
    vec![
        bare("listCredits", "/credits"),
        bare("exportCredits", "/credits/export"),
        bare("listCreditMoves", "/credits/moves"),
        bare("exportCreditMoves", "/credits/moves/export"),
        with("changeCredit", "/users/{user}/credit", json!({ "deed": "give", "amount": amount, "reason": "a kindness" })),
        bare("listReceivables", "/receivables"),
        bare("exportReceivables", "/receivables/export"),
        with("updateReceivable", "/receivables/{owed}", json!({ "dueAt": "2027-01-31T00:00:00Z", "reason": "asked for" })),
        with("receiveReceivable", "/receivables/{owed}/receive", json!({ "amount": amount, "reason": "transfer 17" })),
        with("writeOffReceivable", "/receivables/{owed}/write-off", json!({ "amount": amount, "reason": "too small to ask for" })),
    ]
}

/// Disputed payments.
pub(super) fn disputes() -> Vec<Sample> {
    let amount = json!({ "amount": 100, "currency": "EUR" });
    vec![
        with("openDispute", "/payments/{shipped}/dispute", json!({ "reason": "product_not_received", "amount": amount })),
        bare("listDisputes", "/disputes"),
        bare("exportDisputes", "/disputes/export"),
        bare("getDispute", "/disputes/{dispute}"),
        bare("refreshDisputes", "/disputes/refresh"),
        Sample {
            version_of: Some("/disputes/{dispute}"),
            ..with("stageEvidence", "/disputes/{dispute}/evidence", json!({ "texts": { "other": "It was delivered." }, "files": ["{file}"] }))
        },
        bare("submitEvidence", "/disputes/{dispute}/submit"),
        with("acceptDispute", "/disputes/{dispute_too}/accept", json!({ "reason": "not worth it" })),
        with("decideDispute", "/disputes/{dispute_last}/decide", json!({ "outcome": "won" })),
    ]
}

/// The books as a whole, and the provider's beside them.
pub(super) fn whole_books() -> Vec<Sample> {
    vec![
        bare("proveWholeLedger", "/ledger/proof"),
        bare("listLedgerPeriods", "/ledger/periods"),
        bare("exportLedgerPeriods", "/ledger/periods/export"),
        with("reopenLedgerPeriod", "/ledger/periods/{period}/reopen", json!({ "reason": "an invoice was forgotten" })),
        with("closeLedgerPeriod", "/ledger/periods", json!({ "endsAt": "2020-01-01", "reason": "long ago" })),
        bare("exportLedger", "/ledger/statement"),
        bare("getMonthlyReport", "/reports/monthly?months=2"),
        bare("exportMonthlyReport", "/reports/monthly.csv?months=2"),
        bare("getReceipt", "/orders/{packed}/receipt.pdf?language=de"),
        bare("getCreditNote", "/refunds/{refund}/credit-note.pdf"),
        bare("getMonthlyReportDocument", "/reports/monthly.pdf?months=2"),
        bare("listReconciliations", "/reconciliation/runs"),
        with("runReconciliation", "/reconciliation/runs", json!({ "from": "2026-11-01", "to": "2026-11-03" })),
        bare("listExceptions", "/reconciliation/exceptions"),
        bare("exportExceptions", "/reconciliation/exceptions/export"),
        bare("getException", "/reconciliation/exceptions/{exception}"),
        with("matchException", "/reconciliation/exceptions/{exception}/match", json!({ "paymentId": "{payment}", "reason": "by another name" })),
        with("writeOffException", "/reconciliation/exceptions/{exception_too}/write-off", json!({ "reason": "small" })),
        with("plantDifference", "/reconciliation/plant", json!({ "reference": "adj_3", "kind": "extra", "amount": 7 })),
    ]
}
