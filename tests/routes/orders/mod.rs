mod cancel;
mod create;
mod export;
mod list;
mod pay;
mod quote;
mod read;
mod state;
