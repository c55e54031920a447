//! Which motion graphics there are for a document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::{MotionGraphic, built_in};

/// Most motion graphics of the operator that one document may name: each is looked up.
pub const MAX_OWN: usize = 16;

/// Longest id.
pub(super) const MAX_ID: usize = 64;

/// Id and version of a motion graphic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GraphicName {
    /// 1 to 64 lower-case letters, digits and hyphens, the first no hyphen.
    pub id: String,
    /// 1 or more.
    pub version: u32,
}

impl GraphicName {
    /// `None` where no motion graphic can be called so.
    pub fn new(id: &str, version: u32) -> Option<Self> {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=MAX_ID).contains(&id.len())
            && id.bytes().all(letters)
            && !id.starts_with('-')
            && version > 0;
        fits.then(|| Self {
            id: id.to_owned(),
            version,
        })
    }
}

/// The motion graphics that are built in, and those of the operator that a document may
/// need. `default()` holds what is built in alone.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// By id and version; `None`: there is one, and nobody asked for it.
    own: BTreeMap<String, BTreeMap<u32, Option<Arc<MotionGraphic>>>>,
}

impl Library {
    /// Adds one of the operator's.
    pub fn add(&mut self, graphic: Arc<MotionGraphic>) {
        let versions = self.own.entry(graphic.id.clone()).or_default();
        versions.insert(graphic.version, Some(graphic));
    }

    /// Tells that there is one of this name, so that a fault can name it as a remedy.
    pub fn add_name(&mut self, name: GraphicName) {
        let versions = self.own.entry(name.id).or_default();
        versions.entry(name.version).or_default();
    }

    /// The motion graphic of this id and version.
    pub fn get(&self, id: &str, version: u32) -> Option<&MotionGraphic> {
        let built_in = built_in()
            .iter()
            .find(|graphic| graphic.id == id && graphic.version == version);
        built_in.or_else(|| self.own.get(id)?.get(&version)?.as_deref())
    }

    /// Every id there is, those that are built in first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        let built_in = built_in().iter().map(|graphic| graphic.id.as_str());
        built_in.chain(self.own.keys().map(String::as_str))
    }

    /// The versions of an id, in order.
    pub(crate) fn versions(&self, id: &str) -> Vec<u32> {
        let built_in = built_in().iter().filter(|graphic| graphic.id == id);
        let own = self.own.get(id).into_iter().flat_map(BTreeMap::keys);
        built_in
            .map(|graphic| graphic.version)
            .chain(own.copied())
            .collect()
    }
}

/// The motion graphics that a document names and that are not built in, in its order,
/// each once. What no motion graphic can be called is left out.
pub fn own_names(document: &Value) -> Vec<GraphicName> {
    let items = document.get("items").and_then(Value::as_object);
    let mut seen = BTreeSet::new();
    items
        .into_iter()
        .flat_map(|items| items.values())
        .filter(|item| item["type"] == "motion-graphic")
        .filter_map(|item| {
            let version = item["motionGraphicVersion"].as_f64()?;
            let id = item["motionGraphicId"].as_str()?;
            let whole = version.fract() == 0.0;
            let name = GraphicName::new(id, whole.then_some(version as u32)?)?;
            (!is_built_in(id)).then_some(name)
        })
        .filter(|name| seen.insert(name.clone()))
        .collect()
}

pub(super) fn is_built_in(id: &str) -> bool {
    built_in().iter().any(|graphic| graphic.id == id)
}
