//! What pictures may take at one instant. A render function has 10,240 MB by default
//! (`RenderMemory` in template.yaml), which is:
//!
//! | for | at most | bytes a pixel | GiB |
//! |---|---|---|---|
//! | images | [`STILL_PIXELS`] | 8: decoded once, and premultiplied for each item | 2 |
//! | videos, gifs | [`FILM_PIXELS`] | 40: five pictures on their way, and what H.264 lets a decoder keep (16) and have in work, 1.5 each | 5 |
//! | layers of a frame | 512 MiB (the compositor's `scene::stack`) | | 0.5 |
//! | encoding, canvas, sound, fonts | an output of 3840 x 2160 | | 2 |
//!
//! Smaller functions hold what people make: forty photographs of 1080p are 83 million
//! pixels. What shows one after the other is not kept together and has no bound.

use darkroom_compositor::Scene;
use darkroom_editor_state::{EditorState, Item, ItemKind, MAX_FILMS_AT_ONCE};

use crate::at_once::{self, Span};
use crate::error::RenderError;
use crate::media::{Media, asset_of};

/// Pixels of all images that are drawn at once, at most: four of the largest that are
/// decoded, or twenty-two of 12 megapixels.
const STILL_PIXELS: u64 = 1 << 28;
/// Pixels of all videos and gifs that are drawn at once, at most: sixteen of 3840 x 2160.
const FILM_PIXELS: u64 = 1 << 27;
/// Items that the sentence names.
const NAMED: usize = 3;
/// Characters of an id in it.
const NAME_CHARS: usize = 64;

/// An item that is drawn, and how long.
struct Shown<'a> {
    item: &'a str,
    span: Span,
}

/// Refuses a document that takes more than one machine has, at any instant.
pub(crate) fn check(doc: &EditorState, scene: &Scene, media: &Media) -> Result<(), RenderError> {
    let (mut stills, mut films) = (Vec::new(), Vec::new());
    for piece in doc.items.values().flat_map(Item::pieces) {
        let still = match piece.kind {
            ItemKind::Image(_) => true,
            ItemKind::Video(_) | ItemKind::Gif(_) => false,
            _ => continue,
        };
        let (Some((from, until)), Some(asset)) = (scene.media_span(&piece.id), asset_of(piece))
        else {
            continue;
        };
        let (list, weight) = if still {
            (&mut stills, media.still_pixels(asset)?)
        } else {
            (&mut films, media.film_pixels(asset)?)
        };
        list.push(Shown {
            item: &piece.id,
            span: Span {
                from,
                until,
                weight,
            },
        });
    }
    let lengths = films.iter().map(|film| (film.span.from, film.span.until));
    at_once::check("videos and gifs are drawn", MAX_FILMS_AT_ONCE, lengths)?;
    check_pixels("images", STILL_PIXELS, &mut stills)?;
    check_pixels("videos and gifs", FILM_PIXELS, &mut films)
}

fn check_pixels(
    what: &'static str,
    limit: u64,
    shown: &mut Vec<Shown<'_>>,
) -> Result<(), RenderError> {
    let Some(over) = at_once::first_over(limit, shown.iter().map(|shown| shown.span)) else {
        return Ok(());
    };
    shown.retain(|shown| shown.span.holds(over.tick));
    // The largest first: they are what to make smaller.
    shown.sort_by(|a, b| (b.span.weight, a.item).cmp(&(a.span.weight, b.item)));
    Err(RenderError::TooManyPixels {
        what,
        count: over.clips,
        items: named(shown),
        pixels: over.weight,
        limit,
        seconds: over.seconds(),
    })
}

fn named(shown: &[Shown<'_>]) -> String {
    let name = |shown: &Shown<'_>| {
        let id: String = shown.item.chars().take(NAME_CHARS).collect();
        format!("\"{id}\"")
    };
    let names: Vec<String> = shown.iter().take(NAMED).map(name).collect();
    let names = names.join(", ");
    match shown.len().saturating_sub(NAMED) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}
