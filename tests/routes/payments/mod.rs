mod list;
mod refund;
mod storm;
