//! Samples of the ways to payment providers and of messages to others.

use purser_testkit::json;

use super::samples::{Sample, bare, change, with};

pub(super) fn gateways() -> Vec<Sample> {
    [sandbox(), connections()].concat()
}

fn connections() -> Vec<Sample> {
    vec![
        bare("listPaymentProviders", "/payment-providers"),
        with("createPaymentProvider", "/payment-providers", json!({ "kind": "stripe", "name": "Stripe", "secret": "sk_test_sample" })),
        bare("getPaymentProvider", "/payment-providers/{gateway}"),
        change("updatePaymentProvider", "/payment-providers/{gateway}", json!({ "name": "Stripe for tests" })),
        bare("testPaymentProvider", "/payment-providers/{gateway}/test"),
        bare("listPaymentEvents", "/payment-providers/events"),
        bare("getPaymentEvent", "/payment-providers/events/{told}"),
        bare("replayPaymentEvent", "/payment-providers/events/{told}/replay"),
        bare("deletePaymentProvider", "/payment-providers/{idle_gateway}"),
    ]
}

pub(super) fn webhooks() -> Vec<Sample> {
    vec![
        bare("listWebhookEndpoints", "/webhooks/endpoints"),
        with("createWebhookEndpoint", "/webhooks/endpoints", json!({ "url": "https://hooks.example/purser", "topics": ["order.*"] })),
        bare("getWebhookEndpoint", "/webhooks/endpoints/{endpoint}"),
        change("updateWebhookEndpoint", "/webhooks/endpoints/{endpoint}", json!({ "description": "Stock keeping" })),
        with("rotateWebhookSecret", "/webhooks/endpoints/{endpoint}/rotate", json!({ "overlapHours": 1 })),
        bare("testWebhookEndpoint", "/webhooks/endpoints/{endpoint}/test"),
        bare("listWebhookEvents", "/webhooks/events"),
        bare("listWebhookDeliveries", "/webhooks/deliveries"),
        bare("getWebhookDelivery", "/webhooks/deliveries/{delivery}"),
        bare("resendWebhookDelivery", "/webhooks/deliveries/{delivery}/resend"),
        bare("deleteWebhookEndpoint", "/webhooks/endpoints/{idle_endpoint}"),
    ]
}

fn sandbox() -> Vec<Sample> {
    let dispute = json!({ "paymentId": "{disputed}", "amount": { "amount": 100, "currency": "EUR" }, "reason": "fraudulent" });
    vec![
        bare("getSandbox", "/sandbox"),
        with("addSandboxFault", "/sandbox/faults", json!({ "effect": "decline", "operation": "void", "code": "expired_card", "calls": 1 })),
        bare("removeSandboxFault", "/sandbox/faults/{fault}"),
        bare("clearSandboxFaults", "/sandbox/faults"),
        bare("listSandboxCalls", "/sandbox/calls"),
        bare("listSandboxMessages", "/sandbox/messages"),
        bare("sendSandboxMessage", "/sandbox/messages/{message}/send"),
        with("settleSandbox", "/sandbox/settle", json!({ "outcome": "succeed" })),
        with("openSandboxDispute", "/sandbox/disputes", dispute),
        with("updateSandbox", "/sandbox", json!({ "processingSeconds": 3, "webhooks": { "copies": 2, "losePercent": 10 } })),
    ]
}
