//! Stored credit: what customers may still spend with us. It is given as a kindness, comes from refunds, and pays orders; every move is a row of
//! its own, and the account of the ledger always says what all customers have together.

use purser_core::access::{self, Grant, can};
use purser_core::approvals::ApprovalKind;
use purser_core::credit::CreditKind;
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{ApprovalId, UserId};
use purser_core::payments::RefundKind;
use purser_core::people::full_name;
use purser_core::{Error, Money, Permission, Result};
use purser_store::approvals::Approval;
use purser_store::credit::{self as store, Change, Credit, Filter, Move, MovesFilter};
use purser_store::page::COUNT_LIMIT;
use purser_store::users::{self, User};
use purser_store::{Listing, Page, Tx, approvals as approval_store, ledger as ledger_store};
use uuid::Uuid;

use crate::approvals::{self, Act, NewApproval, Route};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::identity::step_up;
use crate::{App, events, ledger};

/// A page of what customers have and, without a cursor, of how many.
pub async fn list(app: &App, by: &Grant<can::ReadPayment>, filter: &Filter, page: &Page) -> Result<(Listing<Credit>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok::<_, Error>((store::list(tx, filter, page).await?, total))
        })
        .await
}

/// A page of moves and, without a cursor, how many there are.
pub async fn moves(app: &App, by: &Grant<can::ReadPayment>, filter: &MovesFilter, page: &Page) -> Result<(Listing<Move>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count_moves(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok::<_, Error>((store::moves(tx, filter, page).await?, total))
        })
        .await
}

/// How somebody's stored credit is to be changed.
#[derive(Clone, Debug)]
pub struct Ask {
    /// How much.
    pub amount: Money,
    /// Whether it is taken back rather than given.
    pub take_back: bool,
    /// Why.
    pub reason: String,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Given {
    /// Whose.
    pub customer: UserId,
    /// What they have now, in that currency.
    pub balance: Money,
    /// What somebody else has to approve first, if they have to.
    pub approval: Option<Approval>,
}

/// Give a customer stored credit, or take back what was given, once for each key. Giving stands under the same rules as giving money back as a
/// kindness, and may wait for somebody else.
pub async fn change(app: &App, by: &Grant<can::GrantRefund>, customer: UserId, ask: Ask, once: Option<Once<Given>>) -> Result<Outcome<Given>> {
    let mut checks = Checks::new();
    checks.text("reason", &ask.reason, 500);
    checks.that(ask.amount.amount > 0, "amount.amount", "out_of_range", "An amount of more than nothing.");
    checks.that(ask.amount.amount <= purser_core::checkout::LARGEST, "amount.amount", "out_of_range", "That is more than can be given.");
    checks.done()?;
    if ask.take_back {
        by.and::<can::RefundOrder>()?;
    }
    step_up::demand_for_refund(app, by, || Some(ask.amount.amount)).await?;
    if [by.user(), by.actor().person()].contains(&Some(customer)) {
        return Err(Error::Refused("own_credit", "Nobody gives themselves credit. Somebody else has to.".into()));
    }
    idempotency::at_once(app, by, (customer.uuid(), once), async |tx| {
        let person = users::find(tx, customer).await?.ok_or(Error::NotFound("user"))?;
        let amount = ask.amount;
        let by = &by.under(Permission::RefundOrder, access::Facts { amount: Some(amount), ..access::Facts::default() })?;
        let who = (by.user().map(UserId::uuid), by.actor().name.clone());
        if ask.take_back {
            let balance = take_back(by, tx, &person, (amount, ask.reason.trim(), who)).await?;
            return Ok(Given { customer, balance, approval: None });
        }
        if person.deleted_at.is_some() {
            return Err(Error::conflict("deleted", "This account was deleted. What is left on it can be taken back."));
        }
        let act = Act { kind: ApprovalKind::Credit, amount, refund_kind: Some(RefundKind::Goodwill), done: Permission::RefundOrder };
        match approvals::route(by, tx, &act).await? {
            Route::Free => {
                let balance = move_it(by, tx, &person, (amount, ask.reason.trim(), who)).await?;
                Ok(Given { customer, balance, approval: None })
            }
            Route::Block(cause) => Err(Error::Refused("blocked_by_rule", cause.into())),
            Route::Approve(cause, expires_at) => {
                let subject = ("user", customer.uuid(), full_name(&person.first_name, &person.last_name));
                let new = NewApproval { kind: ApprovalKind::Credit, subject, amount, reason: ask.reason.trim(), cause, expires_at };
                let id: ApprovalId = approvals::request(by, tx, new).await?;
                let balance = Money::new(store::balance(tx, customer, amount.currency).await?, amount.currency);
                Ok(Given { customer, balance, approval: approval_store::find(tx, id).await? })
            }
        }
    })
    .await
}

/// Give what somebody else has said yes to.
pub(crate) async fn give_approved<P>(by: &Grant<P>, tx: &mut Tx, approval: &Approval) -> Result<()> {
    let gone = || Error::conflict("person_gone", "The person is not there any more.");
    let person = users::find(tx, UserId(approval.subject_id)).await?.filter(|person| person.deleted_at.is_none()).ok_or_else(gone)?;
    // It is given by whoever asked; who said yes is with the request.
    let who = (approval.requested_by, approval.requested_by_name.clone());
    move_it(by, tx, &person, (approval.money(), &approval.reason, who)).await.map(drop)
}

/// Who moved it, if it was a person, and their name.
type Who = (Option<Uuid>, String);

/// Take back what was given as a kindness, as far as it is there: what came from refunds is the customer's own money.
async fn take_back<P>(by: &Grant<P>, tx: &mut Tx, person: &User, (amount, reason, who): (Money, &str, Who)) -> Result<Money> {
    let given = store::given(tx, person.id, amount.currency).await?;
    if given < amount.amount {
        let left = Money::new(given.max(0).min(store::balance(tx, person.id, amount.currency).await?), amount.currency);
        let message = format!("Only {left} of it was given as a kindness; the rest is the customer's own money.");
        return Err(Error::unprocessable("amount.amount", "more_than_given", message));
    }
    move_it(by, tx, person, (Money::new(-amount.amount, amount.currency), reason, who)).await
}

/// Move it: the balance, the books, the log; what there is afterwards.
async fn move_it<P>(by: &Grant<P>, tx: &mut Tx, person: &User, (amount, reason, who): (Money, &str, Who)) -> Result<Money> {
    let (kind, action) = if amount.amount > 0 { (CreditKind::Given, "credit.give") } else { (CreditKind::TakenBack, "credit.take_back") };
    let change = Change {
        id: by.id(),
        credit: by.id(),
        customer: person.id,
        amount,
        kind,
        order: None,
        payment: None,
        refund: None,
        reason: reason.to_owned(),
        by: who.0,
        by_name: who.1,
        at: by.now(),
    };
    let Some(balance) = store::change(tx, &change).await? else {
        let has = Money::new(store::balance(tx, person.id, amount.currency).await?, amount.currency);
        let message = format!("There is only {has} to take back.");
        return Err(Error::unprocessable("amount.amount", "more_than_left", message));
    };
    let balance = Money::new(balance, amount.currency);
    ledger_store::post(tx, by.ids(), &[ledger::credit((by.id(), by.now()), amount)]).await?;
    let facts = serde_json::json!({ "amount": amount, "balance": balance });
    let line = Line::new(action, "user", person.id.uuid(), full_name(&person.first_name, &person.last_name)).after(&facts).reason(reason);
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::User, "credit", person.id.uuid());
    events::emit(tx, by, Topic::Ledger, "posted", person.id.uuid());
    Ok(balance)
}
