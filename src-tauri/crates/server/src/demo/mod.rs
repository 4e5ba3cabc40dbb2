//! A made-up business, the same for the same seed: people, orders, what became of them, and two years of books and staff at work.
//!
//! One thread makes it up, the writer writes it, in one transaction; cut off at any moment, nothing of it is there. No rule of the
//! business is decided here: totals come from the checkout, shares of refunds from the core.

mod books;
mod calendar;
mod carts;
mod closing;
mod goods;
mod names;
mod orders;
mod owed;
mod papers;
mod people;
mod pictures;
mod png;
mod random;
mod shelves;
mod sink;
mod staff;
mod today;

use std::collections::BTreeMap;
use std::sync::Arc;

use purser_core::access::Role;
use purser_core::checkout::Checkout;
use purser_core::events::{Event, Topic};
use purser_core::ids::{AccountId, TenantId};
use purser_core::ledger::{AccountCode, PostingKind};
use purser_core::{Currency, Error, Result, Timestamp};
use purser_service::App;
use purser_service::catalog::slugs;
use purser_service::files::{self, Key};
use purser_service::identity::setup::DemoData;
use purser_service::seal::Seal;
use purser_store::bulk::{self, Table};
use purser_store::products::Product;
use purser_store::{Engine, Tx, Value, history, products, tenants};
use tokio::sync::mpsc;

use books::{About, Books};
use calendar::Calendar;
use people::Staff;
use pictures::Hung;
use random::Rng;
use sink::{Gone, Sink, Step};

/// How large a business is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Customers.
    pub users: i64,
    /// Orders.
    pub orders: i64,
    /// The same seed makes the same business.
    pub seed: u64,
}

impl Plan {
    /// 2,000 people and 10,000 orders.
    pub const SMALL: Self = Self { users: 2_000, orders: 10_000, seed: 1 };
}

/// What was made.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// Customers.
    pub users: usize,
    /// Orders.
    pub orders: i64,
    /// Taken, in minor units.
    pub captured: i64,
    /// Given back, in minor units.
    pub refunded: i64,
}

/// What everything made up shares.
#[derive(Clone)]
struct Scene {
    tenant: TenantId,
    currency: Currency,
    checkout: Checkout,
    rng: Rng,
    /// The present: nothing happens after it.
    end: Timestamp,
    /// Keeps a second helping apart from the first, in e-mails and numbers of goods.
    mark: String,
    /// What private columns are sealed with.
    seal: Arc<Seal>,
}

/// The state of the making.
struct Maker {
    scene: Scene,
    products: Vec<Product>,
    team: Vec<Staff>,
    books: Books,
    sink: Sink,
    payments: Vec<([Value; 19], [Value; 11])>,
    refunds: Vec<([Value; 13], [Value; 6])>,
    orders: i64,
    captured: i64,
    refunded: i64,
}

impl Maker {
    /// Somebody of one of these roles.
    fn staff(&self, rng: &mut Rng, roles: &[Role]) -> Staff {
        let role = *rng.pick(roles);
        let fitting: Vec<&Staff> = self.team.iter().filter(|member| member.role == role).collect();
        fitting.get(rng.place(fitting.len())).copied().unwrap_or(&self.team[0]).clone()
    }
}

/// Offers the small business to the first run.
pub struct Demo;

#[async_trait::async_trait]
impl DemoData for Demo {
    async fn fill(&self, app: &App, tenant: TenantId) -> Result<()> {
        fill(app, tenant, Plan::SMALL).await.map(drop)
    }
}

/// Tables whose indexes are rebuilt at the end.
const LARGE: &[Table] = &[Table::Orders, Table::Payments, Table::Refunds, Table::Postings, Table::Entries, Table::Users, Table::UserTerms];

/// From this many orders on, rebuilding the indexes is quicker than keeping them.
const MANY: i64 = 20_000;

