//! From the thread that makes things up to the transaction that writes them: rows gathered by table, later happenings kept until their time.

use std::collections::BinaryHeap;

use axum::body::Bytes;
use purser_core::Timestamp;
use purser_core::audit::Entry;
use purser_core::ids::FileId;
use purser_store::Value;
use purser_store::bulk::{Rows, Table};
use tokio::sync::mpsc::Sender;

use super::books::Booking;

/// One thing for the writer to do.
pub(super) enum Step {
    /// Write these.
    Rows(Rows),
    /// Append these to the audit log.
    Audit(Vec<Entry>),
    /// Keep the bytes of this file.
    Object(FileId, Bytes),
}

/// The writer is gone; its error says why.
#[derive(Debug)]
pub(super) struct Gone;

/// Something that happens later than what is being made up.
struct Later {
    at: Timestamp,
    turn: u64,
    what: What,
}

enum What {
    Booking(Box<Booking>),
    Line(Box<Entry>),
}

impl PartialEq for Later {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.turn) == (other.at, other.turn)
    }
}
impl Eq for Later {}
impl PartialOrd for Later {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Later {
    /// The earliest is the greatest: that is what a heap hands out first.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.at, other.turn).cmp(&(self.at, self.turn))
    }
}

/// Lines of the audit log handed over at once.
const LINES: usize = 500;

pub(super) struct Sink {
    steps: Sender<Step>,
    tables: Vec<Rows>,
    lines: Vec<Entry>,
    later: BinaryHeap<Later>,
    turn: u64,
    /// Whether the engine looks up references: then parents are written before their children, whatever the statements' size.
    ordered: bool,
}

impl Sink {
    pub(super) fn new(steps: Sender<Step>, ordered: bool) -> Self {
        let tables = Table::ALL.iter().map(|table| Rows::new(*table)).collect();
        Self { steps, tables, lines: Vec::new(), later: BinaryHeap::new(), turn: 0, ordered }
    }

    fn rows(&mut self, table: Table) -> &mut Rows {
        let place = Table::ALL.iter().position(|other| *other == table).unwrap_or(0);
        &mut self.tables[place]
    }

    /// One more row.
    pub(super) fn row<const N: usize>(&mut self, table: Table, row: [Value; N]) -> Result<(), Gone> {
        let rows = self.rows(table);
        rows.push(row);
        if !rows.is_full() {
            return Ok(());
        }
        if self.ordered {
            return self.flush();
        }
        let full = self.rows(table).take();
        self.send(Step::Rows(full))
    }

    /// A booking, written when its time comes.
    pub(super) fn booking(&mut self, at: Timestamp, booking: Booking) {
        self.push(at, What::Booking(Box::new(booking)));
    }

    /// A line of the audit log, written when its time comes.
    pub(super) fn line(&mut self, entry: Entry) {
        self.push(entry.at, What::Line(Box::new(entry)));
    }

    fn push(&mut self, at: Timestamp, what: What) {
        self.turn += 1;
        self.later.push(Later { at, turn: self.turn, what });
    }

    /// Write everything that happened before `now`.
    pub(super) fn advance(&mut self, now: Timestamp) -> Result<(), Gone> {
        while self.later.peek().is_some_and(|later| later.at < now) {
            let Some(later) = self.later.pop() else { break };
            match later.what {
                What::Booking(booking) => {
                    let Booking { posting, entries } = *booking;
                    self.row(Table::Postings, posting)?;
                    for entry in entries {
                        self.row(Table::Entries, entry)?;
                    }
                }
                What::Line(entry) => {
                    self.lines.push(*entry);
                    if self.lines.len() >= LINES {
                        let lines = std::mem::take(&mut self.lines);
                        self.send(Step::Audit(lines))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Write all that is left, later happenings included.
    pub(super) fn finish(&mut self) -> Result<(), Gone> {
        self.advance(Timestamp::from_micros(i64::MAX))?;
        let lines = std::mem::take(&mut self.lines);
        self.send(Step::Audit(lines))?;
        self.flush()
    }

    /// The bytes of a file.
    pub(super) fn object(&self, id: FileId, bytes: Vec<u8>) -> Result<(), Gone> {
        self.send(Step::Object(id, bytes.into()))
    }

    fn flush(&mut self) -> Result<(), Gone> {
        for place in 0..self.tables.len() {
            if !self.tables[place].is_empty() {
                let rows = self.tables[place].take();
                self.send(Step::Rows(rows))?;
            }
        }
        Ok(())
    }

    fn send(&self, step: Step) -> Result<(), Gone> {
        self.steps.blocking_send(step).map_err(|_| Gone)
    }
}
