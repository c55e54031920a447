//! Every refusal, in one table: its stable code, its HTTP status and the
//! category that stands in `type` (contract, "Error codes").

/// Stable upper-case code of an answer that is not a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request itself is malformed.
    RequestInvalid,
    /// The `Idempotency-Key` header is malformed or given twice.
    IdempotencyKeyInvalid,
    /// No key, an unknown key or a revoked key.
    KeyInvalid,
    /// The key may not use runtime routes.
    RuntimeAccessForbidden,
    /// No such route.
    RouteNotFound,
    /// No such task.
    TaskNotFound,
    /// No such asset.
    AssetNotFound,
    /// No such project.
    ProjectNotFound,
    /// No such upload session, or not any more.
    UploadNotFound,
    /// The route exists, the method does not.
    MethodNotAllowed,
    /// The task has ended.
    TaskNotCancelable,
    /// The key is bound to another payload.
    IdempotencyKeyReused,
    /// Parts of the upload are missing.
    UploadIncomplete,
    /// The upload is an asset already.
    UploadCompleted,
    /// A project's state or an active task uses the asset.
    AssetReferenced,
    /// The `clientTaskId` is bound to another payload or task.
    ClientTaskIdReused,
    /// The body is larger than the route takes.
    PayloadTooLarge,
    /// The content type is not the route's.
    UnsupportedMediaType,
    /// The document's version is not one we read.
    StateSchemaVersionUnsupported,
    /// The document has faults.
    EditorSchemaInvalid,
    /// Too many active tasks.
    ConcurrencyLimitExceeded,
    /// The key sends more requests than it may.
    RequestLimitExceeded,
    /// The key's own quota does not cover the export.
    StandardSecondLimitExceeded,
    /// The project's tokens for syncs are used up.
    ProjectSyncRateLimited,
    /// The balance does not cover the export.
    CreditsInsufficient,
    /// The output has too many pixels.
    OutputTooLarge,
    /// The export cannot finish in one function's time.
    TooLong,
    /// The callback cannot be used.
    CallbackUrlForbidden,
    /// The account has no secret to sign webhooks with.
    WebhookSecretMissing,
    /// The uploaded bytes are not what they claim to be.
    UploadInvalid,
    /// The file is larger than its type may be.
    UploadTooLarge,
    /// Too many open upload sessions.
    UploadLimitExceeded,
    /// Something of ours is busy.
    Unavailable,
    /// Something of ours is broken.
    Internal,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: &[Self] = &[
        Self::RequestInvalid,
        Self::IdempotencyKeyInvalid,
        Self::KeyInvalid,
        Self::RuntimeAccessForbidden,
        Self::RouteNotFound,
        Self::TaskNotFound,
        Self::AssetNotFound,
        Self::ProjectNotFound,
        Self::UploadNotFound,
        Self::MethodNotAllowed,
        Self::TaskNotCancelable,
        Self::IdempotencyKeyReused,
        Self::UploadIncomplete,
        Self::UploadCompleted,
        Self::AssetReferenced,
        Self::ClientTaskIdReused,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::StateSchemaVersionUnsupported,
        Self::EditorSchemaInvalid,
        Self::ConcurrencyLimitExceeded,
        Self::RequestLimitExceeded,
        Self::StandardSecondLimitExceeded,
        Self::ProjectSyncRateLimited,
        Self::CreditsInsufficient,
        Self::OutputTooLarge,
        Self::TooLong,
        Self::CallbackUrlForbidden,
        Self::WebhookSecretMissing,
        Self::UploadInvalid,
        Self::UploadTooLarge,
        Self::UploadLimitExceeded,
        Self::Unavailable,
        Self::Internal,
    ];

    /// Code, status and category, in this order.
    const fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::RequestInvalid => ("REQUEST_INVALID", 400, "BAD_REQUEST"),
            Self::IdempotencyKeyInvalid => ("IDEMPOTENCY_KEY_INVALID", 400, "BAD_REQUEST"),
            Self::KeyInvalid => ("OPEN_API_KEY_INVALID", 401, "UNAUTHORIZED"),
            Self::RuntimeAccessForbidden => ("OPEN_API_RUNTIME_ACCESS_FORBIDDEN", 403, "FORBIDDEN"),
            Self::RouteNotFound => ("ROUTE_NOT_FOUND", 404, "NOT_FOUND"),
            Self::TaskNotFound => ("TASK_NOT_FOUND", 404, "NOT_FOUND"),
            Self::AssetNotFound => ("ASSET_NOT_FOUND", 404, "NOT_FOUND"),
            Self::ProjectNotFound => ("PROJECT_NOT_FOUND", 404, "NOT_FOUND"),
            Self::UploadNotFound => ("UPLOAD_NOT_FOUND", 404, "NOT_FOUND"),
            Self::MethodNotAllowed => ("METHOD_NOT_ALLOWED", 405, "BAD_REQUEST"),
            Self::TaskNotCancelable => ("TASK_NOT_CANCELABLE", 409, "CONFLICT"),
            Self::UploadIncomplete => ("UPLOAD_INCOMPLETE", 409, "CONFLICT"),
            Self::UploadCompleted => ("UPLOAD_COMPLETED", 409, "CONFLICT"),
            Self::AssetReferenced => ("ASSET_REFERENCED", 409, "CONFLICT"),
            Self::IdempotencyKeyReused => ("IDEMPOTENCY_KEY_REUSED", 409, "CONFLICT"),
            Self::ClientTaskIdReused => ("CLIENT_TASK_ID_REUSED", 409, "CONFLICT"),
            Self::PayloadTooLarge => ("PAYLOAD_TOO_LARGE", 413, "BAD_REQUEST"),
            Self::UnsupportedMediaType => ("UNSUPPORTED_MEDIA_TYPE", 415, "BAD_REQUEST"),
            Self::StateSchemaVersionUnsupported => (
                "STATE_SCHEMA_VERSION_UNSUPPORTED",
                422,
                "UNPROCESSABLE_CONTENT",
            ),
            Self::EditorSchemaInvalid => ("EDITOR_SCHEMA_INVALID", 422, "UNPROCESSABLE_CONTENT"),
            Self::ConcurrencyLimitExceeded => (
                "OPEN_API_EXPORT_CONCURRENCY_LIMIT_EXCEEDED",
                422,
                "UNPROCESSABLE_CONTENT",
            ),
            Self::RequestLimitExceeded => ("OPEN_API_REQUEST_LIMIT_EXCEEDED", 429, "RATE_LIMITED"),
            Self::StandardSecondLimitExceeded => (
                "OPEN_API_EXPORT_STANDARD_SECOND_LIMIT_EXCEEDED",
                429,
                "RATE_LIMITED",
            ),
            Self::ProjectSyncRateLimited => {
                ("OPEN_API_PROJECT_SYNC_RATE_LIMITED", 429, "RATE_LIMITED")
            }
            Self::CreditsInsufficient => (
                "OPEN_API_CREDITS_INSUFFICIENT",
                422,
                "UNPROCESSABLE_CONTENT",
            ),
            Self::OutputTooLarge => ("EXPORT_OUTPUT_TOO_LARGE", 422, "UNPROCESSABLE_CONTENT"),
            Self::TooLong => ("EXPORT_TOO_LONG", 422, "UNPROCESSABLE_CONTENT"),
            Self::CallbackUrlForbidden => ("CALLBACK_URL_FORBIDDEN", 422, "UNPROCESSABLE_CONTENT"),
            Self::WebhookSecretMissing => ("WEBHOOK_SECRET_MISSING", 422, "UNPROCESSABLE_CONTENT"),
            Self::UploadInvalid => ("UPLOAD_INVALID", 422, "UNPROCESSABLE_CONTENT"),
            Self::UploadTooLarge => ("UPLOAD_TOO_LARGE", 422, "UNPROCESSABLE_CONTENT"),
            Self::UploadLimitExceeded => ("UPLOAD_LIMIT_EXCEEDED", 422, "UNPROCESSABLE_CONTENT"),
            Self::Unavailable => ("SERVICE_UNAVAILABLE", 503, "INTERNAL"),
            Self::Internal => ("INTERNAL", 500, "INTERNAL"),
        }
    }

    /// The stable code, as in `errorCode`.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// HTTP status.
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// Category, as in `type`.
    pub const fn category(self) -> &'static str {
        self.row().2
    }

    /// Short sentence for `title`, the same for every answer with this code.
    pub const fn title(self) -> &'static str {
        match self {
            Self::RequestInvalid => "The request is not valid",
            Self::IdempotencyKeyInvalid => "The idempotency key is not valid",
            Self::KeyInvalid => "The API key is not valid",
            Self::RuntimeAccessForbidden => "The API key has no runtime access",
            Self::RouteNotFound => "There is no such route",
            Self::TaskNotFound => "There is no such export task",
            Self::AssetNotFound => "There is no such asset",
            Self::ProjectNotFound => "There is no such project",
            Self::UploadNotFound => "There is no such upload session",
            Self::MethodNotAllowed => "The route does not take this method",
            Self::TaskNotCancelable => "The task has already ended",
            Self::UploadIncomplete => "Parts of the upload are missing",
            Self::UploadCompleted => "The upload is completed",
            Self::AssetReferenced => "The asset is in use",
            Self::IdempotencyKeyReused => "The idempotency key belongs to another payload",
            Self::ClientTaskIdReused => "The client task id belongs to another task",
            Self::PayloadTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The content type is not supported",
            Self::StateSchemaVersionUnsupported => "The document version is not supported",
            Self::EditorSchemaInvalid => "The editor state is not valid",
            Self::ConcurrencyLimitExceeded => "Too many active exports",
            Self::RequestLimitExceeded => "Too many requests",
            Self::StandardSecondLimitExceeded => "The API key's limit is used up",
            Self::ProjectSyncRateLimited => "The project is synced too often",
            Self::CreditsInsufficient => "The balance does not cover this export",
            Self::OutputTooLarge => "The output is too large",
            Self::TooLong => "The export is too long",
            Self::CallbackUrlForbidden => "The callback cannot be used",
            Self::WebhookSecretMissing => "The account has no webhook secret",
            Self::UploadInvalid => "The file is not what it claims to be",
            Self::UploadTooLarge => "The file is too large",
            Self::UploadLimitExceeded => "Too many open upload sessions",
            Self::Unavailable => "The service is busy",
            Self::Internal => "The service failed",
        }
    }
}

