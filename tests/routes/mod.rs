//! One folder an area, one file an operation.

mod identity;
