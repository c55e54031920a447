//! The rules beyond the schema: references, times and adjacency.
//!
//! They look at JSON, not at the typed document, so that they also run where the
//! schema refuses a part; what they cannot understand they leave to the schema.

mod animations;
mod graphics;
mod timeline;
mod times;

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::fault::{FaultCode, Faults, join};
use crate::lottie::has_layers;
use crate::motion_graphics::{GraphicName, Library, MAX_OWN, own_names};
use crate::names;
use crate::schema::show;

/// The latest tick a document may name: the largest integer that every JSON
/// reader keeps exactly, about 1189 years.
pub const MAX_TICKS: f64 = 9_007_199_254_740_991.0;

type Object = Map<String, Value>;

struct View<'a> {
    tracks: &'a [Value],
    assets: Option<&'a Object>,
    items: Option<&'a Object>,
    transitions: Option<&'a Object>,
    library: &'a Library,
    /// Motion graphics of the operator that are too many for one document.
    too_many: BTreeSet<GraphicName>,
}

pub(crate) fn collect(document: &Value, library: &Library, faults: &mut Faults) {
    let view = View {
        tracks: document
            .get("tracks")
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice),
        assets: document.get("assets").and_then(Value::as_object),
        items: document.get("items").and_then(Value::as_object),
        transitions: document.get("transitions").and_then(Value::as_object),
        library,
        too_many: own_names(document).into_iter().skip(MAX_OWN).collect(),
    };
    check_ids(&view, faults);
    check_items(&view, faults);
    graphics::check_size(&view, faults);
    check_background(&view, document, faults);
    timeline::check_tracks(&view, faults);
    timeline::check_transitions(&view, faults);
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// A time of an item; `None` where the schema refuses it.
fn time(value: &Value, key: &str) -> Option<f64> {
    value
        .get(key)
        .and_then(Value::as_f64)
        .filter(|n| n.is_finite() && n.fract() == 0.0)
}

fn span(item: &Value) -> Option<(f64, f64)> {
    let start = time(item, "startTicks")?;
    Some((start, start + time(item, "durationTicks")?))
}

fn each(map: Option<&Object>) -> impl Iterator<Item = (&String, &Value)> {
    map.into_iter().flatten()
}

fn check_ids(view: &View<'_>, faults: &mut Faults) {
    let maps = [
        ("/assets", view.assets),
        ("/items", view.items),
        ("/transitions", view.transitions),
    ];
    for (root, map) in maps {
        for (key, entry) in each(map) {
            if let Some(id) = text(entry, "id").filter(|id| id != key) {
                let message = format!(
                    "id is {} but the entry stands under {}. Make the two equal.",
                    quote(id),
                    quote(key)
                );
                faults.push(FaultCode::IdMismatch, join(&join(root, key), "id"), message);
            }
        }
    }
    let mut seen = HashMap::new();
    for (index, id) in view
        .tracks
        .iter()
        .enumerate()
        .filter_map(|(i, t)| Some((i, text(t, "id")?)))
    {
        if let Some(first) = seen.insert(id, index) {
            let message = format!(
                "Tracks {first} and {index} share the id {}. Give each track its own.",
                quote(id)
            );
            faults.push(
                FaultCode::IdMismatch,
                format!("/tracks/{index}/id"),
                message,
            );
        }
    }
}

fn quote(text: &str) -> String {
    show(&Value::from(text))
}

fn check_items(view: &View<'_>, faults: &mut Faults) {
    for (key, item) in each(view.items) {
        if faults.is_full() {
            return;
        }
        let path = join("/items", key);
        times::check_item(item, &path, faults);
        check_keyframes(item, &path, faults);
        check_asset(view, item, &path, faults);
        match text(item, "type") {
            Some("text-template") => check_nodes(item, &path, faults),
            Some("motion-graphic") => graphics::check(view, item, &path, faults),
            Some("illustration") => check_illustration(item, &path, faults),
            _ => {}
        }
    }
}

/// Fields that hold an animated number.
pub(crate) const ANIMATED: &[&str] = &[
    "top",
    "left",
    "width",
    "height",
    "scaleX",
    "scaleY",
    "opacity",
    "rotation",
    "borderRadius",
    "cropLeft",
    "cropTop",
    "cropRight",
    "cropBottom",
    "decibelAdjustment",
];

fn check_keyframes(item: &Value, path: &str, faults: &mut Faults) {
    let Some(duration) = time(item, "durationTicks") else {
        return;
    };
    for field in ANIMATED {
        let Some(keyframes) = item
            .get(*field)
            .and_then(|value| value.get("keyframes"))
            .and_then(Value::as_array)
        else {
            continue;
        };
        for (index, keyframe) in keyframes.iter().enumerate() {
            if faults.is_full() {
                return;
            }
            let Some(at) = time(keyframe, "timeTicks").filter(|at| *at >= duration) else {
                continue;
            };
            let message = format!(
                "timeTicks of a keyframe of {field} is {at}, but the item lasts {duration} ticks; it must be less. Move the keyframe or lengthen the item."
            );
            let place = format!("{}/keyframes/{index}/timeTicks", join(path, field));
            faults.push(FaultCode::KeyframeOutOfBounds, place, message);
        }
    }
}

/// The asset type that an item type draws.
fn asset_type(item_type: &str) -> Option<&'static str> {
    Some(match item_type {
        "image" => "image",
        "video" => "video",
        "gif" => "gif",
        "audio" => "audio",
        "lottie" => "lottie",
        "captions" => "caption",
        _ => return None,
    })
}

