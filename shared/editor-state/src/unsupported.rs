//! What is valid and not drawn by this build.

use crate::fault::{Fault, FaultCode, join};
use crate::model::{EditorState, ItemKind, TransitionKind};
use crate::names;

/// Every part of a valid document that this build would not draw as the document
/// says, each with code [`FaultCode::ItemUnsupported`], items before transitions.
///
/// Looked at are items that some track lists, on hidden and muted tracks too: a
/// track is one click from being shown, and an answer that depends on it would
/// surprise. Items that no track lists are never drawn, and never reported.
pub fn unsupported(state: &EditorState) -> Vec<Fault> {
    let mut listed: Vec<&str> = state
        .tracks
        .iter()
        .flat_map(|track| &track.items)
        .map(String::as_str)
        .collect();
    listed.sort_unstable();
    listed.dedup();
    let mut faults = Vec::new();
    for id in listed {
        let Some(item) = state.items.get(id) else {
            continue;
        };
        let path = join("/items", id);
        if let ItemKind::Unsupported(kind) = &item.kind {
            faults.push(fault(join(&path, "type"), "Items", kind, names::ITEMS));
        }
    }
    for (id, transition) in &state.transitions {
        if let TransitionKind::Unsupported { kind, direction } = &transition.kind {
            faults.push(Fault {
                code: FaultCode::ItemUnsupported,
                path: join(&join(&join("/transitions", id), "params"), "direction"),
                message: format!(
                    "A {kind} has no direction {direction}; it has {}. Use one of these.",
                    names::drawn_ids(names::directions(kind)).join(", ")
                ),
            });
        }
    }
    faults
}

fn fault(path: String, what: &str, kind: &str, vocabulary: &[names::Name]) -> Fault {
    Fault {
        code: FaultCode::ItemUnsupported,
        path,
        message: format!(
            "{what} of type {kind} are not drawn by this version; it draws {}. Remove it or use one of these.",
            names::drawn_ids(vocabulary).join(", ")
        ),
    }
}
