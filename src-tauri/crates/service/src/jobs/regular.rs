//! Regular work: put in when its time has come, once, however many processes look.

use purser_core::access::{Grant, can};
use purser_core::cron::{self, Cron};
use purser_core::time::{DAY, MINUTE};
use purser_core::{Error, Result, Timestamp};
use purser_store::jobs::Schedule;
use purser_store::{Scope, Tx, codes, devices, gateways, jobs as store, keys, links, provider_sign_ins, tenants, webhooks};
use serde::{Deserialize, Serialize};

use super::{Failure, Turn, When, Work, enqueue};
use crate::App;
use crate::disputes::HearDisputes;
use crate::identity::Unproved;
use crate::identity::keys::Warn;
use crate::identity::passwords::Remind;
use crate::ledger::ProveLedger;
use crate::mail::{TellStaff, weekly};
use crate::newsletters::Resume;
use crate::reconciliation::Compare;

/// Regular work of every tenant.
#[derive(Clone, Copy, Debug)]
pub struct Regular {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a sentence for people.
    pub about: &'static str,
    /// When it is done unless a tenant says otherwise, in UTC.
    pub usual: &'static str,
}

/// Everything that is done regularly, at a quiet hour.
pub(super) const REGULAR: &[Regular] = &[
    Regular { name: "tidy", about: "Forgets what is over and what was kept long enough.", usual: "10 3 * * *" },
    Regular { name: "password-reminders", about: "Tells people whose password runs out within a week.", usual: "10 6 * * *" },
    Regular { name: "key-reminders", about: "Tells people whose API keys run out in a week or a day.", usual: "40 */6 * * *" },
    Regular {
        name: "unproved-accounts",
        about: "Reminds people who never proved their address, and deletes their accounts in the end.",
        usual: "20 6 * * *",
    },
    Regular { name: "prove-ledger", about: "Adds up what was booked and holds it against the balances.", usual: "10 3 * * *" },
    Regular { name: "compare-books", about: "Holds the ledger against the payment provider's own account.", usual: "10 3 * * *" },
    Regular { name: "staff-mails", about: "Tells staff by mail what waits for them, if they want that.", usual: "20 * * * *" },
    Regular { name: weekly::NAME, about: "Sends the week in figures to whoever wants it.", usual: "0 9 * * 1" },
    Regular { name: "hear-disputes", about: "Asks the payment providers for disputes nobody told of.", usual: "25 */6 * * *" },
    Regular { name: "resume-newsletters", about: "Takes up newsletters that go out and have stopped half-way.", usual: "50 * * * *" },
];

/// A change another process made to a schedule is seen after so long at the latest.
const LOOK_AGAIN: i64 = 5 * MINUTE;

/// Regular work as a tenant wants it.
pub(super) fn next(regular: &Regular, schedule: Option<&Schedule>, now: Timestamp) -> Result<Timestamp> {
    let rule = schedule.and_then(|schedule| schedule.cron.as_deref()).unwrap_or(regular.usual);
    let place = schedule.and_then(|schedule| schedule.zone.as_deref()).unwrap_or("UTC");
    let next = Cron::read(rule).zip(cron::zone(place)).and_then(|(rule, zone)| rule.after(now, zone));
    next.ok_or_else(|| Error::internal(format!("the schedule of {} is not one", regular.name)))
}

/// Put in what is due.
pub async fn tick(app: &App) -> Result<()> {
    let now = app.clock.now();
    crate::tenants::put_in(app).await?;
    crate::identity::break_glass::lapse(app).await?;
    crate::approvals::sweep(app).await?;
    crate::carts::sweep(app).await?;
    let tenants = app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?;
    for tenant in tenants.into_iter().filter(|tenant| tenant.state.is_open()) {
        let by = Grant::<can::ManageJob>::system(tenant.id, now, &app.ids);
        // Mostly nothing is due, and then nothing is written.
        if app.regular.lock().get(&tenant.id).is_some_and(|at| *at > now) {
            continue;
        }
        let next = app.db.transact(&by, async |tx| turn(tx, &by).await).await?;
        app.regular.lock().insert(tenant.id, next.min(now.plus(LOOK_AGAIN)));
    }
    Ok(())
}

