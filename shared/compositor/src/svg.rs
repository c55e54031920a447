//! SVG files, by resvg.
//!
//! A file stands alone and still: it reads no other file, no network and no font, runs no
//! script and does not move. What it holds of these is not drawn, and told of
//! ([`Svg::gaps`]). What would take more memory or time than a picture is worth is refused.

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use resvg::usvg::{self, filter, roxmltree};
use tiny_skia::{Pixmap, Transform};

use crate::bitmap::Bitmap;

/// Elements a file may have, each counted as often as `use` repeats it.
const MOST_ELEMENTS: usize = 50_000;
/// Groups that are painted apart: faded, clipped, masked, blended or filtered ones.
const MOST_GROUPS: usize = 400;
/// Elements inside one another, references followed.
const DEEPEST: usize = 200;

/// Bytes that the entities of a file may come to. Editors abbreviate addresses by them.
const MOST_EXPANDED: usize = 64 << 20;
/// Entities that roxmltree follows at most within one that the text names, that one
/// included.
const FOLLOWED: usize = 256;

/// Elements that are not drawn, and what they are called for people.
const GAPS: [(&str, &str); 9] = [
    ("text", "text"),
    ("image", "images"),
    ("feImage", "images"),
    ("foreignObject", "foreign objects"),
    ("animate", "animations"),
    ("animateMotion", "animations"),
    ("animateTransform", "animations"),
    ("set", "animations"),
    ("script", "scripts"),
];

/// A parsed file.
#[derive(Debug, Clone)]
pub(crate) struct Svg {
    tree: usvg::Tree,
    gaps: BTreeSet<&'static str>,
}

impl Svg {
    /// # Errors
    /// A sentence where the text is no SVG, or takes more than it may.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parsed = catch_unwind(AssertUnwindSafe(|| parse(text)));
        parsed.unwrap_or_else(|_| Err("it is an SVG that cannot be read".to_owned()))
    }

    /// Width and height in its own pixels.
    pub(crate) fn size(&self) -> (f64, f64) {
        let size = self.tree.size();
        (f64::from(size.width()), f64::from(size.height()))
    }

    /// Names of what it holds and is not drawn.
    pub(crate) fn gaps(&self) -> &BTreeSet<&'static str> {
        &self.gaps
    }

    /// The picture stretched to a bitmap of this size.
    ///
    /// # Errors
    /// A sentence where it cannot be drawn.
    pub(crate) fn draw(&self, width: u32, height: u32) -> Result<Bitmap, &'static str> {
        let mut pixels = Pixmap::new(width, height).ok_or("its box is too large")?;
        let size = self.tree.size();
        let fit = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
        let mut target = pixels.as_mut();
        let paint = AssertUnwindSafe(|| resvg::render(&self.tree, fit, &mut target));
        catch_unwind(paint).map_err(|_| "it is an SVG that cannot be drawn")?;
        Ok(Bitmap {
            width: width as usize,
            height: height as usize,
            data: pixels.take(),
            opaque: false,
        })
    }
}

fn parse(text: &str) -> Result<Svg, String> {
    let unreadable = |cause: &dyn std::fmt::Display| format!("it is no readable SVG: {cause}");
    let xml = roxmltree::ParsingOptions {
        allow_dtd: true,
        nodes_limit: MOST_ELEMENTS as u32 * 4,
        ..roxmltree::ParsingOptions::default()
    };
    if expanded(text) > MOST_EXPANDED {
        return Err("it is an SVG whose entities come to too much text".to_owned());
    }
    let document =
        roxmltree::Document::parse_with_options(text, xml).map_err(|cause| unreadable(&cause))?;
    if Expansion::of(&document) > MOST_ELEMENTS {
        return Err("it is an SVG of too many elements".to_owned());
    }
    let options = usvg::Options {
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_xmltree(&document, &options).map_err(|cause| unreadable(&cause))?;
    let mut cost = Cost::default();
    cost.count(tree.root());
    cost.verdict()?;
    Ok(Svg {
        tree,
        gaps: gaps_of(&document),
    })
}

fn gaps_of(document: &roxmltree::Document<'_>) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let element = node.tag_name().name();
        let gap = GAPS.iter().find(|(name, _)| *name == element);
        // Drawing programs leave texts behind that say nothing.
        let says = |node: roxmltree::Node<'_, '_>| {
            let words = node.text().unwrap_or_default();
            !words.trim().is_empty()
        };
        if let Some((_, name)) = gap
            && (element != "text" || node.descendants().any(says))
        {
            found.insert(*name);
        }
        if element == "style" && node.children().any(|child| has_keyframes(&child)) {
            found.insert("animations");
        }
    }
    found
}

/// Whether a piece of a style sheet lets something move.
fn has_keyframes(piece: &roxmltree::Node<'_, '_>) -> bool {
    let css = piece.text().unwrap_or_default().to_ascii_lowercase();
    ["@keyframes", "@-webkit-keyframes"]
        .iter()
        .any(|rule| css.contains(rule))
}

