//! What can go wrong between us and AWS.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId as _;

/// Codes of DynamoDB, SQS and S3 after which the same call may go through later.
const PASSING: [&str; 13] = [
    "TransactionConflict",
    "TransactionConflictException",
    "TransactionInProgressException",
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestTimeout",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "ServiceUnavailable",
    "SlowDown",
];

/// A failed call, as a sentence without secrets.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// AWS is busy or out of reach; the same call may go through later.
    #[error("{call} is not answered now: {cause}")]
    Busy {
        /// What was called.
        call: &'static str,
        /// Why it failed.
        cause: String,
    },
    /// A request met others of its account at every try; it wrote nothing, and may go
    /// through later.
    #[error("TransactWriteItems is not answered now: too many requests of this account at once")]
    Contended,
    /// AWS refused the call.
    #[error("{call} failed: {cause}")]
    Refused {
        /// What was called.
        call: &'static str,
        /// Why it failed.
        cause: String,
    },
    /// Something that the caller named is not there.
    #[error("there is no file under the key {0:?}")]
    NoFile(String),
    /// A file is larger than is allowed.
    #[error("it has {size_bytes} bytes; at most {limit_bytes} are allowed")]
    TooLarge {
        /// Size found.
        size_bytes: u64,
        /// Size allowed.
        limit_bytes: u64,
    },
    /// A stored item cannot be read: ours to repair.
    #[error("a stored {0} cannot be read")]
    Corrupt(&'static str),
    /// A stored motion graphic is not one that this build can use: the operator's to repair.
    #[error("the stored motion graphic {id} {version} cannot be used: {cause}")]
    MotionGraphic {
        /// Its id.
        id: String,
        /// Its version.
        version: u32,
        /// Its first fault.
        cause: String,
    },
    /// A setting is missing or wrong.
    #[error("{0}")]
    Config(String),
    /// The local disk failed.
    #[error("local file: {0}")]
    Io(#[from] std::io::Error),
}

impl StoreError {
    /// Whether the caller named something that is not there or too large.
    pub fn is_callers_fault(&self) -> bool {
        matches!(self, Self::NoFile(_) | Self::TooLarge { .. })
    }

    /// Whether the same call may go through later.
    pub fn may_retry(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Contended)
    }

    /// Sorts an SDK error by whether a retry may help.
    pub(crate) fn sdk<E>(call: &'static str, error: &SdkError<E>) -> Self
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let cause = told(error);
        let code = error.code().unwrap_or_default();
        let passing = matches!(
            error,
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_)
        ) || PASSING.contains(&code);
        if passing {
            Self::Busy { call, cause }
        } else {
            Self::Refused { call, cause }
        }
    }
}

/// An error and its causes, with what the service says of it. Nothing of its `Debug`, which
/// holds the whole answer: the secret of an account, or the headers of a callback.
fn told<E>(error: &SdkError<E>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
{
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        told = format!("{told}: {inner}");
        cause = inner.source();
    }
    for (name, value) in [
        ("code", error.code()),
        ("message", error.message()),
        ("request id", error.request_id()),
    ] {
        if let Some(value) = value {
            told = format!("{told}; {name}: {value}");
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::http::StatusCode;

    use super::*;

    const HUSH: &str = "whs_hush";

    /// An answer with a secret in it.
    fn answer(status: u16) -> HttpResponse {
        let status = StatusCode::try_from(status).unwrap();
        let body = format!(r#"{{"webhookSecret":"{HUSH}"}}"#);
        let mut answer = HttpResponse::new(status, body.into());
        let headers = answer.headers_mut();
        headers.insert("x-amzn-requestid", "the-request");
        answer
    }

    fn refused(code: &str) -> SdkError<UpdateItemError> {
        let said = ErrorMetadata::builder().code(code).message("not now");
        SdkError::service_error(UpdateItemError::generic(said.build()), answer(400))
    }

    #[test]
    fn a_failed_call_is_told_without_its_answer() {
        let unread: SdkError<UpdateItemError> =
            SdkError::response_error("a string was expected", answer(200));
        let unread = StoreError::sdk("UpdateItem", &unread);
        assert!(unread.may_retry(), "{unread:?}");
        let refused = StoreError::sdk("UpdateItem", &refused("Odd"));
        assert!(!refused.may_retry(), "{refused:?}");
        for (error, expected) in [
            (unread, &["a string was expected", "the-request"][..]),
            (refused, &["Odd", "not now", "the-request"][..]),
        ] {
            let (told, shown) = (error.to_string(), format!("{error:?}"));
            assert!(!told.contains(HUSH) && !shown.contains(HUSH), "{shown}");
            for words in expected {
                assert!(told.contains(words), "{words}: {told}");
            }
        }
    }

    #[test]
    fn what_passes_may_be_tried_again() {
        for code in PASSING {
            let error = StoreError::sdk("UpdateItem", &refused(code));
            assert!(error.may_retry(), "{error}");
        }
        assert!(StoreError::Contended.may_retry());
        for code in ["ValidationException", "AccessDeniedException", ""] {
            let error = StoreError::sdk("UpdateItem", &refused(code));
            assert!(!error.may_retry(), "{error}");
        }
    }
}
