//! Pixels as PNG, for what the demo shows.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// A PNG of rows of RGB pixels, `wide` in each.
pub(super) fn png(wide: usize, pixels: &[u8]) -> Vec<u8> {
    let line = wide * 3;
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in pixels.chunks_exact(line.max(1)) {
        // No filter on this line. Writing into memory does not fail.
        packed.write_all(&[0]).unwrap_or_default();
        packed.write_all(row).unwrap_or_default();
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        let body = [kind.as_slice(), data].concat();
        out.extend_from_slice(&u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
        out.extend_from_slice(&body);
        out.extend_from_slice(&crc(&body).to_be_bytes());
    };
    let measure = |size: usize| u32::try_from(size).unwrap_or(0).to_be_bytes();
    // Eight bits a colour, three colours, nothing special.
    let head = [&measure(wide)[..], &measure(pixels.len() / line.max(1)), &[8, 2, 0, 0, 0]].concat();
    chunk(b"IHDR", &head);
    chunk(b"IDAT", &packed.finish().unwrap_or_default());
    chunk(b"IEND", &[]);
    out
}

fn crc(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_says_how_large_it_is_and_ends() {
        assert_eq!(crc(b"IEND"), 0xAE42_6082);
        let one = png(2, &[0; 12]);
        assert_eq!((&one[12..16], &one[16..24]), (&b"IHDR"[..], &[0, 0, 0, 2, 0, 0, 0, 2][..]));
        assert!(one.ends_with(&0xAE42_6082_u32.to_be_bytes()));
    }
}
