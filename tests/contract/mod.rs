//! What the store promises, on both engines.

mod db;
mod faults;
mod migrations;
mod people;
mod rooms;
