//! The suite. One binary: `routes/` by area and operation, `contract/` per store function, `policy` over every operation.

mod contract;
mod demo;
mod routes;