/// Fill `tenant` with a made-up business.
pub async fn fill(app: &App, tenant: TenantId, plan: Plan) -> Result<Made> {
    let end = app.clock.now();
    let made = bulk::transact(&app.db, tenant, async |tx| {
        let scene = scene(tx, (tenant, app.seal.clone()), plan.seed, end).await?;
        // What is entered today, once the past is there, is counted in.
        let today = owed::orders(plan, scene.mark.is_empty());
        let plan = Plan { orders: plan.orders - today, ..plan };
        let calendar = Calendar::new(end, &scene.rng);
        let prefix = format!("HS{}-", scene.mark);
        let shelves = shelves::put_up(tx, &scene, calendar.midnight(0)).await?;
        let mut goods = goods::make(&scene, calendar.midnight(0), (&prefix, &shelves));
        slugs::settle(tx, &mut goods).await?;
        products::insert(tx, &goods).await?;
        let jersey = shelves::jersey(tx, &scene, (&prefix, &shelves), calendar.midnight(0)).await?;
        let opened = calendar.midnight(0);
        shelves::coupons(tx, &scene, calendar.midnight(0)).await?;
        let accounts = bulk::accounts(tx, &app.ids, (scene.currency, calendar.midnight(0))).await?;
        let last = tenants::take_numbers(tx, "order", plan.orders).await?;
        let aside = if plan.orders >= MANY { bulk::set_aside(tx, LARGE).await? } else { Vec::new() };

        let (steps, mut received) = mpsc::channel(4);
        let ordered = tx.engine() == Engine::Postgres;
        let first = last - plan.orders;
        let sold = goods.clone();
        let begin = (scene.clone(), accounts, (goods, jersey), Sink::new(steps, ordered));
        let thread = tokio::task::spawn_blocking(move || produce(begin, &calendar, plan, first));
        while let Some(step) = received.recv().await {
            match step {
                Step::Rows(rows) => bulk::write(tx, rows).await?,
                Step::Audit(lines) => bulk::audit(tx, &lines).await?,
                // Into the vault before its row is committed; if that never happens, the next sweep takes it away.
                Step::Object(id, bytes) => {
                    let body = std::pin::pin!(futures::stream::iter([Ok(bytes)]));
                    app.vault.put(Key { area: files::AREA, tenant, id: id.uuid() }, body).await?;
                }
            }
        }
        let produced = thread.await.map_err(|error| Error::Internal(Box::new(error)))?;
        let (made, sums, hung) = produced.map_err(|Gone| Error::internal("the writer stopped before the maker"))?;
        bulk::add_to_balances(tx, &sums).await?;
        bulk::restore(tx, aside).await?;
        pictures::hang(tx, &hung, opened).await?;
        shelves::goods_moved(tx, &scene, &sold).await?;
        carts::fill(tx, &scene, &sold).await?;
        closing::close(tx, app, &scene).await?;
        history::adopt(tx).await?;
        announce(tx, tenant, end);
        Ok::<_, Error>((made, today))
    })
    .await;
    let (made, today) = made.map_err(|error| match error {
        Error::Conflict("taken", _) => Error::conflict("demo_twice", "This demo data is here already. Choose another seed for more of it."),
        other => other,
    })?;
    today::fill(app, tenant, today > 0).await?;
    Ok(Made { orders: made.orders + today, ..made })
}

async fn scene(tx: &mut Tx, (tenant, seal): (TenantId, Arc<Seal>), seed: u64, end: Timestamp) -> Result<Scene> {
    let row = tenants::find(tx, tenant).await?.ok_or(Error::NotFound("tenant"))?;
    let (sold, _) = products::count(tx, &products::Filter::default(), 1).await?;
    let mark = if sold == 0 { String::new() } else { seed.to_string() };
    let checkout = serde_json::from_value(serde_json::Value::Object(row.settings.0)).unwrap_or_default();
    // Another tenant with the same seed gets other ids.
    let (high, low) = tenant.uuid().as_u64_pair();
    let rng = Rng::new(seed).branch(high ^ low);
    Ok(Scene { tenant, currency: row.currency, checkout, rng, end, mark, seal })
}