/// Put in what is due in one tenant; when something is due next.
async fn turn(tx: &mut Tx, by: &Grant<can::ManageJob>) -> Result<Timestamp> {
    let (known, mut soonest) = (store::schedules(tx).await?, by.now().plus(DAY));
    for regular in REGULAR {
        let schedule = known.iter().find(|schedule| schedule.name == regular.name);
        let next = next(regular, schedule, by.now())?;
        if schedule.is_none() {
            store::first(tx, by.tenant(), regular.name, next).await?;
        }
        let due = schedule.is_none_or(|schedule| schedule.next_at <= by.now() && !schedule.paused);
        if due && store::take_turn(tx, by.tenant(), regular.name, (by.now(), next)).await? {
            put_in(tx, by, regular.name).await?;
        }
        soonest = soonest.min(schedule.filter(|schedule| schedule.next_at > by.now()).map_or(next, |schedule| schedule.next_at));
    }
    Ok(soonest)
}

async fn put_in(tx: &mut Tx, by: &Grant<can::ManageJob>, name: &str) -> Result<()> {
    let once = When { unique: Some(name.to_owned()), ..When::default() };
    match name {
        "prove-ledger" => enqueue(tx, by, &ProveLedger {}, When { unique: Some(ProveLedger::KIND.into()), ..once }).await?,
        "password-reminders" => enqueue(tx, by, &Remind {}, once).await?,
        "key-reminders" => enqueue(tx, by, &Warn {}, once).await?,
        "unproved-accounts" => enqueue(tx, by, &Unproved {}, once).await?,
        "compare-books" => {
            let (compare, once) = Compare::regular();
            enqueue(tx, by, &compare, once).await?
        }
        "staff-mails" => enqueue(tx, by, &TellStaff {}, once).await?,
        weekly::NAME => enqueue(tx, by, &weekly::WeeklyReport {}, once).await?,
        "hear-disputes" => enqueue(tx, by, &HearDisputes {}, once).await?,
        "resume-newsletters" => enqueue(tx, by, &Resume {}, once).await?,
        _ => enqueue(tx, by, &Tidy {}, once).await?,
    };
    Ok(())
}

/// Forget what is over: work that was done or given up long ago, links long out of force, and what is older than the tenant keeps it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Tidy {}

/// Forgotten at once; writers get their turns in between.
const AT_ONCE: i64 = 1_000;

impl Work for Tidy {
    const KIND: &'static str = "tidy";
    const QUEUE: &'static str = "upkeep";

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let now = app.clock.now();
        let (week, month, quarter) = (now.plus(-7 * DAY), now.plus(-30 * DAY), now.plus(-90 * DAY));
        let full = u64::try_from(AT_ONCE).unwrap_or(u64::MAX);
        loop {
            let gone = app.db.transact(turn.tenant, async |tx| {
                let jobs = store::forget(tx, (week, quarter), AT_ONCE).await?;
                // What was known of a browser that was not seen for so long as cookies last.
                devices::forget(tx, now.plus(-400 * DAY)).await?;
                keys::forget_uses(tx, quarter.to_utc().date_naive().to_string()).await?;
                let codes = codes::forget(tx, week, AT_ONCE).await?;
                let travels = provider_sign_ins::forget(tx, now, AT_ONCE).await?;
                let told = webhooks::forget(tx, month, AT_ONCE).await?.max(gateways::forget(tx, month, AT_ONCE).await?);
                // Anybody can send what nobody proves.
                let told = told.max(gateways::forget_unproved(tx, (now.plus(-DAY), now.plus(-3 * DAY)), AT_ONCE).await?);
                let carts = crate::carts::forget(tx, quarter, AT_ONCE).await?;
                Ok::<_, Error>(jobs.max(told).max(carts).max(codes).max(travels).max(links::forget(tx, month, AT_ONCE).await?))
            });
            if gone.await? < full {
                break;
            }
        }
        crate::webhooks::take_up(&app, turn.tenant).await?;
        Ok(crate::retention::forget(&app, turn.tenant).await?)
    }
}
