//! Lists as CSV streams. A cell that a spreadsheet would take for a formula gets an apostrophe in front.

use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;
use futures::stream::try_unfold;
use purser_core::{Error, Result};
use purser_store::{Cursor, Listing};

/// A CSV file on its way out.
pub type Export = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// What a file is made of.
pub struct Sheet<T> {
    /// The first line.
    pub header: &'static [&'static str],
    /// The cells of one row.
    pub cells: fn(&T) -> Vec<String>,
}

enum Place {
    Start,
    After(Cursor),
    End,
}

impl<T: Send + 'static> Sheet<T> {
    /// The whole list as CSV; `next` reads the page behind a cursor. Begins with a byte order mark, so that spreadsheets read UTF-8.
    pub fn stream<F, Fut>(self, next: F) -> Export
    where
        F: Fn(Option<Cursor>) -> Fut + Send + 'static,
        Fut: Future<Output = Result<Listing<T>>> + Send,
    {
        Box::pin(try_unfold((self, next, Place::Start), async |(sheet, next, place)| {
            let (after, first) = match place {
                Place::Start => (None, true),
                Place::After(cursor) => (Some(cursor), false),
                Place::End => return Ok(None),
            };
            let listing = next(after).await?;
            let text = sheet.page(&listing.rows, first)?;
            let place = listing.next.map_or(Place::End, Place::After);
            Ok(Some((Bytes::from(text), (sheet, next, place))))
        }))
    }

    fn page(&self, rows: &[T], first: bool) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(rows.len() * 128);
        if first {
            out.extend_from_slice("\u{feff}".as_bytes());
        }
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        let failed = |error: csv::Error| Error::Internal(Box::new(error));
        if first {
            writer.write_record(self.header).map_err(failed)?;
        }
        for row in rows {
            writer.write_record((self.cells)(row).into_iter().map(harmless)).map_err(failed)?;
        }
        writer.into_inner().map_err(|error| Error::internal(error.to_string()))
    }
}

/// A cell that no spreadsheet runs. An amount below nothing stays a number.
pub fn harmless(cell: String) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_amount(&cell);
    if formula { format!("'{cell}") } else { cell }
}

/// `-12.50`
fn is_amount(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    cell.strip_prefix('-').is_some_and(|rest| match rest.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(rest),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for cell in ["=1+1", "+49 30", "-1+1", "-", "-.5", "-1.", "-1.2.3", "-A1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(harmless(cell.into()), format!("'{cell}"));
        }
        for cell in ["Ada", "-1", "-12.50", "3.00"] {
            assert_eq!(harmless(cell.into()), cell);
        }
        assert_eq!(harmless(String::new()), "");
    }

    #[test]
    fn cells_are_quoted_and_lines_end_as_the_standard_says() {
        let sheet = Sheet { header: &["a", "b"], cells: |row: &(&str, &str)| vec![row.0.into(), row.1.into()] };
        let text = sheet.page(&[("x,y", "say \"no\""), ("line\nbreak", "")], true).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "\u{feff}a,b\r\n\"x,y\",\"say \"\"no\"\"\"\r\n\"line\nbreak\",\r\n");
    }
}