/// Open pages have a lot to read again.
fn announce(tx: &mut Tx, tenant: TenantId, at: Timestamp) {
    for topic in [Topic::Cart, Topic::User, Topic::Product, Topic::Order, Topic::Payment, Topic::Refund, Topic::Ledger, Topic::File] {
        tx.emit(Event { seq: 0, tenant, topic, action: "imported".into(), subject_id: tenant.uuid(), actor_id: None, at });
    }
}

/// What is sold, and the jersey, which comes in variants.
type Goods = (Vec<Product>, Product);
type Begin = (Scene, BTreeMap<AccountCode, AccountId>, Goods, Sink);
type Sums = BTreeMap<AccountId, (i64, i64)>;

/// Make everything up, in the order of time.
fn produce(
    (scene, accounts, (products, jersey), mut sink): Begin,
    calendar: &Calendar,
    plan: Plan,
    first: i64,
) -> Result<(Made, Sums, Vec<Hung>), Gone> {
    let mut rows = people::Rows::default();
    let team = people::staff(&scene, calendar.midnight(0), &mut rows);
    let customers = people::customers(&scene, calendar, plan.users, &mut rows);
    for row in rows.users {
        sink.row(Table::Users, row)?;
    }
    // The engine keeps them in this order.
    rows.terms.sort_unstable();
    for (term, user) in rows.terms {
        sink.row(Table::UserTerms, [scene.tenant.into(), term.into(), user.into()])?;
    }

    let mut rng = scene.rng.branch(5);
    let books = Books::new(accounts);
    let mut maker = Maker { scene, products, team, books, sink, payments: Vec::new(), refunds: Vec::new(), orders: 0, captured: 0, refunded: 0 };
    staff::routine(&mut maker, calendar, &mut rng)?;
    let hung = pictures::draw(&mut maker, &jersey, calendar.midnight(0))?;
    let (mut made, mut billed) = (0, 0);
    let every = papers::every(plan.orders);
    for day in 0..calendar.days() {
        let known = usize::try_from(people::known(calendar, day, plan.users)).unwrap_or(0).clamp(1, customers.len());
        let due = calendar.until(day, plan.orders);
        for at in calendar.instants(day, due - made, &mut rng) {
            made += 1;
            maker.sink.advance(at)?;
            // Half of the orders come from people who came lately, half from anybody.
            let customer = if rng.chance(5_000) { known - 1 - rng.early(known) } else { rng.place(known) };
            let customer = &customers[customer];
            // Somebody who came later the same day can not have ordered before that.
            let at = at.max(customer.since);
            let order = orders::make(&mut maker, &mut rng, (customer, first + made, at))?;
            if let Some(order) = order.filter(|_| made % every == 0) {
                // Chance of their own, so that papers change nothing else.
                let mut rng = maker.scene.rng.branch(0x9A9E_0000_0000 + u64::try_from(made).unwrap_or(0));
                papers::attach(&mut maker, &mut rng, (customer, order, first + made), at)?;
            }
        }
        if day % 30 == 29 {
            fee(&mut maker, &mut rng, calendar.midnight(day + 1), &mut billed);
        }
    }
    maker.sink.finish()?;
    let made = Made { users: customers.len(), orders: maker.orders, captured: maker.captured, refunded: maker.refunded };
    Ok((made, maker.books.sums, hung))
}

/// What the provider keeps of the takings since the last bill: 1.4 %.
fn fee(maker: &mut Maker, rng: &mut Rng, at: Timestamp, billed: &mut i64) {
    let amount = (maker.captured - *billed) * 14 / 1_000;
    *billed = maker.captured;
    if amount == 0 || at >= maker.scene.end {
        return;
    }
    let memo = "Provider fees of the month".to_owned();
    let amounts = [(AccountCode::Fees, amount), (AccountCode::Cash, -amount)];
    let booking = maker.books.book(&maker.scene, rng, (PostingKind::Fee, memo, About::default(), at), &amounts);
    maker.sink.booking(at, booking);
}
