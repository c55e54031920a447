//! What the creates have in common: their idempotency key, the answer of a
//! repeated request, and what is refused of either.

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use darkroom_editor_state::{Fault as EditorFault, FaultCode, join_pointer};
use darkroom_exports::{ErrorCode, Fault, IdempotencyKey, Problem};
use darkroom_store::{BadFiles, MAX_FILES};

use crate::reply::{self, REPLAYED, Refusal};

/// What a create is known by when it is repeated.
#[cfg_attr(test, derive(utoipa::IntoParams))]
#[cfg_attr(test, into_params(parameter_in = Header))]
pub(crate) struct Idempotency {
    /// A key of your own, kept for 30 days: the same request is answered by the first
    /// answer, another one is refused.
    #[cfg_attr(test, param(rename = "Idempotency-Key", value_type = String,
        required = false, pattern = "^[!#-~][!-~]{0,254}$"))]
    pub(crate) key: Option<IdempotencyKey>,
}

impl Idempotency {
    /// Reads the header of a request.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let values = headers.get_all("idempotency-key").iter();
        IdempotencyKey::from_header(values.map(HeaderValue::as_bytes))
            .map(|key| Self { key })
            .map_err(|error| Refusal::new(ErrorCode::IdempotencyKeyInvalid, error.to_string()))
    }
}

/// Whether a request that is refused so may have been taken before: what the service takes
/// of a body that has the form of a request, a deployment sets and another build may change.
pub(crate) fn was_perhaps_taken(refused: &Refusal) -> bool {
    refused.0.code.status() == StatusCode::UNPROCESSABLE_ENTITY.as_u16()
}

/// The first answer again.
pub(crate) fn replayed(body: String) -> Response {
    let mut response = reply::body(StatusCode::CREATED, body);
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// A key that belongs to another payload.
pub(crate) fn key_reused(paths: Vec<String>) -> Refusal {
    let detail = "this Idempotency-Key belongs to another payload; send a new key for a new one";
    reused(ErrorCode::IdempotencyKeyReused, paths, detail)
}

pub(crate) fn reused(code: ErrorCode, paths: Vec<String>, detail: &str) -> Refusal {
    let differs = "differs from the first request";
    let faults = paths
        .into_iter()
        .map(|path| Fault::new(code, path, differs))
        .collect();
    let mut problem = Problem::from_faults(code, faults);
    detail.clone_into(&mut problem.detail);
    Refusal(problem)
}

/// A document whose uploaded files cannot be used.
pub(crate) fn bad_files(bad: BadFiles) -> Refusal {
    let fault = |path, message| EditorFault {
        code: FaultCode::AssetNotFound,
        path,
        message,
    };
    let of_assets = |assets: Vec<String>, message: &str| -> Vec<EditorFault> {
        let assets = assets.into_iter();
        let faults = assets.map(|asset| fault(join_pointer("/assets", &asset), message.to_owned()));
        faults.collect()
    };
    let faults: Vec<EditorFault> = match bad {
        BadFiles::Deleted(assets) => of_assets(
            assets,
            "names an uploaded file that is deleted; upload it again",
        ),
        BadFiles::Foreign(assets) => of_assets(
            assets,
            "names an uploaded file that is not there; give the fileKey of an asset of yours",
        ),
        BadFiles::TooMany(files) => {
            let message = format!(
                "names {files} uploaded files; at most {MAX_FILES} are possible: use fewer"
            );
            vec![fault("/assets".to_owned(), message)]
        }
    };
    Refusal(Problem::from_editor_faults("/editorState", &faults))
}
