//! Payment providers a tenant connects: Stripe as this suite plays it (faults, keys, messages), and Stripe as `localstripe` does, which nobody
//! here wrote.

mod breaker;
mod connections;
mod disputes;
mod door;
mod evidence;
mod fake;
mod faults;
mod foreign;
mod localstripe;
mod means;
mod own;
mod pay;
mod paypal;
mod report;
mod told;

pub(crate) use fake::signature;
