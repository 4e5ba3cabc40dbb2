//! Writing a mail with the transaction that wants it, and the job that hands it over.

use std::time::Duration;

use purser_core::access::{Grant, can};
use purser_core::events::{Event, Topic};
use purser_core::ids::{CodeId, LinkId, MailId, OrderId, RefundId, UserId};
use purser_core::jobs::{Priority, Wait};
use purser_core::mail::{Channel, MailState, Notice, Template};
use purser_core::time::{HOUR, MINUTE};
use purser_core::{Error, Result};
use purser_store::mails::{self as store, Ended, Mail};
use purser_store::users::User;
use purser_store::{Tx, codes, links, orders, tenants};
use serde::{Deserialize, Serialize};

use super::facts::{Facts, Offer, OrderFacts, StaffFacts, WeekFacts};
use super::letter::{self, Letter};
use super::{Refusal, TextMessage, words};
use crate::documents::{self, Document};
use crate::identity::{codes as sent, links as secrets};
use crate::jobs::{self, Failure, Plan, Turn, When, Work};
use crate::settings::Settings;
use crate::{App, events};

/// A mail to be written.
pub(crate) struct Draft<'a> {
    /// To whom.
    pub(crate) to: &'a User,
    /// About what.
    pub(crate) template: Template,
    /// With this link in it.
    pub(crate) link: Option<LinkId>,
}

/// Write a mail with the transaction `tx`; it is sent once that is committed.
pub(crate) async fn write<P>(tx: &mut Tx, by: &Grant<P>, draft: Draft<'_>) -> Result<MailId> {
    write_from(tx, by, draft, None).await
}

/// The same with the place it was set off from.
pub(crate) async fn write_from<P>(tx: &mut Tx, by: &Grant<P>, draft: Draft<'_>, place: Option<String>) -> Result<MailId> {
    let address = draft.to.email.clone();
    put(tx, by, (draft, More { place, ..More::default() }), (Channel::Email, &address, None)).await
}

/// The same to an address that is not, or no longer, the one of their account.
pub(crate) async fn write_to<P>(tx: &mut Tx, by: &Grant<P>, draft: Draft<'_>, address: &str) -> Result<MailId> {
    put(tx, by, (draft, More::default()), (Channel::Email, address, None)).await
}

/// The same about what happens on a day unless they do what it asks for.
pub(crate) async fn write_before<P>(tx: &mut Tx, by: &Grant<P>, draft: Draft<'_>, day: String) -> Result<MailId> {
    let address = draft.to.email.clone();
    put(tx, by, (draft, More { until: Some(day), ..More::default() }), (Channel::Email, &address, None)).await
}

/// Write a person what they could order.
pub(crate) async fn write_offer<P>(tx: &mut Tx, by: &Grant<P>, to: &User, offer: Offer) -> Result<MailId> {
    let draft = Draft { to, template: Template::Offer, link: None };
    put(tx, by, (draft, More { offer: Some(offer), ..More::default() }), (Channel::Email, &to.email, None)).await
}

/// Write somebody about what `more` says, once for its cause where it has one.
pub(super) async fn write_with<P>(tx: &mut Tx, by: &Grant<P>, (to, template): (&User, Template), more: More) -> Result<MailId> {
    put(tx, by, (Draft { to, template, link: None }, more), (Channel::Email, &to.email, None)).await
}

/// Something a person is told of about their own account.
pub(crate) struct News<'a> {
    /// What happened.
    pub(crate) notice: Notice,
    /// What it is about, by its own name.
    pub(crate) what: Option<String>,
    /// Until when it holds, for people.
    pub(crate) until: Option<String>,
    /// The address it goes to, if not the one of their account.
    pub(crate) address: Option<&'a str>,
}

impl News<'_> {
    /// This happened, to the thing of this name.
    pub(crate) fn of(notice: Notice, what: impl Into<String>) -> Self {
        Self { notice, what: Some(what.into()), until: None, address: None }
    }

    /// This happened.
    pub(crate) fn plain(notice: Notice) -> Self {
        Self { notice, what: None, until: None, address: None }
    }
}

