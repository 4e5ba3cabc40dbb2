//! Telling other systems: a receiver over real HTTP, its messages checked with the specification's own library.

mod endpoints;
mod out;
mod receiver;
mod refused;
