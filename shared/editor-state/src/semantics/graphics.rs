//! Whether a motion graphic exists, and is given what it declares.

use serde_json::Value;

use super::{View, each, find_asset, quote, text};
use crate::fault::{FaultCode, Faults, join};
use crate::motion_graphics::{GraphicName, MAX_OWN, MotionGraphic};
use crate::names::use_one_of;
use crate::schema::show;

/// Most bytes that the motion graphics of one document come to, as the JSON of their
/// items: a short item may stand for a long file.
const MAX_FILLED_BYTES: usize = 32 * 1024 * 1024;

pub(super) fn check(view: &View<'_>, item: &Value, path: &str, faults: &mut Faults) {
    // An empty id is the schema's to refuse.
    let Some(id) = text(item, "motionGraphicId").filter(|id| !id.is_empty()) else {
        return;
    };
    // What is no whole number from 1 is the schema's to refuse too.
    let Some(version) = version(item) else {
        return;
    };
    let mut refuse = |field: &str, message: String| {
        let place = join(path, field);
        faults.push(FaultCode::MotionGraphicNotFound, place, message);
    };
    if GraphicName::new(id, version).is_some_and(|name| view.too_many.contains(&name)) {
        let message = format!(
            "A document may name {MAX_OWN} motion graphics that are not built in, and {} is one more. Use fewer.",
            quote(id)
        );
        return refuse("motionGraphicId", message);
    }
    let versions = view.library.versions(id);
    if versions.is_empty() {
        let message = format!(
            "motionGraphicId is {}, and there is no such motion graphic.{}",
            quote(id),
            use_one_of(view.library.ids(), id)
        );
        return refuse("motionGraphicId", message);
    }
    let Some(graphic) = view.library.get(id, version) else {
        let message = format!(
            "motionGraphicVersion is {version}, but {} has {}",
            quote(id),
            there_are(&versions)
        );
        return refuse("motionGraphicVersion", message);
    };
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

/// A version as a number there can be.
fn version(item: &Value) -> Option<u32> {
    let version = item.get("motionGraphicVersion")?.as_f64()?;
    let whole = version >= 1.0 && version.fract() == 0.0;
    // Saturates: no motion graphic has the last number.
    whole.then_some(version as u32)
}

/// Versions named at most.
const NAMED: usize = 20;

fn there_are(versions: &[u32]) -> String {
    let first = versions.len().saturating_sub(NAMED);
    let named: Vec<String> = versions.iter().skip(first).map(u32::to_string).collect();
    match named.split_last() {
        Some((last, [])) => format!("version {last} alone. Use that one."),
        Some((last, rest)) => {
            format!(
                "the versions {} and {last}. Use one of them.",
                rest.join(", ")
            )
        }
        None => "none.".to_owned(),
    }
}

/// Refuses a document whose motion graphics together would be too large.
pub(super) fn check_size(view: &View<'_>, faults: &mut Faults) {
    let graphics = each(view.items).filter_map(|(_, item)| {
        let id = text(item, "motionGraphicId")?;
        let graphic = view.library.get(id, version(item)?)?;
        (text(item, "type") == Some("motion-graphic")).then_some(graphic.size_bytes())
    });
    let bytes: usize = graphics.sum();
    if bytes > MAX_FILLED_BYTES {
        let message = format!(
            "The motion graphics of the document come to {bytes} bytes; at most {MAX_FILLED_BYTES} are allowed. Use fewer of them."
        );
        faults.push(FaultCode::SchemaInvalid, "/items".to_owned(), message);
    }
}
