//! What carries events: the same promises in a process, on a real Redis and on a real NATS; and consumers that act once, in order, whatever
//! the bus does.

mod kill;
mod port;
mod servers;
