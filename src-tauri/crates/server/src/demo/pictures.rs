//! What some of the goods look like: plain shapes, drawn here, real files in the vault. Sizes of one kind share a picture.

use purser_core::Timestamp;
use purser_core::access::Role;
use purser_core::ids::{FileId, ProductId};
use purser_core::time::{HOUR, MINUTE};
use purser_store::products::{self, Product};
use purser_store::{Tx, pictures as store};

use super::Maker;
use super::papers::{self, Paper};
use super::png::png;
use super::sink::Gone;

type Colour = [i32; 3];
type Point = (i32, i32);

/// A plain shape, in the units of a sheet of 240 by 180.
enum Shape {
    /// Around a point, as far as this.
    Disc(Point, i32),
    /// Around a point, from one distance to the other.
    Ring(Point, i32, i32),
    /// From one point to the other, this thick to each side, its ends round.
    Bar(Point, Point, i32),
    /// From one corner to the other.
    Block(Point, Point),
}
use Shape::{Bar, Block, Disc, Ring};

/// Goods whose names begin so: the name of the file, what it shows, and its shapes, the last on top.
type Drawing = (&'static str, &'static str, &'static str, &'static [(Shape, Colour)]);

const GROUND: Colour = [240, 238, 232];
const SHADE: Colour = [222, 218, 208];
const NAVY: Colour = [38, 62, 96];
const RED: Colour = [178, 58, 48];
const STEEL: Colour = [128, 138, 148];
const DARK: Colour = [52, 58, 66];
const BRASS: Colour = [190, 146, 60];
const CREAM: Colour = [226, 206, 160];
const WHITE: Colour = [252, 252, 250];
const PALE: Colour = [204, 213, 222];
const ORANGE: Colour = [222, 112, 40];
const GREEN: Colour = [58, 138, 92];

