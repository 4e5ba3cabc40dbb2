//! People as a CSV file, written while it is read: one page of rows in memory, however many there are.

use purser_core::Result;
use purser_core::access::{Grant, can};
use purser_core::error::Error;
use purser_store::people::{Filter, Person};
use purser_store::{Page, people as store};

use crate::App;
use crate::audit::{self, Line};
use crate::csv::{Export, Sheet};
use crate::identity::step_up;
use crate::limits;

const HEADER: [&str; 14] = [
    "id",
    "email",
    "first_name",
    "last_name",
    "role",
    "status",
    "phone",
    "country",
    "language",
    "email_verified",
    "last_login_at",
    "locked_at",
    "lock_reason",
    "created_at",
];

/// The people the filter finds, in the order of `sort`, as a CSV stream. The export itself goes into the audit log.
pub async fn export(app: &App, by: &Grant<can::ExportUser>, filter: Filter, sort: String) -> Result<Export> {
    limits::of_person(app, by, "export", limits::EXPORTS).await?;
    step_up::demand_unless_key(app, by).await?;
    // Refuse a wrong sort before the first byte is out.
    let first = Page { limit: 1, sort: sort.clone(), ..Page::default() };
    app.db.read(by, async |tx| store::list(tx, &filter, &first, false).await.map_err(Error::from)).await?;
    app.db
        .transact(by, async |tx| {
            audit::record(tx, by, Line::new("user.export", "user", by.tenant().uuid(), "People").after(&filter));
            Ok::<_, Error>(())
        })
        .await?;
    let (db, tenant) = (app.db.clone(), by.tenant());
    let next = move |after| {
        let (db, filter) = (db.clone(), filter.clone());
        let page = Page { limit: 1_000, after, sort: sort.clone(), ..Page::default() };
        async move { db.read(tenant, async |tx| store::list(tx, &filter, &page, false).await.map_err(Error::from)).await }
    };
    Ok(Sheet { header: &HEADER, cells }.stream(next))
}

fn cells(person: &Person) -> Vec<String> {
    let time = |at: Option<purser_core::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    vec![
        person.id.to_string(),
        person.email.clone(),
        person.first_name.clone(),
        person.last_name.clone(),
        person.role.to_string(),
        person.status.to_string(),
        person.phone.clone().unwrap_or_default(),
        person.country.clone().unwrap_or_default(),
        person.language.clone().unwrap_or_default(),
        person.email_verified.to_string(),
        time(person.last_login_at),
        time(person.locked_at),
        person.lock_reason.clone().unwrap_or_default(),
        person.created_at.to_string(),
    ]
}
