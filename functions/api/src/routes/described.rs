//! The handlers that `openapi.json` describes: all of them, as a test sees to.

use utoipa::OpenApi;

use super::{assets, editor, exports, illustrations, openapi, projects, uploads};

/// Every operation, in the order of the document.
#[derive(OpenApi)]
#[openapi(paths(
    exports::create::handle,
    exports::estimate::handle,
    exports::list::handle,
    exports::get::handle,
    exports::cancel::handle,
    projects::create::handle,
    projects::list::handle,
    projects::get::handle,
    projects::patch::handle,
    projects::delete::handle,
    projects::sync::handle,
    projects::exports::handle,
    projects::assets::list::handle,
    projects::assets::add::handle,
    projects::assets::remove::handle,
    uploads::create::handle,
    uploads::sessions::create::handle,
    uploads::sessions::get::handle,
    uploads::sessions::parts::handle,
    uploads::sessions::complete::handle,
    uploads::sessions::abort::handle,
    assets::get::handle,
    assets::delete::handle,
    editor::capabilities::handle,
    editor::validate::handle,
    illustrations::handle,
    openapi::handle,
))]
pub(crate) struct Described;
