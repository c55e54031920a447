//! What frames look like.
//!
//! - `cases`: golden pictures, one line or a few a case, in tables by subject. A
//!   golden shows the frames of its case side by side. See `golden` for how they are
//!   compared and renewed.
//! - `exact`: numbers of the editor-state reference that need no golden.
//! - `fidelity`: the same documents drawn by a browser.
//!
//! Everything is drawn by [`darkroom_render::draw_frame`], so media come from real
//! files through the real ffmpeg. Pictures and films are made when a test needs them
//! (`media`), losslessly, so that no encoder's taste is in a golden. Fonts are a fixed
//! list of files (`stage`), so that what else is installed changes nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests: a panic is the verdict"
)]

mod cases;
mod exact;
mod fidelity;
mod film;
mod golden;
mod media;
mod stage;
mod stickers;
