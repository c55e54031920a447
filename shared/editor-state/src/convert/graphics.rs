//! Motion graphics, as groups of what their library makes of them.

use serde_json::Value;

use super::{Context, animations, geometry, kind, ticks};
use crate::fault::join;
use crate::model::{GroupItem, Item, ItemKind, Ticks};
use crate::motion_graphics::{Filled, expand};

pub(super) fn group(id: &str, value: &Value, context: &mut Context<'_>) -> GroupItem {
    let name = value["motionGraphicId"].as_str().unwrap_or_default();
    let version = ticks(value, "motionGraphicVersion").0;
    let version = u32::try_from(version).unwrap_or_default();
    let graphic = context.library().get(name, version);
    let filled = graphic.map(|graphic| expand(graphic, &value["props"], &value["slots"]));
    let place = join(&join("/items", id), "parts");
    let parts = filled.into_iter().flatten().enumerate();
    GroupItem {
        parts: parts
            .map(|(index, filled)| part(&join(&place, &index.to_string()), filled, value, context))
            // The motion graphic may end before a part of it would start.
            .filter(|part| part.duration > Ticks(0))
            .collect(),
        space: graphic.map(|graphic| (graphic.width, graphic.height)),
        missing: Vec::new(),
        geometry: geometry(value),
        animations: animations(value),
    }
}

/// One item, from its start to the motion graphic's end.
fn part(place: &str, filled: Filled, graphic: &Value, context: &mut Context<'_>) -> Item {
    let Filled { item, later } = filled;
    let mut made = kind(place, &item, context);
    if let ItemKind::Text(text) = &mut made {
        text.later = later;
    }
    let start = ticks(&item, "startTicks");
    Item {
        id: context.part_id(place.to_owned()),
        start,
        duration: ticks(graphic, "durationTicks") - start,
        kind: made,
    }
}
