//! Rows that are products.

use std::collections::HashMap;

use purser_core::Result;
use purser_core::catalog::MovementKind;
use purser_core::ids::MovementId;
use purser_core::imports::Outcome;
use purser_core::text::fold;
use purser_store::products::{self, Product};
use purser_store::shelf::Shelf;
use purser_store::stock::{self, Movement};
use purser_store::{Tx, imports as store};
use uuid::Uuid;

use super::row::Row;
use super::{Basis, values};
use crate::catalog::slugs;

/// A product as the file has it; what it leaves out stays as it is.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    product: Product,
    /// What the file says of what a product need not have.
    weight: Option<i64>,
    stock: Option<i64>,
    active: Option<bool>,
}

/// Read a row.
pub(super) fn read(row: &mut Row<'_>, basis: &mut Basis<'_>) -> Option<Draft> {
    let sku = row.needed("sku", 64);
    if let Some(line) = basis.seen.insert(sku.clone(), row.line).filter(|_| !sku.is_empty()) {
        row.complain("sku", "duplicate", format!("Line {line} has the same SKU."));
    }
    let name = row.needed("name", 200);
    let currency = row.currency(basis.currency);
    if row.cell("price").is_none() {
        row.complain("price", "required", "This is needed.");
    }
    let price = row.money("price", currency).unwrap_or(0);
    let weight = row.cell("weight").map(values::grams);
    if weight == Some(None) {
        row.complain("weight", "not_a_weight", "A weight in kilograms, such as 1.25.");
    }
    let stock = row.whole("stock", 1_000_000_000);
    let description = row.text("description", 5_000);
    let active = row.cell("active").map(values::yes);
    if active == Some(None) {
        row.complain("active", "not_yes_or_no", "Yes or no.");
    }
    if !row.is_good() {
        return None;
    }
    let now = basis.by.now();
    let product = Product {
        id: basis.by.id(),
        name_key: fold(&name),
        name,
        sku,
        price,
        currency,
        weight_g: weight.flatten().unwrap_or(0),
        stock: stock.unwrap_or(0),
        active: active.flatten().unwrap_or(true),
        version: 1,
        created_at: now,
        updated_at: now,
        description,
        shelf: Shelf::default(),
    };
    Some(Draft { product, weight: weight.flatten(), stock, active: active.flatten() })
}

impl Draft {
    /// `old` with what the file says; `None` when that is nothing new.
    fn onto(&self, old: &Product) -> Option<Product> {
        let new = &self.product;
        let next = Product {
            name: new.name.clone(),
            name_key: new.name_key.clone(),
            price: new.price,
            currency: new.currency,
            weight_g: self.weight.unwrap_or(old.weight_g),
            stock: self.stock.unwrap_or(old.stock),
            active: self.active.unwrap_or(old.active),
            description: new.description.clone().or_else(|| old.description.clone()),
            updated_at: new.updated_at,
            ..old.clone()
        };
        let facts = |p: &Product| (p.name.clone(), p.price, p.currency, p.weight_g, p.stock, p.active, p.description.clone());
        (facts(&next) != facts(old)).then_some(next)
    }

    /// What the file moved in stock. The id the row would have had as a new product is free.
    fn counted(&self, old: &Product, next: &Product, by: Option<Uuid>) -> Option<Movement> {
        (next.stock != old.stock).then(|| Movement {
            id: MovementId(self.product.id.uuid()),
            product_id: old.id,
            kind: MovementKind::Counted,
            available: next.stock - old.stock,
            reserved: 0,
            reason: Some("Import".into()),
            order_id: None,
            order_number: None,
            product: None,
            sku: None,
            by_id: by,
            by_name: None,
            created_at: next.updated_at,
        })
    }
}

/// Bring products in; those that are here get what the file says.
pub(super) async fn write(tx: &mut Tx, drafts: &[Draft], dry: bool, by: Option<Uuid>) -> Result<Outcome> {
    if !dry {
        // Before any product is held: whoever makes addresses may wait for one. A run in one transaction begins with this as well.
        tx.alone_in_tenant("slugs").await?;
    }
    let keys = drafts.iter().map(|draft| draft.product.sku.clone()).collect();
    let ids: Vec<_> = store::known_products(tx, keys).await?.iter().map(store::Known::product).collect();
    let here: Vec<Product> = if ids.is_empty() { Vec::new() } else { products::hold(tx, &ids).await? };
    let here: HashMap<String, Product> = here.into_iter().map(|product| (product.sku.clone(), product)).collect();
    let mut outcome = Outcome::default();
    let (mut new, mut counted) = (Vec::new(), Vec::new());
    for draft in drafts {
        match here.get(&draft.product.sku) {
            None => {
                outcome.inserted += 1;
                new.push(draft.product.clone());
            }
            Some(old) => match draft.onto(old) {
                None => outcome.skipped += 1,
                Some(next) => {
                    outcome.updated += 1;
                    if !dry {
                        products::update(tx, &next).await?;
                        counted.extend(draft.counted(old, &next, by));
                    }
                }
            },
        }
    }
    stock::write(tx, &counted).await?;
    if !dry && !new.is_empty() {
        slugs::settle(tx, &mut new).await?;
        products::insert(tx, &new).await?;
    }
    Ok(outcome)
}
