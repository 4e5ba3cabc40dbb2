//! What an identity provider says of somebody: read from the signed assertion alone, and held against what was asked.

use purser_core::Timestamp;
use purser_core::providers::{GROUPS, Said, SamlParty};
use roxmltree::Node;
use sha2::{Digest, Sha256};

use super::certificate::Certificate;
use super::encrypted::{Sealed, opened};
use super::signature::verified;
use super::xml::{ASSERTION, PROTOCOL, children, is, only, read, text};

/// Clocks may differ by this many seconds.
const SKEW: i64 = 60;
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

/// What an answer is held against.
pub(super) struct Wanted<'a> {
    /// The provider's entity id.
    pub(super) issuer: &'a str,
    /// Ours.
    pub(super) audience: &'a str,
    /// Where it was to be sent.
    pub(super) recipient: &'a str,
    /// The request it answers.
    pub(super) request: &'a str,
    /// The keys of the provider.
    pub(super) certificates: &'a [Certificate],
    /// Our private key, for what is encrypted for us.
    pub(super) key: &'a str,
    /// The names of what it says.
    pub(super) names: &'a SamlParty,
    /// The attribute with the groups.
    pub(super) groups: Option<&'a str>,
    /// Now.
    pub(super) now: Timestamp,
}

/// What was said, and what has to be remembered so that it is not taken twice.
#[derive(Debug)]
pub(super) struct Asserted {
    pub(super) said: Said,
    /// SHA-256 of the assertion's id.
    pub(super) id: Vec<u8>,
    /// From when on it could not be taken anyway.
    pub(super) until: Timestamp,
}