/// Tell a person what became of their account, with the transaction that changes it.
pub(crate) async fn tell<P>(tx: &mut Tx, by: &Grant<P>, to: &User, news: News<'_>) -> Result<()> {
    let address = news.address.unwrap_or(&to.email).to_owned();
    let more = More { notice: Some(news.notice), what: news.what, until: news.until, ..More::default() };
    let draft = Draft { to, template: Template::AccountNotice, link: None };
    put(tx, by, (draft, more), (Channel::Email, &address, None)).await.map(drop)
}

/// What some mails say beyond what all do.
#[derive(Default)]
pub(super) struct More {
    /// Where it was set off from.
    pub(super) place: Option<String>,
    /// What became of an account.
    pub(super) notice: Option<Notice>,
    /// What it is about, by its own name.
    pub(super) what: Option<String>,
    /// Until when something holds.
    pub(super) until: Option<String>,
    /// What is offered.
    pub(super) offer: Option<Offer>,
    /// The order it is about.
    pub(super) order: Option<OrderFacts>,
    /// What waits for whoever reads it.
    pub(super) staff: Option<StaffFacts>,
    /// What a week came to.
    pub(super) week: Option<WeekFacts>,
    /// The page of the console it leads to.
    pub(super) page: Option<String>,
    /// What it is written once for.
    pub(super) cause: Option<String>,
}

/// Write a message with a code that was made for it, to an address or a telephone that was proved.
pub(crate) async fn write_code<P>(tx: &mut Tx, by: &Grant<P>, to: &User, (channel, address, code): (Channel, &str, CodeId)) -> Result<MailId> {
    put(tx, by, (Draft { to, template: Template::SignInCode, link: None }, More::default()), (channel, address, Some(code))).await
}

/// Whether it goes to somebody who buys, about what they buy: it says who sells, as papers do.
const fn is_trade(template: Template) -> bool {
    matches!(
        template,
        Template::Offer
            | Template::OrderConfirmed
            | Template::OrderShipped
            | Template::OrderDelivered
            | Template::OrderCancelled
            | Template::OrderRefunded
    )
}

