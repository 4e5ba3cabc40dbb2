//! Codes of authenticator apps: RFC 6238 with SHA-1, six digits and steps of 30 seconds, which is what every app understands.

use aws_lc_rs::{constant_time, hmac};
use purser_core::{Error, Result, Timestamp};
use qrcodegen::{QrCode, QrCodeEcc};

/// Seconds a code is shown for.
const STEP_S: i64 = 30;
/// Bytes of a shared secret, as RFC 4226 recommends.
pub(crate) const SECRET_LEN: usize = 20;
const MODULUS: u32 = 1_000_000;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step of an instant.
pub(crate) const fn step(at: Timestamp) -> i64 {
    at.seconds().div_euclid(STEP_S)
}

/// RFC 4226: the 31 bits a counter gives.
fn truncated(secret: &[u8], counter: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[tag.len() - 1] & 0xF);
    let bytes = [tag[offset] & 0x7F, tag[offset + 1], tag[offset + 2], tag[offset + 3]];
    u32::from_be_bytes(bytes)
}

/// The code of a step.
pub fn code(secret: &[u8], step: i64) -> String {
    format!("{:06}", truncated(secret, step) % MODULUS)
}

/// The step near `now` whose code this is: the present one, the one before or the one after. Takes as long whatever the code is.
pub(crate) fn find(secret: &[u8], given: &str, now: Timestamp) -> Option<i64> {
    let given: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    let mut found = None;
    for near in [-1, 1, 0] {
        let step = step(now) + near;
        if constant_time::verify_slices_are_equal(code(secret, step).as_bytes(), given.as_bytes()).is_ok() {
            found = Some(step);
        }
    }
    found
}

/// RFC 4648 without padding: what people type when they can not scan.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut group = [0_u8; 8];
        group[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(group);
        let digits = (chunk.len() * 8).div_ceil(5);
        for place in 0..digits {
            let digit = (bits >> (35 - 5 * place)) & 31;
            text.push(char::from(BASE32[usize::try_from(digit).unwrap_or(0)]));
        }
    }
    text
}

/// What an authenticator app scans.
pub(crate) fn uri(issuer: &str, account: &str, secret: &[u8]) -> String {
    let (issuer, account) = (percent(issuer), percent(account));
    format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP_S}", base32(secret))
}

fn percent(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

/// `text` as a QR code: an SVG of one path, black on white whatever the page around it looks like.
pub(crate) fn qr(text: &str) -> Result<String> {
    const QUIET: i32 = 4;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| Error::internal("too long for a QR code"))?;
    let modules = code.size();
    let mut path = String::new();
    for y in 0..modules {
        for x in (0..modules).filter(|x| code.get_module(*x, y)) {
            path.extend(["M", &(x + QUIET).to_string(), ",", &(y + QUIET).to_string(), "h1v1h-1z"]);
        }
    }
    let side = modules + 2 * QUIET;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_6238() {
        // Appendix B, the rows with SHA-1; they show eight digits.
        let secret = b"12345678901234567890";
        let rows = [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ];
        for (seconds, expected) in rows {
            let at = Timestamp::from_micros(seconds * 1_000_000);
            assert_eq!(truncated(secret, step(at)) % 100_000_000, expected, "at {seconds}");
        }
    }

    #[test]
    fn the_vectors_of_rfc_4226() {
        let secret = b"12345678901234567890";
        let codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (counter, expected) in (0..).zip(codes) {
            assert_eq!(code(secret, counter), expected);
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_and_one_step_late() {
        let secret = b"12345678901234567890";
        let now = Timestamp::from_micros(1_111_111_111 * 1_000_000);
        for (near, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            assert_eq!(find(secret, &code(secret, step(now) + near), now).is_some(), taken, "{near}");
        }
        assert!(find(secret, "12345", now).is_none());
        assert!(find(secret, "", now).is_none());
    }

    #[test]
    fn secrets_are_written_as_rfc_4648_says() {
        for (plain, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(plain.as_bytes()), text);
        }
        let uri = uri("Harbour & Co", "ada@x.test", b"foobar");
        assert_eq!(uri, "otpauth://totp/Harbour%20%26%20Co:ada@x.test?secret=MZXW6YTBOI&issuer=Harbour%20%26%20Co&algorithm=SHA1&digits=6&period=30");
        assert!(qr(&uri).unwrap().starts_with("<svg "));
    }
}
