//! What is wanted, priced from the catalog by the terms of the tenant. Everything that sells asks here: orders, quotes, carts, edits.

use std::collections::BTreeMap;

use purser_core::checkout::Checkout;
use purser_core::coupons::Terms;
use purser_core::error::Checks;
use purser_core::ids::ProductId;
use purser_core::pricing::{Deal, Good, Priced};
use purser_core::trade::Trade;
use purser_core::{Currency, Error, FieldError, Result, Timestamp};
use purser_store::Tx;
use purser_store::coupons::Coupon;
use purser_store::products::{self, Product};
use purser_store::tenants::{self, Tenant};

use crate::settings::Settings;
use crate::trade;

/// The most pieces of one product in one line.
pub(crate) const MOST_PIECES: i64 = 9_999;
/// The most lines in one order.
pub(crate) const MOST_LINES: usize = 200;

/// One line that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// The product.
    pub product: ProductId,
    /// Pieces.
    pub quantity: i64,
}

/// The goods of an order, by product.
pub(crate) type Goods = BTreeMap<ProductId, Product>;

/// How a tenant sells, read once for an operation.
pub(crate) struct Counter {
    pub(crate) tenant: Tenant,
    pub(crate) checkout: Checkout,
    pub(crate) trade: Trade,
}

/// Where goods go, and how.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way<'a> {
    /// Country, two letters; empty: nobody said yet.
    pub country: &'a str,
    /// The way of sending; `None`: the usual one.
    pub method: Option<&'a str>,
}

impl Counter {
    /// Of the tenant `tx` is about.
    pub(crate) async fn open(tx: &mut Tx) -> Result<Self> {
        let tenant = tenants::find(tx, tx.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
        Ok(Self { checkout: Settings::try_from(&tenant)?.checkout, trade: trade::of(&tenant)?, tenant })
    }

    pub(crate) const fn currency(&self) -> Currency {
        self.tenant.currency
    }

    /// What `items` come to. Whatever can not be sold has to be complained of before.
    pub(crate) fn price(&self, (items, goods): (&[Item], &Goods), way: Way<'_>, coupons: &[Terms], now: Timestamp) -> Result<Priced> {
        self.deal(way).price(&Self::lines((items, goods), now)?, coupons, now)
    }

    /// `items` as lines to be priced.
    pub(crate) fn lines((items, goods): (&[Item], &Goods), now: Timestamp) -> Result<Vec<Good>> {
        let mut lines = Vec::with_capacity(items.len());
        for item in items {
            let product = goods.get(&item.product).ok_or(Error::NotFound("product"))?;
            lines.push(Good {
                total: product.price_at(now).times(item.quantity)?,
                class: product.shelf.tax_class,
                grams: product.weight_g.saturating_mul(item.quantity),
                rate_bp: None,
            });
        }
        Ok(lines)
    }

    /// The terms for goods that go this way.
    pub(crate) const fn deal<'a>(&'a self, way: Way<'a>) -> Deal<'a> {
        Deal { checkout: &self.checkout, trade: &self.trade, currency: self.tenant.currency, country: way.country, method: way.method }
    }

    /// What can not be sold, line by line.
    pub(crate) fn complaints(&self, items: &[Item], goods: &Goods) -> Vec<FieldError> {
        let wanted = wanted(items);
        let mut found = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let wanted = wanted.get(&item.product).copied().unwrap_or(item.quantity);
            if let Some((name, code, message)) = self.complaint(goods.get(&item.product), wanted) {
                found.push(FieldError::new(format!("items[{place}].{name}"), code, message));
            }
        }
        found
    }

    /// Why `pieces` of a product can not be sold: which field, a code and a sentence.
    pub(crate) fn complaint(&self, product: Option<&Product>, pieces: i64) -> Option<(&'static str, &'static str, String)> {
        let Some(product) = product else { return Some(("productId", "unknown_product", "There is no such product.".into())) };
        if !product.is_sold() {
            return Some(("productId", "choose_variant", format!("{} comes in variants. Choose one of them.", product.name)));
        }
        if !product.active {
            return Some(("productId", "not_for_sale", format!("{} is no longer for sale.", product.name)));
        }
        if product.currency != self.currency() {
            let message = format!("{} is priced in {}, not in {}.", product.name, product.currency, self.currency());
            return Some(("productId", "wrong_currency", message));
        }
        (pieces > product.stock).then(|| ("quantity", "out_of_stock", format!("Only {} of {} left.", product.stock, product.name)))
    }
}

/// Complain about lines no order can have.
pub(crate) fn check_items(checks: &mut Checks, field: &str, items: &[Item]) {
    checks.that(!items.is_empty(), field, "required", "An order needs at least one line.");
    checks.that(items.len() <= MOST_LINES, field, "too_many", format!("At most {MOST_LINES} lines."));
    for (place, item) in items.iter().enumerate().take(MOST_LINES) {
        let field = format!("{field}[{place}].quantity");
        checks.that((1..=MOST_PIECES).contains(&item.quantity), &field, "out_of_range", format!("From 1 to {MOST_PIECES} pieces."));
    }
}

/// Pieces wanted of each product, in the order of ids.
pub(crate) fn wanted(items: &[Item]) -> BTreeMap<ProductId, i64> {
    let mut wanted = BTreeMap::new();
    for item in items {
        *wanted.entry(item.product).or_insert(0) += item.quantity;
    }
    wanted
}

/// The products of `items`, held until the transaction ends if they are about to be sold.
pub(crate) async fn goods(tx: &mut Tx, items: &[Item], hold: bool) -> Result<Goods> {
    let ids: Vec<ProductId> = wanted(items).into_keys().collect();
    if ids.is_empty() {
        return Ok(Goods::new());
    }
    let found = if hold { products::hold(tx, &ids).await? } else { products::several(tx, &ids).await? };
    Ok(found.into_iter().map(|product| (product.id, product)).collect())
}

/// What coupons say.
pub(crate) fn terms(coupons: &[Coupon]) -> Vec<Terms> {
    coupons.iter().map(Coupon::terms).collect()
}