const DRAWINGS: &[Drawing] = &[
    (
        "Mooring rope",
        "mooring-rope.png",
        "A coil of rope, its end to the right",
        &[
            (Disc((124, 98), 70), SHADE),
            (Disc((120, 90), 70), CREAM),
            (Ring((120, 90), 54, 57), BRASS),
            (Ring((120, 90), 40, 43), BRASS),
            (Disc((120, 90), 27), GROUND),
            (Ring((120, 90), 27, 30), BRASS),
            (Bar((120, 156), (212, 156), 8), CREAM),
            (Block((206, 147), (222, 165)), NAVY),
        ],
    ),
    (
        "Fender",
        "fender.png",
        "A long pale fender with blue ends on its line",
        &[
            (Bar((124, 62), (124, 140), 32), SHADE),
            (Bar((120, 20), (120, 60), 3), CREAM),
            (Bar((120, 58), (120, 134), 32), PALE),
            (Disc((120, 46), 20), NAVY),
            (Disc((120, 146), 20), NAVY),
            (Ring((120, 32), 5, 9), DARK),
            (Bar((106, 70), (106, 122), 3), WHITE),
        ],
    ),
    (
        "Anchor",
        "anchor.png",
        "An anchor of steel",
        &[
            (Ring((120, 30), 9, 15), STEEL),
            (Ring((120, 88), 56, 68), STEEL),
            (Block((40, 16), (200, 92)), GROUND),
            (Ring((120, 30), 9, 15), STEEL),
            (Bar((120, 44), (120, 148), 7), STEEL),
            (Bar((86, 62), (154, 62), 6), STEEL),
            (Bar((58, 96), (58, 84), 9), DARK),
            (Bar((182, 96), (182, 84), 9), DARK),
        ],
    ),
    (
        "Anchor chain",
        "anchor-chain.png",
        "Four links of chain",
        &[
            (Ring((54, 90), 24, 36), STEEL),
            (Ring((142, 90), 24, 36), STEEL),
            (Ring((98, 90), 24, 36), DARK),
            (Ring((186, 90), 24, 36), DARK),
            (Bar((78, 78), (84, 90), 6), STEEL),
            (Bar((122, 102), (128, 114), 6), STEEL),
        ],
    ),
    (
        "Life jacket",
        "life-jacket.png",
        "An orange life jacket with a dark belt",
        &[
            (Bar((84, 52), (80, 140), 26), ORANGE),
            (Bar((156, 52), (160, 140), 26), ORANGE),
            (Ring((120, 58), 30, 52), ORANGE),
            (Disc((120, 62), 28), GROUND),
            (Block((117, 84), (123, 166)), GROUND),
            (Block((56, 112), (184, 124)), DARK),
            (Block((108, 109), (132, 127)), STEEL),
            (Block((62, 76), (102, 84)), WHITE),
            (Block((138, 76), (178, 84)), WHITE),
        ],
    ),
    (
        "Compass",
        "compass.png",
        "A compass in brass, its needle to the north-east",
        &[
            (Disc((124, 96), 72), SHADE),
            (Disc((120, 90), 72), BRASS),
            (Disc((120, 90), 60), WHITE),
            (Ring((120, 90), 50, 52), STEEL),
            (Block((118, 32), (122, 44)), DARK),
            (Block((118, 136), (122, 148)), DARK),
            (Block((62, 88), (74, 92)), DARK),
            (Block((166, 88), (178, 92)), DARK),
            (Bar((120, 90), (150, 58), 4), RED),
            (Bar((120, 90), (90, 122), 4), NAVY),
            (Disc((120, 90), 7), DARK),
        ],
    ),
    (
        "Navigation light",
        "navigation-light.png",
        "A lamp with a red and a green side",
        &[
            (Bar((120, 60), (120, 122), 44), DARK),
            (Block((86, 58), (119, 124)), RED),
            (Block((121, 58), (154, 124)), GREEN),
            (Block((70, 44), (170, 58)), DARK),
            (Block((70, 124), (170, 142)), DARK),
            (Bar((98, 72), (98, 108), 4), WHITE),
            (Bar((142, 72), (142, 108), 4), WHITE),
        ],
    ),
    (
        "Battery",
        "battery.png",
        "A battery with two poles",
        &[
            (Block((56, 62), (196, 156)), SHADE),
            (Block((50, 54), (190, 150)), DARK),
            (Block((50, 54), (190, 74)), STEEL),
            (Block((68, 40), (90, 56)), RED),
            (Block((150, 40), (172, 56)), NAVY),
            (Block((66, 92), (174, 134)), CREAM),
            (Block((98, 110), (142, 116)), RED),
            (Block((117, 99), (123, 127)), RED),
        ],
    ),
    (
        "Log book",
        "log-book.png",
        "A log book in blue with a ribbon",
        &[
            (Block((72, 30), (180, 166)), SHADE),
            (Block((64, 22), (172, 158)), NAVY),
            (Block((64, 22), (80, 158)), DARK),
            (Block((94, 48), (158, 78)), CREAM),
            (Block((102, 56), (150, 60)), BRASS),
            (Block((102, 66), (138, 70)), BRASS),
            (Block((142, 158), (150, 172)), RED),
        ],
    ),
    ("Crew jersey", "crew-jersey-navy.png", "The jersey in navy, a white band across", JERSEY_NAVY),
    ("Crew jersey", "crew-jersey-red.png", "The same in red", JERSEY_RED),
];

macro_rules! jersey {
    ($cloth:expr) => {
        &[
            (Bar((86, 46), (48, 96), 19), $cloth),
            (Bar((154, 46), (192, 96), 19), $cloth),
            (Block((76, 32), (164, 158)), $cloth),
            (Disc((120, 28), 19), GROUND),
            (Block((76, 78), (164, 92)), WHITE),
            (Ring((186, 88), 4, 7), BRASS),
            (Block((76, 152), (164, 158)), DARK),
        ]
    };
}
const JERSEY_NAVY: &[(Shape, Colour)] = jersey!(NAVY);
const JERSEY_RED: &[(Shape, Colour)] = jersey!(RED);

/// Each unit is looked at in so many places across and down, so that edges are smooth.
const FINE: i32 = 2;
const WIDE: i32 = 240;
const HIGH: i32 = 180;

impl Shape {
    /// Whether a point is in it, in parts of a unit.
    fn has(&self, (x, y): Point) -> bool {
        let from = |(a, b): Point| (x - a * FINE).pow(2) + (y - b * FINE).pow(2);
        let square = |length: i32| (length * FINE).pow(2);
        match *self {
            Disc(centre, far) => from(centre) <= square(far),
            Ring(centre, near, far) => (square(near)..=square(far)).contains(&from(centre)),
            Block(first, last) => (first.0 * FINE..last.0 * FINE).contains(&x) && (first.1 * FINE..last.1 * FINE).contains(&y),
            Bar(first, last, far) => {
                let (across, down) = ((last.0 - first.0) * FINE, (last.1 - first.1) * FINE);
                let along = (x - first.0 * FINE) * across + (y - first.1 * FINE) * down;
                let length = across.pow(2) + down.pow(2);
                if along <= 0 || length == 0 {
                    return from(first) <= square(far);
                }
                if along >= length {
                    return from(last) <= square(far);
                }
                let aside = i64::from((x - first.0 * FINE) * down - (y - first.1 * FINE) * across);
                aside.pow(2) <= i64::from(square(far)) * i64::from(length)
            }
        }
    }
}

