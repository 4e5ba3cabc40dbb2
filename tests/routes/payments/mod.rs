mod approvals;
mod disputes;
mod list;
mod order_refund;
mod refund;
mod storm;
