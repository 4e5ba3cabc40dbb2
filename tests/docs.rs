//! What the documents claim of the source is so.

mod asvs;
