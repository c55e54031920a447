//! `GET /v1/illustrations` (contract: searchIllustrations)

use axum::http::Uri;
use axum::response::Response;
use darkroom_editor_state::names::search_illustrations;
use darkroom_exports::{ErrorCode, Fault, Problem};

use crate::auth::Runtime;
#[cfg(test)]
use crate::openapi::Data;
use crate::reply::{self, Refusal};

/// Characters of a query at most (contract).
const LONGEST: usize = 200;

/// Searches the library of drawings, the best match first.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/illustrations", operation_id = "searchIllustrations", tag = "Editor",
    params(
        ("q" = Option<String>, Query, max_length = 200, description = "What to look for; without it the whole library is listed"),
    ),
    responses(
        (status = 200, description = "Names", body = Data<Vec<String>>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
    ),
))]
pub(crate) async fn handle(_key: Runtime, uri: Uri) -> Result<Response, Refusal> {
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let query = pairs.filter(|(name, _)| name == "q").last();
    let query = query.map(|(_, value)| value).unwrap_or_default();
    let length = query.chars().count();
    if length > LONGEST {
        let message = format!("has {length} characters; at most {LONGEST} are looked for");
        let fault = Fault::new(ErrorCode::RequestInvalid, "/q", message);
        let problem = Problem::from_faults(ErrorCode::RequestInvalid, vec![fault]);
        return Err(Refusal(problem));
    }
    Ok(reply::data(&search_illustrations(&query)))
}
