//! Reading XML as SAML needs it: no document types, bounded, whole. What an element is called is its namespace and its name, never its prefix.

use roxmltree::{Document, Node, ParsingOptions};

/// Nodes of a document.
const MOST: u32 = 20_000;
/// How deep elements may lie in one another.
const DEEPEST: usize = 100;

/// Messages.
pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// What messages say of people.
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// How parties describe themselves.
pub(super) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// Signatures.
pub(super) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Read a document. One with a document type is refused: nothing here needs entities, and much harm was done with them.
pub(super) fn read(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).ok()?;
    let deep = document.descendants().any(|node| node.ancestors().take(DEEPEST + 1).count() > DEEPEST);
    (!deep).then_some(document)
}

/// Whether a node is this element.
pub(super) fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element() && node.tag_name().namespace() == Some(namespace) && node.tag_name().name() == name
}

/// The children of this kind.
pub(super) fn children<'a, 'i>(node: Node<'a, 'i>, namespace: &'static str, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| is(*child, namespace, name))
}

/// The only child of this kind; `None` if there is none or another.
pub(super) fn only<'a, 'i>(node: Node<'a, 'i>, namespace: &'static str, name: &'static str) -> Option<Node<'a, 'i>> {
    let mut found = children(node, namespace, name);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The whole text of an element without elements in it, whatever comments lie between its parts.
pub(super) fn text(node: Node<'_, '_>) -> Option<String> {
    if node.children().any(|child| child.is_element()) {
        return None;
    }
    Some(node.children().filter(Node::is_text).filter_map(|child| child.text()).collect::<String>().trim().to_owned())
}
