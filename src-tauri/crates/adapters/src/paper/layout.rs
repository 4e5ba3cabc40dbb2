//! Where everything stands: from parts to pages, from top to bottom, a new page where one is full.

use purser_core::Result;
use purser_service::documents::port::{Column, Paper, Part, Sum, Table};

use super::chart;
use super::ink::{Faces, HEIGHT, WIDTH};
use super::{Colour, Sheet, Stroke};

/// Margins to the left and right.
const SIDE: i32 = 1_100;
/// Where a page begins.
const TOP: i32 = 1_200;
/// Where it ends.
const BOTTOM: i32 = HEIGHT - 1_500;
/// Between two base lines of text.
const STEP: i32 = 290;
/// Size of text.
const TEXT: i32 = 190;
/// Size of text in tables with many columns.
const SMALL: i32 = 140;
/// Height of a chart.
const CHART: i32 = 4_600;
/// Longest text of a cell, in letters.
const LONGEST: usize = 400;

pub(super) const INK: Colour = (24, 28, 36);
pub(super) const PALE: Colour = (104, 112, 126);
pub(super) const RULE: Colour = (206, 211, 219);

struct Desk<'a> {
    faces: &'a Faces,
    sheets: Vec<Sheet>,
    sheet: Sheet,
    y: i32,
}

