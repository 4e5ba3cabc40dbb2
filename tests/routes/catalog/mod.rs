mod categories;
mod pictures;
mod products;
mod search;
mod slugs;
mod stock;
mod variants;
