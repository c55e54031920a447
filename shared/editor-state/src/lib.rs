//! The timeline document of the Darkroom service: types, ticks, reading of both
//! generations, validation, and the tables of what there is to use.
//!
//! ```text
//! JSON --gen0--> ticks, v1 --schema--> shape and limits --semantics--> references and times --convert--> EditorState
//! ```
//!
//! - [`read`] does all four steps and reports **every** fault with its code, its
//!   JSON Pointer and a sentence, in the order of the document.
//! - [`gen0`]: a document without `stateSchemaVersion` is of generation 0; its
//!   times in seconds, milliseconds or frames become ticks.
//! - `schema`: a table of rules walked over the document. It reaches the verdict
//!   of the public JSON schema (`tests/differential.rs` proves it against the
//!   `jsonschema` crate), but says what to do about each fault.
//! - `semantics`: the rules beyond the schema. They run on a document with schema
//!   faults too, as far as it can be understood. What has no fault is drawn: there is
//!   no second list of what is valid and refused all the same.
//! - [`motion_graphics`] reads motion graphics; a [`Library`] of them is handed to
//!   [`read`], and `convert` fills them in.
//! - [`read_subtitles`] reads `.srt`, `.ass` and `.lrc` files, which a caption asset may
//!   name instead of listing captions.
//! - [`names`] holds each vocabulary once; [`capabilities()`] is made from it.
//!
//! No I/O happens here: whether an asset exists or plays is found by probing it.

mod at_once;
pub mod capabilities;
mod convert;
mod fault;
pub mod gen0;
mod layout;
mod lottie;
pub mod model;
pub mod motion_graphics;
pub mod names;
mod read;
mod schema;
mod semantics;
mod subtitles;
mod text_limits;

pub use at_once::{MAX_FILMS_AT_ONCE, MAX_SOUNDS_AT_ONCE};
pub use capabilities::capabilities;
pub use fault::{Fault, FaultCode, MAX_FAULTS, join as join_pointer};
pub use layout::{OutputLayout, frame_count, frame_tick, output_layout};
pub use lottie::LottieHead;
pub use model::*;
pub use motion_graphics::{GraphicName, Library, MotionGraphic};
pub use read::{Document, read};
pub use schema::{check as check_schema, json_schemas};
pub use semantics::MAX_TICKS;
pub use subtitles::{
    Cue, MAX_SUBTITLE_BYTES, MAX_SUBTITLE_WORDS, Mark, SubtitleError, SubtitleFormat,
    read_subtitles,
};
pub use text_limits::{MAX_CAPTION_CHARACTERS, MAX_TEXT_CHARACTERS};
