//! A reader of JSON that takes a record only as an object. What serde derives would also take a list, with the fields in their order.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

/// Reads as the reader inside does, at every depth, but takes a record only as an object.
pub(super) struct Records<R>(pub(super) R);

/// Reads what a field or a place in a list holds.
impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Records<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Records(deserializer))
    }
}

/// A record: nothing but an object will do.
struct Record<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Record<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Records(map))
    }
}

macro_rules! same_kind {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, R::Error> {
            self.0.$method(Records(visitor))
        })*
    };
}

impl<'de, R: Deserializer<'de>> Deserializer<'de> for Records<R> {
    type Error = R::Error;

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, R::Error> {
        self.0.deserialize_map(Record(visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, R::Error> {
        self.0.deserialize_unit_struct(name, Records(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, R::Error> {
        self.0.deserialize_newtype_struct(name, Records(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, R::Error> {
        self.0.deserialize_tuple(length, Records(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, name: &'static str, length: usize, visitor: V) -> Result<V::Value, R::Error> {
        self.0.deserialize_tuple_struct(name, length, Records(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(self, name: &'static str, variants: &'static [&'static str], visitor: V) -> Result<V::Value, R::Error> {
        self.0.deserialize_enum(name, variants, Records(visitor))
    }

    same_kind! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option deserialize_unit deserialize_seq deserialize_map
        deserialize_identifier deserialize_ignored_any
    }
}

macro_rules! same_value {
    ($($method:ident($kind:ty))*) => {
        $(fn $method<E: Error>(self, value: $kind) -> Result<V::Value, E> {
            self.0.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Records<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    same_value! {
        visit_bool(bool) visit_i64(i64) visit_i128(i128) visit_u64(u64) visit_u128(u128) visit_f64(f64) visit_char(char)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Records(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Records(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Records(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Records(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, choice: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Records(choice))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Records<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Records(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Records<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Records(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Records<A> {
    type Error = A::Error;
    type Variant = Records<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        self.0.variant_seed(seed).map(|(name, variant)| (name, Records(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Records<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Records(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(length, Records(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, A::Error> {
        self.0.struct_variant(fields, Record(visitor))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::Records;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Price {
        amount: i64,
        currency: String,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    enum Choice {
        Free,
        Paid { price: Price },
        Both(Price, Price),
    }

    fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(Records(&mut deserializer)).map_err(|error| format!("{}: {}", error.path(), error.inner()))
    }

    fn refused<T: DeserializeOwned + std::fmt::Debug>(text: &str, field: &str) {
        let error = read::<T>(text).unwrap_err();
        assert!(error.starts_with(&format!("{field}: ")) && error.contains("sequence, expected a JSON object"), "{text}: {error}");
    }

    #[test]
    fn a_list_is_no_record_at_any_depth() {
        const LIST: &str = r#"[1,"EUR"]"#;
        refused::<Price>(LIST, ".");
        refused::<Option<Price>>(LIST, ".");
        refused::<Vec<Price>>(&format!("[{LIST}]"), "[0]");
        refused::<BTreeMap<String, Vec<Option<Price>>>>(&format!(r#"{{"a":[null,{LIST}]}}"#), "a[1]");
        refused::<Choice>(&format!(r#"{{"Paid":{{"price":{LIST}}}}}"#), "Paid.price");
        refused::<Choice>(&format!(r#"{{"Paid":[{LIST}]}}"#), "Paid");
        refused::<Choice>(&format!(r#"{{"Both":[{{"amount":1,"currency":"EUR"}},{LIST}]}}"#), "Both[1]");
    }

    #[test]
    fn everything_else_is_read_as_before() {
        let price = || Price { amount: 1, currency: "EUR".into() };
        assert_eq!(read::<Price>(r#"{"amount":1,"currency":"EUR"}"#), Ok(price()));
        assert_eq!(read::<Choice>(r#""Free""#), Ok(Choice::Free));
        assert_eq!(read::<Choice>(r#"{"Paid":{"price":{"amount":1,"currency":"EUR"}}}"#), Ok(Choice::Paid { price: price() }));
        assert_eq!(read::<(i64, String, Option<bool>)>(r#"[1,"a",null]"#), Ok((1, "a".into(), None)));
        let value = serde_json::json!({ "a": [1, -1, 1.5, true, null, "é", { "b": [] }] });
        assert_eq!(read::<serde_json::Value>(&value.to_string()), Ok(value));
    }
}
