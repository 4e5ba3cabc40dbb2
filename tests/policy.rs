//! Who may do what, over every operation there is. The document says which permission an operation needs; here is checked that it is so.

mod callers;
mod four_eyes;
mod map;
mod repeats;
mod strangers;
mod whole;
