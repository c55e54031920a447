//! What reading an item needs to know of the rest of the document.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::Asset;
use crate::motion_graphics::Library;

pub(super) struct Context<'a> {
    root: &'a Value,
    library: &'a Library,
    /// Declared ones, and those that the document itself holds elsewhere.
    pub assets: BTreeMap<String, Asset>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        root: &'a Value,
        library: &'a Library,
        assets: BTreeMap<String, Asset>,
    ) -> Self {
        Self {
            root,
            library,
            assets,
        }
    }

    pub(super) fn library(&self) -> &'a Library {
        self.library
    }

    /// An asset as the document writes it.
    pub(super) fn declared(&self, id: &str) -> &'a Value {
        &self.root["assets"][id]
    }

    /// Adds an asset, under its place in the document; returns its id.
    pub(super) fn add_asset(
        &mut self,
        place: String,
        make: impl FnOnce(String) -> Asset,
    ) -> String {
        let id = unused(place, |id| self.assets.contains_key(id));
        self.assets.insert(id.clone(), make(id.clone()));
        id
    }

    /// The id of an item's part: its place in the document, where no item is called so.
    pub(super) fn part_id(&self, place: String) -> String {
        unused(place, |id| self.root["items"].get(id).is_some())
    }
}

/// Places of two things differ by more than the primes at their ends.
fn unused(mut id: String, taken: impl Fn(&str) -> bool) -> String {
    while taken(&id) {
        id.push('\'');
    }
    id
}
