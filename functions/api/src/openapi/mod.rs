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
use utoipa::{IntoParams, OpenApi as _, ToSchema};

pub(crate) use crate::routes::assets::Asset;
pub(crate) use darkroom_editor_state::capabilities::EditorCapabilities;
pub(crate) use darkroom_exports::estimate::Estimate;
pub(crate) use darkroom_exports::project::{
    ProjectDetail, ProjectMetadata, ProjectSummary, ProjectSynced,
};
pub(crate) use darkroom_exports::task::{CreateExportData, ExportTask};

/// The answer to a request for one thing.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Data<T> {
    data: T,
    meta: NoMeta,
}

/// Nothing more to say.
#[derive(ToSchema)]
pub(crate) struct NoMeta {}

/// The answer to a request for one task.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Warned<T> {
    data: T,
    meta: Warnings,
}

/// What to know of a task.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Warnings {
    /// What was drawn otherwise than the document has it, a sentence each.
    #[schema(required = false)]
    warnings: Vec<String>,
}

/// A page of a list.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Page<T> {
    data: Vec<T>,
    meta: PageMeta,
}

/// Where the list goes on.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct PageMeta {
    /// `pageCursor` of the next page; null behind the last one.
    #[schema(required)]
    next_page_cursor: Option<String>,
}

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Paged {
    /// Most entries of the page.
    #[param(rename = "pageSize", minimum = 1, maximum = 50, default = 20)]
    page_size: Option<u32>,
    /// The page before this one's `meta.nextPageCursor`.
    #[param(rename = "pageCursor")]
    page_cursor: Option<String>,
}

/// Which page of a project's assets.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct PagedAssets {
    /// Most entries of the page.
    #[param(rename = "pageSize", minimum = 1, maximum = 100, default = 80)]
    page_size: Option<u32>,
    /// The page before this one's `meta.nextPageCursor`.
    #[param(rename = "pageCursor")]
    page_cursor: Option<String>,
}

/// What a create is known by when it is repeated.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Idempotency {
    /// A key of your own, kept for 30 days: the same request is answered by the first
    /// answer, another one is refused.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        pattern = "^[!#-~][!-~]{0,254}$"
    )]
    idempotency_key: String,
}

/// What a file shall be.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct UploadHeaders {
    /// The file's name in UTF-8, or as `UTF-8''` and its percent-encoding.
    #[param(rename = "x-file-name", min_length = 1, max_length = 512)]
    file_name: String,
    /// A project to bind the asset to.
    #[param(rename = "x-project-id", required = false, format = "uuid")]
    project_id: String,
}

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Bytes(Vec<u8>);

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
