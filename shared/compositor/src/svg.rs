//! SVG files, by resvg.
//!
//! A file stands alone and still: it reads no other file, no network and no font, runs no
//! script and does not move. What it holds of these is not drawn, and told of
//! ([`Svg::gaps`]). What would take more memory or time than a picture is worth is refused.

mod fit;

use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use resvg::usvg::{self, filter, roxmltree};
use tiny_skia::{Pixmap, Transform};

use crate::bitmap::Bitmap;
use crate::geometry::Affine;
use fit::Fit;

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
    fit: Option<Fit>,
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

    /// The picture as it lies in a box of `shown`, in any unit, on a bitmap that the box is
    /// stretched to.
    ///
    /// # Errors
    /// A sentence where it cannot be drawn.
    pub(crate) fn draw(
        &self,
        (width, height): (u32, u32),
        shown: (f64, f64),
    ) -> Result<Bitmap, &'static str> {
        let mut pixels = Pixmap::new(width, height).ok_or("its box is too large")?;
        let stretch = |(across, down): (f64, f64)| {
            Affine::scale(f64::from(width) / across, f64::from(height) / down)
        };
        let own = self.size();
        let fitted = self.fit.and_then(|fit| fit.between(own, shown));
        let map = fitted.map_or_else(|| stretch(own), |fitted| stretch(shown).after(fitted));
        let [a, b, c, d, e, f] = [map.a, map.b, map.c, map.d, map.e, map.f].map(|x| x as f32);
        let fit = Transform::from_row(a, b, c, d, e, f);
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
        fit: Fit::of(document.root_element()),
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
mod tests;
