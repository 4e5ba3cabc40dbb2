//! Papers that came with orders and people: real bytes in the vault, small and few.

use std::fmt::Write;

use purser_core::ids::{FileId, OrderId};
use purser_core::orders::Address;
use purser_core::text::fold;
use purser_core::time::{HOUR, MINUTE};
use purser_core::{Money, Timestamp};
use purser_store::Value;
use purser_store::bulk::Table;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::people::{Customer, Staff};
use super::png::png;
use super::random::Rng;
use super::sink::Gone;
use super::{Maker, Scene, staff};

/// One order in so many has papers.
const ONE_IN: i64 = 60;

/// Never more than so many papers, however large the business: each is a file on the disk.
const MOST: i64 = 150;

/// After how many orders the next one with papers comes.
pub(super) fn every(orders: i64) -> i64 {
    ONE_IN.max(orders / MOST + 1)
}

/// A paper, its bytes made up.
pub(super) struct Paper {
    pub(super) name: String,
    pub(super) content_type: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// Attach a paper to an order, or to who ordered.
pub(super) fn attach(maker: &mut Maker, rng: &mut Rng, (customer, order, number): (&Customer, OrderId, i64), ordered: Timestamp) -> Result<(), Gone> {
    let at = ordered.plus(rng.between(20 * MINUTE, 60 * HOUR));
    if at >= maker.scene.end {
        return Ok(());
    }
    let buyer = &customer.address;
    let member = maker.staff(rng, staff::SUPPORT);
    let (paper, subject) = match rng.below(4) {
        0 => (packing_list(maker, rng, number), ("order", order.uuid(), format!("#{number}"))),
        1 => (delivery_note(buyer, number, at), ("order", order.uuid(), format!("#{number}"))),
        2 => (photo(rng, number), ("order", order.uuid(), format!("#{number}"))),
        _ => (call_note(buyer, &member, number, at), ("user", customer.id.uuid(), buyer.name.clone())),
    };
    keep(maker, rng, (paper, subject), (&member, at)).map(drop)
}

/// Row, line of the log and bytes of a paper.
pub(super) fn keep(
    maker: &mut Maker,
    rng: &mut Rng,
    (paper, (kind, subject, label)): (Paper, (&'static str, Uuid, String)),
    (member, at): (&Staff, Timestamp),
) -> Result<FileId, Gone> {
    let id: FileId = rng.id(at);
    let size = i64::try_from(paper.bytes.len()).unwrap_or(i64::MAX);
    let sha256 = hex::encode(Sha256::digest(&paper.bytes));
    let facts = serde_json::json!({
        "name": paper.name, "contentType": paper.content_type, "size": size, "sha256": sha256, "subjectType": kind, "subjectId": subject
    });
    let act = staff::Act::on("file.create", ("file", id.uuid(), paper.name.clone()), at).after(facts.to_string());
    maker.sink.line(staff::line(&maker.scene, rng, member, act));
    let row: [Value; 12] = [
        id.into(),
        maker.scene.tenant.into(),
        paper.name.clone().into(),
        fold(&paper.name).into(),
        paper.content_type.into(),
        size.into(),
        sha256.into(),
        kind.into(),
        subject.into(),
        label.into(),
        member.id.into(),
        at.into(),
    ];
    maker.sink.row(Table::Files, row)?;
    maker.sink.object(id, paper.bytes)?;
    Ok(id)
}

fn delivery_note(buyer: &Address, number: i64, at: Timestamp) -> Paper {
    let Address { name, street, city, zip_code, country, .. } = buyer;
    let text = format!(
        "Delivery note for order #{number}\n\n{name}\n{street}\n{zip_code} {city}\n{country}\n\nHanded over in good condition on {}.\n",
        day(at)
    );
    Paper { name: format!("delivery-note-{number}.txt"), content_type: "text/plain", bytes: text.into_bytes() }
}

fn call_note(buyer: &Address, member: &Staff, number: i64, at: Timestamp) -> Paper {
    let text = format!(
        "Call on {}\n\n{} asked about order #{number} and where to write to about a return.\nExplained how; nothing left to do.\n\n{}\n",
        day(at),
        buyer.name,
        member.name
    );
    Paper { name: format!("call-{}.txt", day(at)), content_type: "text/plain", bytes: text.into_bytes() }
}

fn packing_list(maker: &Maker, rng: &mut Rng, number: i64) -> Paper {
    let Scene { currency, .. } = maker.scene;
    let mut text = "box,sku,name,weight in g,price\n".to_owned();
    for place in 1..=rng.between(2, 6) {
        let product = rng.pick(&maker.products);
        let (name, price) = (product.name.replace('"', "\"\""), Money::new(product.price, currency));
        // Writing to a string does not fail.
        writeln!(text, "{place},{},\"{name}\",{},{price}", product.sku, product.weight_g).unwrap_or_default();
    }
    Paper { name: format!("packing-list-{number}.csv"), content_type: "text/csv", bytes: text.into_bytes() }
}

fn day(at: Timestamp) -> String {
    at.to_utc().format("%Y-%m-%d").to_string()
}

/// Pixels of a photo across and down.
const WIDE: u8 = 48;
const HIGH: u8 = 36;

/// A photo of a parcel, as far as one can be made without a camera: a box on a table.
fn photo(rng: &mut Rng, number: i64) -> Paper {
    let shade = u8::try_from(rng.below(60)).unwrap_or(0);
    let mut pixels = Vec::new();
    for y in 0..HIGH {
        for x in 0..WIDE {
            let boxed = (10..38).contains(&x) && (8..30).contains(&y);
            let tape = boxed && (22..26).contains(&x);
            let colour = match () {
                () if tape => [230, 220, 190],
                () if boxed => [160 + shade / 2, 110 + shade / 2, 60 + y],
                () => [70 + shade + y, 76 + shade + y, 84 + shade + y],
            };
            pixels.extend_from_slice(&colour);
        }
    }
    Paper { name: format!("parcel-{number}.png"), content_type: "image/png", bytes: png(WIDE.into(), &pixels) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_few_papers_however_many_orders() {
        for orders in [0, 1, 600, 10_000, 1_000_000, 10_000_000] {
            assert!(orders / every(orders) <= MOST, "{orders}");
        }
        assert!(600 / every(600) >= 5);
    }
}
