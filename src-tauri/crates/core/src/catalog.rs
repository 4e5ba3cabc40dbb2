//! What can be sold, as far as it is rules: the tree of categories, what tells variants apart, tags, prices for a time, moves of stock.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Checks;
use crate::ids::CategoryId;
use crate::text::fold;
use crate::time::Timestamp;

crate::text_enum! {
    /// Why stock changed.
    MovementKind {
        /// Goods came in.
        Received = "received",
        /// Goods left the house.
        Sold = "sold",
        /// Set aside for an order.
        Reserved = "reserved",
        /// No longer set aside: the order was called off.
        Released = "released",
        /// A customer sent them back.
        Returned = "returned",
        /// Put right by hand.
        Corrected = "corrected",
        /// Counted on the shelf.
        Counted = "counted",
    }
}

impl MovementKind {
    /// Whether a person enters it; the others follow from orders.
    pub const fn by_hand(self) -> bool {
        matches!(self, Self::Received | Self::Returned | Self::Corrected | Self::Counted)
    }
}

crate::text_enum! {
    /// How something is taxed; the settings say at which rate.
    TaxClass {
        /// As most things are.
        Standard = "standard",
        /// Food, books and the like.
        Reduced = "reduced",
        /// Less still.
        Low = "low",
        /// Not at all.
        Zero = "zero",
    }
}

/// The most categories of a tenant.
pub const MOST_CATEGORIES: usize = 1_000;
/// The most levels of categories.
pub const DEEPEST: usize = 8;
/// The most variants of a product.
pub const MOST_VARIANTS: usize = 100;
/// The most tags of a product.
pub const MOST_TAGS: usize = 30;
/// The most pictures of a product.
pub const MOST_PICTURES: usize = 10;
/// The most bytes of a picture: a page shows it as it is.
pub const LARGEST_PICTURE: i64 = 5 * 1024 * 1024;
/// The most pixels of a picture to a side.
pub const WIDEST_PICTURE: usize = 6_000;
/// The most pixels of a picture: few bytes can stand for very many, and whoever shows it keeps four bytes for each.
pub const MOST_PIXELS: usize = 25_000_000;
/// The most characters of what is said of a picture.
pub const LONGEST_ALT: usize = 300;
/// What every browser shows, by what the bytes of a file say it is.
pub const PICTURE_TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// Whether a picture of so many pixels can be shown.
pub const fn can_be_shown(width: usize, height: usize) -> bool {
    width <= WIDEST_PICTURE && height <= WIDEST_PICTURE && width.saturating_mul(height) <= MOST_PIXELS
}

/// Which category lies in which.
#[derive(Clone, Debug, Default)]
pub struct Tree(BTreeMap<CategoryId, Option<CategoryId>>);

