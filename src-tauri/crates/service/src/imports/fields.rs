//! The fields a file can fill, and a guess which column is meant for which.

use purser_core::imports::Kind;
use purser_core::{Error, FieldError, Result};
use serde_json::{Map, Value};

/// A field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Whether a column has to be chosen for it.
    pub required: bool,
    /// How columns for it are headed, in English and German; folded, signs left out.
    names: &'static [&'static str],
}

const fn field(name: &'static str, label: &'static str, required: bool, names: &'static [&'static str]) -> Field {
    Field { name, label, required, names }
}

const EMAIL: &[&str] = &["email", "emailaddress", "mail", "mailadresse", "emailadresse", "customeremail", "kundenemail"];
const FIRST: &[&str] = &["firstname", "givenname", "forename", "vorname"];
const LAST: &[&str] = &["lastname", "surname", "familyname", "nachname", "familienname"];
const NAME: &[&str] = &["name", "fullname", "customer", "customername", "kunde", "kundenname", "billingname", "shippingname"];
const PHONE: &[&str] = &["phone", "telephone", "mobile", "phonenumber", "telefon", "telefonnummer", "tel", "handy", "shippingphone"];
const COUNTRY: &[&str] = &["country", "countrycode", "land", "landercode", "landescode", "shippingcountry"];
const CURRENCY: &[&str] = &["currency", "currencycode", "wahrung"];
const NOTES: &[&str] = &["notes", "note", "comment", "comments", "notiz", "notizen", "bemerkung", "anmerkung"];
const SKU: &[&str] = &["sku", "articlenumber", "itemnumber", "artikelnummer", "artikelnr", "artnr", "lineitemsku", "productcode"];

const PEOPLE: &[Field] = &[
    field("email", "E-mail", true, EMAIL),
    field("firstName", "First name", false, FIRST),
    field("lastName", "Last name", false, LAST),
    field("name", "Full name", false, NAME),
    field("phone", "Telephone", false, PHONE),
    field("country", "Country", false, COUNTRY),
    field("language", "Language", false, &["language", "locale", "lang", "sprache"]),
    field("role", "Role", false, &["role", "rolle"]),
    field("notes", "Notes", false, NOTES),
    field("passwordHash", "Password hash (bcrypt, argon2id)", false, &["passwordhash", "passworthash", "bcrypt", "hashedpassword"]),
    field(
        "createdAt",
        "Customer since",
        false,
        &["createdat", "created", "since", "customersince", "registered", "erstellt", "angelegt", "kundeseit"],
    ),
];

const PRODUCTS: &[Field] = &[
    field("sku", "SKU", true, SKU),
    field("name", "Name", true, &["name", "title", "product", "productname", "produkt", "produktname", "artikel", "bezeichnung", "artikelname"]),
    field("price", "Price", true, &["price", "unitprice", "variantprice", "preis", "verkaufspreis", "vk", "einzelpreis"]),
    field("currency", "Currency", false, CURRENCY),
    field("weight", "Weight (kg)", false, &["weight", "weightkg", "gewicht", "gewichtkg", "variantweight"]),
    field("stock", "Stock", false, &["stock", "quantity", "inventory", "onhand", "lager", "bestand", "lagerbestand", "menge", "variantinventoryqty"]),
    field("description", "Description", false, &["description", "body", "beschreibung", "text"]),
    field("active", "For sale", false, &["active", "enabled", "published", "aktiv", "status"]),
];

const ORDERS: &[Field] = &[
    field(
        "number",
        "Order number",
        true,
        &["number", "order", "ordernumber", "orderno", "orderid", "id", "reference", "bestellnummer", "bestellnr", "bestellung", "auftragsnummer"],
    ),
    field("email", "Customer's e-mail", true, EMAIL),
    field("date", "Date", false, &["date", "orderdate", "createdat", "created", "datum", "bestelldatum", "auftragsdatum"]),
    field("firstName", "First name", false, FIRST),
    field("lastName", "Last name", false, LAST),
    field("name", "Full name", false, NAME),
    field("sku", "SKU", false, SKU),
    field("item", "Item", false, &["item", "product", "productname", "lineitemname", "artikel", "produkt", "bezeichnung", "position"]),
    field("quantity", "Quantity", false, &["quantity", "qty", "lineitemquantity", "menge", "anzahl", "stuck"]),
    field("unitPrice", "Unit price", false, &["unitprice", "price", "lineitemprice", "einzelpreis", "preis"]),
    field("subtotal", "Goods", false, &["subtotal", "goods", "zwischensumme", "warenwert", "netto"]),
    field("discount", "Discount", false, &["discount", "discountamount", "rabatt", "nachlass"]),
    field("tax", "Tax", false, &["tax", "taxes", "vat", "steuer", "mwst", "ust"]),
    field("shipping", "Shipping", false, &["shipping", "shippingcost", "postage", "versand", "versandkosten", "porto"]),
    field("total", "Total", false, &["total", "amount", "grandtotal", "ordertotal", "summe", "gesamt", "gesamtbetrag", "betrag", "brutto"]),
    field("currency", "Currency", false, CURRENCY),
    field("state", "State", false, &["state", "status", "orderstatus", "fulfillmentstatus", "zustand", "bestellstatus"]),
    field("paid", "Paid", false, &["paid", "paidamount", "amountpaid", "bezahlt", "bezahltbetrag"]),
    field("refunded", "Refunded", false, &["refunded", "refundedamount", "amountrefunded", "erstattet", "erstattung"]),
    field(
        "street",
        "Street",
        false,
        &["street", "address", "address1", "shippingstreet", "shippingaddress1", "strasse", "straße", "adresse", "anschrift"],
    ),
    field("city", "City", false, &["city", "town", "shippingcity", "ort", "stadt"]),
    field("region", "Region", false, &["region", "province", "county", "shippingprovince", "bundesland"]),
    field("zipCode", "Postal code", false, &["zip", "zipcode", "postcode", "postalcode", "shippingzip", "plz", "postleitzahl"]),
    field("country", "Country", false, COUNTRY),
    field("phone", "Telephone", false, PHONE),
    field("notes", "Notes", false, NOTES),
];

