//! What is valid and not drawn by this build.

use crate::fault::{Fault, FaultCode, join};
use crate::model::{EditorState, TransitionKind};
use crate::names;

/// Every part of a valid document that this build would not draw as the document
/// says, each with code [`FaultCode::ItemUnsupported`]: transitions with a direction
/// that their type does not have, which the schema lets be anything.
pub fn unsupported(state: &EditorState) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (id, transition) in &state.transitions {
        if let TransitionKind::Unsupported { kind, direction } = &transition.kind {
            faults.push(Fault {
                code: FaultCode::ItemUnsupported,
                path: join(&join(&join("/transitions", id), "params"), "direction"),
                message: format!(
                    "A {kind} has no direction {direction}; it has {}. Use one of these.",
                    names::ids(names::directions(kind)).join(", ")
                ),
            });
        }
    }
    faults
}
