//! What can go wrong between us and AWS.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

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
        matches!(self, Self::Busy { .. })
    }

    /// Sorts an SDK error by whether a retry may help.
    pub(crate) fn sdk<E, R>(call: &'static str, error: &SdkError<E, R>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
        R: std::fmt::Debug,
    {
        let cause = DisplayErrorContext(error).to_string();
        let code = error.code().unwrap_or_default();
        let passing = matches!(
            error,
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_)
        ) || [
            "TransactionConflict",
            "TransactionInProgressException",
            "ThrottlingException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "InternalServerError",
            "ServiceUnavailable",
            "SlowDown",
        ]
        .contains(&code);
        if passing {
            Self::Busy { call, cause }
        } else {
            Self::Refused { call, cause }
        }
    }
}