fn check_asset(view: &View<'_>, item: &Value, path: &str, faults: &mut Faults) {
    let Some(kind) = text(item, "type") else {
        return;
    };
    let Some(wanted) = asset_type(kind) else {
        return;
    };
    let Some(id) = text(item, "assetId") else {
        return;
    };
    let Some(asset) = find_asset(view, path, "assetId", id, wanted, faults) else {
        return;
    };
    let animated = item
        .get("captionAnimations")
        .and_then(Value::as_object)
        .is_some_and(|animations| !animations.is_empty());
    if kind == "captions" && animated && text(asset, "timingGranularity") == Some("word") {
        let message = format!(
            "captionAnimations cannot go with {}, which is timed word by word. Remove them or use captions timed by line.",
            quote(id)
        );
        faults.push(
            FaultCode::CaptionAnimationWordTimingConflict,
            join(path, "captionAnimations"),
            message,
        );
    }
}

/// The asset that `path` names in `field`; one that is not there, or is of another
/// type than `wanted`, is a fault.
fn find_asset<'a>(
    view: &View<'a>,
    path: &str,
    field: &str,
    id: &str,
    wanted: &str,
    faults: &mut Faults,
) -> Option<&'a Value> {
    let place = join(path, field);
    let Some(asset) = view.assets.and_then(|assets| assets.get(id)) else {
        let message = format!(
            "{field} is {}, which assets does not hold. Add the asset or name another.",
            quote(id)
        );
        faults.push(FaultCode::AssetNotFound, place, message);
        return None;
    };
    if let Some(found) = text(asset, "type").filter(|found| *found != wanted) {
        let message = format!(
            "{field} names {}, an asset of type {}; one of type {wanted} is needed here.",
            quote(id),
            quote(found)
        );
        faults.push(FaultCode::AssetTypeMismatch, place, message);
    }
    check_source(id, asset, faults);
    if let (Some("lottie"), Some(json)) = (text(asset, "type"), asset.get("resourceJson")) {
        let place = join(&join("/assets", id), "resourceJson");
        animations::check(id, json, place, faults);
    }
    Some(asset)
}

/// Refuses an asset that nothing can be read from: one that names no file and, if it is a
/// Lottie animation, does not hold it. Captions are in the document, or there are none.
fn check_source(id: &str, asset: &Value, faults: &mut Faults) {
    let kind = text(asset, "type").unwrap_or_default();
    let named = |field| text(asset, field).is_some_and(|name| !name.is_empty());
    let held = kind == "lottie" && asset.get("resourceJson").is_some_and(has_layers);
    if kind == "caption" || held || named("remoteKey") || named("remoteUrl") {
        return;
    }
    let (field, why) = if named("resourceComponentId") {
        let why = "only names a component of the editor, which is not public";
        ("resourceComponentId", why)
    } else {
        ("remoteUrl", "is not there, nor a remoteKey")
    };
    let json = if kind == "lottie" {
        ", or its Lottie JSON (with layers) as resourceJson"
    } else {
        ""
    };
    let message = format!(
        "{field} of {} {why}, so that there is no file to draw or play. Give the file's fileKey as remoteKey or its address as remoteUrl{json}.",
        quote(id)
    );
    faults.push(
        FaultCode::AssetNotFound,
        join(&join("/assets", id), field),
        message,
    );
}

/// A background may name an image asset; an `imageUrl` alone will do as well, and the
/// schema sees to it that there is one.
fn check_background(view: &View<'_>, document: &Value, faults: &mut Faults) {
    let field = "imageAssetId";
    let id = document
        .get("globalBackground")
        .and_then(|background| text(background, field));
    if let Some(id) = id {
        find_asset(view, "/globalBackground", field, id, "image", faults);
    }
}

fn check_nodes(item: &Value, path: &str, faults: &mut Faults) {
    let Some(nodes) = item.get("nodes").and_then(Value::as_array) else {
        return;
    };
    let path = join(path, "nodes");
    let count = |kind| {
        nodes
            .iter()
            .filter(|node| text(node, "type") == Some(kind))
            .count()
    };
    let (images, texts) = (count("image"), count("text"));
    if images != 1 || !(1..=3).contains(&texts) {
        let message = format!(
            "nodes holds {images} image and {texts} text nodes; a template has exactly 1 image node and 1 to 3 text nodes."
        );
        faults.push(FaultCode::TemplateNodesInvalid, path.clone(), message);
    }
    animations::check_nodes(nodes, &path, faults);
}

fn check_illustration(item: &Value, path: &str, faults: &mut Faults) {
    // An empty name is the schema's to refuse.
    let Some(name) = text(item, "illustrationName").filter(|name| !name.is_empty()) else {
        return;
    };
    let known = || names::ILLUSTRATIONS.iter().map(|known| known.id);
    if known().any(|known| known == name) {
        return;
    }
    let near = names::nearest(known(), name);
    let near = near.map_or_else(String::new, |near| format!(" Did you mean \"{near}\"?"));
    let message = format!(
        "illustrationName is {}, and the library has no such illustration. Use one of the names that GET /v1/illustrations lists.{near}",
        quote(name)
    );
    faults.push(
        FaultCode::IllustrationNotFound,
        join(path, "illustrationName"),
        message,
    );
}
