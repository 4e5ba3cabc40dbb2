//! Coupons: made and changed by whoever changes the settings, used by orders. A coupon that was used stays; it can be switched off.

use purser_core::access::{Grant, can};
use purser_core::checkout::LARGEST;
use purser_core::coupons::{CouponKind, MOST_COUPONS, check_code, code};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{CouponId, UserId};
use purser_core::{Error, FieldError, Patch, Result, Timestamp};
use purser_store::coupons::{self as store, Coupon, Filter};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page, Tx};
use serde::Serialize;

use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::totals::Wanted;
use crate::{App, events};

/// A coupon about to be made.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What customers write.
    pub code: String,
    /// What it takes off.
    pub kind: CouponKind,
    /// Of a share: basis points.
    pub percent_bp: i64,
    /// Of an amount: minor units.
    pub amount: i64,
    /// Goods it needs.
    pub min_subtotal: i64,
    /// Since when.
    pub starts_at: Option<Timestamp>,
    /// Until when.
    pub ends_at: Option<Timestamp>,
    /// How often in all.
    pub limit_total: Option<i64>,
    /// How often by one customer.
    pub limit_customer: Option<i64>,
    /// Whether it goes together with others.
    pub stackable: bool,
    /// Whether it counts.
    pub active: bool,
}

/// A change: only what is mentioned changes. What a coupon takes off stays as it was made.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Goods it needs.
    pub min_subtotal: Patch<i64>,
    /// Since when.
    pub starts_at: Patch<Timestamp>,
    /// Until when.
    pub ends_at: Patch<Timestamp>,
    /// How often in all.
    pub limit_total: Patch<i64>,
    /// How often by one customer.
    pub limit_customer: Patch<i64>,
    /// Whether it goes together with others.
    pub stackable: Patch<bool>,
    /// Whether it counts.
    pub active: Patch<bool>,
}

/// A page of coupons and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadSetting>, filter: &Filter, page: &Page) -> Result<(Listing<Coupon>, Option<(i64, bool)>)> {
    let listing = app.db.read(by, async |tx| store::list(tx, filter, page).await.map_err(Error::from)).await?;
    let wanted = Wanted { tenant: by.tenant(), list: format!("coupons {filter:?}"), topics: &[Topic::Setting, Topic::Order], page };
    let count = async || app.db.read(by, async |tx| store::count(tx, filter, COUNT_LIMIT).await.map_err(Error::from)).await;
    Ok((listing, app.totals.of(&app.db, &wanted, count).await?))
}

/// One coupon.
pub async fn read(app: &App, by: &Grant<can::ReadSetting>, id: CouponId) -> Result<Coupon> {
    app.db.read(by, async |tx| find(tx, id).await).await
}

async fn find(tx: &mut Tx, id: CouponId) -> Result<Coupon> {
    store::find(tx, id).await?.ok_or(Error::NotFound("coupon"))
}

/// Make a coupon, once for each key.
pub async fn create(app: &App, by: &Grant<can::UpdateSetting>, draft: Draft, once: Option<Once<Coupon>>) -> Result<Outcome<Coupon>> {
    let Draft { kind, percent_bp, amount, min_subtotal, starts_at, ends_at, limit_total, limit_customer, stackable, active, .. } = draft;
    let coupon = Coupon {
        id: by.id(),
        code: code(&draft.code),
        kind,
        percent_bp,
        amount,
        min_subtotal,
        starts_at,
        ends_at,
        limit_total,
        limit_customer,
        stackable,
        active,
        used: 0,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
    };
    check(&coupon)?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), coupon.id.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            tx.alone("coupons").await?;
            if !store::by_codes(tx, std::slice::from_ref(&coupon.code), false).await?.is_empty() {
                return Err(Error::Taken("code", "Another coupon has this code.".into()));
            }
            store::insert(tx, &coupon).await?;
            audit::record(tx, by, Line::new("coupon.create", "coupon", coupon.id.uuid(), &coupon.code).after(&Facts::from(&coupon)));
            events::emit(tx, by, Topic::Setting, "coupon_created", coupon.id.uuid());
            idempotency::finish(tx, once.as_ref(), coupon).await
        })
        .await
}

