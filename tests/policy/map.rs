//! The presets against the map of the requirements (S003-Q12b), which is written down here and not taken from the code. Where Purser decided
//! otherwise, decision 22 says why; each such place is named, and nothing else may differ.

use std::collections::BTreeSet;

use purser_core::access::{Held, Power, Role};

/// The 19 permissions of the requirements, and what each is called here.
const CATALOGUE: [(&str, Option<&str>); 19] = [
    ("create:user", Some("create:user")),
    ("read:user", Some("read:user")),
    ("update:user", Some("update:user")),
    ("delete:user", Some("delete:user")),
    ("create:product", Some("create:product")),
    ("read:product", Some("read:product")),
    ("update:product", Some("update:product")),
    ("delete:product", Some("delete:product")),
    ("publish:product", Some("publish:product")),
    ("create:order", Some("create:order")),
    ("read:order", Some("read:order")),
    ("update:order", Some("update:order")),
    ("cancel:order", Some("cancel:order")),
    ("refund:order", Some("refund:order")),
    // There is no content of other people's making to moderate.
    ("moderate:content", None),
    ("delete:content", None),
    ("view:analytics", Some("read:stats")),
    ("manage:settings", Some("update:setting")),
    ("view:logs", Some("read:audit")),
];

const MODERATOR: [&str; 8] =
    ["read:user", "read:product", "update:product", "moderate:content", "delete:content", "read:order", "update:order", "view:analytics"];
const USER: [&str; 5] = ["read:user:own", "update:user:own", "read:product", "create:order", "read:order:own"];
const GUEST: [&str; 1] = ["read:product"];

/// Where a preset differs from the map: the role, the permission by its name here, and whether it holds it.
const DECIDED: [(Role, &str, bool); 3] = [
    // A customer orders for themselves, out of their own cart; orders for others are entered by staff.
    (Role::User, "create:order", false),
    (Role::User, "create:order:own", true),
    // "Plus owners may cancel their own" (Q12d).
    (Role::User, "cancel:order:own", true),
];

/// A permission of the map by its name here; one's own account is everybody's and no right that is given.
fn here(word: &str) -> Option<String> {
    let (plain, own) = word.strip_suffix(":own").map_or((word, ""), |plain| (plain, ":own"));
    if matches!(word, "read:user:own" | "update:user:own") {
        return Some("read:self".into());
    }
    let (_, name) = CATALOGUE.iter().find(|(spec, _)| *spec == plain).unwrap_or_else(|| panic!("{word} is not in the catalogue"));
    name.map(|name| format!("{name}{own}"))
}

fn holds(held: Held, word: &str) -> bool {
    let power: Power = word.parse().unwrap();
    held.powers().contains(&power)
}

#[test]
fn presets_hold_what_the_map_gives_them() {
    let all: Vec<&str> = CATALOGUE.iter().map(|(spec, _)| *spec).collect();
    let map: [(Role, &[&str]); 4] = [(Role::Admin, &all), (Role::Moderator, &MODERATOR), (Role::User, &USER), (Role::Guest, &GUEST)];
    for (role, words) in map {
        let mut wanted: BTreeSet<String> = words.iter().filter_map(|word| here(word)).collect();
        for (_, word, held) in DECIDED.iter().filter(|(of, ..)| *of == role) {
            if *held {
                assert!(wanted.insert((*word).into()), "{role} {word} is no deviation");
            } else {
                assert!(wanted.remove(*word), "{role} {word} is no deviation");
            }
        }
        for word in &wanted {
            assert!(holds(role.held(), word), "{role} lacks {word}");
        }
        // Nothing else of the catalogue, over everything or over one's own.
        for (_, name) in CATALOGUE {
            let Some(name) = name else { continue };
            for word in [name.to_owned(), format!("{name}:own")] {
                let Ok(power) = word.parse::<Power>() else { continue };
                assert!(wanted.contains(&word) || !role.held().powers().contains(&power), "{role} holds {word}, which the map does not give it");
            }
        }
    }
}
