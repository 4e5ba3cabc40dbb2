//! A closed loop: each worker sends its next request when the last one was answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::Result;
use crate::client::{Client, Request};

/// Where requests come from: a worker asks with a number that grows by one each time.
pub(crate) type Script = Arc<dyn Fn(usize) -> Request + Send + Sync>;

/// What a load did.
pub(crate) struct Outcome {
    /// Answers with a status below 400.
    pub(crate) answered: u64,
    /// All others.
    pub(crate) refused: u64,
    /// The first refusal, in words.
    pub(crate) complaint: Option<String>,
    took: Duration,
    sorted: Vec<Duration>,
}

impl Outcome {
    /// Good answers a second.
    pub(crate) fn per_second(&self) -> u64 {
        let micros = u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX).max(1);
        self.answered.saturating_mul(1_000_000) / micros
    }

    /// The time within which so many of a hundred were answered.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let at = (self.sorted.len() * percent).div_ceil(100).saturating_sub(1);
        self.sorted.get(at).copied().unwrap_or_default()
    }

    /// An error when anything was refused: a fast refusal is no result.
    pub(crate) fn checked(self, what: &str) -> Result<Self> {
        match &self.complaint {
            Some(complaint) => Err(format!("{what}: {} of {} refused, first: {complaint}", self.refused, self.refused + self.answered)),
            None => Ok(self),
        }
    }
}

/// Who is asked, by how many at once, and for how long.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) host: String,
    pub(crate) token: Option<String>,
    pub(crate) workers: usize,
    pub(crate) seconds: u64,
}

struct Share {
    times: Vec<Duration>,
    refused: u64,
    complaint: Option<String>,
}

impl Load {
    /// Warm up for a fifth of the time, then measure.
    pub(crate) async fn run(&self, script: Script) -> Result<Outcome> {
        let turn = Arc::new(AtomicUsize::new(0));
        self.once(Duration::from_millis(self.seconds * 200), &script, &turn).await?;
        self.once(Duration::from_secs(self.seconds), &script, &turn).await
    }

    async fn once(&self, limit: Duration, script: &Script, turn: &Arc<AtomicUsize>) -> Result<Outcome> {
        let mut clients = Vec::new();
        for _ in 0..self.workers {
            clients.push(Client::connect(&self.host, self.token.as_deref()).await?);
        }
        let begun = Instant::now();
        let workers: Vec<_> =
            clients.into_iter().map(|client| tokio::spawn(worker(client, Arc::clone(script), Arc::clone(turn), begun + limit))).collect();
        let (mut sorted, mut refused, mut complaint) = (Vec::new(), 0, None);
        for handle in workers {
            let share = handle.await.map_err(|error| format!("a worker was lost: {error}"))??;
            sorted.extend(share.times);
            refused += share.refused;
            complaint = complaint.or(share.complaint);
        }
        let took = begun.elapsed();
        sorted.sort_unstable();
        let answered = u64::try_from(sorted.len()).unwrap_or(u64::MAX);
        Ok(Outcome { answered, refused, complaint, took, sorted })
    }
}

async fn worker(mut client: Client, script: Script, turn: Arc<AtomicUsize>, until: Instant) -> Result<Share> {
    let mut share = Share { times: Vec::new(), refused: 0, complaint: None };
    while Instant::now() < until {
        let request = script(turn.fetch_add(1, Ordering::Relaxed));
        let begun = Instant::now();
        let status = client.send(&request).await?;
        if status < 400 {
            share.times.push(begun.elapsed());
        } else {
            share.refused += 1;
            let said = || format!("{} {} answered {status}: {}", request.method, request.path, String::from_utf8_lossy(client.body()));
            share.complaint.get_or_insert_with(said);
        }
    }
    Ok(share)
}