/// Change a coupon that still is at `version`.
pub async fn update(app: &App, by: &Grant<can::UpdateSetting>, id: CouponId, version: i64, change: Change) -> Result<Coupon> {
    let mut checks = Checks::new();
    checks.extend(change.min_subtotal.never_clear("minSubtotal")).extend(change.stackable.never_clear("stackable"));
    checks.extend(change.active.never_clear("active"));
    checks.done()?;
    app.db
        .transact(by, async |tx| {
            let before = find(tx, id).await?;
            // Uses do not count as changes.
            if before.version != version {
                return Err(Error::Stale);
            }
            let mut after = Coupon { updated_at: by.now(), ..before.clone() };
            change.min_subtotal.apply(&mut after.min_subtotal);
            change.starts_at.apply_optional(&mut after.starts_at);
            change.ends_at.apply_optional(&mut after.ends_at);
            change.limit_total.apply_optional(&mut after.limit_total);
            change.limit_customer.apply_optional(&mut after.limit_customer);
            change.stackable.apply(&mut after.stackable);
            change.active.apply(&mut after.active);
            check(&after)?;
            if !store::update(tx, &after).await? {
                return Err(Error::Stale);
            }
            let (was, is) = audit::changes(&Facts::from(&before), &Facts::from(&after));
            audit::record(tx, by, Line::new("coupon.update", "coupon", id.uuid(), &after.code).before(&was).after(&is));
            events::emit(tx, by, Topic::Setting, "coupon_updated", id.uuid());
            find(tx, id).await
        })
        .await
}

fn check(coupon: &Coupon) -> Result<()> {
    let mut checks = Checks::new();
    check_code(&mut checks, "code", &coupon.code);
    // What a kind does not take is nothing.
    let (shares, amounts) = match coupon.kind {
        CouponKind::Percent => (1..=10_000, 0..=0),
        CouponKind::Fixed => (0..=0, 1..=LARGEST),
        CouponKind::FreeShipping => (0..=0, 0..=0),
    };
    let message = "From 1 to 10,000 basis points (100 %) of a coupon that takes off a share; 0 of any other.";
    checks.that(shares.contains(&coupon.percent_bp), "percentBp", "out_of_range", message);
    let message = "More than 0 of a coupon that takes off an amount; 0 of any other.";
    checks.that(amounts.contains(&coupon.amount), "amountOff", "out_of_range", message);
    checks.that((0..=LARGEST).contains(&coupon.min_subtotal), "minSubtotal", "out_of_range", "An amount of 0 or more.");
    let times = coupon.starts_at.zip(coupon.ends_at);
    checks.that(times.is_none_or(|(start, end)| start < end), "endsAt", "out_of_order", "It has to end after it begins.");
    for (field, limit) in [("limitTotal", coupon.limit_total), ("limitPerCustomer", coupon.limit_customer)] {
        checks.that(limit.is_none_or(|times| (1..=1_000_000_000).contains(&times)), field, "out_of_range", "At least once.");
    }
    checks.done()
}

/// The coupons an order names, held if it will use them; `customer`: whose uses count.
pub(crate) async fn named(tx: &mut Tx, given: &[String], customer: Option<UserId>) -> Result<Vec<Coupon>> {
    let codes: Vec<String> = given.iter().map(|one| code(one)).collect();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let known = store::by_codes(tx, &codes, customer.is_some()).await?;
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for (place, one) in codes.iter().enumerate() {
        let mut complain = |code, message: &str| wrong.push(FieldError::new(format!("coupons[{place}]"), code, message));
        let Some(coupon) = known.iter().find(|coupon| coupon.code == *one) else {
            complain("unknown_coupon", "There is no such coupon.");
            continue;
        };
        if coupon.limit_total.is_some_and(|limit| coupon.used >= limit) {
            complain("coupon_used_up", "This coupon was used as often as it may be.");
        } else if let (Some(limit), Some(customer)) = (coupon.limit_customer, customer)
            && store::uses_by(tx, coupon.id, customer).await? >= limit
        {
            complain("coupon_used_up", "This customer used the coupon as often as they may.");
        }
        found.push(coupon.clone());
    }
    if wrong.is_empty() { Ok(found) } else { Err(Error::Unprocessable(wrong)) }
}

/// Complain about more coupons than an order can have, or one named twice.
pub(crate) fn check_named(checks: &mut Checks, given: &[String]) {
    checks.that(given.len() <= MOST_COUPONS, "coupons", "too_many", format!("At most {MOST_COUPONS} coupons."));
    for (place, one) in given.iter().enumerate().take(MOST_COUPONS) {
        let field = format!("coupons[{place}]");
        checks.text(&field, one, 40);
        checks.that(!given[..place].iter().any(|other| code(other) == code(one)), &field, "twice", "This coupon is named twice.");
    }
}

/// A coupon as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    kind: CouponKind,
    percent_bp: i64,
    amount: i64,
    min_subtotal: i64,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    limit_total: Option<i64>,
    limit_per_customer: Option<i64>,
    stackable: bool,
    active: bool,
}

impl From<&Coupon> for Facts {
    fn from(c: &Coupon) -> Self {
        Self {
            kind: c.kind,
            percent_bp: c.percent_bp,
            amount: c.amount,
            min_subtotal: c.min_subtotal,
            starts_at: c.starts_at,
            ends_at: c.ends_at,
            limit_total: c.limit_total,
            limit_per_customer: c.limit_customer,
            stackable: c.stackable,
            active: c.active,
        }
    }
}
