//! The suite. One binary: `routes/` by area and operation, `contract/` per store function, `policy` over every operation.

mod api;
mod contract;
mod demo;
mod docs;
mod input;
mod lists;
mod policy;
mod process;
mod routes;
mod shield;
