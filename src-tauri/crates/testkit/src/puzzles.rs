//! Puzzles that tell people from programs, asked of a maker of the test's own.

use std::sync::Arc;

use purser_adapters::puzzles::{Puzzle, Settings};
use purser_service::identity::captcha::{Captcha, Keys, Puzzles};

/// Puzzles of businesses, whose makers are all at `verify`.
pub fn puzzles(verify: &str) -> Puzzles {
    let verify = verify.to_owned();
    Puzzles::new(Arc::new(move |keys: Keys| {
        let Keys { kind, site_key, secret } = keys;
        let puzzle: Arc<dyn Captcha> = Arc::new(Puzzle::new(Settings { kind, site_key, secret, verify: Some(verify.clone()) })?);
        Ok(puzzle)
    }))
}
