//! `openapi.json`, made from what stands beside the handlers; a part of the tests alone.
//!
//! ```text
//! handlers and their types --utoipa--> operations --conventions--> document --links--> openapi.json
//! what the sender serialises --utoipa--> webhooks ──┘
//! ```
//!
//! An operation is added by `#[cfg_attr(test, utoipa::path(...))]` on its handler and a
//! line in `routes/described.rs`. A status that refuses is described by its error codes
//! alone; what all operations share is added by [`conventions`]. `DARKROOM_BLESS=1` in the
//! tests' environment writes the file anew.

mod conventions;
mod links;
mod tests;
mod webhooks;

use serde_json::{Value, json};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::{IntoParams, OpenApi as _};

pub(crate) use crate::page::{Page, Paged, PagedAssets};
pub(crate) use crate::repeat::Idempotency;
pub(crate) use crate::reply::Data;
pub(crate) use crate::routes::assets::Asset;
pub(crate) use darkroom_editor_state::capabilities::EditorCapabilities;
pub(crate) use darkroom_exports::estimate::Estimate;
pub(crate) use darkroom_exports::project::{
    ProjectDetail, ProjectMetadata, ProjectSummary, ProjectSynced,
};
pub(crate) use darkroom_exports::task::{CreateExportData, ExportTask};

/// The schema of one of a type's parameters.
pub(crate) fn parameter<P: IntoParams>(name: &str) -> Value {
    let all = P::into_params(|| None);
    let found = all.iter().find(|one| one.name == name).unwrap();
    json!(found.schema)
}

/// Types of [`Asset`], of the contract.
pub(crate) fn asset_types() -> utoipa::openapi::Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("What kind of file it is, as its bytes say."))
        .enum_values(Some([
            "IMAGE", "VIDEO", "GIF", "AUDIO", "CAPTION", "LOTTIE",
        ]))
        .build()
}

/// The whole document.
pub(crate) fn document() -> Value {
    let mut document = json!(crate::routes::Described::openapi());
    document["info"] = json!({
        "title": "Darkroom",
        "version": env!("CARGO_PKG_VERSION"),
        "description": include_str!("introduction.md"),
        "license": { "name": "MIT", "identifier": "MIT" },
    });
    document["servers"] = json!([{ "url": "/", "description": "The service that says this" }]);
    webhooks::add(&mut document);
    conventions::apply(&mut document);
    links::add(&mut document);
    document
}
