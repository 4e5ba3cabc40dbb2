//! The bus within one process: a bounded line for each consumer. What does not fit is left out; the outbox has it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::port::{Away, Bus, Delivery, Message};

/// Messages in one line.
const LONGEST: usize = 1_024;

/// The bus within one process.
#[derive(Default)]
pub struct Local {
    lines: Mutex<HashMap<&'static str, Arc<Line>>>,
}

#[derive(Default)]
struct Line {
    waiting: Mutex<VecDeque<Arc<Message>>>,
    news: Notify,
}

impl Local {
    fn line(&self, consumer: &'static str) -> Arc<Line> {
        self.lines.lock().entry(consumer).or_default().clone()
    }
}

impl Line {
    fn take(&self, most: usize) -> Vec<Delivery> {
        let mut waiting = self.waiting.lock();
        let count = waiting.len().min(most);
        waiting.drain(..count).map(|message| Delivery { receipt: message.id.clone(), message: Some((*message).clone()) }).collect()
    }
}

#[async_trait]
impl Bus for Local {
    fn name(&self) -> &'static str {
        "in_process"
    }

    fn is_outside(&self) -> bool {
        false
    }

    async fn publish(&self, messages: &[Arc<Message>]) -> Result<(), Away> {
        let lines: Vec<Arc<Line>> = self.lines.lock().values().cloned().collect();
        for line in lines {
            {
                let mut waiting = line.waiting.lock();
                waiting.extend(messages.iter().cloned());
                let over = waiting.len().saturating_sub(LONGEST);
                waiting.drain(..over);
            }
            line.news.notify_one();
        }
        Ok(())
    }

    async fn receive(&self, consumer: &'static str, most: usize, wait: Duration) -> Result<Vec<Delivery>, Away> {
        let line = self.line(consumer);
        let found = line.take(most);
        if !found.is_empty() {
            return Ok(found);
        }
        // Whoever publishes after the look above leaves a permit, so nothing is slept through.
        drop(tokio::time::timeout(wait, line.news.notified()).await);
        Ok(line.take(most))
    }

    async fn settle(&self, _: &'static str, _: Vec<String>) -> Result<(), Away> {
        Ok(())
    }
}
