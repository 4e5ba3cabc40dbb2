//! Categories: a tree of at most a thousand, eight levels deep.

use std::collections::BTreeSet;

use purser_core::access::{Grant, can};
use purser_core::catalog::{MOST_CATEGORIES, Tree, is_slug, slug};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::CategoryId;
use purser_core::{Error, Patch, Result};
use purser_store::Tx;
use purser_store::categories::{self as store, Category};
use serde::Serialize;
use uuid::Uuid;

use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::{App, events};

/// A category about to be added.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Name.
    pub name: String,
    /// Its part of an address; made of the name otherwise.
    pub slug: Option<String>,
    /// What it lies in.
    pub parent: Option<CategoryId>,
    /// Its place among its siblings.
    pub position: i64,
}

/// A change: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Name.
    pub name: Patch<String>,
    /// Its part of an address.
    pub slug: Patch<String>,
    /// What it lies in; nothing: it is at the top.
    pub parent: Patch<CategoryId>,
    /// Its place among its siblings.
    pub position: Patch<i64>,
}

/// Every category, those at the same place by name.
pub async fn list(app: &App, by: &Grant<can::ReadProduct>) -> Result<Vec<Category>> {
    app.db.read(by, async |tx| store::all(tx).await.map_err(Error::from)).await
}

/// One category.
pub async fn read(app: &App, by: &Grant<can::ReadProduct>, id: CategoryId) -> Result<Category> {
    app.db.read(by, async |tx| find(&store::all(tx).await?, id)).await
}

/// These categories and everything that lies in them; what is no category adds nothing.
pub async fn within(app: &App, by: &Grant<can::ReadProduct>, ids: &[CategoryId]) -> Result<Vec<CategoryId>> {
    let tree = tree(&list(app, by).await?);
    let all: BTreeSet<CategoryId> = ids.iter().flat_map(|id| tree.within(*id)).collect();
    Ok(all.into_iter().collect())
}

fn tree(all: &[Category]) -> Tree {
    all.iter().map(|category| (category.id, category.parent_id.map(CategoryId))).collect()
}

fn find(all: &[Category], id: CategoryId) -> Result<Category> {
    all.iter().find(|category| category.id == id).cloned().ok_or(Error::NotFound("category"))
}

/// Add a category, once for each key.
pub async fn create(app: &App, by: &Grant<can::CreateProduct>, draft: Draft, once: Option<Once<Category>>) -> Result<Outcome<Category>> {
    let name = draft.name.trim().to_owned();
    let category = Category {
        id: by.id(),
        parent_id: draft.parent.map(CategoryId::uuid),
        slug: draft.slug.map_or_else(|| slug(&name), |slug| slug.trim().to_owned()),
        name,
        position: draft.position,
        products: 0,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
    };
    check(&category)?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), category.id.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            tx.alone("categories").await?;
            let all = store::all(tx).await?;
            if all.len() >= MOST_CATEGORIES {
                return Err(Error::conflict("too_many_categories", format!("There can be {MOST_CATEGORIES} categories, and there are.")));
            }
            fits(&all, &category, None)?;
            store::insert(tx, &category).await?;
            audit::record(tx, by, Line::new("category.create", "category", category.id.uuid(), &category.name).after(&Facts::from(&category)));
            events::emit(tx, by, Topic::Product, "category_created", category.id.uuid());
            idempotency::finish(tx, once.as_ref(), category).await
        })
        .await
}

/// Change a category that still is at `version`.
pub async fn update(app: &App, by: &Grant<can::UpdateProduct>, id: CategoryId, version: i64, change: Change) -> Result<Category> {
    let mut checks = Checks::new();
    checks.extend(change.name.never_clear("name")).extend(change.slug.never_clear("slug")).extend(change.position.never_clear("position"));
    checks.done()?;
    app.db
        .transact(by, async |tx| {
            tx.alone("categories").await?;
            let all = store::all(tx).await?;
            let before = find(&all, id)?;
            if before.version != version {
                return Err(Error::Stale);
            }
            let mut after = Category { updated_at: by.now(), ..before.clone() };
            change.name.apply(&mut after.name);
            change.slug.apply(&mut after.slug);
            change.position.apply(&mut after.position);
            match change.parent {
                Patch::Keep => {}
                Patch::Clear => after.parent_id = None,
                Patch::Set(parent) => after.parent_id = Some(parent.uuid()),
            }
            after.name = after.name.trim().to_owned();
            check(&after)?;
            fits(&all, &after, Some(id))?;
            if !store::update(tx, &after).await? {
                return Err(Error::Stale);
            }
            let (was, is) = audit::changes(&Facts::from(&before), &Facts::from(&after));
            audit::record(tx, by, Line::new("category.update", "category", id.uuid(), &after.name).before(&was).after(&is));
            events::emit(tx, by, Topic::Product, "category_updated", id.uuid());
            Ok(Category { version: version + 1, ..after })
        })
        .await
}

/// Take a category away. Its products are in none afterwards; one that others lie in stays.
pub async fn delete(app: &App, by: &Grant<can::DeleteProduct>, id: CategoryId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            tx.alone("categories").await?;
            let all = store::all(tx).await?;
            let category = find(&all, id)?;
            if all.iter().any(|other| other.parent_id == Some(id.uuid())) {
                return Err(Error::conflict("has_children", "Other categories lie in this one. Move or remove them first."));
            }
            remove(tx, by, &category).await
        })
        .await
}

async fn remove(tx: &mut Tx, by: &Grant<can::DeleteProduct>, category: &Category) -> Result<()> {
    store::delete(tx, category.id).await?;
    audit::record(tx, by, Line::new("category.delete", "category", category.id.uuid(), &category.name).before(&Facts::from(category)));
    events::emit(tx, by, Topic::Product, "category_deleted", category.id.uuid());
    Ok(())
}

fn check(category: &Category) -> Result<()> {
    let mut checks = Checks::new();
    checks.text("name", &category.name, 100);
    checks.length("slug", &category.slug, 80);
    checks.that(is_slug(&category.slug), "slug", "not_valid", "Small letters, digits and single hyphens.");
    checks.that((0..=1_000_000).contains(&category.position), "position", "out_of_range", "From 0 to 1,000,000.");
    checks.done()
}

/// Whether it can be where it shall be.
fn fits(all: &[Category], category: &Category, known: Option<CategoryId>) -> Result<()> {
    if all.iter().any(|other| other.id != category.id && other.slug == category.slug) {
        return Err(Error::Taken("slug", "Another category has this part of an address.".into()));
    }
    let Some(parent) = category.parent_id else { return Ok(()) };
    let mut checks = Checks::new();
    tree(all).check_move(&mut checks, known, CategoryId(parent));
    checks.done().map_err(|error| Error::Unprocessable(error.fields()))
}

/// A category as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    name: &'a str,
    slug: &'a str,
    parent_id: Option<Uuid>,
    position: i64,
}

impl<'a> From<&'a Category> for Facts<'a> {
    fn from(c: &'a Category) -> Self {
        Self { name: &c.name, slug: &c.slug, parent_id: c.parent_id, position: c.position }
    }
}
