mod categories;
mod products;
mod stock;
mod variants;
