//! Names and types of files: what a name may keep of what somebody called their file, and what its bytes say it is.

/// Longest name kept, in bytes.
const LONGEST: usize = 200;

/// What is kept of the name a file came with: its last part, without control signs, signs that turn the reading direction, and signs that
/// mean something to a file system. Never empty.
pub fn safe_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && !invisible(*c)).map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = clean.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let reserved = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem.ends_with(|c: char| c.is_ascii_digit()));
    let name = if reserved { format!("_{clean}") } else { clean.to_owned() };
    if name.is_empty() { "file".to_owned() } else { shortened(&name) }
}

/// Signs that change how a name reads without being seen: direction marks, zero-width signs, the byte order mark.
fn invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{061c}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Cut in the middle of the stem, so that the ending stays.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 20 && !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let mut end = LONGEST - ending.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &stem[..end])
}

/// What a text is, by its beginning and the ending of its name. `None`: it is not text.
pub fn text_type(head: &[u8], name: &str) -> Option<&'static str> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The beginning may end in the middle of a character.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
        Err(_) => return None,
    };
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}')) {
        return None;
    }
    let start = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if start.starts_with('<') {
        let html = ["<!doctype html", "<html", "<head", "<body", "<script", "<iframe", "<img"];
        if html.iter().any(|mark| start.starts_with(mark)) || start.contains("<script") {
            return Some(if start.contains("<svg") { "image/svg+xml" } else { "text/html" });
        }
        if start.contains("<svg") {
            return Some("image/svg+xml");
        }
        if start.starts_with("<?xml") || start.starts_with("<!doctype") {
            return Some("application/xml");
        }
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    Some(match ending.as_str() {
        "csv" => "text/csv",
        "json" => "application/json",
        "md" => "text/markdown",
        "xml" => "application/xml",
        _ => "text/plain",
    })
}

/// Endings of names, and how the type of such a file begins. An ending that is not here promises nothing.
const PROMISES: [(&[&str], &[&str]); 12] = [
    (&["png"], &["image/png"]),
    (&["jpg", "jpeg"], &["image/jpeg"]),
    (&["gif"], &["image/gif"]),
    (&["webp"], &["image/webp"]),
    (&["svg"], &["image/svg+xml"]),
    (&["pdf"], &["application/pdf"]),
    (&["docx", "xlsx", "pptx", "odt", "ods", "odp", "zip"], &["application/zip", "application/vnd.o"]),
    (&["gz", "tgz"], &["application/gzip"]),
    // A text of another encoding than UTF-8 is not recognised, so it counts as bytes.
    (&["txt", "log", "csv", "tsv", "json", "eml"], &["text/plain", "text/csv", "application/json", "application/octet-stream"]),
    (&["md"], &["text/markdown", "text/html"]),
    (&["xml"], &["application/xml", "text/xml", "image/svg+xml"]),
    (&["html", "htm"], &["text/html"]),
];

/// Whether the bytes are what the ending of the name says. An empty file is whatever it says.
pub fn keeps_promise(name: &str, content_type: &str, size: u64) -> bool {
    let Some((_, ending)) = name.rsplit_once('.') else { return true };
    let ending = ending.to_ascii_lowercase();
    let promise = PROMISES.iter().find(|(endings, _)| endings.contains(&ending.as_str()));
    size == 0 || promise.is_none_or(|(_, kinds)| kinds.iter().any(|kind| content_type.starts_with(kind)))
}

/// Whether the bytes are a program, whatever they are called.
pub fn is_program(content_type: &str) -> bool {
    const PROGRAMS: [&str; 9] = [
        "application/vnd.microsoft.portable-executable",
        "application/x-executable",
        "application/x-mach-binary",
        "application/x-llvm",
        "application/java",
        "application/wasm",
        "application/vnd.android.dex",
        "application/vnd.android.dey",
        "application/x-google-chrome-extension",
    ];
    PROGRAMS.contains(&content_type)
}

/// Whether a browser that took this for what it says might run something in it.
pub fn is_active(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    matches!(kind, "text/html" | "application/xhtml+xml" | "application/xml" | "text/xml" | "text/javascript" | "application/javascript")
        || kind.ends_with("+xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_could_hurt() {
        for (given, kept) in [
            ("invoice.pdf", "invoice.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ada\\photo.png", "photo.png"),
            ("..", "file"),
            ("", "file"),
            ("/", "file"),
            ("a\0b\r\nc.txt", "abc.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("CON.txt", "_CON.txt"),
            ("com1", "_com1"),
            ("what?<is>this|.txt", "what__is_this_.txt"),
            ("  dots... ", "dots"),
            ("Übersicht März.xlsx", "Übersicht März.xlsx"),
        ] {
            assert_eq!(safe_name(given), kept, "{given:?}");
        }
        let long = safe_name(&format!("{}.pdf", "ä".repeat(500)));
        assert!(long.len() <= LONGEST && long.ends_with("ä.pdf"), "{long}");
    }

    #[test]
    fn an_ending_is_a_promise() {
        for (name, kind) in
            [("a.PNG", "image/png"), ("a.xlsx", "application/zip"), ("a.csv", "application/octet-stream"), ("a", "image/png"), ("a.dat", "x/y")]
        {
            assert!(keeps_promise(name, kind, 1), "{name} {kind}");
        }
        for (name, kind) in [
            ("a.png", "text/html"),
            ("a.pdf", "application/octet-stream"),
            ("a.txt", "application/zip"),
            ("a.csv", "text/html"),
            ("a.b.jpg", "image/png"),
        ] {
            assert!(!keeps_promise(name, kind, 1), "{name} {kind}");
        }
        assert!(keeps_promise("a.pdf", "text/plain", 0));
    }

    #[test]
    fn texts_are_told_apart() {
        assert_eq!(text_type(b"a,b\n1,2\n", "x.CSV"), Some("text/csv"));
        assert_eq!(text_type("\u{feff} <!DOCTYPE html><p>".as_bytes(), "x.txt"), Some("text/html"));
        assert_eq!(text_type(b"<?xml version='1.0'?><svg onload='x'>", "x.png"), Some("image/svg+xml"));
        assert_eq!(text_type(b"<p><script>alert(1)</script>", "x.txt"), Some("text/html"));
        assert_eq!(text_type(b"hello \xC3", "x"), Some("text/plain"));
        assert_eq!(text_type(b"\x00\x01\x02", "x.txt"), None);
        assert_eq!(text_type(b"\xff\xfe\x00", "x.txt"), None);
        assert!(is_program("application/wasm") && !is_program("application/zip"));
        assert!(is_active("image/svg+xml") && is_active("text/html; charset=utf-8") && !is_active("image/png"));
    }
}
