//! Coupons. Use cases are in `purser_service::coupons`; orders name them by their code.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use purser_core::access::can;
use purser_core::coupons::CouponKind;
use purser_core::ids::CouponId;
use purser_core::{Patch, Timestamp};
use purser_service::coupons::{self, Change, Draft};
use purser_service::{App, exports};
use purser_store::coupons::{Coupon, Filter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, IfMatch, Json, NeededKey, Path, Query};
use crate::list_query;
use crate::once::{Made, Shape};
use crate::openapi::about;
use crate::reply::{Csv, Data, Rows, Versioned};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/coupons",
            get_with(list_coupons, about("listCoupons", "orders", "Find coupons"))
                .post_with(create_coupon, about("createCoupon", "orders", "Make a coupon")),
        )
        .api_route("/coupons/export", get_with(export_coupons, about("exportCoupons", "orders", "Coupons as a CSV file")))
        .api_route(
            "/coupons/{id}",
            get_with(read_coupon, about("getCoupon", "orders", "One coupon"))
                .patch_with(update_coupon, about("updateCoupon", "orders", "Change when and how often a coupon counts, or switch it off")),
        )
}

/// A coupon. Amounts are minor units of the currency of the settings.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Coupon")]
struct CouponView {
    id: CouponId,
    /// What customers write; capitals.
    code: String,
    kind: CouponKind,
    /// Of `percent`: basis points of the goods, 1,000 is 10 %.
    percent_bp: i64,
    /// Of `fixed`: what it takes off, at most the goods.
    amount_off: i64,
    /// Goods it needs.
    min_subtotal: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_at: Option<Timestamp>,
    /// Until when, that instant not included.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Timestamp>,
    /// How often it can be used in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_total: Option<i64>,
    /// How often one customer can use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_per_customer: Option<i64>,
    /// Whether it goes together with others.
    stackable: bool,
    active: bool,
    /// How often it was used, orders that were called off not counted.
    used: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl From<Coupon> for CouponView {
    fn from(c: Coupon) -> Self {
        Self {
            id: c.id,
            code: c.code,
            kind: c.kind,
            percent_bp: c.percent_bp,
            amount_off: c.amount,
            min_subtotal: c.min_subtotal,
            starts_at: c.starts_at,
            ends_at: c.ends_at,
            limit_total: c.limit_total,
            limit_per_customer: c.limit_customer,
            stackable: c.stackable,
            active: c.active,
            used: c.used,
            created_at: c.created_at,
            updated_at: c.updated_at,
            version: c.version,
        }
    }
}

impl Versioned for CouponView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A coupon to make.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewCoupon")]
struct CouponBody {
    /// Up to 40 letters, digits, hyphens and underscores; capitals or not is the same.
    code: String,
    kind: CouponKind,
    /// Needed for `percent`.
    #[serde(default)]
    percent_bp: i64,
    /// Needed for `fixed`.
    #[serde(default)]
    amount_off: i64,
    #[serde(default)]
    min_subtotal: i64,
    #[serde(default)]
    starts_at: Option<Timestamp>,
    #[serde(default)]
    ends_at: Option<Timestamp>,
    #[serde(default)]
    limit_total: Option<i64>,
    #[serde(default)]
    limit_per_customer: Option<i64>,
    /// No unless said otherwise.
    #[serde(default)]
    stackable: bool,
    /// Yes unless said otherwise.
    #[serde(default)]
    active: Option<bool>,
}

/// A change of a coupon: only what is mentioned changes. What it takes off stays.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CouponChange")]
struct CouponPatch {
    min_subtotal: Patch<i64>,
    starts_at: Patch<Timestamp>,
    ends_at: Patch<Timestamp>,
    limit_total: Patch<i64>,
    limit_per_customer: Patch<i64>,
    stackable: Patch<bool>,
    active: Patch<bool>,
}

list_query! {
    /// Which coupons.
    CouponsQuery {
        /// Those that count, or do not.
        active: Option<bool>,
    }
}

impl CouponsQuery {
    fn filter(&self) -> Filter {
        Filter { active: self.active, search: self.search().map(str::to_owned) }
    }
}

async fn list_coupons(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>, Query(query): Query<CouponsQuery>) -> Result<Rows<CouponView>> {
    let page = query.page()?;
    let (listing, total) = coupons::list(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(CouponView::from), &page, total))
}

async fn export_coupons(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>, Query(query): Query<CouponsQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "coupons.csv", body: exports::coupons(&app, &by, query.filter(), sort).await? })
}

async fn create_coupon(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateSetting>,
    key: NeededKey,
    Json(body): Json<CouponBody>,
) -> Result<Made<CouponView>> {
    let shape = Shape { view: Arc::new(CouponView::from), subject: |coupon: &Coupon| coupon.id.uuid(), home: Some("/coupons") };
    let once = shape.once::<_, 201>(&by, key, ("create coupon", &body))?;
    let draft = Draft {
        code: body.code,
        kind: body.kind,
        percent_bp: body.percent_bp,
        amount: body.amount_off,
        min_subtotal: body.min_subtotal,
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        limit_total: body.limit_total,
        limit_customer: body.limit_per_customer,
        stackable: body.stackable,
        active: body.active.unwrap_or(true),
    };
    shape.made(coupons::create(&app, &by, draft, once).await?)
}

async fn read_coupon(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>, Path(id): Path<CouponId>) -> Result<Data<CouponView>> {
    Ok(Data(coupons::read(&app, &by, id).await?.into()))
}

async fn update_coupon(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateSetting>,
    Path(id): Path<CouponId>,
    IfMatch(version): IfMatch,
    Json(body): Json<CouponPatch>,
) -> Result<Data<CouponView>> {
    let change = Change {
        min_subtotal: body.min_subtotal,
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        limit_total: body.limit_total,
        limit_customer: body.limit_per_customer,
        stackable: body.stackable,
        active: body.active,
    };
    Ok(Data(coupons::update(&app, &by, id, version, change).await?.into()))
}
