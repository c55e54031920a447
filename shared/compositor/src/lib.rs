//! The native compositor: a timeline, a tick and decoded pictures in, one 4:2:0
//! frame out.
//!
//! ```text
//! EditorState ──> Timeline ──tick──> what shows ──place──> boxes ──prepare──> layers ──> Canvas ──> YuvFrame
//!                                                   pictures, text, shapes ──┘  (cached per item)
//! ```
//!
//! - `timeline` tells which items show at a tick and which two of them dissolve.
//! - `geometry` and `animation` resolve keyframes and animations to a box on the
//!   canvas: an affine map and an opacity.
//! - `media`, `shape`, `chart`, `illustration` and `text` prepare what a box shows as a [`layer`]: premultiplied,
//!   cropped, scaled or rasterised once, and kept while the item lasts.
//! - `pages` packs the entries of captions into pages; `text` also animates letters, one
//!   page or text at a time.
//! - `vector` draws Lottie animations and SVG files at the size they are shown in.
//! - `canvas` blends layers. A tile of it stays YUV while only opaque upright video
//!   covers it, becomes RGBA when something else is blended onto it, and is converted
//!   back at the end: pixels that nothing touches are never converted.
//!
//! Rules that the editor-state reference leaves open, and what is done here:
//!
//! - Items are clipped to the composition's box, as by a browser's
//!   `overflow: hidden`; its edges are rounded to whole canvas pixels. The
//!   background covers the whole canvas.
//! - `borderRadius` is scaled together with the box, as CSS does; radii that do not
//!   fit are shortened. On triangles and stars it rounds the corners.
//! - Slides move in the direction of their name, in as well as out.
//! - Shrinking averages over the area; enlarging, turning and subpixel positions are
//!   bilinear. A box on whole pixels in its own size is copied.
//! - A dissolve is an isolated group in which the two clips are added with weights
//!   that make 1, so that equal pictures do not dip.
//! - What captions leave open (how words are joined, gaps, what is too long for a page)
//!   stands in `pages`; when letters are animated in `text::animate`, and what each
//!   animation looks like in `text::poses`.
//! - Transitions act on the composition's box, not on the clips' own: a slide pushes
//!   by its width or height, a wipe crosses it (a diagonal one reaches the middle
//!   half way), an iris opens until it holds the corners. A flip turns the two clips
//!   like the sides of a card, the edge it comes from first towards the viewer, in
//!   CSS `perspective: 1000px`.
//! - Effects and filters act on the whole canvas, background included. Blurs are
//!   Gaussians of 12 composition pixels times `intensity`; fades and flashes are black
//!   laid over it.
//!
//! - An image behind all covers the canvas; a blurred one is made of the lowest image or
//!   video that shows (see `background`).
//! - Stickers (Lottie, SVG) fill their box, whatever `keepAspectRatio` says: it tells an
//!   editor how to resize them. What an SVG with a view box makes of a box of other
//!   proportions its own `preserveAspectRatio` says, as in a browser. They show parts of frames, before their start the first
//!   frame, past their end the last one.
//! - The parts of a group (a text template, a motion graphic) are one picture, scaled, turned and faded
//!   together; see `scene::groups`.
//!
//! Drawing has no memory: a frame depends on its tick and pictures alone, never on
//! the frames drawn before it. Caches change the time it takes, nothing else.

mod adjust;
mod animation;
mod art;
mod background;
mod bitmap;
mod blur;
mod canvas;
mod chart;
mod color;
mod corners;
mod error;
mod geometry;
mod gradient;
mod illustration;
mod layer;
mod lottie;
mod media;
mod pages;
mod picture;
mod ramp;
mod raster;
mod sample;
mod scale;
mod scene;
mod shape;
mod svg;
mod text;
mod timeline;
mod transition;
mod vector;

pub use adjust::{LOOKS, Look};
pub use error::CompositorError;
pub use picture::{Picture, RgbaFrame, YuvFrame};
pub use scene::{MediaNeed, Scene};
pub use text::{FontFault, FontFile, Fonts, font_dirs, font_files, is_font_name};
pub use vector::{Vector, VectorError};