/// One fault of a request: entry of `errors`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fault {
    /// Stable code of the fault.
    pub code: String,
    /// JSON Pointer (RFC 6901) into the request body.
    pub path: String,
    /// Sentence that names field, value, limit and remedy.
    pub message: String,
}

impl Fault {
    /// A fault of the request at a pointer.
    pub fn new(code: ErrorCode, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.as_str().to_owned(),
            path: path.into(),
            message: message.into(),
        }
    }
}

/// A refusal as RFC 9457 problem details, before the transport adds `instance`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Decides status, category and title.
    pub code: ErrorCode,
    /// Code told to the client where the first fault is more exact than `code`.
    pub error_code: String,
    /// What is wrong with this request, and what to do.
    pub detail: String,
    /// Every fault, where there are any.
    pub errors: Vec<Fault>,
    /// Seconds after which the same request may go through, where that is known.
    pub retry_after_seconds: Option<u64>,
}

impl Problem {
    /// A refusal with one sentence.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            error_code: code.as_str().to_owned(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_seconds: None,
        }
    }

    /// A refusal for a list of faults; the detail is the first one's sentence and
    /// the number of those behind it.
    #[must_use]
    pub fn from_faults(code: ErrorCode, faults: Vec<Fault>) -> Self {
        let detail = match faults.split_first() {
            None => code.title().to_owned(),
            Some((first, [])) => format!("{}: {}", first.path, first.message),
            Some((first, more)) => {
                format!("{}: {} ({} more)", first.path, first.message, more.len())
            }
        };
        Self {
            code,
            error_code: code.as_str().to_owned(),
            detail,
            errors: faults,
            retry_after_seconds: None,
        }
    }

    /// A refusal for faults of an editor state: 422 with the first fault's code.
    #[must_use]
    pub fn from_editor_faults(prefix: &str, faults: &[darkroom_editor_state::Fault]) -> Self {
        let faults: Vec<Fault> = faults
            .iter()
            .map(|fault| Fault {
                code: fault.code.as_str().to_owned(),
                path: format!("{prefix}{}", fault.path),
                message: fault.message.clone(),
            })
            .collect();
        let first = faults.first().map(|fault| fault.code.clone());
        let mut problem = Self::from_faults(ErrorCode::EditorSchemaInvalid, faults);
        if let Some(code) = first {
            problem.error_code = code;
        }
        problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_once() {
        let mut codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), ErrorCode::Internal as usize + 1);
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
    }
}
