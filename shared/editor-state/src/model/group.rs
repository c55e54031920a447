//! Items that are made of parts.

use super::{Animations, Geometry, Item, ItemKind};

/// A `text-template`: parts that are scaled, turned and faded as one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupItem {
    /// The first is drawn first. Their times count from the group's start; their boxes
    /// lie in the group's box, from its top left corner on, in composition pixels. Each
    /// has an id of its own among all items of the document.
    pub parts: Vec<Item>,
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
