//! The mistakes one can make in a body of a schema.

use serde_json::{Map, Value, json};

use crate::api::resolve;

/// A body with one mistake in it.
pub(super) struct Mistake {
    /// Where: `items[0].quantity`.
    pub(super) field: String,
    /// What.
    pub(super) what: String,
    pub(super) body: Value,
}

/// What a schema takes, `$ref`s followed and alternatives put together.
struct Kind<'a> {
    types: Vec<&'a str>,
    choices: bool,
    format: Option<&'a str>,
    object: Option<&'a Value>,
    items: Option<&'a Value>,
}

fn kind<'a>(document: &'a Value, schema: &'a Value) -> Kind<'a> {
    let schema = resolve(document, schema);
    let mut kind = Kind {
        types: Vec::new(),
        choices: schema.get("enum").is_some() || schema.get("const").is_some(),
        format: schema["format"].as_str(),
        object: None,
        items: schema.get("items"),
    };
    match &schema["type"] {
        Value::String(one) => kind.types.push(one),
        Value::Array(several) => kind.types.extend(several.iter().filter_map(Value::as_str)),
        _ => {}
    }
    if schema.get("properties").is_some() {
        kind.object = Some(schema);
    }
    for part in ["anyOf", "oneOf", "allOf"].iter().filter_map(|name| schema[*name].as_array()).flatten() {
        let inner = self::kind(document, part);
        kind.types.extend(inner.types);
        kind.choices |= inner.choices;
        kind.format = kind.format.or(inner.format);
        kind.object = kind.object.or(inner.object);
        kind.items = kind.items.or(inner.items);
    }
    kind
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Values that are wrong for a field of this kind, with a word for each.
fn wrong(kind: &Kind<'_>) -> Vec<(String, Value)> {
    let mut values = Vec::new();
    let takes = |name: &str| kind.types.contains(&name) || (name == "integer" && kind.types.contains(&"number"));
    if !kind.types.is_empty() {
        for value in [Value::Null, json!(true), json!(42), json!(1.5), json!("nonsense"), json!([]), json!({ "x": 1 })] {
            if !takes(type_of(&value)) {
                values.push((format!("{} where {:?} is wanted", type_of(&value), kind.types), value));
            }
        }
    }
    if takes("string") {
        if kind.choices || kind.format == Some("uuid") {
            values.push(("a word that is no choice".into(), json!("nonsense")));
        }
        if !kind.choices && kind.format != Some("uuid") {
            values.push(("a text of 50,000 letters".into(), json!("x".repeat(50_000))));
            values.push(("a text with a NUL in it".into(), json!("na\u{0}me")));
        }
        if kind.format == Some("uuid") {
            values.push(("an id of nothing".into(), json!("00000000-0000-7000-8000-000000000000")));
        }
    }
    if takes("integer") {
        for number in ["-1", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e30"] {
            values.push((format!("the number {number}"), serde_json::from_str(number).unwrap()));
        }
    }
    values
}

/// `body` with the place `at` set to `value`; `None` takes it out.
fn with(body: &Value, at: &[Step], value: Option<Value>) -> Value {
    let mut body = body.clone();
    let mut place = &mut body;
    let (last, way) = at.split_last().unwrap();
    for step in way {
        place = match step {
            Step::Field(name) => &mut place[name],
            Step::First => &mut place[0],
        };
    }
    match (last, value) {
        (Step::Field(name), Some(value)) => place[name] = value,
        (Step::Field(name), None) => drop(place.as_object_mut().unwrap().remove(name)),
        (Step::First, Some(value)) => place[0] = value,
        (Step::First, None) => drop(place.as_array_mut().unwrap().remove(0)),
    }
    body
}

#[derive(Clone)]
enum Step {
    Field(String),
    First,
}

fn name(at: &[Step]) -> String {
    at.iter().fold(String::new(), |text, step| match step {
        Step::Field(name) if text.is_empty() => name.clone(),
        Step::Field(name) => format!("{text}.{name}"),
        Step::First => format!("{text}[0]"),
    })
}

/// Every mistake in a body of this schema; `sample` is one that is right.
pub(super) fn mistakes(document: &Value, schema: &Value, sample: &Value) -> Vec<Mistake> {
    let mut found = Vec::new();
    if let Some(object) = kind(document, schema).object {
        inside(document, object, (sample, sample), &[], &mut found);
    }
    found
}

/// The fields of `part` without their names, in the order they are declared.
fn listed(object: &Value, part: &Value) -> Value {
    object["properties"].as_object().into_iter().flatten().map(|(property, _)| part.get(property).cloned().unwrap_or_default()).collect()
}

/// Mistakes in the object that is `part` of `whole`, at `at`.
fn inside(document: &Value, object: &Value, (whole, part): (&Value, &Value), at: &[Step], found: &mut Vec<Mistake>) {
    let step = |name: &str| [at, &[Step::Field(name.to_owned())]].concat();
    let unknown = step("nonsense");
    found.push(Mistake { field: name(&unknown), what: "a field there is not".into(), body: with(whole, &unknown, Some(json!(1))) });
    for required in object["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let place = step(required);
        found.push(Mistake { field: name(&place), what: "left out".into(), body: with(whole, &place, None) });
    }
    let none = Map::new();
    for (property, schema) in object["properties"].as_object().unwrap_or(&none) {
        let (place, kind) = (step(property), kind(document, schema));
        for (what, value) in wrong(&kind) {
            found.push(Mistake { field: name(&place), what, body: with(whole, &place, Some(value)) });
        }
        if let (Some(object), Some(part)) = (kind.object, part.get(property).filter(|part| part.is_object())) {
            found.push(Mistake { field: name(&place), what: "a list of its fields".into(), body: with(whole, &place, Some(listed(object, part))) });
            inside(document, object, (whole, part), &place, found);
        }
        let Some(first) = part.get(property).and_then(|list| list.get(0)) else { continue };
        let many = Value::Array(vec![first.clone(); 5_000]);
        found.push(Mistake { field: name(&place), what: "5,000 of them".into(), body: with(whole, &place, Some(many)) });
        let Some(items) = kind.items else { continue };
        let (place, kind) = ([place.as_slice(), &[Step::First]].concat(), self::kind(document, items));
        for (what, value) in wrong(&kind) {
            found.push(Mistake { field: name(&place), what, body: with(whole, &place, Some(value)) });
        }
        // Some are written shorter, as a text.
        if let Some(object) = kind.object.filter(|_| first.is_object()) {
            found.push(Mistake { field: name(&place), what: "a list of its fields".into(), body: with(whole, &place, Some(listed(object, first))) });
            inside(document, object, (whole, first), &place, found);
        }
    }
}
