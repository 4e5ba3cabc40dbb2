//! What the demo business sells: everything for boats.

use purser_core::Timestamp;
use purser_core::catalog::tags;
use purser_core::ids::{CategoryId, ProductId};
use purser_core::text::fold;
use purser_core::time::DAY;
use purser_store::products::Product;
use purser_store::shelf::Shelf;

use super::{Scene, shelves};

/// Kinds of goods: name, price from and to in hundredths, grams from and to, sizes.
type Kind = (&'static str, i64, i64, i64, i64, &'static [&'static str]);

const KINDS: &[Kind] = &[
    ("Mooring rope", 1_490, 8_900, 900, 6_500, &["10 mm, 10 m", "12 mm, 15 m", "14 mm, 20 m", "16 mm, 25 m"]),
    ("Sheet", 990, 5_400, 400, 2_800, &["6 mm, 10 m", "8 mm, 15 m", "10 mm, 20 m"]),
    ("Fender", 1_290, 9_900, 600, 4_200, &["small", "medium", "large", "ball 55 cm"]),
    ("Shackle", 390, 2_490, 40, 480, &["4 mm", "6 mm", "8 mm", "10 mm", "12 mm"]),
    ("Winch handle", 2_490, 7_900, 500, 900, &["8 inch", "10 inch, locking", "floating"]),
    ("Block", 1_190, 8_490, 60, 640, &["single 40 mm", "double 40 mm", "single 57 mm", "ratchet 57 mm"]),
    ("Cleat", 690, 3_290, 120, 700, &["nylon", "aluminium 150 mm", "stainless 200 mm"]),
    ("Anchor", 3_900, 28_900, 4_000, 22_000, &["5 kg", "7.5 kg", "10 kg", "15 kg", "20 kg"]),
    ("Anchor chain", 4_900, 19_900, 9_000, 45_000, &["6 mm, 10 m", "8 mm, 10 m", "8 mm, 25 m"]),
    ("Bilge pump", 2_990, 14_900, 400, 2_200, &["hand", "500 gph", "1100 gph", "automatic"]),
    ("Navigation light", 1_990, 9_900, 90, 400, &["port", "starboard", "stern", "masthead", "all-round"]),
    ("Life jacket", 4_900, 18_900, 700, 1_900, &["child", "100 N", "150 N automatic", "275 N automatic"]),
    ("Foul-weather jacket", 8_900, 39_900, 900, 1_700, &["S", "M", "L", "XL"]),
    ("Deck shoes", 5_900, 14_900, 700, 1_100, &["39", "41", "43", "45"]),
    ("Sailing gloves", 1_490, 4_490, 90, 180, &["S", "M", "L"]),
    ("Antifouling paint", 3_490, 12_900, 1_100, 4_200, &["0.75 l, blue", "2.5 l, red", "2.5 l, black"]),
    ("Varnish", 1_690, 5_900, 900, 2_700, &["0.75 l, gloss", "2.5 l, satin"]),
    ("Hull cleaner", 990, 2_990, 800, 2_500, &["0.5 l", "1 l", "2.5 l"]),
    ("Handheld radio", 9_900, 32_900, 260, 480, &["floating", "with position", "pair"]),
    ("Compass", 2_900, 24_900, 150, 1_400, &["hand", "bulkhead", "binnacle"]),
    ("Chart", 1_990, 4_290, 120, 260, &["North Sea", "Baltic", "Channel", "Aegean", "Adriatic", "Kattegat"]),
    ("Log book", 990, 2_490, 350, 700, &["sailing", "motor", "leather"]),
    ("Signal flare set", 3_990, 11_900, 500, 1_900, &["coastal", "offshore"]),
    ("Battery", 7_900, 39_900, 9_000, 28_000, &["55 Ah", "80 Ah", "120 Ah"]),
    ("Solar panel", 9_900, 34_900, 1_800, 8_500, &["50 W", "100 W", "150 W flexible"]),
    ("Galley kettle", 1_990, 4_900, 500, 900, &["1.2 l", "2 l"]),
    ("Enamel mug", 690, 1_490, 140, 220, &["anchor", "stripes", "harbour"]),
    ("Hurricane lamp", 2_490, 7_900, 600, 1_500, &["brass", "galvanised"]),
    ("Repair kit", 1_290, 5_900, 200, 1_300, &["sail", "gelcoat", "rigging", "inflatable"]),
    ("Gift card", 2_500, 10_000, 0, 0, &["25", "50", "100"]),
];

/// The catalog, the best sellers first.
pub(super) fn make(scene: &Scene, opened: Timestamp, (prefix, shelves): (&str, &[(&str, CategoryId)])) -> Vec<Product> {
    let (mut rng, currency) = (scene.rng.branch(2), scene.currency);
    let mut products = Vec::new();
    let unit = 10_i64.pow(currency.exponent());
    for (kind, (name, cheap, dear, light, heavy, sizes)) in KINDS.iter().enumerate() {
        let steps = i64::try_from(sizes.len()).unwrap_or(1).max(2) - 1;
        for (step, size) in (0..).zip(*sizes) {
            let hundredths = cheap + (dear - cheap) * step / steps;
            // Prices end in 90 hundredths, or are whole where the currency has no parts.
            let price = if currency.exponent() == 2 { hundredths / 100 * 100 + 90 } else { (hundredths / 100).max(1) * unit };
            let name = format!("{name} {size}");
            let stock = if rng.chance(600) { rng.below(9) } else { rng.between(14, 420) };
            products.push(Product {
                id: rng.id::<ProductId>(opened.plus(step)),
                name_key: fold(&name),
                sku: format!("{prefix}{:02}-{:02}", kind + 10, step + 1),
                description: None,
                price: if *heavy == 0 { size.parse::<i64>().unwrap_or(25) * unit } else { price },
                currency,
                weight_g: light + (heavy - light) * step / steps,
                stock,
                active: !rng.chance(400),
                version: 1,
                created_at: opened,
                updated_at: opened,
                shelf: Shelf { category_id: shelves::of_kind(shelves, kind), ..shelf(scene, (kind, step), (price, size)) },
                name,
            });
        }
    }
    for place in (1..products.len()).rev() {
        products.swap(place, rng.place(place + 1));
    }
    debug_assert!(products.iter().all(|product| product.price > 0), "{}: nothing is given away", scene.tenant);
    products
}

/// Tags, cost and prices beside the usual one: each kind has something on offer, some of it for the weeks around the present.
fn shelf(scene: &Scene, (kind, step): (usize, i64), (price, size): (i64, &str)) -> Shelf {
    let offered = kind % 5 == 0 && step == 1;
    Shelf {
        tags: tags(&size.split(", ").map(str::to_owned).collect::<Vec<_>>()).join(","),
        cost: Some(price * 55 / 100),
        compare_price: (kind % 4 == 1 && step == 0).then_some(price * 5 / 4),
        sale_price: offered.then_some(price * 4 / 5),
        sale_from_at: offered.then(|| scene.end.plus(-9 * DAY)),
        sale_until_at: offered.then(|| scene.end.plus(12 * DAY)),
        low_stock: (kind % 6 == 0).then_some(25),
        ..Shelf::default()
    }
}