fn drawn(shapes: &[(Shape, Colour)]) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..HIGH {
        for x in 0..WIDE {
            let mut sum = [0; 3];
            for part in 0..FINE * FINE {
                let point = (x * FINE + part % FINE, y * FINE + part / FINE);
                let colour = shapes.iter().rev().find(|(shape, _)| shape.has(point)).map_or(GROUND, |(_, colour)| *colour);
                sum.iter_mut().zip(colour).for_each(|(sum, part)| *sum += part);
            }
            pixels.extend(sum.map(|sum| u8::try_from(sum / (FINE * FINE)).unwrap_or(u8::MAX)));
        }
    }
    png(usize::try_from(WIDE).unwrap_or(0), &pixels)
}

/// The drawing whose name says most of a product's: an anchor chain is no anchor.
fn drawing_of(product: &str) -> Option<&'static str> {
    let fits = |name: &&str| product.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    DRAWINGS.iter().map(|(name, ..)| *name).filter(fits).max_by_key(|name| name.len())
}

/// Pictures, and the goods that show them.
pub(super) struct Hung {
    goods: Vec<ProductId>,
    pictures: Vec<(FileId, String)>,
}

/// Draw what some of the goods look like and keep it as files somebody added when the shop was opened.
pub(super) fn draw(maker: &mut Maker, jersey: &Product, opened: Timestamp) -> Result<Vec<Hung>, Gone> {
    let mut rng = maker.scene.rng.branch(51);
    let all: Vec<Product> = maker.products.iter().chain([jersey]).cloned().collect();
    let member = maker.staff(&mut rng, &[Role::Moderator]);
    let (mut hung, mut done): (Vec<Hung>, Vec<&str>) = (Vec::new(), Vec::new());
    for (name, ..) in DRAWINGS {
        let shown: Vec<&Product> = all.iter().filter(|product| drawing_of(&product.name) == Some(*name)).collect();
        let Some(first) = shown.first().filter(|_| !done.contains(name)) else { continue };
        done.push(name);
        let mut pictures = Vec::new();
        for (_, file, alt, shapes) in DRAWINGS.iter().filter(|(of, ..)| of == name) {
            let at = opened.plus(9 * HOUR + rng.between(0, 40) * MINUTE);
            let paper = Paper { name: (*file).to_owned(), content_type: "image/png", bytes: drawn(shapes) };
            let id = papers::keep(maker, &mut rng, (paper, ("product", first.id.uuid(), first.name.clone())), (&member, at))?;
            pictures.push((id, (*alt).to_owned()));
        }
        hung.push(Hung { goods: shown.iter().map(|product| product.id).collect(), pictures });
    }
    Ok(hung)
}

/// Hang up what was drawn, once its files are there.
pub(super) async fn hang(tx: &mut Tx, hung: &[Hung], opened: Timestamp) -> purser_core::Result<()> {
    for Hung { goods, pictures } in hung {
        for product in products::several(tx, goods).await? {
            store::replace(tx, (product.id, product.version), pictures, opened).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_where_they_are_said_to_be() {
        let at = |x: i32, y: i32| (x * FINE, y * FINE);
        assert!(Disc((10, 10), 5).has(at(10, 15)) && !Disc((10, 10), 5).has(at(10, 16)));
        assert!(Ring((10, 10), 4, 5).has(at(14, 10)) && !Ring((10, 10), 4, 5).has(at(10, 10)));
        let bar = Bar((0, 0), (10, 10), 2);
        assert!(bar.has(at(5, 5)) && bar.has(at(11, 11)) && !bar.has(at(10, 5)));
        assert_eq!(
            (drawing_of("Anchor 5 kg"), drawing_of("Anchor chain 8 mm, 10 m"), drawing_of("Anchors")),
            (Some("Anchor"), Some("Anchor chain"), None)
        );
        assert!(DRAWINGS.iter().all(|(.., shapes)| drawn(shapes).starts_with(b"\x89PNG")));
    }
}
