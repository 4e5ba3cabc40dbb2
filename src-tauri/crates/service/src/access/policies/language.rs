//! The language of policies: Cedar, with a schema of our own. Text is checked here and mistakes are named by line and column.

use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::LazyLock;

use cedar_policy::ffi::DetailedError;
use cedar_policy::{Effect, PolicySet, Schema, ValidationMode, Validator};
use purser_core::{Error, Permission, Result};

/// Most characters of a policy.
pub const LONGEST: usize = 8_000;

/// What is the same for every action. `hour`, `minute` and `weekday` (1 is Monday) are UTC; `amount` is in minor units and there only where
/// money moves, `newRole` only where a role is given, `ip` only where the caller has an address. A device is `known` if the person had signed in on
/// it before this session; a second factor is `proved` once this session proved one, `minutes` ago. A key has neither.
const SHAPES: &str = r"
entity Role;
entity User in [Role] { role: String, staff: Bool };
entity Tenant { name: String, slug: String, environment: String, currency: String };
type Device = { remembered: Bool, known: Bool, signedInMinutes: Long };
type Factor = { enrolled: Bool, proved: Bool, minutes?: Long };
type Situation = {
    hour: Long, minute: Long, weekday: Long,
    ip?: __cedar::ipaddr,
    device: Device,
    factor: Factor,
    amount?: Long, currency?: String,
    newRole?: String,
};
";

/// The schema as text, for people who write policies.
pub static SCHEMA_TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = SHAPES.trim_start().to_owned();
    let mut groups: Vec<&str> = Permission::ALL.iter().flat_map(|permission| [permission.action(), permission.resource()]).collect();
    groups.sort_unstable();
    groups.dedup();
    for group in groups {
        // Writing to a text does not fail.
        let _ = writeln!(text, "action \"{group}\";");
    }
    for permission in Permission::ALL {
        let (action, resource) = (permission.action(), permission.resource());
        let _ = writeln!(
            text,
            "action \"{permission}\" in [\"{action}\", \"{resource}\"] appliesTo {{ principal: [User], resource: [Tenant], context: Situation }};"
        );
    }
    text
});

/// The schema; a mistake in it is a mistake in Purser and shows in the first test.
pub(super) static SCHEMA: LazyLock<std::result::Result<Schema, String>> = LazyLock::new(|| {
    let read = Schema::from_cedarschema_str(&SCHEMA_TEXT).map(|(schema, _)| schema);
    read.map_err(|error| format!("{error}: {:?}", DetailedError::from(&error)))
});

pub(super) fn schema() -> Result<&'static Schema> {
    SCHEMA.as_ref().map_err(|error| Error::internal(format!("the schema of policies is broken: {error}")))
}

/// What is wrong with a policy, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it, if the language knows.
    pub help: Option<String>,
}

/// One statement of a policy and the line it begins in.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) policy: cedar_policy::Policy,
    pub(super) line: usize,
}

/// Most brackets within each other, and most words and operators: a reader walks a text as deep as it goes.
const DEEPEST: usize = 40;
const MOST_OPERATORS: usize = 2_000;
/// Stack for reading, so that a text within these limits never runs out of it.
const STACK: usize = 64 * 1024 * 1024;

type Reading = Result<std::result::Result<Vec<Statement>, Vec<Complaint>>>;

/// The statements of a policy, or everything that is wrong with it.
pub(super) fn read(text: &str) -> Reading {
    if let Some(complaint) = tangled(text) {
        return Ok(Err(vec![complaint]));
    }
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || read_here(text));
        let reader = reader.map_err(|error| Error::Internal(Box::new(error)))?;
        reader.join().map_err(|_| Error::internal("reading a policy failed"))?
    })
}

/// A text that is nested deeper, or strings together more, than anybody writes.
fn tangled(text: &str) -> Option<Complaint> {
    let bytes = text.as_bytes();
    let (mut depth, mut operators, mut inside) = (0_usize, 0_usize, false);
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth = depth.saturating_sub(1),
            b'&' | b'|' | b'!' | b'-' | b'+' | b'*' | b'.' | b'<' | b'>' | b'=' => operators += 1,
            _ => {}
        }
        // `if`, `has`, `like`, `in`, `is` string expressions together as well.
        let word = byte.is_ascii_alphabetic();
        operators += usize::from(word && !inside);
        inside = word || (inside && (byte.is_ascii_digit() || *byte == b'_'));
        if depth > DEEPEST || operators > MOST_OPERATORS {
            return Some(at(text, place, "This is too long or nested too deep for a policy. Write several."));
        }
    }
    None
}

