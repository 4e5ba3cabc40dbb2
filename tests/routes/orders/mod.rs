mod cancel;
mod create;
mod export;
mod list;
mod pay;
mod read;
mod state;
