mod books;
mod reconciliation;
mod whole;
