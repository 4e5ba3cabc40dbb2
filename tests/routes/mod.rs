//! One folder an area, one file an operation.

mod audit;
mod identity;
mod people;
