//! The week in figures, by mail on Monday morning to whoever wants it: what came in and went back, who is new, what is disputed, against the
//! week before. A week begins on Monday in the place whose time the schedule goes by.

use purser_core::access::{Grant, can};
use purser_core::disputes::DisputeState;
use purser_core::mail::{Template, Wish};
use purser_core::weeks::{self, Weeks};
use purser_core::{Error, Money, Result};
use purser_store::wishes::{self, Span};
use purser_store::{Tx, disputes, jobs as schedules, mails as store};
use serde::{Deserialize, Serialize};

use super::facts::WeekFacts;
use super::send::{More, write_with};
use super::staff;
use crate::App;
use crate::jobs::{Failure, Turn, Work};
use crate::tenants::part;

/// Name of the schedule.
pub(crate) const NAME: &str = "weekly-report";

/// Write the report of the week that is over.
#[derive(Serialize, Deserialize)]
pub(crate) struct WeeklyReport {}

impl Work for WeeklyReport {
    const KIND: &'static str = "report.weekly";
    const QUEUE: &'static str = "upkeep";

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let by = Grant::<can::ManageJob>::system(turn.tenant, app.clock.now(), &app.ids);
        Ok(app.db.transact(&by, async |tx| report(tx, &by).await).await?)
    }
}

async fn report(tx: &mut Tx, by: &Grant<can::ManageJob>) -> Result<()> {
    tx.alone("mails to staff").await?;
    let people = staff::everybody(tx, by.now()).await?;
    let people: Vec<_> = people.into_iter().filter(|(_, wanted)| wanted.contains(&Wish::Weekly)).collect();
    if people.is_empty() {
        return Ok(());
    }
    let schedule = schedules::schedules(tx).await?.into_iter().find(|schedule| schedule.name == NAME);
    let place = schedule.and_then(|schedule| schedule.zone);
    let week = Weeks::over(by.now(), place.as_deref()).ok_or_else(|| Error::internal("there is no such week"))?;
    let about = figures(tx, by, &week).await?;
    for (user, _) in people {
        let cause = format!("week:{}:{}", week.first, user.id);
        if store::written(tx, std::slice::from_ref(&cause)).await?.is_empty() {
            let more = More { week: Some(about.clone()), page: Some("/".into()), cause: Some(cause), ..More::default() };
            write_with(tx, by, (&user, Template::WeeklyReport), more).await?;
        }
    }
    Ok(())
}

async fn figures(tx: &mut Tx, by: &Grant<can::ManageJob>, week: &Weeks) -> Result<WeekFacts> {
    let currency = part::find(tx, by).await?.currency;
    let [before, start, end] = week.bounds;
    let (now, then) = (wishes::span(tx, (start, end), currency).await?, wishes::span(tx, (before, start), currency).await?);
    let states = vec![DisputeState::Opened, DisputeState::NeedsEvidence, DisputeState::Submitted];
    let (open, _) = disputes::count(tx, &disputes::Filter { states, ..disputes::Filter::default() }, 1_000).await?;
    let money = |of: fn(&Span) -> i64| [Money::new(of(&now), currency), Money::new(of(&then), currency)];
    Ok(WeekFacts {
        from: weeks::day(week.first),
        to: weeks::day(week.last),
        revenue: Some(money(|span| span.revenue)),
        refunded: Some(money(|span| span.refunded)),
        orders: [now.orders, then.orders],
        customers: [now.customers, then.customers],
        disputes: [now.disputes, then.disputes],
        open,
    })
}
