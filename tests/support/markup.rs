//! A small, strict reader for the markup that we write: every element closed,
//! every attribute quoted, no character reference that we do not use. Stricter
//! than XML and HTML, so what passes here is well formed there.

/// An element with its attributes.
#[derive(Debug)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// The names of the elements around it.
    pub within: Vec<String>,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What a document holds.
#[derive(Debug, Default)]
pub struct Document {
    pub elements: Vec<Element>,
    /// All text, unescaped, with a space between elements.
    pub text: String,
    /// The content of `style`, which is not escaped in HTML.
    pub style: String,
}

impl Document {
    pub fn all<'d>(&'d self, name: &'d str) -> impl Iterator<Item = &'d Element> {
        self.elements.iter().filter(move |element| element.name == name)
    }
}

/// Elements of HTML without an end tag.
const VOID: [&str; 2] = ["meta", "br"];

/// Reads a whole document or says where it is not well formed.
pub fn read(text: &str) -> Result<Document, String> {
    let mut document = Document::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = text;
    for (character, code) in text.chars().map(|c| (c, u32::from(c))) {
        // XML 1.0, 2.2; and we use no tab and no carriage return.
        if !(character == '\n' || matches!(code, 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x10000..)) {
            return Err(format!("U+{code:04X} stands in the document"));
        }
    }
    while !rest.is_empty() {
        let Some(at) = rest.find('<') else {
            if !rest.trim().is_empty() {
                return Err(format!("text after the end: {rest:?}"));
            }
            break;
        };
        let (between, tag) = rest.split_at(at);
        document.text.push_str(&unescaped(between)?);
        document.text.push(' ');
        let (tag, after) = tag[1..].split_once('>').ok_or("a tag does not end")?;
        rest = after;
        if tag.starts_with('?') || tag == "!DOCTYPE html" {
            if !document.elements.is_empty() || !open.is_empty() {
                return Err(format!("<{tag}> in the middle"));
            }
        } else if let Some(name) = tag.strip_prefix('/') {
            if open.pop().as_deref() != Some(name) {
                return Err(format!("</{name}> closes something else"));
            }
        } else {
            let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let element = element(tag, &open)?;
            let name = element.name.clone();
            document.elements.push(element);
            if name == "style" {
                let (style, after) = rest.split_once("</style>").ok_or("the style does not end")?;
                document.style = style.to_owned();
                rest = after;
            } else if !empty && !VOID.contains(&name.as_str()) {
                open.push(name);
            }
        }
    }
    if open.is_empty() { Ok(document) } else { Err(format!("not closed: {open:?}")) }
}

fn element(tag: &str, open: &[String]) -> Result<Element, String> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !is_name(name) {
        return Err(format!("no tag: <{tag}>"));
    }
    let mut attributes: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() {
        let (attribute, after) = rest.split_once("=\"").ok_or_else(|| format!("no attribute: {rest:?}"))?;
        let (value, after) = after.split_once('"').ok_or_else(|| format!("no end of {attribute}"))?;
        if !is_name(attribute) || attributes.iter().any(|(known, _)| known == attribute) {
            return Err(format!("the attribute {attribute:?} in <{tag}>"));
        }
        attributes.push((attribute.to_owned(), unescaped(value)?));
        rest = match after.strip_prefix(' ') {
            Some(after) => after,
            None if after.is_empty() => "",
            None => return Err(format!("{after:?} follows an attribute")),
        };
    }
    Ok(Element { name: name.to_owned(), attributes, within: open.to_vec() })
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['&', '>', '<']) {
        out.push_str(&rest[..at]);
        let references = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\'')];
        let found = references.iter().find(|(reference, _)| rest[at..].starts_with(reference));
        let (reference, character) = found.ok_or_else(|| format!("not escaped: {:?}", &rest[at..]))?;
        out.push(*character);
        rest = &rest[at + reference.len()..];
    }
    Ok(out + rest)
}
