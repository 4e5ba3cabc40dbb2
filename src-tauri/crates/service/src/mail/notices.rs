//! Telling staff by mail what waits for somebody: disputes whose time runs out, requests for approval, products that run out, work that was
//! given up. It looks at how things stand, and each mail has a cause of its own: looking twice writes once.

use std::collections::BTreeSet;

use purser_core::access::{Grant, can};
use purser_core::approvals::ApprovalState;
use purser_core::bus::Pattern;
use purser_core::disputes::DisputeState;
use purser_core::events::Topic;
use purser_core::ids::{ProductId, UserId};
use purser_core::jobs::JobState;
use purser_core::mail::{Template, Wish};
use purser_core::time::DAY;
use purser_core::{Money, Result, Timestamp};
use purser_store::{Page, Tx, approvals, disputes, events, jobs as work, mails as store, products};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::facts::{Item, StaffFacts};
use super::send::{More, SendMail, write_with};
use super::staff;
use crate::App;
use crate::jobs::{Failure, Turn, Work};

/// Things one mail names; the rest it counts.
const NAMED: usize = 20;
/// Things looked at.
const MOST: u32 = 100;
/// Days before a dispute is due at which somebody is told.
const AHEAD: [i64; 3] = [1, 3, 7];

/// Tell staff what waits for them.
#[derive(Serialize, Deserialize)]
pub(crate) struct TellStaff {}

/// Something to tell whoever wants to be told of its kind.
struct News {
    cause: String,
    /// Not told of it: they set it off.
    but: Vec<Uuid>,
    page: String,
    about: StaffFacts,
}

impl Work for TellStaff {
    const KIND: &'static str = "staff.tell";
    const QUEUE: &'static str = "upkeep";

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let by = Grant::<can::ManageJob>::system(turn.tenant, app.clock.now(), &app.ids);
        Ok(app.db.transact(&by, async |tx| tell(tx, &by).await).await?)
    }
}

async fn tell(tx: &mut Tx, by: &Grant<can::ManageJob>) -> Result<()> {
    // One looks at a time: two would both find that nobody was told yet.
    tx.alone("mails to staff").await?;
    let people = staff::everybody(tx, by.now()).await?;
    let wants = |wish| people.iter().any(|(_, wanted)| wanted.contains(&wish));
    let mut news = Vec::new();
    if wants(Wish::Disputes) {
        news.extend(due(tx, by.now()).await?);
    }
    if wants(Wish::Approvals) {
        news.extend(waiting(tx).await?);
    }
    if wants(Wish::Stock) {
        news.extend(running_out(tx, by.now()).await?);
    }
    if wants(Wish::Jobs) {
        news.extend(given_up(tx, by.now()).await?);
    }
    for (user, wanted) in &people {
        let theirs: Vec<&News> = news.iter().filter(|one| wanted.contains(&one.about.wish) && !one.but.contains(&user.id.uuid())).collect();
        let causes: Vec<String> = theirs.iter().map(|one| cause(one, user.id)).collect();
        let written = store::written(tx, &causes).await?;
        for (one, cause) in theirs.into_iter().zip(causes).filter(|(_, cause)| !written.contains(cause)) {
            let more = More { staff: Some(one.about.clone()), page: Some(one.page.clone()), cause: Some(cause), ..More::default() };
            write_with(tx, by, (user, Template::StaffNotice), more).await?;
        }
    }
    Ok(())
}

fn cause(news: &News, user: UserId) -> String {
    format!("{}:{user}", news.cause)
}

fn page(limit: u32) -> Page {
    Page { limit, ..Page::default() }
}

