//! Work for later. Use cases are in `purser_service::jobs`.

mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::JobId;
use purser_core::jobs::JobState;
use purser_service::{App, jobs};
use purser_store::jobs::Filter;

use crate::Result;
use crate::extract::{Allowed, Any, Path, Query, When};
use crate::list_query;
use crate::openapi::about;
use crate::reply::{Data, Rows};
use views::{JobView, StatsView};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "jobs", summary);
    ApiRouter::new()
        .api_route("/jobs", get_with(list_jobs, item("listJobs", "Work that waits, runs or is over, newest first")))
        .api_route("/jobs/stats", get_with(job_stats, item("getJobStats", "How much work there is, by queue and state")))
        .api_route("/jobs/{id}", get_with(read_job, item("getJob", "One piece of work")))
        .api_route("/jobs/{id}/retry", post_with(retry_job, item("retryJob", "Try again what failed for good or was called off")))
        .api_route("/jobs/{id}/cancel", post_with(cancel_job, item("cancelJob", "Call work off, also while it is under way")))
}

list_query! {
    /// Which work.
    JobsQuery {
        /// In any of these states.
        state: Any<JobState>,
        /// Of any of these queues.
        queue: Any<String>,
        /// Of any of these kinds.
        kind: Any<String>,
        /// Put in at or after this instant.
        from: Option<When>,
        /// Put in before this instant.
        to: Option<When>,
    }
}

async fn list_jobs(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>, Query(query): Query<JobsQuery>) -> Result<Rows<JobView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let filter = Filter {
        states: query.state.0,
        queues: query.queue.0,
        kinds: query.kind.0,
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
        search,
    };
    let (listing, total) = jobs::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(JobView::from), &page, total))
}

async fn job_stats(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>) -> Result<Data<StatsView>> {
    Ok(Data(StatsView::new(jobs::stats(&app, &by).await?, by.now())))
}

async fn read_job(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>, Path(id): Path<JobId>) -> Result<Data<JobView>> {
    Ok(Data(jobs::read(&app, &by, id).await?.into()))
}

async fn retry_job(State(app): State<App>, Allowed(by): Allowed<can::ManageJob>, Path(id): Path<JobId>) -> Result<Data<JobView>> {
    Ok(Data(jobs::retry(&app, &by, id).await?.into()))
}

async fn cancel_job(State(app): State<App>, Allowed(by): Allowed<can::ManageJob>, Path(id): Path<JobId>) -> Result<Data<JobView>> {
    Ok(Data(jobs::cancel(&app, &by, id).await?.into()))
}
