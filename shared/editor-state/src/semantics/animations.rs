//! Lottie animations that stand in the document itself.

use serde_json::Value;

use super::{quote, text};
use crate::fault::{FaultCode, Faults, join};
use crate::lottie::{LottieHead, has_layers};

/// Refuses an animation that the renderer could not read. An object without layers is
/// none, and is left alone.
pub(super) fn check(id: &str, json: &Value, place: String, faults: &mut Faults) {
    if !has_layers(json) {
        return;
    }
    if let Err(cause) = LottieHead::read(json) {
        let message = format!(
            "The JSON of {} is no Lottie animation: {cause}. Give one with w, h and fr above 0, op and layers, or remove it.",
            quote(id)
        );
        faults.push(FaultCode::LottieInvalid, place, message);
    }
}

/// The picture of each node of a text template.
pub(super) fn check_nodes(nodes: &[Value], path: &str, faults: &mut Faults) {
    for (index, node) in nodes.iter().enumerate() {
        let place = join(&join(path, &index.to_string()), "imageLottieJson");
        if let (Some(id), Some(json)) = (text(node, "id"), node.get("imageLottieJson")) {
            check(id, json, place, faults);
        }
    }
}
