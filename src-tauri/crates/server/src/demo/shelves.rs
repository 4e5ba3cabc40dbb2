//! What the catalog of the demo hangs in: categories, a jersey in sizes and colours, coupons; and what happened to the goods: delivered by
//! suppliers, counted, set aside, sent off, coming back.

use purser_core::catalog::{MovementKind, Options, slug, variant_name};
use purser_core::coupons::CouponKind;
use purser_core::ids::{CategoryId, CouponId, MovementId, ProductId};
use purser_core::text::fold;
use purser_core::time::{DAY, HOUR};
use purser_core::{Result, Timestamp};
use purser_service::catalog::slugs;
use purser_store::categories::{self, Category};
use purser_store::coupons::{self, Coupon};
use purser_store::products::{self, Product};
use purser_store::shelf::{self, Shelf};
use purser_store::stock::{self, Movement};
use purser_store::{Tx, bulk_goods};
use uuid::Uuid;

use super::Scene;

/// Categories, what each lies in, and the kinds of goods in it by their place.
const SHELVES: &[(&str, Option<&str>, &[usize])] = &[
    ("On deck", None, &[4, 6]),
    ("Ropes and rigging", Some("On deck"), &[0, 1, 3, 5]),
    ("Anchoring and mooring", Some("On deck"), &[2, 7, 8]),
    ("Safety", None, &[11, 22]),
    ("Navigation", None, &[10, 18, 19, 20, 21]),
    (CLOTHING, None, &[12, 13, 14]),
    ("Care and repair", None, &[9, 15, 16, 17, 28]),
    ("Power", None, &[23, 24]),
    ("Galley and gifts", None, &[25, 26, 27, 29]),
];
const CLOTHING: &str = "Clothing";