async fn put<P>(
    tx: &mut Tx,
    by: &Grant<P>,
    (draft, more): (Draft<'_>, More),
    (channel, address, code): (Channel, &str, Option<CodeId>),
) -> Result<MailId> {
    let tenant = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
    let Draft { to, template, link } = draft;
    let language = words::catalog(to.language.as_deref());
    let facts = Facts {
        seller: if is_trade(template) { documents::seller(language, &Settings::try_from(&tenant)?) } else { Vec::new() },
        first_name: if to.first_name.is_empty() { to.name() } else { to.first_name.clone() },
        business: tenant.name,
        by: by.user().filter(|id| *id != to.id).map(|_| by.actor().name.clone()),
        ip: by.origin().ip.clone(),
        at: Some(by.now().to_utc().format("%Y-%m-%d %H:%M UTC").to_string()),
        device: by.origin().user_agent.as_deref().map(purser_core::device::words),
        place: more.place,
        notice: more.notice,
        what: more.what,
        until: more.until,
        offer: more.offer,
        order: more.order,
        staff: more.staff,
        week: more.week,
        page: more.page,
        code: None,
        address: Vec::new(),
    };
    let id: MailId = by.id();
    let mail = Mail {
        id,
        tenant_id: by.tenant(),
        user_id: Some(to.id.uuid()),
        channel,
        address: address.to_owned(),
        name: to.name(),
        template,
        language: language.into(),
        subject: letter::subject(template, language, &facts),
        facts: match serde_json::to_value(&facts) {
            Ok(serde_json::Value::Object(facts)) => facts.into(),
            _ => serde_json::Map::new().into(),
        },
        link_id: link.map(LinkId::uuid),
        code_id: code.map(CodeId::uuid),
        state: MailState::Queued,
        provider: None,
        error: None,
        created_at: by.now(),
        sent_at: None,
        cause: more.cause,
    };
    store::insert(tx, &mail).await?;
    events::emit(tx, by, Topic::Mail, "queued", id.uuid());
    let when = When { priority: Some(Priority::High), unique: Some(id.to_string()), run_at: None };
    jobs::enqueue(tx, by, &SendMail { mail: id }, when).await?;
    Ok(id)
}

/// Hand a mail over.
#[derive(Serialize, Deserialize)]
pub(crate) struct SendMail {
    mail: MailId,
}

impl Work for SendMail {
    const KIND: &'static str = "mail.send";
    const QUEUE: &'static str = "mail";
    const PLAN: Plan = Plan { tries: 6, wait: Wait::Ladder(&[MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR]), longest: Duration::from_mins(2) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let found = app.db.read(turn.tenant, async |tx| store::find(tx, self.mail).await).await?;
        let Some(mail) = found else { return Err(Failure::Never("The mail is gone.".into())) };
        // A crash between sending and writing that down brings it here again.
        if mail.state == MailState::Sent {
            return Ok(());
        }
        let letter = match make(&app, &mail).await? {
            Made::Letter(letter) => letter,
            Made::Stale(what) => return fail(&app, &mail, Refusal::Never(format!("The {what} in it has run out."))).await,
        };
        let (provider, handed) = hand_over(&app, &mail, letter).await;
        match handed {
            Ok(()) => end(&app, &mail, &Ended::Sent(provider, app.clock.now())).await,
            Err(refusal) => fail(&app, &mail, refusal).await,
        }
    }
}

/// Hand a message to whoever takes its kind.
async fn hand_over(app: &App, mail: &Mail, letter: Letter) -> (&'static str, Result<(), Refusal>) {
    match (mail.channel, &app.mail.texter) {
        (Channel::Sms, Some(texter)) => {
            let message = TextMessage { id: letter.id, to: letter.to.1, text: letter.text };
            (texter.name(), texter.send(&message).await)
        }
        (Channel::Sms, None) if !app.mail.mailer.keeps() => ("", Err(Refusal::Never("Nobody takes text messages here.".into()))),
        _ => (app.mail.mailer.name(), app.mail.mailer.deliver(&letter).await),
    }
}

enum Made {
    Letter(Letter),
    /// Its link has been used, replaced, or has run out.
    Stale(&'static str),
}

/// The text of a mail with its working link.
async fn make(app: &App, mail: &Mail) -> Result<Made> {
    let mut link = None;
    if let Some(id) = mail.link_id {
        let found = app.db.read(mail.tenant_id, async |tx| links::find(tx, LinkId(id)).await.map_err(Error::from)).await?;
        let Some(found) = found.filter(|link| link.works(app.clock.now())) else { return Ok(Made::Stale("link")) };
        let Some(secret) = secrets::secret(app, &found)? else { return Ok(Made::Stale("link")) };
        link = Some(secret);
    }
    let address = app.db.read(mail.tenant_id, async |tx| delivery(tx, mail).await).await?;
    let mut code = None;
    if let Some(id) = mail.code_id {
        let found = app.db.read(mail.tenant_id, async |tx| codes::find(tx, CodeId(id)).await.map_err(Error::from)).await?;
        let Some(found) = found.filter(|code| code.works(app.clock.now())) else { return Ok(Made::Stale("code")) };
        code = sent::plain(app, &found)?;
    }
    let attached = papers(app, mail).await;
    let made = letter(app, mail, Inside { secret: link.as_deref(), code, address, papers: !attached.is_empty() });
    Ok(Made::Letter(Letter { attached, ..made }))
}

/// What comes with a mail, drawn as it is sent. What can not be drawn keeps nobody from hearing what went back: the mail says it all without.
async fn papers(app: &App, mail: &Mail) -> Vec<Document> {
    let Some(note) = facts(mail).order.and_then(|order| order.credit_note) else { return Vec::new() };
    let by = Grant::<can::ReadPayment>::system(mail.tenant_id, app.clock.now(), &app.ids);
    match documents::credit_note_of(app, &by, RefundId(note.refund)).await {
        Ok(note) => vec![note],
        Err(error) => {
            tracing::warn!(%error, mail = %mail.id, refund = %note.refund, "a credit note could not be drawn; its mail goes without");
            Vec::new()
        }
    }
}

/// What the papers that come with a mail are called.
pub(super) fn names_of_papers(mail: &Mail) -> Vec<String> {
    facts(mail).order.and_then(|order| order.credit_note).map(|note| note.name).into_iter().collect()
}

fn facts(mail: &Mail) -> Facts {
    serde_json::from_value(serde_json::Value::Object(mail.facts.0.clone())).unwrap_or_default()
}

/// Where the order of a mail goes, where the mail says so. It is stored sealed with the order and nowhere else.
pub(super) async fn delivery(tx: &mut Tx, mail: &Mail) -> Result<Vec<String>> {
    if !matches!(mail.template, Template::OrderConfirmed | Template::OrderShipped) {
        return Ok(Vec::new());
    }
    let Some(order) = facts(mail).order else { return Ok(Vec::new()) };
    let found = orders::particulars(tx, OrderId(order.id)).await?;
    Ok(found
        .map(|found| found.address)
        .filter(|address| !address.name.is_empty())
        .map(|address| documents::address(&mail.language, &address))
        .unwrap_or_default())
}

/// What stands in a text and is stored elsewhere.
pub(super) struct Inside<'a> {
    /// The secret of its link.
    pub(super) secret: Option<&'a str>,
    /// Its code.
    pub(super) code: Option<String>,
    /// Where the order goes.
    pub(super) address: Vec<String>,
    /// Whether the papers it speaks of come with it.
    pub(super) papers: bool,
}

/// Where a link of such a mail leads.
pub(crate) fn address(app: &App, template: Template, secret: &str) -> String {
    // Behind the #, so that it is in no log of a server or proxy on the way and in no Referer.
    format!("{}{}#token={secret}", app.mail.base(), letter::page(template).unwrap_or("/"))
}

/// The text of a mail, its link made of the secret; a mail without one may lead to where a parcel is followed, or to a page.
pub(super) fn letter(app: &App, mail: &Mail, inside: Inside<'_>) -> Letter {
    let Inside { secret, code, address: lines, papers } = inside;
    let mut facts = Facts { code, address: lines, ..facts(mail) };
    if let Some(order) = facts.order.as_mut().filter(|_| !papers) {
        order.credit_note = None;
    }
    let link = secret.filter(|_| letter::page(mail.template).is_some()).map(|secret| address(app, mail.template, secret));
    let link = link.or_else(|| facts.order.as_ref().and_then(OrderFacts::follow).map(str::to_owned));
    let link = link.or_else(|| facts.page.as_ref().map(|page| format!("{}{page}", app.mail.base())));
    let (subject, mut text, html) = letter::compose((mail.template, &mail.language), &facts, link.as_deref());
    if mail.channel == Channel::Sms {
        text = letter::short(&mail.language, &facts);
    }
    Letter { id: mail.id.uuid(), to: (mail.name.clone(), mail.address.clone()), subject, text, html, unsubscribe: None, attached: Vec::new() }
}

async fn fail(app: &App, mail: &Mail, refusal: Refusal) -> Result<(), Failure> {
    let why = refusal.why().to_owned();
    let provider = match (mail.channel, &app.mail.texter) {
        (Channel::Sms, Some(texter)) => texter.name(),
        _ => app.mail.mailer.name(),
    };
    end(app, mail, &Ended::Failed(provider, why)).await?;
    Err(match refusal {
        // Whoever waits for this mail would rather have it twice than not at all; a second copy has the same id.
        Refusal::Later(why) | Refusal::Unknown(why) => Failure::Later(why),
        Refusal::Never(why) | Refusal::Nobody(why) => Failure::Never(why),
    })
}

async fn end(app: &App, mail: &Mail, ended: &Ended) -> Result<(), Failure> {
    let now = app.clock.now();
    app.db
        .transact(mail.tenant_id, async |tx| {
            if store::end(tx, mail.id, ended).await? {
                let action = if matches!(ended, Ended::Sent(..)) { "sent" } else { "failed" };
                let actor_id: Option<UserId> = None;
                tx.emit(Event {
                    seq: 0,
                    tenant: mail.tenant_id,
                    topic: Topic::Mail,
                    action: action.into(),
                    subject_id: mail.id.uuid(),
                    actor_id,
                    at: now,
                });
            }
            Ok::<_, Error>(())
        })
        .await?;
    Ok(())
}
