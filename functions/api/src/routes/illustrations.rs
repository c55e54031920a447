//! `GET /v1/illustrations` (contract: searchIllustrations)

use axum::http::Uri;
use axum::response::Response;
use darkroom_editor_state::names::search_illustrations;
use darkroom_exports::{ErrorCode, Fault, Problem};

use crate::auth::Runtime;
use crate::reply::{self, Refusal};

/// Characters of a query at most (contract).
const LONGEST: usize = 200;

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
    Ok(reply::data(&search_illustrations(&query).into()))
}
