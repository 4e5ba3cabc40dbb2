//! From bytes to rows: how the file is written, what stands between its cells, and what its lines are.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use purser_core::{Error, Result};

/// A file, read.
#[derive(Debug)]
pub(super) struct Sheet {
    /// How it is written.
    pub(super) encoding: &'static str,
    /// What stands between its cells.
    pub(super) delimiter: u8,
    /// The first row.
    pub(super) header: Vec<String>,
    /// The rows below it that are not empty, with the line each begins on.
    pub(super) rows: Vec<(i64, csv::StringRecord)>,
}

/// Columns a file may have.
const COLUMNS: usize = 200;
/// Rows a file may have.
const ROWS: usize = 1_000_000;

fn refuse<T>(code: &'static str, message: impl Into<String>) -> Result<T> {
    Err(Error::invalid("file", code, message))
}

/// Read a file.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet> {
    if bytes.is_empty() {
        return refuse("empty", "The file is empty.");
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return refuse("not_csv", "This is a spreadsheet, not a CSV file. Save it as CSV and send that.");
    }
    let (text, encoding) = decode(bytes);
    if text.contains('\0') {
        return refuse("not_csv", "This is not a text file. Send a CSV file.");
    }
    // One kind of line end, so that lines are counted as an editor counts them.
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text };
    let delimiter = delimiter(&text);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records();
    let header: Vec<String> = match records.next() {
        Some(Ok(record)) => record.iter().map(|cell| cell.trim().to_owned()).collect(),
        _ => return refuse("empty", "The file has no rows."),
    };
    if header.len() > COLUMNS {
        return refuse("too_many_columns", format!("At most {COLUMNS} columns."));
    }
    if header.iter().all(String::is_empty) {
        return refuse("no_header", "The first row has to name the columns.");
    }
    let mut rows = Vec::new();
    for record in records {
        let record = record.map_err(|error| Error::invalid("file", "not_csv", format!("The file can not be read: {error}.")))?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == ROWS {
            return refuse("too_many_rows", format!("At most {ROWS} rows at once. Split the file."));
        }
        let line = record.position().map_or(0, |position| i64::try_from(position.line()).unwrap_or(0));
        rows.push((line, record));
    }
    Ok(Sheet { encoding, delimiter, header, rows })
}

/// UTF-8 or UTF-16 by its mark; UTF-8 if it is that; else what older programs in Western Europe write (Latin-1 is part of it).
fn decode(bytes: &[u8]) -> (std::borrow::Cow<'_, str>, &'static str) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return (text, encoding.name());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), UTF_8.name()),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0, WINDOWS_1252.name()),
    }
}

/// The sign that parts the first line into most cells; what stands in quotes does not count.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && counts.iter().any(|(_, count)| *count > 0) => break,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(sign, _)| *sign == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // The first of equals wins, so a file of one column has commas.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(sign, _)| *sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(sheet: &Sheet) -> Vec<(i64, Vec<&str>)> {
        sheet.rows.iter().map(|(line, record)| (*line, record.iter().collect())).collect()
    }

    #[test]
    fn quotes_marks_and_signs() {
        let sheet = read(
            "\u{feff}e-mail;name;note\r\na@x.example;\"Müller; Anna\";\"two\r\nlines \"\"quoted\"\"\"\r\n\r\n;;\r\nb@x.example;B\r\n".as_bytes(),
        )
        .unwrap();
        assert_eq!((sheet.encoding, sheet.delimiter), ("UTF-8", b';'));
        assert_eq!(sheet.header, ["e-mail", "name", "note"]);
        let wanted = vec![(2, vec!["a@x.example", "Müller; Anna", "two\nlines \"quoted\""]), (6, vec!["b@x.example", "B"])];
        assert_eq!(cells(&sheet), wanted);
    }

    #[test]
    fn lines_are_counted_alike_for_every_line_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "1,2", "3,4", "5,6"].join(end);
            let lines: Vec<i64> = cells(&read(text.as_bytes()).unwrap()).iter().map(|row| row.0).collect();
            assert_eq!(lines, [2, 3, 4], "{end:?}");
        }
    }

    #[test]
    fn latin_one_and_sixteen_bits() {
        let sheet = read(b"name\tcity\nJ\xfcrgen\tK\xf6ln\n").unwrap();
        assert_eq!((sheet.encoding, sheet.delimiter), ("windows-1252", b'\t'));
        assert_eq!(cells(&sheet), [(2, vec!["Jürgen", "Köln"])]);
        let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain("a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(cells(&read(&wide).unwrap()), [(2, vec!["1", "2"])]);
    }

    #[test]
    fn what_is_not_a_table_is_refused() {
        for (bytes, code) in [(&b""[..], "empty"), (b"PK\x03\x04xx", "not_csv"), (b"a\0b,c\n", "not_csv"), (b" , \n1,2\n", "no_header")] {
            let Err(Error::Invalid(fields)) = read(bytes) else { panic!("{bytes:?}") };
            assert_eq!(fields[0].code, code);
        }
    }
}
