//! Work for later. Use cases are in `purser_service::jobs`.

mod repeats;
mod schedules;
mod views;
mod workers;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, patch_with, post_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::JobId;
use purser_core::jobs::JobState;
use purser_service::{App, exports, jobs};
use purser_store::jobs::Filter;

use crate::Result;
use crate::extract::{Allowed, Any, Json, Path, Query, When};
use crate::list_query;
use crate::openapi::about;
use crate::reply::{Csv, Data, Rows};
use views::{AgainBody, AgainView, AwayView, EditBody, JobView, ReinBody, ReinView, StatsView};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "jobs", summary);
    ApiRouter::new()
        .api_route("/jobs", get_with(list_jobs, item("listJobs", "Work that waits, runs or is over, newest first")))
        .api_route("/jobs/stats", get_with(job_stats, item("getJobStats", "How much work there is, by queue and state")))
        .api_route("/jobs/retry", post_with(retry_jobs, item("retryJobs", "Try everything again that failed for good and fits")))
        .api_route("/jobs/discard", post_with(discard_jobs, item("discardJobs", "Put away everything that failed for good and fits")))
        .api_route(
            "/jobs/queues",
            get_with(list_queues, item("listJobQueues", "Queues that are held back"))
                .patch_with(hold_back, item("updateJobQueue", "Hold a queue back, or let it go")),
        )
        .api_route("/jobs/workers", get_with(workers::list, item("listWorkers", "Who does the work, and what each is at")))
        .api_route("/jobs/schedules", get_with(schedules::list, item("listJobSchedules", "Regular work, and when it is done")))
        .api_route(
            "/jobs/schedules/{name}",
            patch_with(schedules::update, item("updateJobSchedule", "Do regular work at another time, or not for now")),
        )
        .api_route("/idempotency-keys", get_with(repeats::list, item("listIdempotencyKeys", "Requests that may be repeated, newest first")))
        .api_route("/jobs/export", get_with(export_jobs, item("exportJobs", "Work as a CSV file")))
        .api_route("/jobs/{id}", get_with(read_job, item("getJob", "One piece of work")))
        .api_route("/jobs/{id}/retry", post_with(retry_job, item("retryJob", "Try again what failed for good or was called off")))
        .api_route("/jobs/{id}/edit", post_with(edit_job, item("editJob", "Change what failed work was put in with, and let it be tried again")))
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

impl JobsQuery {
    fn filter(&self) -> Filter {
        Filter {
            states: self.state.0.clone(),
            queues: self.queue.0.clone(),
            kinds: self.kind.0.clone(),
            from: self.from.map(When::instant),
            to: self.to.map(When::instant),
            search: self.search().map(|text| text.chars().take(100).collect()),
        }
    }
}

async fn list_jobs(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>, Query(query): Query<JobsQuery>) -> Result<Rows<JobView>> {
    let page = query.page()?;
    let (listing, total) = jobs::list(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(|job| JobView::of(&app, job)), &page, total))
}

async fn export_jobs(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>, Query(query): Query<JobsQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "jobs.csv", body: exports::jobs(&app, &by, query.filter(), sort).await? })
}

async fn job_stats(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>) -> Result<Data<StatsView>> {
    Ok(Data(StatsView::new(jobs::stats(&app, &by).await?, by.now())))
}

async fn read_job(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>, Path(id): Path<JobId>) -> Result<Data<JobView>> {
    Ok(Data(JobView::of(&app, jobs::read(&app, &by, id).await?)))
}

async fn retry_job(State(app): State<App>, Allowed(by): Allowed<can::ManageJob>, Path(id): Path<JobId>) -> Result<Data<JobView>> {
    Ok(Data(JobView::of(&app, jobs::retry(&app, &by, id).await?)))
}

async fn edit_job(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageJob>,
    Path(id): Path<JobId>,
    Json(body): Json<EditBody>,
) -> Result<Data<JobView>> {
    Ok(Data(JobView::of(&app, jobs::edit(&app, &by, id, body.into()).await?)))
}

async fn retry_jobs(State(app): State<App>, Allowed(by): Allowed<can::ManageJob>, Json(body): Json<AgainBody>) -> Result<Data<AgainView>> {
    let (filter, reason) = body.split();
    Ok(Data(jobs::retry_all(&app, &by, &filter, &reason).await?.into()))
}

async fn discard_jobs(State(app): State<App>, Allowed(by): Allowed<can::ManageJob>, Json(body): Json<AgainBody>) -> Result<Data<AwayView>> {
    let (filter, reason) = body.split();
    Ok(Data(jobs::discard_all(&app, &by, &filter, &reason).await?.into()))
}

async fn list_queues(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>) -> Result<Rows<ReinView>> {
    Ok(Rows::whole(jobs::queues(&app, &by).await?.into_iter().map(ReinView::from).collect()))
}

async fn hold_back(State(app): State<App>, Allowed(by): Allowed<can::ManageJob>, Json(body): Json<ReinBody>) -> Result<Data<ReinView>> {
    let (queue, rein) = body.split();
    Ok(Data(jobs::hold_back(&app, &by, &queue, rein).await?.into()))
}

async fn cancel_job(State(app): State<App>, Allowed(by): Allowed<can::ManageJob>, Path(id): Path<JobId>) -> Result<Data<JobView>> {
    Ok(Data(JobView::of(&app, jobs::cancel(&app, &by, id).await?)))
}