/// The fields of a kind.
pub const fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::People => PEOPLE,
        Kind::Products => PRODUCTS,
        Kind::Orders => ORDERS,
    }
}

fn folded(header: &str) -> String {
    purser_core::text::fold(header).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Which column each field most likely comes from. No column is taken twice.
pub(super) fn guess(kind: Kind, header: &[String]) -> Map<String, Value> {
    let columns: Vec<String> = header.iter().map(|cell| folded(cell)).collect();
    let mut taken = vec![false; columns.len()];
    let mut mapping = Map::new();
    for field in fields(kind) {
        // Names are tried in their order: the surest first.
        let found = field.names.iter().find_map(|name| columns.iter().enumerate().position(|(place, column)| column == name && !taken[place]));
        let column = found.map(|place| {
            taken[place] = true;
            header[place].clone()
        });
        mapping.insert(field.name.into(), column.map_or(Value::Null, Value::String));
    }
    mapping
}

/// Where each field stands in a row.
#[derive(Clone, Debug)]
pub(super) struct Columns(Vec<(&'static str, usize)>);

impl Columns {
    /// By a mapping somebody chose; every complaint about it at once.
    pub(super) fn new(kind: Kind, header: &[String], mapping: &Map<String, Value>) -> Result<Self> {
        let mut found = Vec::new();
        let mut places: Vec<(&'static str, usize)> = Vec::new();
        let mut complain = |name: &str, code: &'static str, message: String| found.push(FieldError::new(format!("mapping.{name}"), code, message));
        // In the order of the fields, whatever order the mapping was written in: which of two fields keeps a column must not be chance.
        let mut chosen: Vec<(&String, &Value)> = mapping.iter().collect();
        chosen.sort_by_key(|(name, _)| fields(kind).iter().position(|field| field.name == *name));
        for (name, column) in chosen {
            let Some(field) = fields(kind).iter().find(|field| field.name == name) else {
                complain(name, "unknown_field", "There is no such field.".into());
                continue;
            };
            match column {
                Value::Null => {}
                Value::String(column) => match header.iter().position(|cell| cell == column) {
                    Some(place) if places.iter().any(|(_, other)| *other == place) => {
                        complain(name, "column_taken", format!("The column {column:?} is chosen for another field already."));
                    }
                    Some(place) => places.push((field.name, place)),
                    None => complain(name, "unknown_column", format!("The file has no column {column:?}.")),
                },
                _ => complain(name, "wrong_type", "Name a column, or nothing.".into()),
            }
        }
        for field in fields(kind).iter().filter(|field| field.required) {
            if !places.iter().any(|(name, _)| *name == field.name) {
                complain(field.name, "required", format!("Choose the column that holds: {}.", field.label));
            }
        }
        if found.is_empty() { Ok(Self(places)) } else { Err(Error::Invalid(found)) }
    }

    /// The column of a field.
    pub(super) fn place(&self, field: &str) -> Option<usize> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, place)| *place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_and_english_headers_are_understood() {
        let header: Vec<String> = ["Vorname", "Nachname", "E-Mail-Adresse", "Telefon", "Land", "Kunde seit"].map(str::to_owned).to_vec();
        let mapping = guess(Kind::People, &header);
        let of = |name: &str| mapping[name].as_str();
        assert_eq!((of("firstName"), of("lastName"), of("email")), (Some("Vorname"), Some("Nachname"), Some("E-Mail-Adresse")));
        assert_eq!((of("phone"), of("country"), of("createdAt"), of("role")), (Some("Telefon"), Some("Land"), Some("Kunde seit"), None));
        let header: Vec<String> = ["Order", "Email", "Lineitem quantity", "Lineitem name", "Lineitem price", "Total"].map(str::to_owned).to_vec();
        let mapping = guess(Kind::Orders, &header);
        assert_eq!((mapping["number"].as_str(), mapping["unitPrice"].as_str()), (Some("Order"), Some("Lineitem price")));
    }

    #[test]
    fn every_complaint_about_a_mapping_at_once() {
        let header = vec!["a".to_owned(), "b".to_owned()];
        let mapping = serde_json::json!({"sku": "a", "name": "a", "price": "z", "colour": "b", "stock": 3});
        let Err(Error::Invalid(found)) = Columns::new(Kind::Products, &header, mapping.as_object().unwrap()) else { panic!() };
        let fields: Vec<&str> = found.iter().map(|error| error.field.as_str()).collect();
        for field in ["mapping.colour", "mapping.stock", "mapping.name", "mapping.price"] {
            assert!(fields.contains(&field), "{field} in {fields:?}");
        }
    }
}
