//! What the staff did, as the audit log tells it.

use chrono::Datelike;
use purser_core::access::Role;
use purser_core::audit::Entry;
use purser_core::ids::OrderId;
use purser_core::time::{HOUR, MINUTE};
use purser_core::{Timestamp, ids};
use purser_store::bulk::Table;
use uuid::Uuid;

use super::calendar::Calendar;
use super::people::Staff;
use super::random::Rng;
use super::sink::Gone;
use super::{Maker, Scene};

/// Who looks after customers.
pub(super) const SUPPORT: &[Role] = &[Role::Support];
/// Who gives money back.
pub(super) const REFUNDERS: &[Role] = &[Role::Support, Role::Support, Role::Finance];

/// How far back the log of signing in and keeping the catalog reaches.
const DAYS_BACK: usize = 150;

/// One deed.
pub(super) struct Act {
    action: &'static str,
    subject_type: &'static str,
    subject_id: Uuid,
    label: String,
    at: Timestamp,
    before: Option<String>,
    after: Option<String>,
    reason: Option<String>,
}

impl Act {
    pub(super) fn on(action: &'static str, (subject_type, subject_id, label): (&'static str, Uuid, String), at: Timestamp) -> Self {
        Self { action, subject_type, subject_id, label, at, before: None, after: None, reason: None }
    }

    pub(super) fn order(action: &'static str, id: OrderId, number: i64, at: Timestamp) -> Self {
        Self::on(action, ("order", id.uuid(), format!("#{number}")), at)
    }

    pub(super) fn why(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }

    pub(super) fn before(self, before: String) -> Self {
        Self { before: Some(before), ..self }
    }

    pub(super) fn after(self, after: String) -> Self {
        Self { after: Some(after), ..self }
    }
}

/// The line `member` leaves in the log.
pub(super) fn line(scene: &Scene, rng: &mut Rng, member: &Staff, act: Act) -> Entry {
    Entry {
        id: rng.id(act.at),
        tenant: scene.tenant,
        at: act.at,
        actor_kind: "user",
        actor_id: Some(member.id),
        actor_name: member.name.clone(),
        action: act.action,
        subject_type: act.subject_type,
        subject_id: Some(act.subject_id),
        subject_label: act.label,
        before: act.before,
        after: act.after,
        reason: act.reason,
        ip: Some(member.ip.clone()),
        user_agent: Some("Mozilla/5.0 (X11; Linux x86_64) Purser".into()),
        request_id: Some(rng.id::<ids::RequestId>(act.at)),
    }
}

/// Mornings at the desk, and the catalog kept in order.
pub(super) fn routine(maker: &mut Maker, calendar: &Calendar, rng: &mut Rng) -> Result<(), Gone> {
    for day in calendar.days().saturating_sub(DAYS_BACK)..calendar.days() {
        let midnight = calendar.midnight(day);
        if midnight.to_utc().weekday().number_from_monday() > 5 {
            continue;
        }
        for place in 0..maker.team.len() {
            let member = maker.team[place].clone();
            let at = midnight.plus(7 * HOUR + rng.below(3 * HOUR));
            if at < maker.scene.end && rng.chance(8_200) {
                sign_in(maker, rng, &member, at)?;
            }
        }
        let at = midnight.plus(10 * HOUR + rng.below(6 * HOUR));
        if at < maker.scene.end && rng.chance(4_500) {
            restock(maker, rng, at);
        }
    }
    Ok(())
}

fn sign_in(maker: &mut Maker, rng: &mut Rng, member: &Staff, at: Timestamp) -> Result<(), Gone> {
    let tenant = maker.scene.tenant;
    let mut attempt = |maker: &mut Maker, outcome: &'static str, at: Timestamp| {
        let row = [rng.id::<Uuid>(at).into(), tenant.into(), member.id.into(), outcome.into(), Some(member.ip.clone()).into(), at.into()];
        maker.sink.row(Table::SignIns, row)
    };
    if at.micros() % 19 == 0 {
        attempt(maker, "refused", at.plus(-MINUTE))?;
    }
    attempt(maker, "signed_in", at)?;
    let act = Act::on("session.begin", ("user", member.id.uuid(), member.name.clone()), at);
    maker.sink.line(line(&maker.scene, rng, member, act));
    Ok(())
}

fn restock(maker: &mut Maker, rng: &mut Rng, at: Timestamp) {
    let Some(member) = maker.team.iter().find(|member| member.role == Role::Moderator).cloned() else { return };
    let product = rng.pick(&maker.products).clone();
    let had = rng.below(12);
    let act = Act::on("product.update", ("product", product.id.uuid(), product.name), at)
        .before(format!("{{\"stock\":{had}}}"))
        .after(format!("{{\"stock\":{}}}", had + rng.between(2, 20) * 10));
    maker.sink.line(line(&maker.scene, rng, &member, act));
}