/// Bytes that the entities of a text come to at most: roxmltree bounds how deep they
/// are inside one another, but not how long each is and how often the text names one.
fn expanded(text: &str) -> usize {
    let declared = text.split("<!ENTITY").skip(1);
    let Some(longest) = declared.map(longest_quoted).max() else {
        return 0;
    };
    let plain = ["#", "amp;", "lt;", "gt;", "quot;", "apos;"];
    let named = text.split('&').skip(1);
    let named = named.filter(|rest| !plain.iter().any(|name| rest.starts_with(name)));
    let each = longest.saturating_mul(FOLLOWED);
    named.count().saturating_mul(each)
}

/// Length of the longest quoted text of a declaration, up to its end.
fn longest_quoted(declaration: &str) -> usize {
    let (mut rest, mut longest) = (declaration, 0);
    while let Some((_, quoted)) = rest.split_once(['"', '\'', '>']) {
        let mark = rest.get(..rest.len() - quoted.len());
        let Some(quote) = mark.and_then(|mark| mark.chars().next_back()) else {
            break;
        };
        if quote == '>' {
            break;
        }
        let (value, after) = quoted.split_once(quote).unwrap_or((quoted, ""));
        longest = longest.max(value.len());
        rest = after;
    }
    longest
}

/// How many elements a document has once its references are followed. usvg makes a
/// copy for each `use` and each place of a marker.
struct Expansion<'a, 'input> {
    ids: HashMap<&'a str, roxmltree::Node<'a, 'input>>,
    known: HashMap<roxmltree::NodeId, usize>,
}

impl<'a, 'input> Expansion<'a, 'input> {
    fn of(document: &'a roxmltree::Document<'input>) -> usize {
        let ids = document.descendants();
        let mut expansion = Self {
            ids: ids
                .filter_map(|node| Some((node.attribute("id")?, node)))
                .collect(),
            known: HashMap::new(),
        };
        let elements = expansion.size(document.root_element(), 0);
        let of = |name: &'static str| {
            let nodes = document.descendants();
            nodes.filter(move |node| node.tag_name().name() == name)
        };
        let marks: usize = of("marker").map(|marker| expansion.size(marker, 0)).sum();
        let lines = document.descendants().filter_map(|node| {
            let points = node.attribute("d").or(node.attribute("points"))?;
            Some(points.len() / 4 + 1)
        });
        elements.saturating_add(marks.saturating_mul(lines.sum()))
    }

    fn size(&mut self, node: roxmltree::Node<'a, 'input>, depth: usize) -> usize {
        if let Some(size) = self.known.get(&node.id()) {
            return *size;
        }
        if depth > DEEPEST {
            return usize::MAX;
        }
        // Until it is known: what refers to itself is drawn once, if at all.
        self.known.insert(node.id(), 1);
        let mut size = 1_usize;
        for child in node.children().filter(roxmltree::Node::is_element) {
            size = size.saturating_add(self.size(child, depth + 1));
        }
        let target = (node.tag_name().name() == "use")
            .then(|| {
                node.attributes()
                    .find(|attribute| attribute.name() == "href")
            })
            .flatten()
            .and_then(|href| {
                self.ids
                    .get(href.value().trim().strip_prefix('#')?)
                    .copied()
            });
        if let Some(target) = target {
            size = size.saturating_add(self.size(target, depth + 1));
        }
        self.known.insert(node.id(), size);
        size
    }
}

/// What drawing a tree takes, patterns, masks and clips included where they are used.
#[derive(Default)]
struct Cost {
    nodes: usize,
    groups: usize,
    filter: Option<&'static str>,
}

impl Cost {
    fn is_over(&self) -> bool {
        self.nodes > MOST_ELEMENTS || self.groups > MOST_GROUPS
    }

    fn count(&mut self, group: &usvg::Group) {
        for node in group.children() {
            self.nodes += 1;
            if self.is_over() {
                return;
            }
            if let usvg::Node::Group(inner) = node {
                self.groups += usize::from(inner.should_isolate());
                self.look_at(inner.filters());
                self.count(inner);
            }
            node.subroots(|inner| self.count(inner));
        }
    }

    /// Filters whose time grows with a number in the file.
    fn look_at(&mut self, filters: &[std::sync::Arc<filter::Filter>]) {
        for primitive in filters.iter().flat_map(|filter| filter.primitives()) {
            self.groups += 1;
            self.filter = match primitive.kind() {
                filter::Kind::Turbulence(_) => Some("feTurbulence"),
                filter::Kind::Morphology(_) => Some("feMorphology"),
                filter::Kind::ConvolveMatrix(_) => Some("feConvolveMatrix"),
                _ => continue,
            };
        }
    }