/// Why an answer is not taken: a code for whoever brought it, and words for the log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The provider did not let them in.
    Refused,
    /// It is not to be believed.
    Untrusted(&'static str),
    /// It can be believed, but not be used.
    Unfit(&'static str),
}

type Judged<T> = Result<T, Fault>;

fn demand(good: bool, why: &'static str) -> Judged<()> {
    if good { Ok(()) } else { Err(Fault::Untrusted(why)) }
}

fn need<T>(value: Option<T>, why: &'static str) -> Judged<T> {
    value.ok_or(Fault::Untrusted(why))
}

/// Read an answer.
pub(super) fn judge(answer: &str, wanted: &Wanted<'_>) -> Judged<Asserted> {
    let document = need(read(answer), "an answer that is no XML of the kind that is taken")?;
    let response = document.root_element();
    demand(is(response, PROTOCOL, "Response"), "something else than an answer")?;
    // What stands outside of the assertion is not signed: it can only be a reason to refuse.
    demand(response.attribute("Version") == Some("2.0"), "an answer of another version")?;
    demand(response.attribute("Destination").is_none_or(|to| to == wanted.recipient), "an answer to somebody else")?;
    demand(response.attribute("InResponseTo").is_none_or(|request| request == wanted.request), "an answer to something else")?;
    let status = only(response, PROTOCOL, "Status").and_then(|status| only(status, PROTOCOL, "StatusCode"));
    if status.and_then(|code| code.attribute("Value")) != Some(SUCCESS) {
        return Err(Fault::Refused);
    }
    let covered = covered(response, wanted)?;
    // From here on there is nothing but what the signature covers.
    let document = need(read(&covered), "a signed text that can not be read again")?;
    asserted(document.root_element(), wanted)
}

/// The text of the one assertion, as its provider signed it, whether or not it was encrypted afterwards.
fn covered(response: Node<'_, '_>, wanted: &Wanted<'_>) -> Judged<String> {
    const ONE: &str = "an answer without an assertion, or with several";
    let sealed: Vec<Node<'_, '_>> =
        response.descendants().filter(|node| node.is_element() && node.tag_name().name() == "EncryptedAssertion").collect();
    let [node] = sealed.as_slice() else {
        demand(sealed.is_empty(), ONE)?;
        let assertion = need(only(response, ASSERTION, "Assertion").filter(|node| alone(*node)), ONE)?;
        return verified(assertion, wanted.certificates).map_err(Fault::Untrusted);
    };
    let place = only(response, ASSERTION, "EncryptedAssertion");
    demand(place.as_ref() == Some(node) && assertions(response) == 0, ONE)?;
    let text = opened(*node, wanted.key).map_err(|sealed| match sealed {
        Sealed::Otherwise => Fault::Unfit("its assertions are encrypted in a way that is not taken; AES-GCM with RSA-OAEP is"),
        Sealed::Broken => Fault::Untrusted("an encrypted assertion that is not for us, or was changed"),
    })?;
    let document = need(read(&text), "an encrypted assertion that is no XML of the kind that is taken")?;
    let assertion = document.root_element();
    demand(is(assertion, ASSERTION, "Assertion") && alone(assertion), ONE)?;
    verified(assertion, wanted.certificates).map_err(Fault::Untrusted)
}

/// One assertion in the whole document, and where it belongs: nothing to take one for another.
fn alone(assertion: Node<'_, '_>) -> bool {
    assertions(assertion.document().root()) == 1
}

fn assertions(node: Node<'_, '_>) -> usize {
    node.descendants().filter(|node| node.is_element() && node.tag_name().name() == "Assertion").count()
}

fn asserted(assertion: Node<'_, '_>, wanted: &Wanted<'_>) -> Judged<Asserted> {
    demand(is(assertion, ASSERTION, "Assertion") && assertion.attribute("Version") == Some("2.0"), "an assertion of another kind")?;
    let id = need(assertion.attribute("ID").filter(|id| !id.is_empty()), "an assertion without an id")?;
    let issuer = need(only(assertion, ASSERTION, "Issuer").and_then(text), "an assertion of nobody")?;
    demand(issuer == wanted.issuer, "an assertion of another provider")?;
    let subject = need(only(assertion, ASSERTION, "Subject"), "an assertion about nobody")?;
    let confirmed = confirmed(subject, wanted)?;
    let over = conditions(assertion, wanted)?.map_or(confirmed, |over| over.max(confirmed));
    let statement = need(children(assertion, ASSERTION, "AuthnStatement").next(), "an assertion that nobody signed in")?;
    demand(!past(statement, "SessionNotOnOrAfter", wanted.now)?, "a sign-in that is over")?;
    let said = said(assertion, subject, wanted)?;
    Ok(Asserted { said, id: Sha256::digest(id.as_bytes()).to_vec(), until: over.plus((SKEW + 1) * 1_000_000) })
}

/// A time in an attribute; `None` if there is no such attribute.
fn time(node: Node<'_, '_>, name: &str) -> Judged<Option<Timestamp>> {
    match node.attribute(name) {
        None => Ok(None),
        Some(text) => need(Timestamp::parse(text), "a time that can not be read").map(Some),
    }
}

fn past(node: Node<'_, '_>, name: &str, now: Timestamp) -> Judged<bool> {
    Ok(time(node, name)?.is_some_and(|at| at.plus(SKEW * 1_000_000) <= now))
}

fn early(node: Node<'_, '_>, now: Timestamp) -> Judged<bool> {
    Ok(time(node, "NotBefore")?.is_some_and(|at| at.plus(-SKEW * 1_000_000) > now))
}

/// Until when the assertion may be brought here in answer to what was asked.
fn confirmed(subject: Node<'_, '_>, wanted: &Wanted<'_>) -> Judged<Timestamp> {
    for confirmation in children(subject, ASSERTION, "SubjectConfirmation").filter(|node| node.attribute("Method") == Some(BEARER)) {
        let Some(data) = only(confirmation, ASSERTION, "SubjectConfirmationData") else { continue };
        let Some(until) = time(data, "NotOnOrAfter")? else { continue };
        let ours = data.attribute("Recipient") == Some(wanted.recipient) && data.attribute("InResponseTo") == Some(wanted.request);
        if ours && !past(data, "NotOnOrAfter", wanted.now)? && !early(data, wanted.now)? {
            return Ok(until);
        }
    }
    Err(Fault::Untrusted("an assertion for another place, another request, or another time"))
}

/// Whether it holds now and for us; until when.
fn conditions(assertion: Node<'_, '_>, wanted: &Wanted<'_>) -> Judged<Option<Timestamp>> {
    let conditions = need(only(assertion, ASSERTION, "Conditions"), "an assertion without conditions")?;
    demand(!early(conditions, wanted.now)?, "an assertion that does not hold yet")?;
    demand(!past(conditions, "NotOnOrAfter", wanted.now)?, "an assertion that holds no more")?;
    let mut restrictions = children(conditions, ASSERTION, "AudienceRestriction").peekable();
    demand(restrictions.peek().is_some(), "an assertion for anybody")?;
    let ours =
        |restriction: Node<'_, '_>| children(restriction, ASSERTION, "Audience").any(|audience| text(audience).as_deref() == Some(wanted.audience));
    demand(restrictions.all(ours), "an assertion for somebody else")?;
    time(conditions, "NotOnOrAfter")
}

fn said(assertion: Node<'_, '_>, subject: Node<'_, '_>, wanted: &Wanted<'_>) -> Judged<Said> {
    let name = need(only(subject, ASSERTION, "NameID"), "an assertion about somebody without a name")?;
    if name.attribute("Format") == Some(TRANSIENT) {
        return Err(Fault::Unfit("it gives people another name each time; have it give a lasting one"));
    }
    let name = need(text(name).filter(|name| !name.is_empty() && name.len() <= 255), "an assertion about somebody without a name")?;
    let all = |wanted: &str| -> Vec<String> {
        let statements = children(assertion, ASSERTION, "AttributeStatement").flat_map(|statement| children(statement, ASSERTION, "Attribute"));
        let named = statements.filter(|attribute| attribute.attribute("Name") == Some(wanted));
        named.flat_map(|attribute| children(attribute, ASSERTION, "AttributeValue")).filter_map(text).take(GROUPS).collect()
    };
    let one = |wanted: Option<&String>| wanted.and_then(|wanted| all(wanted).into_iter().next()).filter(|value| !value.is_empty());
    let names = wanted.names;
    let email = match &names.email_attribute {
        Some(_) => one(names.email_attribute.as_ref()),
        None => Some(name.clone()).filter(|name| name.contains('@')),
    };
    Ok(Said {
        subject: name,
        email,
        // SAML has no word for it: the connection's terms say which domains the provider vouches for.
        email_verified: false,
        first_name: one(names.first_name_attribute.as_ref()),
        last_name: one(names.last_name_attribute.as_ref()),
        groups: wanted.groups.map(all).unwrap_or_default(),
    })
}