/// Code, kind, hundredths of a percent, whole units off, least order in whole units, days from now it starts and ends, times it can be used.
type Offer = (&'static str, CouponKind, i64, i64, i64, (Option<i64>, Option<i64>), Option<i64>);

const OFFERS: &[Offer] = &[
    ("HARBOUR10", CouponKind::Percent, 1_000, 0, 0, (None, None), None),
    ("WELCOME15", CouponKind::Percent, 1_500, 0, 40, (None, None), Some(5_000)),
    ("FREESHIP", CouponKind::FreeShipping, 0, 0, 60, (None, None), None),
    ("CREW20", CouponKind::Fixed, 0, 20, 120, (Some(-20), Some(40)), Some(400)),
    ("SUMMER", CouponKind::Percent, 2_000, 0, 0, (Some(-200), Some(-110)), None),
    ("FITTINGOUT", CouponKind::Percent, 1_200, 0, 80, (Some(60), Some(130)), None),
];

/// The category of a kind of goods.
pub(super) fn of_kind(shelves: &[(&str, CategoryId)], kind: usize) -> Option<Uuid> {
    let (wanted, ..) = SHELVES.iter().find(|(.., kinds)| kinds.contains(&kind))?;
    shelves.iter().find(|(name, _)| name == wanted).map(|(_, id)| id.uuid())
}

/// Put up the categories; those that are there stay. Their ids by name.
pub(super) async fn put_up(tx: &mut Tx, scene: &Scene, at: Timestamp) -> Result<Vec<(&'static str, CategoryId)>> {
    let mut rng = scene.rng.branch(41);
    let here = categories::all(tx).await?;
    let mut ids: Vec<(&'static str, CategoryId)> = Vec::new();
    for (position, (name, parent, _)) in (1..).zip(SHELVES) {
        let slug = slug(name);
        if let Some(known) = here.iter().find(|category| category.slug == slug) {
            ids.push((name, known.id));
            continue;
        }
        let parent_id = parent.and_then(|parent| ids.iter().find(|(known, _)| *known == parent)).map(|(_, id)| id.uuid());
        let (id, name_there) = (rng.id(at), (*name).to_owned());
        let category = Category { id, parent_id, name: name_there, slug, position, products: 0, version: 1, created_at: at, updated_at: at };
        categories::insert(tx, &category).await?;
        ids.push((name, category.id));
    }
    Ok(ids)
}

/// A jersey in sizes and colours.
pub(super) async fn jersey(tx: &mut Tx, scene: &Scene, (prefix, shelves): (&str, &[(&str, CategoryId)]), at: Timestamp) -> Result<Product> {
    let mut rng = scene.rng.branch(42);
    let unit = 10_i64.pow(scene.currency.exponent());
    let mut product = |name: String, sku: String, stock: i64, shelf: Shelf| Product {
        id: rng.id::<ProductId>(at),
        name_key: fold(&name),
        name,
        sku,
        description: Some("Cotton, with the harbour's anchor on the sleeve.".into()),
        price: 39 * unit,
        currency: scene.currency,
        weight_g: 420,
        stock,
        active: true,
        version: 1,
        created_at: at,
        updated_at: at,
        shelf,
    };
    let category_id = shelves.iter().find(|(name, _)| *name == CLOTHING).map(|(_, id)| id.uuid());
    let shelf = Shelf { tags: "cotton,crew".into(), cost: Some(17 * unit), compare_price: Some(49 * unit), category_id, ..Shelf::default() };
    let parent = product("Crew jersey".into(), format!("{prefix}90"), 0, shelf);
    let mut all = Vec::new();
    for (place, (colour, size)) in (1..).zip(["navy", "red"].into_iter().flat_map(|colour| ["S", "M", "L"].map(|size| (colour, size)))) {
        let options: Options = [("colour".to_owned(), colour.to_owned()), ("size".to_owned(), size.to_owned())].into();
        let shelf = Shelf { parent_id: Some(parent.id.uuid()), options: serde_json::to_string(&options).ok(), ..Shelf::default() };
        all.push(product(variant_name(&parent.name, &options), format!("{prefix}90-{place:02}"), place * 7 - 4, shelf));
    }
    all.insert(0, parent.clone());
    slugs::settle(tx, &mut all).await?;
    products::insert(tx, &all).await?;
    shelf::count_variants(tx, parent.id, at).await?;
    Ok(parent)
}

/// Coupons: some in force, one over, one that is still to come.
pub(super) async fn coupons(tx: &mut Tx, scene: &Scene, at: Timestamp) -> Result<()> {
    let mut rng = scene.rng.branch(43);
    let unit = 10_i64.pow(scene.currency.exponent());
    let day = |days: i64| scene.end.plus(days * DAY);
    for (code, kind, percent_bp, off, least, (from, until), limit_total) in OFFERS {
        let id = rng.id::<CouponId>(at);
        if !coupons::by_codes(tx, &[(*code).to_owned()], false).await?.is_empty() {
            continue;
        }
        let coupon = Coupon {
            id,
            code: (*code).to_owned(),
            kind: *kind,
            percent_bp: *percent_bp,
            amount: off * unit,
            min_subtotal: least * unit,
            starts_at: from.map(day),
            ends_at: until.map(day),
            limit_total: *limit_total,
            limit_customer: limit_total.map(|_| 1),
            stackable: *kind == CouponKind::FreeShipping,
            active: true,
            used: 0,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        coupons::insert(tx, &coupon).await?;
    }
    Ok(())
}

/// What happened to the goods besides being sold, and to those of the orders.
pub(super) async fn goods_moved(tx: &mut Tx, scene: &Scene, goods: &[Product]) -> Result<()> {
    let mut rng = scene.rng.branch(44);
    let mut moved = Vec::new();
    for product in goods.iter().filter(|product| product.stock > 9) {
        for turn in 0..rng.between(1, 3) {
            let at = scene.end.plus(-rng.between(12 + turn * 40, 40 + turn * 40) * DAY + rng.between(0, 9) * HOUR);
            let (kind, pieces, reason) = if rng.chance(2_500) {
                (MovementKind::Corrected, -rng.between(1, 3), Some("Broken when the box was opened"))
            } else {
                (MovementKind::Received, rng.between(2, 12) * 5, None)
            };
            moved.push(Movement {
                id: rng.id::<MovementId>(at),
                product_id: product.id,
                kind,
                available: pieces,
                reserved: 0,
                reason: reason.map(str::to_owned),
                order_id: None,
                order_number: None,
                product: None,
                sku: None,
                by_id: None,
                by_name: None,
                created_at: at,
            });
        }
    }
    stock::write(tx, &moved).await?;
    stock::set_aside(tx, None, (false, None)).await?;
    Ok(bulk_goods::handled(tx).await?)
}