/// Text without what would break a line or mean nothing on paper.
fn clean(text: &str) -> String {
    text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl Desk<'_> {
    fn put(&mut self, (x, y): (i32, i32), (size, bold): (i32, bool), colour: Colour, text: &str) {
        if !text.trim().is_empty() {
            self.sheet.push(Stroke::Text { at: (x, y), size, bold, colour, text: text.to_owned() });
        }
    }

    /// Text that ends at `right`.
    fn put_right(&mut self, (right, y): (i32, i32), style: (i32, bool), colour: Colour, text: &str) {
        let width = self.faces.width(text, style);
        self.put((right - width, y), style, colour, text);
    }

    fn rule(&mut self, y: i32) {
        self.sheet.push(Stroke::Line { points: vec![(SIDE, y), (WIDTH - SIDE, y)], width: 10, colour: RULE });
    }

    /// See to it that `height` fits; whether it took a new page.
    fn room(&mut self, height: i32) -> bool {
        let full = self.y + height > BOTTOM && self.y > TOP;
        if full {
            self.sheets.push(std::mem::take(&mut self.sheet));
            self.y = TOP;
        }
        full
    }

    /// The words of a text in lines no wider than `width`; a word that is wider is broken.
    fn wrap(&self, text: &str, width: i32, style: (i32, bool)) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
            let last = lines.last_mut().map(std::mem::take).unwrap_or_default();
            let joined = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
            lines.pop();
            if self.faces.width(&joined, style) <= width {
                lines.push(joined);
                continue;
            }
            if !last.is_empty() {
                lines.push(last);
            }
            let mut piece = String::new();
            for letter in word.chars() {
                piece.push(letter);
                if self.faces.width(&piece, style) > width && piece.chars().count() > 1 {
                    piece.pop();
                    lines.push(std::mem::take(&mut piece));
                    piece.push(letter);
                }
            }
            lines.push(piece);
        }
        lines
    }

    fn head(&mut self, paper: &Paper) {
        self.put((SIDE, self.y), (TEXT, false), PALE, &clean(&paper.issuer));
        if !paper.from.is_empty() {
            for line in self.wrap(&paper.from.join(" · "), WIDTH - 2 * SIDE, (SMALL, false)) {
                self.y += STEP;
                self.put((SIDE, self.y), (SMALL, false), PALE, &line);
            }
        }
        self.y += 560;
        self.put((SIDE, self.y), (400, true), INK, &clean(&paper.title));
        self.y += 560;
        let middle = WIDTH / 2;
        let (mut left, mut right) = (self.y, self.y);
        for line in &paper.to {
            for line in self.wrap(line, middle - SIDE - 200, (TEXT, false)) {
                self.put((SIDE, left), (TEXT, false), INK, &line);
                left += STEP;
            }
        }
        let from = if paper.to.is_empty() { SIDE } else { middle };
        for (label, value) in &paper.facts {
            self.put((from, right), (TEXT, false), PALE, &clean(label));
            for line in self.wrap(value, WIDTH - SIDE - from - 1_500, (TEXT, false)) {
                self.put((from + 1_500, right), (TEXT, false), INK, &line);
                right += STEP;
            }
        }
        self.y = left.max(right) + STEP;
    }

    fn heading(&mut self, text: &str) {
        self.room(STEP * 5);
        self.y += STEP;
        self.put((SIDE, self.y), (240, true), INK, &clean(text));
        self.y += STEP + 60;
    }

    fn text(&mut self, text: &str) {
        for line in self.wrap(text, WIDTH - 2 * SIDE, (TEXT, false)) {
            self.room(STEP);
            self.put((SIDE, self.y), (TEXT, false), PALE, &line);
            self.y += STEP;
        }
        self.y += 100;
    }

    fn table(&mut self, table: &Table) {
        let size = if table.columns.len() > 6 { SMALL } else { TEXT };
        let parts: i32 = table.columns.iter().map(|column| i32::from(column.part)).sum::<i32>().max(1);
        let mut edges = vec![SIDE];
        let mut so_far = 0;
        for column in &table.columns {
            so_far += i32::from(column.part);
            edges.push(SIDE + (WIDTH - 2 * SIDE) * so_far / parts);
        }
        let titles: Vec<String> = table.columns.iter().map(|column| column.title.clone()).collect();
        self.row((&table.columns, &edges), &titles, (size, true));
        self.rule(self.y - STEP + 90);
        for row in &table.rows {
            if self.room(STEP) {
                self.row((&table.columns, &edges), &titles, (size, true));
            }
            self.row((&table.columns, &edges), row, (size, false));
        }
        self.y += 100;
    }

    fn row(&mut self, (columns, edges): (&[Column], &[i32]), cells: &[String], style: (i32, bool)) {
        let colour = if style.1 { PALE } else { INK };
        let mut height = 1;
        let wrapped: Vec<Vec<String>> = cells
            .iter()
            .zip(columns)
            .zip(edges.windows(2))
            .map(|((cell, _), edge)| self.wrap(cell, edge[1] - edge[0] - 80, style))
            .inspect(|lines| height = height.max(lines.len()))
            .collect();
        let height = i32::try_from(height).unwrap_or(1) * STEP;
        self.room(height);
        for ((lines, column), edge) in wrapped.iter().zip(columns).zip(edges.windows(2)) {
            let mut y = self.y;
            for line in lines {
                if column.figures {
                    self.put_right((edge[1], y), style, colour, line);
                } else {
                    self.put((edge[0], y), style, colour, line);
                }
                y += STEP;
            }
        }
        self.y += height;
    }

    fn sums(&mut self, sums: &[Sum]) {
        self.rule(self.y - STEP + 90);
        for sum in sums {
            self.room(STEP);
            let style = (TEXT, sum.strong);
            self.put((WIDTH / 2, self.y), style, if sum.strong { INK } else { PALE }, &clean(&sum.label));
            self.put_right((WIDTH - SIDE, self.y), style, INK, &clean(&sum.amount));
            self.y += STEP;
        }
        self.y += 100;
    }

    fn part(&mut self, part: &Part) -> Result<()> {
        match part {
            Part::Heading(text) => self.heading(text),
            Part::Text(text) => self.text(text),
            Part::Table(table) => self.table(table),
            Part::Sums(sums) => self.sums(sums),
            Part::Chart(chart) => {
                self.room(CHART);
                let strokes = chart::draw(self.faces, chart, ((SIDE, self.y - STEP), (WIDTH - 2 * SIDE, CHART)))?;
                self.sheet.extend(strokes);
                self.y += CHART + STEP;
            }
        }
        Ok(())
    }
}

/// The pages of a document.
pub(super) fn lay_out(faces: &Faces, paper: &Paper) -> Result<Vec<Sheet>> {
    let mut desk = Desk { faces, sheets: Vec::new(), sheet: Sheet::new(), y: TOP };
    desk.head(paper);
    for part in &paper.parts {
        desk.part(part)?;
    }
    let last = std::mem::take(&mut desk.sheet);
    desk.sheets.push(last);
    let mut sheets = std::mem::take(&mut desk.sheets);
    let count = sheets.len();
    for (n, sheet) in sheets.iter_mut().enumerate() {
        desk.sheet = std::mem::take(sheet);
        desk.put((SIDE, HEIGHT - 900), (SMALL, false), PALE, &clean(&paper.foot));
        desk.put_right((WIDTH - SIDE, HEIGHT - 900), (SMALL, false), PALE, &format!("{} {} / {count}", paper.page, n + 1));
        *sheet = std::mem::take(&mut desk.sheet);
    }
    Ok(sheets)
}
