//! Newsletters as whoever writes and sends them sees them.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::NewsletterId;
use purser_core::newsletters::{LetterState, NewsletterState};
use purser_service::App;
use purser_service::newsletters::{self, Change, Text};
use purser_store::newsletters::{Filter, LetterFilter, Newsletter};

use super::views::{AudienceView, DraftBody, LetterView, NewsletterView, PreviewBody, PreviewView, SendBody, TestBody, TestedView};
use crate::Result;
use crate::extract::{Allowed, Any, IdempotencyKey, IfMatch, Json, NeededKey, OptionalJson, Path, Query};
use crate::list_query;
use crate::once::{Changed, Made, Shape};
use crate::reply::{Data, NoContent, Rows};

list_query! {
    /// Which newsletters.
    NewslettersQuery {
        /// In any of these states.
        state: Any<NewsletterState>,
    }
}

list_query! {
    /// Which letters of a newsletter.
    LettersQuery {
        /// In any of these states.
        state: Any<LetterState>,
    }
}

fn shape() -> Shape<Newsletter, NewsletterView> {
    Shape { view: Arc::new(NewsletterView::from), subject: |newsletter: &Newsletter| newsletter.id.uuid(), home: Some("/newsletters") }
}

impl From<DraftBody> for Change {
    fn from(body: DraftBody) -> Self {
        let DraftBody { subject_en, text_en, subject_de, text_de, countries } = body;
        Self { subject_en, text_en, subject_de, text_de, countries }
    }
}

pub(super) async fn list(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Query(query): Query<NewslettersQuery>,
) -> Result<Rows<NewsletterView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let (listing, total) = newsletters::list(&app, &by, &Filter { states: query.state.0, search }, &page).await?;
    Ok(Rows::page(listing.map(NewsletterView::from), &page, total))
}

pub(super) async fn read(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Path(id): Path<NewsletterId>,
) -> Result<Data<NewsletterView>> {
    Ok(Data(newsletters::read(&app, &by, id).await?.into()))
}

pub(super) async fn create(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    key: IdempotencyKey,
    Json(body): Json<DraftBody>,
) -> Result<Made<NewsletterView>> {
    let shape = shape();
    let once = shape.once::<_, 201>(&by, key, ("create newsletter", &body))?;
    shape.made(newsletters::create(&app, &by, body.into(), once).await?)
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Path(id): Path<NewsletterId>,
    IfMatch(version): IfMatch,
    Json(body): Json<DraftBody>,
) -> Result<Data<NewsletterView>> {
    Ok(Data(newsletters::update(&app, &by, (id, version), body.into()).await?.into()))
}

pub(super) async fn delete(State(app): State<App>, Allowed(by): Allowed<can::SendNewsletter>, Path(id): Path<NewsletterId>) -> Result<NoContent> {
    newsletters::delete(&app, &by, id).await?;
    Ok(NoContent)
}

pub(super) async fn preview(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Json(body): Json<PreviewBody>,
) -> Result<Data<PreviewView>> {
    let said = Text { language: body.language.tag(), subject: body.subject, text: body.text };
    Ok(Data(newsletters::preview(&app, &by, &said).await?.into()))
}

pub(super) async fn audience(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Path(id): Path<NewsletterId>,
) -> Result<Data<AudienceView>> {
    Ok(Data(newsletters::audience(&app, &by, id).await?.into()))
}

pub(super) async fn letters(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Path(newsletter): Path<NewsletterId>,
    Query(query): Query<LettersQuery>,
) -> Result<Rows<LetterView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let (listing, total) = newsletters::letters(&app, &by, &LetterFilter { newsletter, states: query.state.0, search }, &page).await?;
    Ok(Rows::page(listing.map(LetterView::from), &page, total))
}

pub(super) async fn test(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Path(id): Path<NewsletterId>,
    OptionalJson(body): OptionalJson<TestBody>,
) -> Result<Data<TestedView>> {
    Ok(Data(newsletters::test(&app, &by, id, body.language.map(super::views::Language::tag)).await?.into()))
}

pub(super) async fn send(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Path(id): Path<NewsletterId>,
    key: NeededKey,
    OptionalJson(body): OptionalJson<SendBody>,
) -> Result<Changed<NewsletterView>> {
    let shape = shape();
    let once = shape.once::<_, 200>(&by, key, ("send newsletter", &(id, &body)))?;
    Ok(shape.changed(newsletters::send(&app, &by, (id, body.send_at), once).await?))
}

pub(super) async fn cancel(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Path(id): Path<NewsletterId>,
) -> Result<Data<NewsletterView>> {
    Ok(Data(newsletters::cancel(&app, &by, id).await?.into()))
}

pub(super) async fn stop(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Path(id): Path<NewsletterId>,
) -> Result<Data<NewsletterView>> {
    Ok(Data(newsletters::stop(&app, &by, id).await?.into()))
}

pub(super) async fn again(
    State(app): State<App>,
    Allowed(by): Allowed<can::SendNewsletter>,
    Path(id): Path<NewsletterId>,
    key: NeededKey,
) -> Result<Changed<NewsletterView>> {
    let shape = shape();
    let once = shape.once::<_, 200>(&by, key, ("resend newsletter", &id))?;
    Ok(shape.changed(newsletters::again(&app, &by, id, once).await?))
}
