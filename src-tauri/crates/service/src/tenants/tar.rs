//! The headers of a tar archive (POSIX ustar), which is written as it is read: nothing of it is ever whole in memory.

/// Archives are made of blocks of so many bytes.
pub(super) const BLOCK: usize = 512;

/// The header of a file of `size` bytes; names have at most 100.
pub(super) fn header(name: &str, size: u64, at_seconds: i64) -> [u8; BLOCK] {
    let mut block = [0_u8; BLOCK];
    let mut put = |from: usize, bytes: &[u8]| {
        for (place, byte) in block.iter_mut().skip(from).zip(bytes) {
            *place = *byte;
        }
    };
    put(0, name.as_bytes().get(..name.len().min(100)).unwrap_or_default());
    put(100, b"0000600\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, format!("{:011o}\0", at_seconds.max(0)).as_bytes());
    // The sum is taken over a header whose own field is blank.
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    for (place, byte) in block.iter_mut().skip(148).zip(format!("{sum:06o}\0 ").bytes()) {
        *place = byte;
    }
    block
}

/// What fills the last block of a file of `size` bytes.
pub(super) fn padding(size: u64) -> Vec<u8> {
    let over = usize::try_from(size % 512).unwrap_or(0);
    vec![0; (BLOCK - over) % BLOCK]
}

/// What ends an archive.
pub(super) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

#[cfg(test)]
mod tests {
    use super::{header, padding};

    #[test]
    fn a_header_is_what_tar_expects() {
        let block = header("files/a", 10, 0);
        assert_eq!(&block[..8], b"files/a\0");
        assert_eq!(&block[124..136], b"00000000012\0");
        assert_eq!(&block[257..265], b"ustar\x0000");
        let blank: u32 = block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
        assert_eq!(&block[148..156], format!("{blank:06o}\0 ").as_bytes());
    }

    #[test]
    fn the_last_block_is_filled() {
        assert_eq!([0, 1, 511, 512, 513].map(|size| padding(size).len()), [0, 511, 1, 0, 511]);
    }
}
