//! What products are called in an address: made of their names, with a number where another product is called so already.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use purser_core::access::{Grant, can};
use purser_core::catalog::{is_slug, slug};
use purser_core::ids::ProductId;
use purser_core::{Error, Result};
use purser_store::products::{self, Product};
use purser_store::{Scope, Tx, pictures as store, tenants};

use super::Facts;
use crate::App;
use crate::audit::{self, Line};

/// What stands in for a name without a letter or digit.
const NAMELESS: &str = "product";

/// The product this part of an address names.
pub async fn read(app: &App, by: &Grant<can::ReadProduct>, slug: &str) -> Result<Product> {
    // No text of PostgreSQL has a zero in it, and it would say so less kindly. Whatever else is stored is found as it is.
    if slug.contains('\0') {
        return Err(Error::NotFound("product"));
    }
    app.db.read(by, async |tx| products::by_slug(tx, slug).await?.ok_or(Error::NotFound("product"))).await
}

/// Make the slugs that were left empty. Nobody else makes one in the tenant until the transaction ends, so this comes before anything is
/// held that others wait for.
pub async fn settle(tx: &mut Tx, products: &mut [Product]) -> Result<()> {
    settle_but(tx, products, "").await
}

/// As [`settle`], where `own` is about to be given up and can be taken again.
pub(super) async fn settle_but(tx: &mut Tx, products: &mut [Product], own: &str) -> Result<()> {
    tx.alone_in_tenant("slugs").await?;
    let mut bases: BTreeMap<String, usize> = BTreeMap::new();
    for product in products.iter().filter(|product| product.shelf.slug.is_empty()) {
        *bases.entry(base(&product.name)).or_default() += 1;
    }
    let wanted: Vec<String> = bases.keys().cloned().collect();
    let mut taken: HashSet<String> = store::slugs_here(tx, &wanted).await?.into_iter().collect();
    taken.extend(products.iter().map(|product| product.shelf.slug.clone()).filter(|slug| !slug.is_empty()));
    taken.remove(own);
    let crowded: BTreeSet<&String> = bases.iter().filter(|(base, count)| **count > 1 || taken.contains(*base)).map(|(base, _)| base).collect();
    for base in crowded {
        taken.extend(store::slugs_beginning(tx, base).await?);
    }
    let mut turns: BTreeMap<String, usize> = BTreeMap::new();
    for product in products.iter_mut().filter(|product| product.shelf.slug.is_empty()) {
        let base = base(&product.name);
        // No number is somebody else's name here, so that nobody needs a number because of a number.
        product.shelf.slug =
            if taken.contains(&base) { numbered(&base, |slug| taken.contains(slug) || bases.contains_key(slug), &mut turns) } else { base };
        taken.insert(product.shelf.slug.clone());
    }
    Ok(())
}

/// Products whose slugs are made anew in one transaction.
const BATCH: usize = 200;

/// Make the slugs anew that are none. When slugs came, the products of before were called after their names by the database, which took
/// fewer signs out than is done here: “Rope 12″” kept its last one. Done after the tables were brought up to date, a batch at a time.
pub async fn remake(app: &App) -> Result<()> {
    for tenant in app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await? {
        let by = Grant::<can::UpdateProduct>::system(tenant.id, app.clock.now(), &app.ids);
        let mut last = String::new();
        loop {
            let odd = app.db.read(&by, async |tx| store::odd_slugs(tx, &last, BATCH).await.map_err(Error::from)).await?;
            let Some((_, slug)) = odd.last() else { break };
            last.clone_from(slug);
            // A letter of another alphabet is no odd sign, which only this side can tell.
            let wrong: Vec<ProductId> = odd.iter().filter(|(_, slug)| !is_slug(slug)).map(|(id, _)| *id).collect();
            if !wrong.is_empty() {
                app.db.transact(&by, async |tx| remake_these(tx, &by, &wrong).await).await?;
            }
        }
    }
    Ok(())
}

async fn remake_these(tx: &mut Tx, by: &Grant<can::UpdateProduct>, ids: &[ProductId]) -> Result<()> {
    // First of all, as everywhere: whoever makes slugs holds products only afterwards.
    tx.alone_in_tenant("slugs").await?;
    // Asked again: somebody may have called one otherwise meanwhile.
    let before: Vec<Product> = products::hold(tx, ids).await?.into_iter().filter(|one| !is_slug(&one.shelf.slug)).collect();
    let mut after = before.clone();
    for product in &mut after {
        product.shelf.slug.clear();
    }
    settle(tx, &mut after).await?;
    for (before, after) in before.iter().zip(&after) {
        store::call(tx, after.id, &after.shelf.slug).await?;
        let line = Line::new("product.update", "product", after.id.uuid(), &after.name);
        audit::record(tx, by, line.before(&Facts::from(before)).after(&Facts::from(after)));
    }
    Ok(())
}

/// Refuse a slug that a product other than `except` has.
pub(super) async fn check(tx: &mut Tx, slug: &str, except: Option<ProductId>) -> Result<()> {
    if store::slug_taken(tx, slug, except).await? {
        return Err(Error::Taken("slug", "Another product has this part of an address.".into()));
    }
    Ok(())
}

/// The slug of a name, with room for a number behind it.
fn base(name: &str) -> String {
    let short: String = slug(name).chars().take(60).collect();
    let short = short.trim_end_matches('-');
    if short.is_empty() { NAMELESS.to_owned() } else { short.to_owned() }
}

/// The first number of `base` that is free. `turns`: how far the numbers of each were looked at.
fn numbered(base: &str, taken: impl Fn(&String) -> bool, turns: &mut BTreeMap<String, usize>) -> String {
    let turn = turns.entry(base.to_owned()).or_insert(1);
    loop {
        *turn += 1;
        let next = format!("{base}-{turn}");
        if !taken(&next) {
            return next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_of_a_name_gets_the_first_free_number() {
        let taken: HashSet<String> = ["rope", "rope-2", "rope-4"].map(str::to_owned).into();
        let mut turns = BTreeMap::new();
        assert_eq!(numbered("rope", |slug| taken.contains(slug), &mut turns), "rope-3");
        assert_eq!(numbered("rope", |slug| taken.contains(slug), &mut turns), "rope-5");
        assert_eq!(base("– ! –"), "product");
        assert_eq!(base(&format!("{} sail", "x".repeat(59))).len(), 59, "cut at a hyphen, it does not end with one");
    }
}
