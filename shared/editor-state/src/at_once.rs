//! How many clips may play at one instant: each takes a process of the renderer.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use serde_json::Value;

use crate::fault::{Fault, FaultCode};
use crate::model::{EditorState, Item, ItemKind, SourceTime, Ticks, Track};
use crate::schema::show;

/// Videos and gifs that are drawn at one instant, at most.
pub const MAX_FILMS_AT_ONCE: usize = 32;
/// Sounds that are heard at one instant, at most. Of a document the `audio` items count:
/// whether a video has sound is known from its file alone.
pub const MAX_SOUNDS_AT_ONCE: usize = 64;

/// A clip on a track, and how long it plays, transitions included.
struct Clip<'a> {
    id: &'a str,
    track: usize,
    index: usize,
    from: Ticks,
    until: Ticks,
}

/// A transition, as one of its clips has it.
struct Cut {
    outgoing: bool,
    from: Ticks,
    until: Ticks,
    half: Ticks,
}

/// Transitions by the clips that they join, in the document's order.
type Cuts<'a> = HashMap<&'a str, Vec<Cut>>;

/// The first video or gif and the first sound that are one too many.
pub(crate) fn check(state: &EditorState) -> Vec<Fault> {
    let cuts = cuts(state);
    let films = clips(state, |track, item| {
        let plays = matches!(item.kind, ItemKind::Video(_) | ItemKind::Gif(_));
        (plays && !track.hidden).then(|| drawn(item, &cuts))
    });
    let sounds = clips(state, |track, item| match &item.kind {
        ItemKind::Audio(audio) if !track.muted => Some(heard(item, audio.source, &cuts)),
        _ => None,
    });
    let films = one_too_many(films, MAX_FILMS_AT_ONCE)
        .map(|clip| fault(&clip, "videos and gifs are drawn", MAX_FILMS_AT_ONCE));
    let sounds = one_too_many(sounds, MAX_SOUNDS_AT_ONCE)
        .map(|clip| fault(&clip, "sounds are heard", MAX_SOUNDS_AT_ONCE));
    films.into_iter().chain(sounds).collect()
}

fn cuts(state: &EditorState) -> Cuts<'_> {
    let mut cuts = Cuts::new();
    for transition in state.transitions.values() {
        let ids = (&transition.from_clip_id, &transition.to_clip_id);
        let (Some(from), Some(to)) = (state.items.get(ids.0), state.items.get(ids.1)) else {
            continue;
        };
        // Longer than either clip: shortened to it.
        let length = transition.duration.min(from.duration).min(to.duration);
        let half = Ticks(length.0 / 2);
        let start = to.start - half;
        for (item, outgoing) in [(from, true), (to, false)] {
            cuts.entry(&item.id).or_default().push(Cut {
                outgoing,
                from: start,
                until: start + length,
                half,
            });
        }
    }
    cuts
}

fn clips(
    state: &EditorState,
    span: impl Fn(&Track, &Item) -> Option<(Ticks, Ticks)>,
) -> Vec<Clip<'_>> {
    let mut clips = Vec::new();
    for (place, track) in state.tracks.iter().enumerate() {
        for (index, id) in track.items.iter().enumerate() {
            let item = state.items.get(id);
            if let Some((from, until)) = item.and_then(|item| span(track, item)) {
                clips.push(Clip {
                    id,
                    track: place,
                    index,
                    from,
                    until,
                });
            }
        }
    }
    clips
}

/// When a clip is drawn.
fn drawn(item: &Item, cuts: &Cuts<'_>) -> (Ticks, Ticks) {
    let cuts = cuts.get(item.id.as_str()).into_iter().flatten();
    cuts.fold((item.start, item.end()), |(from, until), cut| {
        (from.min(cut.from), until.max(cut.until))
    })
}

/// When a sound is heard: it fades through half of a transition on its own side of the
/// cut, and through the other as far as there is material.
fn heard(item: &Item, source: SourceTime, cuts: &Cuts<'_>) -> (Ticks, Ticks) {
    let half = |outgoing: bool| {
        let mut cuts = cuts.get(item.id.as_str()).into_iter().flatten();
        let found = cuts.find(|cut| cut.outgoing == outgoing);
        found.map_or(Ticks(0), |cut| cut.half)
    };
    let lead = Ticks((source.start.0.max(0) as f64 / source.playback_rate) as i64);
    (item.start - half(false).min(lead), item.end() + half(true))
}

/// The clip with which more than `limit` play at one instant.
fn one_too_many(mut clips: Vec<Clip<'_>>, limit: usize) -> Option<Clip<'_>> {
    clips.sort_by_key(|clip| (clip.from, clip.track, clip.index));
    let mut ends = BinaryHeap::new();
    for clip in clips {
        while ends
            .peek()
            .is_some_and(|Reverse(end): &Reverse<Ticks>| *end <= clip.from)
        {
            ends.pop();
        }
        ends.push(Reverse(clip.until));
        if ends.len() > limit {
            return Some(clip);
        }
    }
    None
}

fn fault(clip: &Clip<'_>, what: &str, limit: usize) -> Fault {
    let message = format!(
        "With {} {} {what} at once at {:.2} s; at most {limit} are rendered. Put them one after the other, or join some of them.",
        show(&Value::from(clip.id)),
        limit + 1,
        clip.from.seconds(),
    );
    Fault {
        code: FaultCode::TooManyAtOnce,
        path: format!("/tracks/{}/items/{}", clip.track, clip.index),
        message,
    }
}
