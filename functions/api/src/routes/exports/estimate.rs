//! `POST /v1/exports/estimate`, an extension of the contract: the body of a create,
//! answered with what it would be billed and what to know beforehand. Nothing is written.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
#[cfg(test)]
use darkroom_exports::bodies;
use darkroom_exports::{CreateExport, Quote};
use darkroom_store::Outlook;

use super::read;
use crate::auth::Runtime;
use crate::config::AppState;
#[cfg(test)]
use crate::openapi::{Data, Estimate};
use crate::repeat::bad_files;
use crate::reply::{self, Refusal};

/// Says what an export of a document would cost and come to.
///
/// Nothing is created. Refused is what a create refuses of the body and the document; what
/// the account or the API key would refuse now is among the warnings.
#[cfg_attr(test, utoipa::path(
    post, path = "/v1/exports/estimate", operation_id = "estimateExport", tag = "Exports",
    request_body(content = bodies::CreateExport),
    responses(
        (status = 200, description = "The estimate", body = Data<Estimate>),
        (status = 400, description = "REQUEST_INVALID"),
        (status = 403, description = "OPEN_API_RUNTIME_ACCESS_FORBIDDEN"),
        (status = 413, description = "PAYLOAD_TOO_LARGE"),
        (status = 415, description = "UNSUPPORTED_MEDIA_TYPE"),
        (status = 422, description = "STATE_SCHEMA_VERSION_UNSUPPORTED CALLBACK_URL_FORBIDDEN \
            EDITOR_SCHEMA_INVALID EXPORT_OUTPUT_TOO_LARGE \
            EXPORT_TOO_LONG"),
    ),
))]
pub(crate) async fn handle(
    State(state): State<AppState>,
    Runtime(key): Runtime,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // 1. Refused for what a create is refused for, whatever the account allows.
    let export = read(&state, &headers, body).await?;
    let mut outlook = state.store().outlook(&key, &export.state).await?;
    if let Some(bad) = outlook.bad_files.take() {
        return Err(bad_files(bad));
    }

    // 2. What the account or the key would refuse may be otherwise in a minute.
    let config = state.config();
    let quote = export.quote(&config.prices);
    let warnings = standing(&outlook, &export, &quote, config.limits.active_tasks);
    Ok(reply::data(&export.estimate(&quote, warnings)))
}

/// What a create would meet now, one sentence each.
fn standing(
    outlook: &Outlook,
    export: &CreateExport,
    quote: &Quote,
    active_limit: u32,
) -> Vec<String> {
    let account = &outlook.account;
    let mut warnings = Vec::new();
    let active = account.active.len();
    if active >= account.active_limit.unwrap_or(active_limit) as usize {
        warnings.push(format!(
            "{active} exports are active, as many as this account may have: a create would be \
             refused now"
        ));
    }
    if let Some(balance) = account.balance.filter(|balance| *balance < quote.credits) {
        warnings.push(format!(
            "the balance of {balance} credits does not cover {}: a create would be refused now",
            quote.credits
        ));
    }
    let short = outlook
        .quota_left
        .filter(|left| *left < quote.standard_seconds);
    if let Some(left) = short {
        warnings.push(format!(
            "the {left} standard seconds left to this key do not cover {}: a create would be \
             refused now",
            quote.standard_seconds
        ));
    }
    if export.callback.is_some() && !outlook.has_webhook_secret {
        warnings.push(
            "`callbackUrl` is given, but the account has no secret to sign webhooks with: a \
             create would be refused now"
                .to_owned(),
        );
    }
    if account.paused {
        warnings.push(
            "the operator has paused this account: the export would wait until it is resumed"
                .to_owned(),
        );
    }
    if outlook.queue_paused {
        warnings.push(
            "the operator has paused the render queue: the export would wait until it is resumed"
                .to_owned(),
        );
    }
    warnings
}
