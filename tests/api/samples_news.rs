//! Samples of newsletters and of who gets them.

use purser_core::ids::{NewsletterId, TenantId};
use purser_core::newsletters::{LetterState, NewsletterState, SuppressionReason};
use purser_store::newsletters::{self as store, Letter, Newsletter, Suppression};
use purser_store::users;
use purser_testkit::{TestApp, json};

use super::samples::{Sample, bare, change, with};

pub(super) fn newsletters() -> Vec<Sample> {
    vec![
        bare("listNewsletters", "/newsletters"),
        with("createNewsletter", "/newsletters", json!({ "subjectEn": "Lanterns", "textEn": "New ones are in." })),
        bare("getNewsletter", "/newsletters/{newsletter}"),
        change("updateNewsletter", "/newsletters/{newsletter}", json!({ "textEn": "New ones are **in**." })),
        with("previewNewsletter", "/newsletters/preview", json!({ "language": "en", "subject": "Lanterns", "text": "New ones are in." })),
        bare("getNewsletterAudience", "/newsletters/{newsletter}/audience"),
        with("testNewsletter", "/newsletters/{newsletter}/test", json!({ "language": "en" })),
        with("sendNewsletter", "/newsletters/{ready_newsletter}/send", json!({ "sendAt": "2026-12-24T08:00:00Z" })),
        bare("cancelNewsletter", "/newsletters/{scheduled_newsletter}/cancel"),
        bare("listNewsletterLetters", "/newsletters/{failed_newsletter}/letters"),
        bare("resendNewsletter", "/newsletters/{failed_newsletter}/again"),
        bare("stopNewsletter", "/newsletters/{failed_newsletter}/stop"),
        bare("deleteNewsletter", "/newsletters/{idle_newsletter}"),
        bare("listSuppressions", "/newsletters/suppressions"),
        with("removeSuppression", "/newsletters/suppressions/{suppression}/remove", json!({ "reason": "asked for it" })),
        bare("getNewsletterConsent", "/users/{user}/newsletters"),
        with("setNewsletterConsent", "/users/{user}/newsletters", json!({ "agreed": true, "note": "card at the counter" })),
        bare("getOwnNewsletterConsent", "/auth/newsletters"),
        with("setOwnNewsletterConsent", "/auth/newsletters", json!({ "agreed": true })),
    ]
}

/// A newsletter that reached nobody, and an address that gets none; their ids. The owner's address is proved: else they could not agree.
pub(super) async fn db_failed(app: &TestApp, tenant: TenantId) -> (String, String) {
    let now = app.app.clock.now();
    let id: NewsletterId = app.app.ids.next(now);
    let newsletter = Newsletter {
        id,
        tenant_id: tenant,
        subject_en: "Lost".into(),
        text_en: "Nobody read it.".into(),
        subject_de: String::new(),
        text_de: String::new(),
        countries: String::new(),
        state: NewsletterState::Sent,
        send_at: Some(now),
        round: 0,
        gathered_to: None,
        gathered: true,
        batches: 1,
        total: 1,
        sent: 0,
        failed: 1,
        skipped: 0,
        version: 1,
        created_by: None,
        created_by_name: "Olive Owner".into(),
        sent_by: None,
        sent_by_name: Some("Olive Owner".into()),
        created_at: now,
        updated_at: now,
        started_at: Some(now),
        finished_at: Some(now),
    };
    let letter = Letter {
        id: app.app.ids.next(now),
        tenant_id: tenant,
        newsletter_id: id,
        user_id: app.app.ids.next(now),
        address: "lost@world.example".into(),
        batch: 1,
        state: LetterState::Failed,
        why: Some("refused".into()),
        error: None,
        attempts: 1,
        created_at: now,
        sent_at: None,
    };
    let kept = Suppression {
        id: app.app.ids.next(now),
        tenant_id: tenant,
        email: "lost@world.example".into(),
        reason: SuppressionReason::Bounced,
        error: None,
        newsletter_id: Some(id.uuid()),
        created_at: now,
    };
    app.app
        .db
        .transact(tenant, async |tx| {
            for owner in users::find_by_email(tx, "owner@harbour.example").await? {
                users::verified(tx, owner.id, now).await?;
            }
            store::insert(tx, &newsletter).await?;
            store::set(tx, &newsletter).await?;
            store::add_letters(tx, std::slice::from_ref(&letter)).await?;
            store::suppress(tx, &kept).await
        })
        .await
        .unwrap();
    (id.to_string(), kept.id.to_string())
}