fn read_here(text: &str) -> Reading {
    let set = match PolicySet::from_str(text) {
        Ok(set) => set,
        Err(errors) => return Ok(Err(errors.iter().map(|error| complaint(text, &DetailedError::from(error))).collect())),
    };
    let lines = beginnings(text);
    let mut complaints = Vec::new();
    if set.templates().next().is_some() {
        complaints.push(at(text, 0, "A policy holds no placeholders such as ?principal."));
    }
    let mut statements: Vec<Statement> = Vec::new();
    let mut policies: Vec<_> = set.policies().cloned().collect();
    // They are numbered in the order they are written: policy0, policy1, …
    policies.sort_by_key(|policy| policy.id().to_string().trim_start_matches("policy").parse::<usize>().unwrap_or(usize::MAX));
    for (place, policy) in policies.into_iter().enumerate() {
        let from = lines.get(place).copied().unwrap_or(0);
        if policy.effect() == Effect::Permit {
            complaints.push(at(text, from, "Policies only take away: roles and rights give, a policy begins with forbid."));
        }
        statements.push(Statement { policy, line: position(text, from).0 });
    }
    if statements.is_empty() {
        complaints.push(at(text, 0, "There is no policy here. Begin with: forbid (principal, action, resource) when { … };"));
    }
    let verdict = Validator::new(schema()?.clone()).validate(&set, ValidationMode::Strict);
    complaints.extend(verdict.validation_errors().map(|error| complaint(text, &DetailedError::from(error))));
    Ok(if complaints.is_empty() { Ok(statements) } else { Err(complaints) })
}

fn complaint(text: &str, error: &DetailedError) -> Complaint {
    let from = error.source_locations.first().map_or(0, |place| place.loc.start);
    let (line, column) = position(text, from);
    let label = error.source_locations.first().and_then(|place| place.label.clone());
    // The first policy is called policy0; people know only their own text.
    let message =
        error.message.split_once(": ").filter(|(head, _)| head.starts_with("for policy `")).map_or(error.message.as_str(), |(_, rest)| rest);
    let message = label.filter(|label| !message.contains(label.as_str())).map_or_else(|| message.to_owned(), |label| format!("{message} ({label})"));
    Complaint { line, column, message, help: error.help.clone() }
}

fn at(text: &str, from: usize, message: &str) -> Complaint {
    let (line, column) = position(text, from);
    Complaint { line, column, message: message.to_owned(), help: None }
}

/// Line and column of a byte, both from 1.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let mut end = byte.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
    (before.matches('\n').count() + 1, column + 1)
}

/// Where the statements begin: each `forbid` or `permit` that is a word of its own, outside of comments and texts.
fn beginnings(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut place, mut depth) = (0, 0_i32);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(place) {
        let rest = &bytes[place..];
        if rest.starts_with(b"//") {
            place += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            continue;
        }
        match byte {
            b'"' => place += closing(rest),
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth -= 1,
            _ if depth == 0 && (rest.starts_with(b"forbid") || rest.starts_with(b"permit")) => {
                found.push(place);
                place += 5;
            }
            _ => {}
        }
        place += 1;
    }
    found
}

/// Distance from an opening quotation mark to the closing one.
fn closing(rest: &[u8]) -> usize {
    let mut place = 1;
    while let Some(byte) = rest.get(place) {
        match byte {
            b'\\' => place += 1,
            b'"' => return place,
            _ => {}
        }
        place += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::{read, schema};

    #[test]
    fn the_schema_can_be_read() {
        assert!(schema().is_ok(), "{:?}", schema().err());
    }

    #[test]
    fn good_policies_know_their_lines() {
        let text = "// Large refunds\nforbid (principal, action == Action::\"refund:order\", resource)\nwhen { context has amount && context.amount > 10000 };\n\n@note(\"forbid\")\nforbid (principal, action in Action::\"export\", resource) unless { context.hour >= 9 && context has ip && context.ip.isInRange(ip(\"10.0.0.0/8\")) };";
        let statements = read(text).unwrap().unwrap();
        assert_eq!(statements.iter().map(|statement| statement.line).collect::<Vec<_>>(), [2, 6]);
    }

    #[test]
    fn mistakes_have_a_line_and_a_column() {
        let wrong = |text: &str| read(text).unwrap().unwrap_err();
        let syntax = wrong("forbid (principal, action, resource)\nwhen { context.hour > };");
        assert_eq!((syntax[0].line, syntax[0].column), (2, 23));
        let kind = wrong("forbid (principal, action, resource)\nwhen { context.hour > \"nine\" };");
        assert_eq!((kind[0].line, kind[0].column), (2, 23));
        let unknown = wrong("forbid (principal, action == Action::\"fly:ship\", resource);");
        assert_eq!(unknown[0].line, 1);
        let unsafe_ = wrong("forbid (principal, action, resource) when { context.amount > 5 };");
        assert!(unsafe_[0].message.contains("amount"), "{unsafe_:?}");
        let permit = wrong("\npermit (principal, action, resource);");
        assert!(permit[0].line == 2 && permit[0].message.contains("only take away"), "{permit:?}");
        assert!(wrong("// nothing").len() == 1);
        let deep =
            |open: &str, close: &str| format!("forbid (principal, action, resource) when {{ {}true{} }};", open.repeat(4_000), close.repeat(4_000));
        assert!(wrong(&deep("(", ")"))[0].message.contains("too deep"));
        let chain = format!("forbid (principal, action, resource) when {{ {} true }};", "context.hour > 1 && ".repeat(480));
        assert!(read(&chain).unwrap().is_ok() || wrong(&chain)[0].message.contains("too deep"));
        let chain = format!("forbid (principal, action, resource) when {{ {} true }};", "true&&".repeat(1_600));
        assert!(wrong(&chain)[0].message.contains("too deep"));
        assert!(!wrong("forbid (principal == ?principal, action, resource);").is_empty());
    }
}
