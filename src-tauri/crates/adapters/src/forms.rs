//! Forms with files in them. The same parts make the same bytes, so that asking again under a key is asking the same.

use bytes::Bytes;
use sha2::{Digest, Sha256};

/// A part of a form.
pub(crate) struct Part<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// The name of the file it is, and its type.
    pub(crate) file: Option<(&'a str, &'a str)>,
    /// What is in it.
    pub(crate) content: &'a [u8],
}

/// A form: what it is, and its bytes.
pub(crate) fn form(parts: &[Part<'_>]) -> (String, Bytes) {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.content);
    }
    // Made of what it keeps apart, it can not occur in it.
    let boundary = hex::encode(&digest.finalize()[..24]);
    let mut body = Vec::new();
    for part in parts {
        body.extend_from_slice(format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"", part.name).as_bytes());
        if let Some((file, content_type)) = part.file {
            let file: String = file.chars().map(|c| if c.is_control() || matches!(c, '"' | '\\') { '_' } else { c }).collect();
            body.extend_from_slice(format!("; filename=\"{file}\"\r\ncontent-type: {content_type}").as_bytes());
        }
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(part.content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_make_the_same_form_and_names_break_out_of_nothing() {
        let parts = || {
            [
                Part { name: "purpose", file: None, content: b"x" },
                Part { name: "file", file: Some(("a\"\r\nb.pdf", "application/pdf")), content: b"%PDF" },
            ]
        };
        let (kind, body) = form(&parts());
        assert_eq!((kind.clone(), body.clone()), form(&parts()));
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("filename=\"a___b.pdf\"\r\ncontent-type: application/pdf\r\n\r\n%PDF\r\n"), "{text}");
        assert!(text.ends_with(&format!("--{boundary}--\r\n")), "{text}");
    }
}