/// Disputes the bank waits for, as their time runs out.
async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<News>> {
    let states = vec![DisputeState::Opened, DisputeState::NeedsEvidence];
    let filter = disputes::Filter { states, due_before: Some(now.plus(7 * DAY)), ..disputes::Filter::default() };
    let found = disputes::list(tx, &filter, &page(MOST)).await?.rows;
    let news = found.into_iter().filter_map(|dispute| {
        let left = dispute.due_at?.since(now);
        let days = AHEAD.into_iter().find(|days| left > 0 && left <= days * DAY)?;
        let item = Item {
            name: format!("#{}", dispute.order_number),
            money: Some(Money::new(dispute.amount, dispute.currency)),
            at: dispute.due_at,
            note: None,
        };
        Some(News {
            cause: format!("dispute:{}:{days}", dispute.id),
            but: Vec::new(),
            page: format!("/payments/disputes/{}", dispute.id),
            about: StaffFacts { wish: Wish::Disputes, count: 1, items: vec![item] },
        })
    });
    Ok(news.collect())
}

/// Requests nobody has decided.
async fn waiting(tx: &mut Tx) -> Result<Vec<News>> {
    let filter = approvals::Filter { states: vec![ApprovalState::Waiting], ..approvals::Filter::default() };
    let found = approvals::list(tx, &filter, &page(MOST)).await?.rows;
    let news = found.into_iter().map(|approval| News {
        cause: format!("approval:{}", approval.id),
        but: [approval.requested_by, approval.requested_really].into_iter().flatten().collect(),
        page: "/refunds/approvals?state=waiting".into(),
        about: StaffFacts {
            wish: Wish::Approvals,
            count: 1,
            items: vec![Item {
                name: approval.subject_label.clone(),
                money: Some(approval.money()),
                at: Some(approval.expires_at),
                note: Some(approval.requested_by_name.clone()).filter(|name| !name.is_empty()),
            }],
        },
    });
    Ok(news.collect())
}

/// Products that began to run out yesterday and still do: once a day.
async fn running_out(tx: &mut Tx, now: Timestamp) -> Result<Option<News>> {
    let today = Timestamp::from_micros(now.micros().div_euclid(DAY) * DAY);
    let name = Pattern { topic: Some(Topic::Product), action: Some("low_stock".into()) };
    let filter = events::Filter { topics: vec![Topic::Product], name, from: Some(today.plus(-DAY)), to: Some(today), ..events::Filter::default() };
    let happened = events::list(tx, &filter, &page(MOST)).await?.rows;
    let ids: BTreeSet<ProductId> = happened.into_iter().map(|event| ProductId(event.subject_id)).collect();
    let mut items = Vec::new();
    for id in ids {
        if let Some(product) = products::find(tx, id).await?.filter(|product| product.active && product.stock < product.threshold()) {
            items.push(Item { name: product.name, money: None, at: None, note: Some(product.stock.to_string()) });
        }
    }
    if items.is_empty() {
        return Ok(None);
    }
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    items.truncate(NAMED);
    let day = today.to_utc().date_naive();
    let about = StaffFacts { wish: Wish::Stock, count, items };
    Ok(Some(News { cause: format!("stock:{day}"), but: Vec::new(), page: "/products/stock".into(), about }))
}

/// Work that was given up within a day, when there is something new among it.
async fn given_up(tx: &mut Tx, now: Timestamp) -> Result<Option<News>> {
    let filter = work::Filter { states: vec![JobState::Dead], ..work::Filter::default() };
    let found = work::list(tx, &filter, &page(MOST)).await?.rows;
    // A mail that could not be delivered must not lead to the next one; the mailbox tells of those.
    let mut dead: Vec<_> =
        found.into_iter().filter(|job| job.kind != SendMail::KIND && job.finished_at.is_some_and(|at| now.since(at) < DAY)).collect();
    dead.sort_by_key(|job| std::cmp::Reverse(job.finished_at));
    let Some(newest) = dead.first().map(|job| job.id) else { return Ok(None) };
    let count = i64::try_from(dead.len()).unwrap_or(i64::MAX);
    let items = dead.into_iter().take(NAMED).map(|job| Item { name: job.kind, money: None, at: job.finished_at, note: job.last_error }).collect();
    let about = StaffFacts { wish: Wish::Jobs, count, items };
    Ok(Some(News { cause: format!("dead:{newest}"), but: Vec::new(), page: "/jobs?state=dead".into(), about }))
}
