//! `GET /v1/illustrations` (contract: searchIllustrations)

use axum::http::Uri;
use axum::response::Response;
use darkroom_editor_state::names::search_illustrations;

use crate::auth::Runtime;
#[cfg(test)]
use crate::openapi::Data;
use crate::query::Query;
use crate::reply::{self, Refusal};

/// Characters of a query at most (contract).
const LONGEST: usize = 200;

/// What to look for.
#[derive(Debug)]
#[cfg_attr(test, derive(utoipa::IntoParams))]
#[cfg_attr(test, into_params(parameter_in = Query))]
struct Search {
    /// What to look for; without it the whole library is listed.
    #[cfg_attr(test, param(rename = "q", value_type = Option<String>, max_length = 200))]
    words: String,
}

impl Search {
    /// Reads the last `q` of a query; none looks for nothing.
    fn read(uri: &Uri) -> Result<Self, Refusal> {
        let mut query = Query::read(uri);
        let words = query.parameter("q").unwrap_or_default().to_owned();
        let length = words.chars().count();
        if length > LONGEST {
            let message = format!("has {length} characters; at most {LONGEST} are looked for");
            query.fault("/q", message);
        }
        query.check()?;
        Ok(Self { words })
    }
}

/// Searches the library of drawings, the best match first.
#[cfg_attr(test, utoipa::path(
    get, path = "/v1/illustrations", operation_id = "searchIllustrations", tag = "Editor",
    params(Search),
    responses(
        (status = 200, description = "Names", body = Data<Vec<String>>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
    ),
))]
pub(crate) async fn handle(_key: Runtime, uri: Uri) -> Result<Response, Refusal> {
    let Search { words } = Search::read(&uri)?;
    Ok(reply::data(&search_illustrations(&words)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::parameter;

    #[test]
    fn the_longest_query_is_described_as_it_is_read() {
        assert_eq!(parameter::<Search>("q")["maxLength"], LONGEST);
    }
}
