//! Customers and staff.

use purser_core::Timestamp;
use purser_core::access::Role;
use purser_core::ids::UserId;
use purser_core::orders::Address;
use purser_core::people::{email_key, name_key, person_terms};
use purser_core::time::{DAY, HOUR};
use purser_store::Value;
use purser_store::private::{self, Column, Place};

use super::Scene;
use super::calendar::Calendar;
use super::names::{LANDS, Land, forms};
use super::random::Rng;

/// What orders need to know of a customer.
pub(super) struct Customer {
    pub(super) id: UserId,
    pub(super) since: Timestamp,
    pub(super) country: &'static str,
    /// Where parcels go.
    pub(super) address: Address,
}

/// Somebody who works here.
#[derive(Clone)]
pub(super) struct Staff {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) ip: String,
}

/// Rows of people, and the search words that go with them.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) users: Vec<[Value; 20]>,
    pub(super) terms: Vec<(String, UserId)>,
}

/// A name drawn from a country.
struct Name {
    first: &'static str,
    last: &'static str,
    /// Latin letters without accents, for the e-mail.
    latin: String,
}

fn word(list: &'static str, rng: &mut Rng) -> &'static str {
    let count = list.split_whitespace().count();
    list.split_whitespace().nth(rng.place(count)).unwrap_or("Kai")
}

fn name(land: &Land, rng: &mut Rng) -> Name {
    let ((first, latin_first), (last, latin_last)) = (forms(word(land.first, rng)), forms(word(land.last, rng)));
    let folded = purser_core::text::fold(&format!("{latin_first}.{latin_last}"));
    let latin = folded.replace('ß', "ss").replace('æ', "ae").chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    Name { first, last, latin }
}

fn address(land: &Land, name: &Name, rng: &mut Rng) -> Address {
    let (town, code) = word(land.towns, rng).split_once(':').unwrap_or(("Hamburg", "20"));
    let zip_code = match land.code {
        "GB" => format!("{code} {}{}", rng.between(1, 9), ["AB", "DL", "QN", "XY"][rng.place(4)]),
        "JP" => format!("{code}-{:04}", rng.below(10_000)),
        "PL" => format!("{code}-{:03}", rng.below(1_000)),
        "NL" => format!("{code}{:02} {}", rng.below(100), ["AB", "GK", "RZ"][rng.place(3)]),
        _ => format!("{code}{}", "123456789".chars().skip(rng.place(4)).take(5_usize.saturating_sub(code.len())).collect::<String>()),
    };
    Address {
        name: format!("{} {}", name.first, name.last),
        street: format!("{} {}", word(land.streets, rng).replace('_', " "), rng.between(1, 140)),
        city: town.replace('_', " "),
        state: String::new(),
        zip_code,
        country: land.code.into(),
        phone: format!("{} {}", land.dial, rng.between(1_000_000, 9_999_999)),
    }
}

const HOSTS: [&str; 5] = ["post.example", "mail.example", "inbox.example", "seafarer.example", "home.example"];

/// Customers, oldest first; their rows go to `rows`.
pub(super) fn customers(scene: &Scene, calendar: &Calendar, total: i64, rows: &mut Rows) -> Vec<Customer> {
    let mut rng = scene.rng.branch(3);
    let lands: Vec<(usize, i64)> = LANDS.iter().enumerate().map(|(place, land)| (place, land.weight)).collect();
    let mut customers = Vec::new();
    for day in 0..calendar.days() {
        for at in calendar.instants(day, known(calendar, day, total) - count(&customers), &mut rng) {
            let land = &LANDS[rng.weighted(&lands)];
            let name = name(land, &mut rng);
            let address = address(land, &name, &mut rng);
            let id: UserId = rng.id(at);
            let email = format!("{}{}{}@{}", name.latin, customers.len() + 1, scene.mark, rng.pick(&HOSTS));
            rows.customer(scene, &mut rng, (id, at, land), (&name, &email, &address.phone));
            customers.push(Customer { id, since: at, country: land.code, address });
        }
    }
    customers
}

fn count(customers: &[Customer]) -> i64 {
    i64::try_from(customers.len()).unwrap_or(i64::MAX)
}

/// Customers known when `day` ends: a tenth from the start, a quarter without ever ordering on the day they came.
pub(super) fn known(calendar: &Calendar, day: usize, total: i64) -> i64 {
    let start = (total / 10).max(1).min(total);
    start + calendar.until(day, total - start)
}

/// A private column as it is stored.
fn hidden(scene: &Scene, id: UserId, column: Column, text: &str) -> Value {
    private::hide(&scene.seal, Place::user(scene.tenant, id, column), text).ok().into()
}

impl Rows {
    fn customer(&mut self, scene: &Scene, rng: &mut Rng, (id, at, land): (UserId, Timestamp, &Land), (name, email, phone): (&Name, &str, &str)) {
        let seen = at.plus(rng.below(scene.end.since(at).max(1)));
        let locked = rng.chance(60).then(|| seen.plus(rng.below(scene.end.since(seen).max(1))));
        let signs_in = rng.chance(7_000);
        self.users.push([
            id.into(),
            scene.tenant.into(),
            email.to_owned().into(),
            email_key(email).into(),
            name.first.into(),
            name.last.into(),
            name_key(name.first, name.last).into(),
            Role::User.as_str().into(),
            if locked.is_some() { "locked" } else { "active" }.into(),
            hidden(scene, id, Column::UserPhone, phone),
            Some(land.code).into(),
            Some(land.language).into(),
            if rng.chance(150) { hidden(scene, id, Column::UserNotes, "Prefers delivery to the harbour office.") } else { Value::Text(None) },
            rng.chance(9_000).into(),
            signs_in.then_some(seen).into(),
            locked.into(),
            locked.map(|_| *rng.pick(&["Chargebacks on two orders", "Asked us to close the account", "Too many failed sign-ins"])).into(),
            at.into(),
            locked.unwrap_or(at).into(),
            private::phone_index(&scene.seal, scene.tenant, phone).ok().into(),
        ]);
        self.terms.extend(person_terms(name.first, name.last, email).into_iter().map(|term| (term, id)));
    }

    fn staff(&mut self, scene: &Scene, member: &Staff, (first, last, email): (&'static str, &'static str, &str), at: Timestamp) {
        let none = || Value::Text(None);
        self.users.push([
            member.id.into(),
            scene.tenant.into(),
            email.to_owned().into(),
            email_key(email).into(),
            first.into(),
            last.into(),
            name_key(first, last).into(),
            member.role.as_str().into(),
            "active".into(),
            none(),
            Some("DE").into(),
            Some("en").into(),
            none(),
            true.into(),
            Some(scene.end.plus(-2 * HOUR)).into(),
            Value::Time(None),
            none(),
            at.into(),
            at.into(),
            none(),
        ]);
        self.terms.extend(person_terms(first, last, email).into_iter().map(|term| (term, member.id)));
    }
}

const STAFF: &[(&str, &str, Role)] = &[
    ("Mira", "Lindqvist", Role::Admin),
    ("Tobias", "Brandt", Role::Support),
    ("Aisha", "Rahman", Role::Support),
    ("Elif", "Yıldız", Role::Support),
    ("Conor", "Walsh", Role::Support),
    ("Henrike", "Voss", Role::Finance),
    ("Pavel", "Novotný", Role::Finance),
    ("Ines", "Carvalho", Role::Moderator),
    ("Yuki", "Tanabe", Role::Developer),
    ("Margarethe", "Stahl", Role::Auditor),
];

/// Everybody who works here, beside the owner.
pub(super) fn staff(scene: &Scene, opened: Timestamp, rows: &mut Rows) -> Vec<Staff> {
    let mut rng = scene.rng.branch(4);
    let hire = |(place, (first, last, role)): (i64, &(&'static str, &'static str, Role))| {
        let at = opened.plus(place * 9 * DAY);
        let name = format!("{first} {last}");
        let member = Staff { id: rng.id(at), name, role: *role, ip: format!("192.0.2.{}", 20 + place) };
        let email = format!("{}{}@harbour.example", purser_core::text::fold(first), scene.mark);
        rows.staff(scene, &member, (first, last, &email), at);
        member
    };
    (0..).zip(STAFF).map(hire).collect()
}
