//! What a document says, before it is drawn: words, tables, sums, charts. Drawing them is the press's; it knows nothing of orders.

use std::sync::Arc;

use purser_core::Result;

/// A document.
#[derive(Clone, Debug)]
pub struct Paper {
    /// `en` or `de`.
    pub language: &'static str,
    /// What it is: "Receipt".
    pub title: String,
    /// The business it comes from.
    pub issuer: String,
    /// Where that sits and what its tax office calls it, as far as it said so.
    pub from: Vec<String>,
    /// Who it goes to, line by line.
    pub to: Vec<String>,
    /// What it is about: labels and values.
    pub facts: Vec<(String, String)>,
    /// What it says, in this order.
    pub parts: Vec<Part>,
    /// At the foot of each page: when it was made.
    pub foot: String,
    /// The words around "1 / 2": "Page".
    pub page: &'static str,
}

/// A part of a document.
#[derive(Clone, Debug)]
pub enum Part {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Rows and columns.
    Table(Table),
    /// Labels with amounts at the right edge; a strong one ends a sum.
    Sums(Vec<Sum>),
    /// Figures as bars.
    Chart(Chart),
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Columns from left to right.
    pub columns: Vec<Column>,
    /// Cells, as many a row as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// What stands above it.
    pub title: String,
    /// Its part of the width, beside the others.
    pub part: u16,
    /// Whether it holds figures, which end at its right edge.
    pub figures: bool,
}

/// A line of a sum.
#[derive(Clone, Debug)]
pub struct Sum {
    /// What for.
    pub label: String,
    /// How much.
    pub amount: String,
    /// Whether it is what the lines above come to.
    pub strong: bool,
}

/// Bars, in groups of as many as there are series.
#[derive(Clone)]
pub struct Chart {
    /// What stands under each group.
    pub labels: Vec<String>,
    /// Name and figures, one a label.
    pub series: Vec<(String, Vec<i64>)>,
    /// How a figure at the left edge is written.
    pub figure: Arc<dyn Fn(i64) -> String + Send + Sync>,
}

impl std::fmt::Debug for Chart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chart").field("labels", &self.labels).field("series", &self.series).finish_non_exhaustive()
    }
}

/// Draws documents as PDF. May take its time: it is called off the threads that answer.
pub trait Press: Send + Sync {
    /// The bytes of the file.
    fn print(&self, paper: &Paper) -> Result<Vec<u8>>;
}
