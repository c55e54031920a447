//! `/v1/uploads`

pub(super) mod create;
pub(super) mod sessions;

use darkroom_exports::ErrorCode;

use crate::probe::{self, Claim};
use crate::reply::Refusal;

/// What a file is said to be, if files of that type are taken.
fn claim(media_type: &str, filename: &str) -> Result<Claim, Refusal> {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    Claim::of(essence, filename).ok_or_else(|| {
        let detail = format!(
            "files of type {essence:?} named {filename:?} are not taken; taken are {}, captions \
             with the ending .srt, .ass or .lrc",
            probe::taken()
        );
        Refusal::new(ErrorCode::UnsupportedMediaType, detail)
    })
}

/// A file that is not what it is said to be.
fn not_that(claim: Claim, filename: &str, cause: &str) -> Refusal {
    let detail = format!(
        "{filename:?} is not {}: {cause}; send the file as what it is",
        claim.media_type
    );
    Refusal::new(ErrorCode::UploadInvalid, detail)
}
