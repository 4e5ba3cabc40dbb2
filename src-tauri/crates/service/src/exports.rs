//! Lists of trade, books and work as CSV files, written while they are read: one page of rows in memory, however many there are. That one was
//! taken out goes into the audit log, with its filter.

use purser_core::access::{Grant, can};
use purser_core::people::full_name;
use purser_core::{Error, Money, Result, Timestamp};
use purser_store::approvals::{self, Approval};
use purser_store::carts::{self, Cart};
use purser_store::coupons::{self, Coupon};
use purser_store::credit::{self, Credit, Move};
use purser_store::disputes::{self, Dispute};
use purser_store::handling::{self, Return};
use purser_store::jobs::{self, Job};
use purser_store::ledger_books::{self, Period};
use purser_store::payments::{self, Payment};
use purser_store::products::{self, Product};
use purser_store::receivables::{self, Receivable};
use purser_store::reconciliation::{self, Exception};
use purser_store::refunds::{self, Refund};
use purser_store::stock::{self, Movement};
use purser_store::{Listing, Page, Tx};

use crate::App;
use crate::audit::{self, Line};
use crate::csv::{Export, Sheet};
use crate::identity::step_up;
use crate::ledger::{self, Figures};
use crate::limits;

/// Declares one export: who may read the list, what has to be shown before, where its rows come from, and what the log says.
macro_rules! export {
    ($(#[$doc:meta])* $name:ident($right:ty, $before:path, $filter:ty) of $list:path, logged ($action:literal, $subject:literal, $label:literal), as $sheet:expr) => {
        $(#[$doc])*
        pub async fn $name(app: &App, by: &Grant<$right>, filter: $filter, sort: String) -> Result<Export> {
            $before(app, by).await?;
            // Refuse a wrong sort before the first byte is out.
            let first = Page { limit: 1, sort: sort.clone(), ..Page::default() };
            app.db.read(by, async |tx| $list(tx, &filter, &first).await.map_err(Error::from)).await?;
            limits::of_person(app, by, "export", limits::EXPORTS).await?;
            app.db
                .transact(by, async |tx| {
                    audit::record(tx, by, Line::new($action, $subject, by.tenant().uuid(), $label).after(&filter));
                    Ok::<_, Error>(())
                })
                .await?;
            let (db, tenant) = (app.db.clone(), by.tenant());
            let next = move |after| {
                let (db, filter) = (db.clone(), filter.clone());
                let page = Page { limit: 1_000, after, sort: sort.clone(), ..Page::default() };
                async move { db.read(tenant, async |tx| $list(tx, &filter, &page).await.map_err(Error::from)).await }
            };
            Ok($sheet.stream(next))
        }
    };
}

/// Whoever takes people's trade, or what staff did, out of the house may do so, and has just proved that it is them.
async fn of_people<P>(app: &App, by: &Grant<P>) -> Result<()> {
    by.and::<can::ExportOrder>()?;
    step_up::demand_unless_key(app, by).await
}

/// Nobody is named in it; how much there is of what is the business's own affair all the same.
async fn of_things<P>(_: &App, by: &Grant<P>) -> Result<()> {
    by.and::<can::ExportOrder>().map(drop)
}

/// Whoever may read it may take it out, once they have proved that it is them: what went wrong may name somebody.
async fn of_work<P>(app: &App, by: &Grant<P>) -> Result<()> {
    step_up::demand_unless_key(app, by).await
}

/// Whoever may read it may take it out, as they may the books.
async fn of_books<P>(_: &App, _: &Grant<P>) -> Result<()> {
    Ok(())
}

async fn closed(tx: &mut Tx, (): &(), page: &Page) -> purser_store::Result<Listing<Period>> {
    ledger_books::periods(tx, page).await
}

fn at(time: Option<Timestamp>) -> String {
    time.map_or_else(String::new, |time| time.to_string())
}

fn id(id: Option<uuid::Uuid>) -> String {
    id.map_or_else(String::new, |id| id.to_string())
}

fn or_empty(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

export! {
    /// The payments the filter finds.
    payments(can::ReadPayment, of_people, payments::Filter) of payments::list, logged ("payment.export", "payment", "Payments"), as Sheet {
        header: &["id", "order_number", "customer_name", "customer_email", "provider", "method", "state", "currency", "amount", "captured", "refunded", "failure", "created_at", "captured_at"],
        cells: |row: &Payment| vec![
            row.id.to_string(), row.order_number.to_string(), full_name(&row.first_name, &row.last_name), row.email.clone(), row.provider.clone(),
            row.method.clone(), row.state.to_string(), row.currency.to_string(), row.money(row.amount).decimal(), row.money(row.captured).decimal(),
            row.money(row.refunded).decimal(), or_empty(row.failure_message.as_ref()), row.created_at.to_string(), at(row.captured_at),
        ],
    }
}

export! {
    /// The refunds the filter finds.
    refunds(can::ReadPayment, of_people, refunds::Filter) of refunds::list, logged ("refund.export", "refund", "Refunds"), as Sheet {
        header: &["id", "order_number", "payment_id", "customer_name", "customer_email", "provider", "kind", "state", "currency", "amount", "reason", "failure", "made_by", "created_at", "settled_at", "to_credit"],
        cells: |row: &Refund| vec![
            row.id.to_string(), row.order_number.to_string(), row.payment_id.to_string(), full_name(&row.first_name, &row.last_name), row.email.clone(),
            row.provider.clone(), row.kind.to_string(), row.state.to_string(), row.currency.to_string(), row.money().decimal(), row.reason.clone(),
            or_empty(row.failure_message.as_ref()), row.created_by_name.clone(), row.created_at.to_string(), at(row.settled_at), row.to_credit.to_string(),
        ],
    }
}

export! {
    /// What the customers the filter finds have as stored credit.
    credits(can::ReadPayment, of_people, credit::Filter) of credit::list, logged ("credit.export", "credit", "Stored credit"), as Sheet {
        header: &["id", "customer_id", "customer_name", "customer_email", "currency", "balance", "created_at", "updated_at"],
        cells: |row: &Credit| vec![
            row.id.to_string(), row.customer_id.to_string(), full_name(&row.first_name, &row.last_name), row.email.clone(), row.currency.to_string(),
            Money::new(row.balance, row.currency).decimal(), row.created_at.to_string(), row.updated_at.to_string(),
        ],
    }
}

export! {
    /// The moves of stored credit the filter finds.
    credit_moves(can::ReadPayment, of_people, credit::MovesFilter) of credit::moves, logged ("credit.export_moves", "credit", "Moves of stored credit"), as Sheet {
        header: &["id", "created_at", "customer_id", "customer_name", "customer_email", "kind", "currency", "amount", "balance", "order_number", "reason", "made_by"],
        cells: |row: &Move| vec![
            row.id.to_string(), row.created_at.to_string(), row.customer_id.to_string(), full_name(&row.first_name, &row.last_name), row.email.clone(),
            row.kind.to_string(), row.currency.to_string(), Money::new(row.amount, row.currency).decimal(), Money::new(row.balance, row.currency).decimal(),
            row.order_number.map_or_else(String::new, |number| number.to_string()), row.reason.clone(), row.created_by_name.clone(),
        ],
    }
}

export! {
    /// What the customers the filter finds owe.
    receivables(can::ReadPayment, of_people, receivables::Filter) of receivables::list, logged ("receivable.export", "receivable", "Owed by customers"), as Sheet {
        header: &["payment_id", "order_number", "customer_name", "customer_email", "currency", "amount", "owed", "received", "written_off", "taken_off", "due_at", "created_at"],
        cells: |row: &Receivable| vec![
            row.id.to_string(), row.order_number.to_string(), full_name(&row.first_name, &row.last_name), row.email.clone(), row.currency.to_string(),
            row.money(row.amount).decimal(), row.money(row.owed).decimal(), row.money(row.received).decimal(), row.money(row.written_off).decimal(),
            row.money(row.taken_off).decimal(), row.due_at.to_string(), row.created_at.to_string(),
        ],
    }
}

export! {
    /// The disputes the filter finds.
    disputes(can::ReadPayment, of_people, disputes::Filter) of disputes::list, logged ("dispute.export", "dispute", "Disputes"), as Sheet {
        header: &["id", "order_number", "payment_id", "customer_name", "customer_email", "provider", "reference", "state", "reason", "currency", "amount", "withdrawn", "reinstated", "fee", "fee_back", "due_at", "opened_at", "decided_at"],
        cells: |row: &Dispute| vec![
            row.id.to_string(), row.order_number.to_string(), row.payment_id.to_string(), full_name(&row.first_name, &row.last_name), row.email.clone(),
            row.provider.clone(), row.reference.clone(), row.state.to_string(), row.reason.clone(), row.currency.to_string(), row.money(row.amount).decimal(),
            row.money(row.withdrawn).decimal(), row.money(row.reinstated).decimal(), row.money(row.fee).decimal(), row.money(row.fee_back).decimal(), at(row.due_at), row.opened_at.to_string(),
            at(row.decided_at),
        ],
    }
}

export! {
    /// The returns the filter finds.
    returns(can::ReadOrder, of_people, handling::Filter) of handling::returns, logged ("return.export", "return", "Returns"), as Sheet {
        header: &["id", "order_number", "state", "reason", "decision", "created_at", "decided_at", "received_at"],
        cells: |row: &Return| vec![
            row.id.to_string(), row.order_number.to_string(), row.state.to_string(), row.reason.clone(), or_empty(row.decision.as_ref()),
            row.created_at.to_string(), at(row.decided_at), at(row.received_at),
        ],
    }
}

export! {
    /// The products the filter finds, with their stock.
    products(can::ReadProduct, of_things, products::Filter) of products::list, logged ("product.export", "product", "Products"), as Sheet {
        header: &["id", "sku", "name", "currency", "price", "weight_g", "stock", "reserved", "threshold", "variants", "active", "created_at", "updated_at", "slug"],
        cells: |row: &Product| vec![
            row.id.to_string(), row.sku.clone(), row.name.clone(), row.currency.to_string(), row.price().decimal(), row.weight_g.to_string(),
            row.shelf.shown_stock.to_string(), row.shelf.reserved.to_string(), row.threshold().to_string(), row.shelf.variant_count.to_string(),
            row.active.to_string(), row.created_at.to_string(), row.updated_at.to_string(), row.shelf.slug.clone(),
        ],
    }
}

export! {
    /// What moved the stock the filter finds.
    movements(can::UpdateProduct, of_people, stock::Filter) of stock::list, logged ("product.export_movements", "product", "Stock movements"), as Sheet {
        header: &["id", "created_at", "product_id", "sku", "product", "kind", "available", "reserved", "reason", "order_number", "by"],
        cells: |row: &Movement| vec![
            row.id.to_string(), row.created_at.to_string(), row.product_id.to_string(), or_empty(row.sku.as_ref()), or_empty(row.product.as_ref()),
            row.kind.to_string(), row.available.to_string(), row.reserved.to_string(), or_empty(row.reason.as_ref()),
            row.order_number.map_or_else(String::new, |number| number.to_string()), or_empty(row.by_name.as_ref()),
        ],
    }
}

export! {
    /// The coupons the filter finds. Amounts are in minor units of the tenant's currency.
    coupons(can::ReadSetting, of_books, coupons::Filter) of coupons::list, logged ("coupon.export", "coupon", "Coupons"), as Sheet {
        header: &["id", "code", "kind", "percent_bp", "amount", "min_subtotal", "active", "stackable", "used", "limit_total", "limit_customer", "starts_at", "ends_at", "created_at"],
        cells: |row: &Coupon| vec![
            row.id.to_string(), row.code.clone(), row.kind.to_string(), row.percent_bp.to_string(), row.amount.to_string(), row.min_subtotal.to_string(),
            row.active.to_string(), row.stackable.to_string(), row.used.to_string(), row.limit_total.map_or_else(String::new, |most| most.to_string()),
            row.limit_customer.map_or_else(String::new, |most| most.to_string()), at(row.starts_at), at(row.ends_at), row.created_at.to_string(),
        ],
    }
}

export! {
    /// The differences between two books the filter finds.
    differences(can::ReadLedger, of_books, reconciliation::Filter) of reconciliation::exceptions, logged ("reconciliation.export", "reconciliation", "Differences"), as Sheet {
        header: &["id", "provider", "kind", "reference", "line_kind", "currency", "theirs", "ours", "state", "reason", "resolved_by", "payment_id", "refund_id", "happened_at", "found_at", "resolved_at"],
        cells: |row: &Exception| vec![
            row.id.to_string(), row.provider.clone(), row.kind.to_string(), row.reference.clone(), row.line_kind.clone(), row.currency.to_string(),
            row.money(row.theirs).decimal(), row.money(row.ours).decimal(), row.state.to_string(), or_empty(row.reason.as_ref()),
            or_empty(row.resolved_by_name.as_ref()), id(row.payment_id), id(row.refund_id), row.happened_at.to_string(), row.found_at.to_string(), at(row.resolved_at),
        ],
    }
}

export! {
    /// The periods that are closed, each with what the accounts said then.
    periods(can::ReadLedger, of_books, ()) of closed, logged ("ledger.export_periods", "ledger", "Closed periods"), as Sheet {
        header: &["id", "ends_at", "closed_at", "closed_by", "reason", "reopened_at", "reopened_by", "reopen_reason", "balances"],
        cells: |row: &Period| vec![
            row.id.to_string(), row.ends_at.to_string(), row.closed_at.to_string(), row.closed_by_name.clone(), row.reason.clone(),
            at(row.reopened_at), or_empty(row.reopened_by_name.as_ref()), or_empty(row.reopen_reason.as_ref()),
            row.balances.0.iter().map(|(code, currency, balance)| {
                let money = currency.parse().map_or_else(|_| balance.to_string(), |currency| Money::new(*balance, currency).decimal());
                format!("{code} {currency} {money}")
            }).collect::<Vec<_>>().join("; "),
        ],
    }
}

export! {
    /// The work the filter finds. What it was put in with stays here.
    jobs(can::ReadJob, of_work, jobs::Filter) of jobs::list, logged ("job.export", "job", "Jobs"), as Sheet {
        header: &["id", "queue", "kind", "state", "priority", "attempts", "max_attempts", "retries", "last_error", "created_at", "run_at", "started_at", "finished_at"],
        cells: |row: &Job| vec![
            row.id.to_string(), row.queue.clone(), row.kind.clone(), row.state.to_string(), row.priority.to_string(), row.attempts.to_string(),
            row.max_attempts.to_string(), row.retries.to_string(), or_empty(row.last_error.as_ref()), row.created_at.to_string(), row.run_at.to_string(),
            at(row.started_at), at(row.finished_at),
        ],
    }
}

export! {
    /// The requests for a second pair of eyes the filter finds.
    approvals(can::ReadPayment, of_people, approvals::Filter) of approvals::list, logged ("approval.export", "approval", "Approvals"), as Sheet {
        header: &["id", "kind", "subject", "state", "currency", "amount", "reason", "cause", "requested_by", "requested_at", "expires_at", "decided_by", "decided_at", "decision_reason", "failure"],
        cells: |row: &Approval| vec![
            row.id.to_string(), row.kind.to_string(), row.subject_label.clone(), row.state.to_string(), row.currency.to_string(), row.money().decimal(),
            row.reason.clone(), row.cause.clone(), row.requested_by_name.clone(), row.requested_at.to_string(), row.expires_at.to_string(),
            or_empty(row.decided_by_name.as_ref()), at(row.decided_at), or_empty(row.decision_reason.as_ref()), or_empty(row.failure_message.as_ref()),
        ],
    }
}

export! {
    /// The carts and drafts the filter finds.
    carts(can::ReadOrder, of_people, carts::Filter) of carts::list, logged ("cart.export", "cart", "Carts"), as Sheet {
        header: &["id", "number", "kind", "state", "customer_name", "customer_email", "country", "currency", "items", "value", "coupons", "became", "created_at", "updated_at", "expires_at"],
        cells: |row: &Cart| vec![
            row.id.to_string(), row.label(), row.kind.to_string(), row.state.to_string(),
            full_name(row.first_name.as_deref().unwrap_or_default(), row.last_name.as_deref().unwrap_or_default()), or_empty(row.email.as_ref()),
            or_empty(row.country.as_ref()), row.currency.to_string(), row.item_count.to_string(), Money::new(row.value, row.currency).decimal(),
            row.coupons.clone(), id(row.became_id), row.created_at.to_string(), row.updated_at.to_string(), at(row.expires_at),
        ],
    }
}

/// The figures of the last `months` months, this one included: one page, however long the business has been there.
pub async fn monthly(app: &App, by: &Grant<can::ReadStats>, months: i64) -> Result<Export> {
    let figures = ledger::report(app, by, months).await?.months;
    limits::of_person(app, by, "export", limits::EXPORTS).await?;
    app.db
        .transact(by, async |tx| {
            let line = Line::new("ledger.export_months", "ledger", by.tenant().uuid(), "Months");
            audit::record(tx, by, line.after(&serde_json::json!({ "months": months })));
            Ok::<_, Error>(())
        })
        .await?;
    let sheet = Sheet {
        header: &["month", "currency", "revenue", "discounts", "refunds", "tax", "shipping", "fees", "disputes", "given_up", "net"],
        cells: |row: &Figures| {
            let amount = |amount| Money::new(amount, row.currency).decimal();
            let sums = [row.revenue, row.discounts, row.refunds, row.tax, row.shipping, row.fees, row.disputes, row.given_up, row.net()];
            [row.month.clone(), row.currency.to_string()].into_iter().chain(sums.map(amount)).collect()
        },
    };
    Ok(sheet.stream(move |_| {
        let rows = figures.clone();
        async move { Ok(Listing { rows, next: None }) }
    }))
}
