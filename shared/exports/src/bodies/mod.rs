//! The bodies of requests: what a handler works with is what `openapi.json` describes.
//!
//! Every fault of a body is told at once, which serde's own readers cannot do: a [`Reader`]
//! takes one field after the other out of it, and whatever no field of the type asked for is
//! left over and refused. The schemas are of the same types. utoipa takes no constants: a
//! limit of a text or a number stands in its field's attribute and in its reader, and the
//! api's tests send every field at and past each limit, and every word of the readers'
//! sources as a field that the schema does not have.

mod document;
mod export;
mod project;
mod reader;
mod upload;

use serde_json::Value;

pub use document::ValidateEditorState;
pub(crate) use document::check_version;
pub use export::{CreateExport, CreateProjectExport};
pub use project::{AddProjectAsset, CreateProject, PatchProject, SyncProject};
pub use reader::Reader;
pub use upload::{CreateUpload, SignUploadParts};

use crate::problem::Problem;

/// The body of a request.
pub trait RequestBody: Sized {
    /// Takes every field out of a body before it gives up for want of one, so that all
    /// faults are found and nothing known is left over.
    fn fill(reader: &mut Reader) -> Option<Self>;

    /// Reads a body whole.
    ///
    /// # Errors
    /// Every fault of the body (`REQUEST_INVALID`).
    fn read(body: Value) -> Result<Self, Problem> {
        let mut reader = Reader::new(body)?;
        let filled = Self::fill(&mut reader);
        reader.finish(filled)
    }
}

#[cfg(all(test, feature = "openapi"))]
mod tests {
    use super::*;
    use serde_json::json;
    use utoipa::ToSchema;

    /// A body of every field that is described, all of which are this.
    fn body_of<T: ToSchema>(value: &Value) -> Value {
        let schema = json!(T::schema());
        let fields = schema["properties"].as_object().into_iter().flatten();
        fields
            .map(|(field, _)| (field.clone(), value.clone()))
            .collect()
    }

    fn takes_what_is_described<T: RequestBody + ToSchema>() {
        for value in [json!(null), json!(true)] {
            let body = body_of::<T>(&value);
            assert_ne!(body, json!({}), "{} describes nothing", T::name());
            let refused = T::read(body.clone()).err();
            let faults = refused.into_iter().flat_map(|problem| problem.errors);
            let unknown = faults.filter(|fault| fault.message.contains("is not a field"));
            assert_eq!(unknown.count(), 0, "{}: {body}", T::name());
        }
        let refused = T::read(json!({ "more": 1 })).err();
        let first = refused.and_then(|problem| problem.errors.into_iter().next());
        let path = first.map(|fault| fault.path);
        assert_eq!(path.as_deref(), Some("/more"), "{}", T::name());
    }

    /// Also where another field is at fault: nothing is given up before all is taken.
    #[test]
    fn no_field_that_is_described_is_left_over() {
        takes_what_is_described::<CreateExport>();
        takes_what_is_described::<CreateProjectExport>();
        takes_what_is_described::<CreateProject>();
        takes_what_is_described::<PatchProject>();
        takes_what_is_described::<SyncProject>();
        takes_what_is_described::<AddProjectAsset>();
        takes_what_is_described::<CreateUpload>();
        takes_what_is_described::<SignUploadParts>();
        takes_what_is_described::<ValidateEditorState>();
    }
}