impl FromIterator<(CategoryId, Option<CategoryId>)> for Tree {
    fn from_iter<I: IntoIterator<Item = (CategoryId, Option<CategoryId>)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Tree {
    /// Whether there is such a category.
    pub fn has(&self, id: CategoryId) -> bool {
        self.0.contains_key(&id)
    }

    /// The category and everything it lies in, itself first. A circle, which can not be made, would end.
    pub fn line(&self, id: CategoryId) -> Vec<CategoryId> {
        let mut line = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next.filter(|id| self.has(*id) && !line.contains(id)) {
            line.push(id);
            next = self.0.get(&id).copied().flatten();
        }
        line
    }

    /// The category and everything in it.
    pub fn within(&self, id: CategoryId) -> BTreeSet<CategoryId> {
        self.0.keys().copied().filter(|one| self.line(*one).contains(&id)).collect()
    }

    /// Levels from the top down to the deepest that lies in `id`, counted from `id`.
    fn height(&self, id: CategoryId) -> usize {
        let above = self.line(id).len();
        self.within(id).into_iter().map(|one| self.line(one).len() - above + 1).max().unwrap_or(1)
    }

    /// Complain where `id` can not lie in `parent`.
    pub fn check_move(&self, checks: &mut Checks, id: Option<CategoryId>, parent: CategoryId) {
        if !self.has(parent) {
            checks.that(false, "parentId", "unknown_category", "There is no such category.");
            return;
        }
        let circle = id.is_some_and(|id| self.line(parent).contains(&id));
        checks.that(!circle, "parentId", "circle", "A category can not lie in itself.");
        let height = id.map_or(1, |id| self.height(id));
        let deep = !circle && self.line(parent).len() + height > DEEPEST;
        checks.that(!deep, "parentId", "too_deep", format!("At most {DEEPEST} levels."));
    }
}

/// The part of an address that names something: small letters, digits and hyphens.
pub fn slug(name: &str) -> String {
    let words: Vec<String> = fold(name).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let long: String = words.join("-").chars().take(LONGEST_SLUG).collect();
    long.trim_end_matches('-').to_owned()
}

/// The most characters of a slug.
const LONGEST_SLUG: usize = 80;

/// Whether a text is one that [`slug`] could have made.
pub fn is_slug(text: &str) -> bool {
    !text.is_empty() && slug(text) == text
}

/// Tags as they are kept: trimmed, folded, sorted, each once.
pub fn tags(given: &[String]) -> Vec<String> {
    let folded: BTreeSet<String> = given.iter().map(|tag| fold(tag.trim())).filter(|tag| !tag.is_empty()).collect();
    folded.into_iter().collect()
}

/// Complain about tags that can not be kept.
pub fn check_tags(checks: &mut Checks, given: &[String]) {
    checks.that(given.len() <= MOST_TAGS, "tags", "too_many", format!("At most {MOST_TAGS} tags."));
    for (place, tag) in given.iter().enumerate().take(MOST_TAGS) {
        let field = format!("tags[{place}]");
        checks.text(&field, tag, 40).that(!tag.contains(','), &field, "not_valid", "A tag has no comma in it.");
    }
}

/// What tells a variant from its siblings: `size` → `M`.
pub type Options = BTreeMap<String, String>;

/// Options as they are kept: names folded, everything trimmed. The order in which they were given does not matter.
pub fn options(given: &Options) -> Options {
    given.iter().map(|(name, value)| (fold(name.trim()), value.trim().to_owned())).collect()
}

/// Complain about options that can not be kept.
pub fn check_options(checks: &mut Checks, given: &Options) {
    checks.that(!given.is_empty(), "options", "required", "Name at least one thing in which it differs, such as a size.");
    checks.that(given.len() <= 6, "options", "too_many", "At most 6 options.");
    checks.that(options(given).len() == given.len(), "options", "twice", "An option is named twice.");
    for (name, value) in given.iter().take(6) {
        let field = format!("options.{name}");
        checks.text(&field, name, 40).text(&field, value, 60);
    }
}

/// What people call a variant: the product's name with its options.
pub fn variant_name(product: &str, options: &Options) -> String {
    let values: Vec<&str> = options.values().map(String::as_str).collect();
    format!("{product} – {}", values.join(" / "))
}

/// The words something is found by, each once, folded, with a space between.
pub fn words(texts: &[&str]) -> String {
    let folded: Vec<String> = texts.iter().map(|text| fold(text)).collect();
    let each = folded.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    let set: BTreeSet<String> = each.map(|word| word.chars().take(40).collect()).collect();
    set.into_iter().collect::<Vec<_>>().join(" ")
}

/// Whether a price that is in force from `from` until before `until` is in force at `now`.
pub fn in_force((from, until): (Option<Timestamp>, Option<Timestamp>), now: Timestamp) -> bool {
    from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Ids;

    fn ids(count: usize) -> Vec<CategoryId> {
        let ids = Ids::seeded(3);
        (0..count).map(|_| ids.next(Timestamp::from_micros(1))).collect()
    }

    fn complaints(tree: &Tree, id: Option<CategoryId>, parent: CategoryId) -> Vec<String> {
        let mut checks = Checks::new();
        tree.check_move(&mut checks, id, parent);
        checks.done().err().map(|error| error.fields().into_iter().map(|field| field.code.into_owned()).collect()).unwrap_or_default()
    }

    #[test]
    fn a_category_lies_in_no_circle_and_not_too_deep() {
        let c = ids(DEEPEST + 2);
        let chain: Tree = c.iter().take(DEEPEST).enumerate().map(|(place, id)| (*id, place.checked_sub(1).map(|above| c[above]))).collect();
        assert_eq!(chain.line(c[2]), [c[2], c[1], c[0]]);
        assert_eq!(chain.within(c[DEEPEST - 2]).len(), 2);
        assert_eq!(complaints(&chain, Some(c[0]), c[0]), ["circle"]);
        assert_eq!(complaints(&chain, Some(c[0]), c[3]), ["circle"]);
        assert_eq!(complaints(&chain, None, c[DEEPEST - 1]), ["too_deep"]);
        assert!(complaints(&chain, None, c[DEEPEST - 2]).is_empty());
        assert_eq!(complaints(&chain, None, c[DEEPEST + 1]), ["unknown_category"]);
        let wide: Tree = chain.0.into_iter().chain([(c[DEEPEST], None)]).collect();
        assert_eq!(complaints(&wide, Some(c[0]), c[DEEPEST]), ["too_deep"], "what lies in it comes along");
        assert!(complaints(&wide, Some(c[1]), c[DEEPEST]).is_empty());
    }

    #[test]
    fn words_tags_and_slugs_are_folded() {
        assert_eq!(words(&["Åse's Lantern", "L-1 lantern", ""]), "1 ase l lantern s");
        assert_eq!(tags(&[" Brass ".into(), "BRASS".into(), "anchor".into()]), ["anchor", "brass"]);
        assert_eq!(slug("  Rope & Sail, 12 mm "), "rope-sail-12-mm");
        assert!(is_slug("rope-sail") && !is_slug("Rope sail") && !is_slug(""));
        let long = slug(&format!("{} sail", "x".repeat(79)));
        assert!(is_slug(&long) && long.len() == 79, "cut at a hyphen, it does not end with one");
    }

    #[test]
    fn a_picture_has_so_many_pixels_at_most() {
        for (width, height, wanted) in [
            (1, 1, true),
            (5_000, 5_000, true),
            (6_000, 4_166, true),
            (6_001, 1, false),
            (1, 6_001, false),
            (6_000, 6_000, false),
            (usize::MAX, 2, false),
        ] {
            assert_eq!(can_be_shown(width, height), wanted, "{width} × {height}");
        }
    }

    #[test]
    fn options_do_not_care_for_the_order_they_come_in() {
        let one: Options = [("Size".into(), " M ".into()), ("colour".into(), "Red".into())].into();
        let other: Options = [("colour".into(), "Red".into()), ("size".into(), "M".into())].into();
        assert_eq!(options(&one), options(&other));
        assert_eq!(variant_name("Jersey", &options(&one)), "Jersey – Red / M");
        let mut checks = Checks::new();
        check_options(&mut checks, &[("Size".into(), "M".into()), ("size".into(), "L".into())].into());
        assert_eq!(checks.done().unwrap_err().fields()[0].code, "twice");
    }

    #[test]
    fn a_price_begins_at_its_time_and_is_over_at_its_end() {
        let at = |micros| Some(Timestamp::from_micros(micros));
        let now = Timestamp::from_micros(10);
        for (from, until, wanted) in
            [(None, None, true), (at(10), None, true), (at(11), None, false), (None, at(10), false), (None, at(11), true), (at(5), at(20), true)]
        {
            assert_eq!(in_force((from, until), now), wanted, "{from:?} {until:?}");
        }
    }
}
