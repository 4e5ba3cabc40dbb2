//! /sandbox: what a developer breaks on purpose, and how it heals.

mod faults;
mod messages;
mod repeats;
mod sequences;
