//! Whether a motion graphic exists, and is given what it declares.

use serde_json::Value;

use super::{View, find_asset, quote, text};
use crate::fault::{FaultCode, Faults, join};
use crate::motion_graphics::{MotionGraphic, motion_graphics};
use crate::names::nearest;
use crate::schema::show;

pub(super) fn check(view: &View<'_>, item: &Value, path: &str, faults: &mut Faults) {
    // An empty id is the schema's to refuse.
    let Some(id) = text(item, "motionGraphicId").filter(|id| !id.is_empty()) else {
        return;
    };
    let ids = || motion_graphics().iter().map(|graphic| graphic.id.as_str());
    let Some(graphic) = motion_graphics().iter().find(|graphic| graphic.id == id) else {
        let message = format!(
            "motionGraphicId is {}, and there is no such motion graphic.{}",
            quote(id),
            use_one_of(ids(), id)
        );
        let place = join(path, "motionGraphicId");
        faults.push(FaultCode::MotionGraphicNotFound, place, message);
        return;
    };
    let version = item.get("motionGraphicVersion").and_then(Value::as_f64);
    if let Some(version) = version.filter(|version| *version as u32 != graphic.version) {
        let message = format!(
            "motionGraphicVersion is {version}, but {} has version {} alone. Use that one.",
            quote(id),
            graphic.version
        );
        let place = join(path, "motionGraphicVersion");
        faults.push(FaultCode::MotionGraphicNotFound, place, message);
        return;
    }
    check_props(graphic, item, path, faults);
    check_slots(graphic, view, item, path, faults);
}

fn check_props(graphic: &MotionGraphic, item: &Value, path: &str, faults: &mut Faults) {
    let Some(given) = item.get("props").and_then(Value::as_object) else {
        return;
    };
    let path = join(path, "props");
    let mut refuse = |name: &str, message: String| {
        faults.push(
            FaultCode::MotionGraphicPropsInvalid,
            join(&path, name),
            message,
        );
    };
    for (name, value) in given {
        let message = match graphic.props.get(name) {
            None => Some(format!(
                "{} has no prop {}.{}",
                quote(&graphic.id),
                quote(name),
                use_one_of(graphic.props.keys().map(String::as_str), name)
            )),
            Some(prop) => prop
                .refuse(value)
                .map(|wanted| format!("{name} must be {wanted}, not {}.", show(value))),
        };
        if let Some(message) = message {
            refuse(name, message);
        }
    }
    for (name, prop) in &graphic.props {
        if prop.default().is_none() && !given.contains_key(name) {
            let message = format!("{} needs the prop {name}. Add it.", quote(&graphic.id));
            refuse(name, message);
        }
    }
}

fn check_slots(
    graphic: &MotionGraphic,
    view: &View<'_>,
    item: &Value,
    path: &str,
    faults: &mut Faults,
) {
    let path = join(path, "slots");
    let given = item.get("slots").and_then(Value::as_object);
    for (name, value) in given.into_iter().flatten() {
        let message = match (graphic.slots.get(name), value) {
            (None, _) => format!(
                "{} has no slot {}.{}",
                quote(&graphic.id),
                quote(name),
                use_one_of(graphic.slots.keys().map(String::as_str), name)
            ),
            (Some(slot), Value::String(id)) => {
                find_asset(view, &path, name, id, &slot.asset_type, faults);
                continue;
            }
            (Some(_), Value::Array(_)) => {
                format!("{name} takes one asset id or null, not a list.")
            }
            _ => continue,
        };
        let place = join(&path, name);
        faults.push(FaultCode::MotionGraphicSlotsInvalid, place, message);
    }
}

/// What there is instead of `given`.
fn use_one_of<'a>(there_are: impl Iterator<Item = &'a str> + Clone, given: &str) -> String {
    let near = nearest(there_are.clone(), given);
    let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
    let list: Vec<&str> = there_are.collect();
    if list.is_empty() {
        return " It has none; remove it.".to_owned();
    }
    format!(" Use one of {}.{near}", list.join(", "))
}
