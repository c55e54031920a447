//! Items that are made of parts.

use super::{Animations, Geometry, Item, ItemKind};

/// A `text-template` or `motion-graphic`: parts that are scaled, turned and faded as one
/// picture.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupItem {
    /// The first is drawn first. Their times count from the group's start; their boxes
    /// lie in `space`. Each has an id of its own among all items of the document.
    pub parts: Vec<Item>,
    /// Size of what is stretched to the group's box, and cut at its edges. `None`: the
    /// box itself, in composition pixels from its top left corner on; it is not cut.
    pub space: Option<(f64, f64)>,
    /// What the document asks for and cannot be drawn: a sentence each, without its end.
    pub missing: Vec<String>,
    /// Box.
    pub geometry: Geometry,
    /// In and out animation.
    pub animations: Animations,
}

impl Item {
    /// The parts of a group; of any other item, the item itself.
    pub fn pieces(&self) -> &[Item] {
        match &self.kind {
            ItemKind::Group(group) => &group.parts,
            _ => std::slice::from_ref(self),
        }
    }
}
