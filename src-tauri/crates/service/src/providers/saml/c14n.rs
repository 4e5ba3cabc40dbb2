//! Exclusive XML Canonicalization 1.0 without comments (W3C Recommendation of 18 July 2002), of one element with everything in it.

use std::collections::BTreeMap;

use roxmltree::{Attribute, Node, NodeId};

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The canonical form of `node`, without the element `without`; `inclusive`: prefixes that count as used whether or not they are.
pub(super) fn canonical(node: Node<'_, '_>, without: Option<NodeId>, inclusive: &[&str]) -> String {
    let mut writer = Writer { out: String::new(), without, inclusive };
    writer.element(node, &BTreeMap::new());
    writer.out
}

struct Writer<'w> {
    out: String,
    without: Option<NodeId>,
    inclusive: &'w [&'w str],
}

/// Namespaces in force where the output stands, by prefix; the default one's is empty.
type Scope = BTreeMap<String, String>;

impl Writer<'_> {
    fn element(&mut self, node: Node<'_, '_>, outer: &Scope) {
        let name = qualified(node);
        let mut scope = outer.clone();
        let mut declared = Scope::new();
        for prefix in self.used(node, name) {
            let uri = uri(node, &prefix);
            let present = scope.get(&prefix).map(String::as_str);
            // An empty default namespace only has to be said where another was in force.
            if present != Some(uri.as_str()) && !(uri.is_empty() && present.is_none()) {
                scope.insert(prefix.clone(), uri.clone());
                declared.insert(prefix, uri);
            }
        }
        self.out.push('<');
        self.out.push_str(name);
        for (prefix, uri) in &declared {
            self.out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.out.push_str(prefix);
            self.value(uri);
        }
        let mut attributes: Vec<Attribute<'_, '_>> = node.attributes().collect();
        attributes.sort_by_key(|attribute| (attribute.namespace().unwrap_or_default().to_owned(), attribute.name().to_owned()));
        for attribute in attributes {
            self.out.push(' ');
            self.out.push_str(attribute_name(node, &attribute));
            self.value(attribute.value());
        }
        self.out.push('>');
        for child in node.children() {
            self.child(child, &scope);
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    fn child(&mut self, node: Node<'_, '_>, scope: &Scope) {
        if self.without == Some(node.id()) {
            return;
        }
        if node.is_element() {
            self.element(node, scope);
        } else if let Some(pi) = node.pi() {
            self.out.push_str("<?");
            self.out.push_str(pi.target);
            if let Some(value) = pi.value {
                self.out.push(' ');
                self.out.push_str(value);
            }
            self.out.push_str("?>");
        } else if let (true, Some(text)) = (node.is_text(), node.text()) {
            for c in text.chars() {
                match c {
                    '&' => self.out.push_str("&amp;"),
                    '<' => self.out.push_str("&lt;"),
                    '>' => self.out.push_str("&gt;"),
                    '\r' => self.out.push_str("&#xD;"),
                    c => self.out.push(c),
                }
            }
        }
    }

    fn value(&mut self, value: &str) {
        self.out.push_str("=\"");
        for c in value.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '"' => self.out.push_str("&quot;"),
                '\t' => self.out.push_str("&#x9;"),
                '\n' => self.out.push_str("&#xA;"),
                '\r' => self.out.push_str("&#xD;"),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    /// The prefixes an element makes use of, and those that count as used.
    fn used(&self, node: Node<'_, '_>, name: &str) -> Vec<String> {
        let mut prefixes = vec![prefix(name).to_owned()];
        for attribute in node.attributes().filter(|attribute| attribute.namespace().is_some_and(|uri| uri != XML)) {
            prefixes.push(prefix(attribute_name(node, &attribute)).to_owned());
        }
        for listed in self.inclusive {
            let listed = if *listed == "#default" { "" } else { listed };
            if node.lookup_namespace_uri((!listed.is_empty()).then_some(listed)).is_some() {
                prefixes.push(listed.to_owned());
            }
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes.retain(|prefix| prefix != "xml");
        prefixes
    }
}

fn uri(node: Node<'_, '_>, prefix: &str) -> String {
    node.lookup_namespace_uri((!prefix.is_empty()).then_some(prefix)).unwrap_or_default().to_owned()
}

fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

/// The name of an element as it is written, prefix and all.
fn qualified<'i>(node: Node<'_, 'i>) -> &'i str {
    let text = node.document().input_text();
    written(text.get(node.range().start + 1..).unwrap_or_default())
}

fn attribute_name<'i>(node: Node<'_, 'i>, attribute: &Attribute<'_, 'i>) -> &'i str {
    let text = node.document().input_text();
    written(text.get(attribute.range().start..).unwrap_or_default())
}

fn written(text: &str) -> &str {
    let end = text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/' | '>')).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::saml::xml::read;

    fn of(text: &str, name: &str, inclusive: &[&str]) -> String {
        let document = read(text).unwrap();
        let node = document.descendants().find(|node| node.tag_name().name() == name).unwrap();
        canonical(node, None, inclusive)
    }

    #[test]
    fn names_order_and_quotes_are_settled() {
        // Canonical XML 1.0, 3.3: start and end tags; without the attribute defaults of its DTD.
        let text = "<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = \"elem3\"   id=\"elem3\"   />\n   <e5 a:attr=\"out\" b:attr=\"sorted\" \
             attr2=\"all\" attr=\"I'm\"\n      xmlns:b=\"http://www.ietf.org\"\n      xmlns:a=\"http://www.w3.org\"\n      xmlns=\"http://example.org\"/>\n</doc>";
        assert_eq!(
            of(text, "doc", &[]),
            "<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id=\"elem3\" name=\"elem3\"></e3>\n   <e5 xmlns=\"http://example.org\" \
             xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" a:attr=\"out\"></e5>\n</doc>"
        );
    }

    #[test]
    fn signs_are_written_one_way() {
        // Canonical XML 1.0, 3.4: character modifications and character references.
        let text = "<doc>\r\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n   <compute><![CDATA[value>\"0\" && value<\"10\" \
             ?\"valid\":\"error\"]]></compute>\n   <compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\n   <norm \
             attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>";
        assert_eq!(
            of(text, "doc", &[]),
            "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n   <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" \
             ?\"valid\":\"error\"</compute>\n   <compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; \
             ?&quot;valid&quot;:&quot;error&quot;\">valid</compute>\n   <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n</doc>"
        );
    }

    #[test]
    fn only_namespaces_in_use_go_along() {
        // Exclusive XML Canonicalization 1.0, 2.2: the same subdocument in two envelopes.
        let one = "<n0:local xmlns:n0=\"foo:bar\" xmlns:n3=\"ftp://example.org\"><n1:elem2 xmlns:n1=\"http://example.net\" \
             xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"/></n1:elem2></n0:local>";
        let other = "<n2:pdu xmlns:n1=\"http://example.com\" xmlns:n2=\"http://foo.example\" xml:lang=\"fr\" xml:space=\"retain\"><n1:elem2 \
             xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"/></n1:elem2></n2:pdu>";
        let wanted = "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>";
        assert_eq!(of(one, "elem2", &[]), wanted);
        assert_eq!(of(other, "elem2", &[]), wanted);
        let listed = "<n1:elem2 xmlns:n0=\"foo:bar\" xmlns:n1=\"http://example.net\" xml:lang=\"en\"><n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff></n1:elem2>";
        assert_eq!(of(one, "elem2", &["n0"]), listed);
    }

    #[test]
    fn an_inner_element_without_namespace_says_so_and_comments_go() {
        let text = "<a xmlns=\"urn:x\"><b xmlns=\"\"><c/></b><!-- gone --><d>one<!-- gone -->two</d><?go on?></a>";
        assert_eq!(of(text, "a", &[]), "<a xmlns=\"urn:x\"><b xmlns=\"\"><c></c></b><d>onetwo</d><?go on?></a>");
        assert_eq!(of(text, "b", &[]), "<b><c></c></b>");
    }
}