    fn verdict(&self) -> Result<(), String> {
        match self.filter {
            _ if self.is_over() => Err("it is an SVG of too many groups or elements".to_owned()),
            Some(name) => Err(format!(
                "it is an SVG with a filter that is not drawn: {name}"
            )),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> Result<Svg, String> {
        Svg::parse(&format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'>{inside}</svg>"
        ))
    }

    #[test]
    fn shapes_are_drawn_at_the_size_asked_for() {
        let bitmap = svg("<rect width='5' height='10' fill='#f00'/>").unwrap();
        let bitmap = bitmap.draw(40, 20).unwrap();
        assert_eq!(
            &bitmap.row(10)[19 * 4..21 * 4],
            [255, 0, 0, 255, 0, 0, 0, 0]
        );
    }

    #[test]
    fn copies_of_copies_are_refused() {
        let doubled = (1..60).fold("<g id='a0'><rect/></g>".to_owned(), |all, n| {
            let m = n - 1;
            format!("{all}<g id='a{n}'><use href='#a{m}'/><use href='#a{m}'/></g>")
        });
        let error = svg(&format!("<defs>{doubled}</defs><use href='#a59'/>")).unwrap_err();
        assert!(error.contains("too many elements"), "{error}");
    }

    #[test]
    fn entities_are_followed_as_far_as_editors_use_them() {
        let with = |entities: &str, inside: &str| {
            Svg::parse(&format!(
                "<!DOCTYPE svg [{entities}]><svg xmlns='http://www.w3.org/2000/svg' \
                 width='10' height='10'>{inside}</svg>"
            ))
        };
        let red = "<!ENTITY red '#f00'>";
        let bitmap = with(red, "<rect width='9' height='9' fill='&red;'/>");
        assert_eq!(
            bitmap.unwrap().draw(10, 10).unwrap().row(5)[..4],
            [255, 0, 0, 255]
        );

        let refused = |entities: &str, inside: &str| with(entities, inside).unwrap_err();
        // One inside the other, and a long one again and again.
        let laughs = (1..10).fold("<!ENTITY e0 'ha'>".to_owned(), |all, n| {
            let before = format!("&e{};", n - 1).repeat(10);
            format!("{all}<!ENTITY e{n} '{before}'>")
        });
        let error = refused(&laughs, "<desc>&e9;</desc>");
        assert!(error.contains("no readable SVG"), "{error}");
        let long = format!("<!ENTITY a '>' ><!ENTITY b \"{}\">", "x".repeat(1 << 20));
        let error = refused(&long, &format!("<desc>{}</desc>", "&b;".repeat(1 << 10)));
        assert!(error.contains("too much text"), "{error}");
        assert_eq!(longest_quoted(" a 'xyz' \"x>\" > 'longer'"), 3);
    }

    #[test]
    fn what_refers_to_itself_ends() {
        let _ = svg("<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>");
    }

    #[test]
    fn files_that_take_too_long_are_refused() {
        let filter = |kind: &str| {
            svg(&format!(
                "<filter id='f'><{kind} radius='9999'/></filter><rect width='9' height='9' filter='url(#f)'/>"
            ))
        };
        for kind in ["feTurbulence", "feMorphology"] {
            assert!(filter(kind).unwrap_err().contains(kind));
        }
        let faded = "<g opacity='.5'><rect width='9' height='9'/><rect width='5' height='9'/></g>";
        assert!(svg(&faded.repeat(401)).is_err());
        assert!(svg(&faded.repeat(300)).is_ok());
    }

    #[test]
    fn no_file_is_opened() {
        let named = "<image href='/proc/self/environ' width='9' height='9'/><image href='data:image/svg+xml;utf8,&lt;svg/>' width='9' height='9'/>";
        let svg = svg(named).unwrap();
        let bitmap = svg.draw(10, 10).unwrap();
        assert!(bitmap.data.iter().all(|byte| *byte == 0));
        assert_eq!(Vec::from_iter(svg.gaps().clone()), ["images"]);
    }

    #[test]
    fn what_is_left_out_is_named() {
        let gaps = |inside: &str| Vec::from_iter(svg(inside).unwrap().gaps().clone());
        let moving = "<rect width='9' height='9'><animate attributeName='x' to='5'/></rect>";
        let words = "<g><text y='9'><tspan>Sale</tspan></text></g>";
        assert_eq!(gaps(&format!("{moving}{words}")), ["animations", "text"]);
        let data = "<defs><image id='i' href='data:image/png;base64,AAAA'/></defs>";
        let page = "<foreignObject width='9' height='9'/><script>let a;</script>";
        assert_eq!(
            gaps(&format!("{data}{page}")),
            ["foreign objects", "images", "scripts"]
        );
        let keyed = "<style><![CDATA[ rect { x: 1 } @keyframes a { to { x: 5 } } ]]></style>";
        assert_eq!(gaps(keyed), ["animations"]);
        let nothing = "<text> <tspan/>\n</text><title>text</title><style>rect{x:1}</style>";
        assert!(gaps(nothing).is_empty());
    }
}
