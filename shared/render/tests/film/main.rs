//! Whole films: documents rendered with media that ffmpeg made a moment ago,
//! listened to and looked at.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_cmp,
    unreachable_pub,
    reason = "a test may fail loudly, and what is exact is compared exactly"
)]

mod awkward;
mod bad_media;
mod bombs;
mod container;
mod frames;
mod hdr;
mod hostile;
mod left_out;
mod levels;
mod limits;
mod pictures;
mod rig;
mod scenes;
mod speed;
mod stickers;
mod stopping;
mod subtitles;
mod sync;
