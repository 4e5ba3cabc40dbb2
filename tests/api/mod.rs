//! What tests over every operation share: the operations as the OpenAPI document tells them, a sample of each, a business to try them on.

mod document;
mod samples;
mod samples_gateways;
mod samples_machine;
mod samples_money;
mod samples_news;
mod samples_shop;
mod samples_ways;
mod world;

pub(crate) use document::{Operation, operations, resolve};
pub(crate) use samples::{Body, FORM_TYPE, Sample, samples, sheet, upload};
pub(crate) use world::World;
