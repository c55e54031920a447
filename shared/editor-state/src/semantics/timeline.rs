//! Tracks and transitions: what follows what.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{View, each, quote, span, text, times};
use crate::fault::{FaultCode, Faults, join};
use crate::names::{self, use_one_of};
use crate::schema::show;

/// An item as a track lists it.
struct Placed<'a> {
    place: String,
    id: &'a str,
    start: f64,
    end: f64,
}

pub(super) fn check_tracks(view: &View<'_>, faults: &mut Faults) {
    let mut listed: HashMap<&str, String> = HashMap::new();
    for (track_index, track) in view.tracks.iter().enumerate() {
        let mut placed = Vec::new();
        let ids = track
            .get("items")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        for (index, id) in ids
            .iter()
            .enumerate()
            .filter_map(|(i, id)| Some((i, id.as_str()?)))
        {
            if faults.is_full() {
                return;
            }
            let place = format!("/tracks/{track_index}/items/{index}");
            let Some(item) = view.items.and_then(|items| items.get(id)) else {
                let message = format!(
                    "The track lists {}, which items does not hold. Add the item or take it off the track.",
                    quote(id)
                );
                faults.push(FaultCode::TrackItemNotFound, place, message);
                continue;
            };
            if let Some(first) = listed.get(id) {
                let message = format!(
                    "{} is listed here and at {first}; an item sits on one track once. Remove one of the two.",
                    quote(id)
                );
                faults.push(FaultCode::TrackItemOverlap, place, message);
                continue;
            }
            listed.insert(id, place.clone());
            if let Some((start, end)) = span(item) {
                placed.push(Placed {
                    place,
                    id,
                    start,
                    end,
                });
            }
        }
        check_overlaps(placed, faults);
    }
}

fn check_overlaps(mut placed: Vec<Placed<'_>>, faults: &mut Faults) {
    placed.sort_by(|a, b| a.start.total_cmp(&b.start));
    let mut longest: Option<Placed<'_>> = None;
    for item in placed {
        if let Some(before) = longest.as_ref().filter(|before| item.start < before.end) {
            let message = format!(
                "{} starts at tick {}, before {} ends at tick {}; items of one track may touch but not overlap. Move one of them.",
                quote(item.id),
                item.start,
                quote(before.id),
                before.end
            );
            faults.push(FaultCode::TrackItemOverlap, item.place.clone(), message);
        }
        if longest.as_ref().is_none_or(|before| item.end > before.end) {
            longest = Some(item);
        }
    }
}

pub(super) fn check_transitions(view: &View<'_>, faults: &mut Faults) {
    let home = homes(view);
    let mut cuts = HashMap::new();
    let tracks: HashSet<&str> = view.tracks.iter().filter_map(|t| text(t, "id")).collect();
    for (key, transition) in each(view.transitions) {
        if faults.is_full() {
            return;
        }
        let path = join("/transitions", key);
        times::check(transition, &path, faults);
        check_direction(transition, &path, faults);
        let Some(track) = text(transition, "trackId") else {
            continue;
        };
        if !tracks.contains(track) {
            let message = format!(
                "trackId is {}, which tracks does not hold. Name the track of both clips.",
                quote(track)
            );
            faults.push(
                FaultCode::TransitionClipNotAdjacent,
                join(&path, "trackId"),
                message,
            );
            continue;
        }
        let from = clip(
            view,
            &home,
            transition,
            track,
            (&path, "fromClipId"),
            faults,
        );
        let to = clip(view, &home, transition, track, (&path, "toClipId"), faults);
        let (Some((_, cut)), Some((start, _))) = (from.and_then(span), to.and_then(span)) else {
            continue;
        };
        if cut.total_cmp(&start).is_ne() {
            let message = format!(
                "toClipId starts at tick {start}, but fromClipId ends at tick {cut}; the clips of a transition must touch. Move one of them."
            );
            faults.push(
                FaultCode::TransitionClipNotAdjacent,
                join(&path, "toClipId"),
                message,
            );
            continue;
        }
        check_alone((key, transition), path, &mut cuts, faults);
    }
}

/// Refuses a second transition over one cut: no more than one is seen and heard. `cuts`
/// has the clips of those before, and the key of each.
fn check_alone<'a>(
    (key, transition): (&'a str, &'a Value),
    path: String,
    cuts: &mut HashMap<[&'a str; 2], &'a str>,
    faults: &mut Faults,
) {
    let (Some(from), Some(to)) = (text(transition, "fromClipId"), text(transition, "toClipId"))
    else {
        return;
    };
    let first = *cuts.entry([from, to]).or_insert(key);
    if first != key {
        let message = format!(
            "It goes from {} to {}, as {} does; a cut has one transition. Remove one of the two.",
            quote(from),
            quote(to),
            quote(first)
        );
        faults.push(FaultCode::TransitionOverlap, path, message);
    }
}

/// The track that each item sits on, so that a transition costs one look-up.
fn homes<'a>(view: &View<'a>) -> HashMap<&'a str, &'a str> {
    let mut home = HashMap::new();
    for track in view.tracks {
        let Some(id) = text(track, "id") else {
            continue;
        };
        let items = track.get("items").and_then(Value::as_array);
        for item in items.into_iter().flatten().filter_map(Value::as_str) {
            home.entry(item).or_insert(id);
        }
    }
    home
}

/// Refuses a direction that the transition's type does not have. The schema lets it be
/// anything, and an unknown type is the schema's to refuse.
fn check_direction(transition: &Value, path: &str, faults: &mut Faults) {
    let Some(kind) = text(transition, "type") else {
        return;
    };
    let Some(given) = transition
        .get("params")
        .and_then(|all| all.get("direction"))
    else {
        return;
    };
    let known = names::directions(kind);
    if known.is_empty() || known.iter().any(|name| given == name.id) {
        return;
    }
    let message = format!(
        "direction is {}, which a {kind} does not have.{}",
        show(given),
        use_one_of(
            known.iter().map(|name| name.id),
            given.as_str().unwrap_or_default()
        )
    );
    faults.push(
        FaultCode::TransitionTypeInvalid,
        join(&join(path, "params"), "direction"),
        message,
    );
}

/// The clip that a transition names, if it sits on the transition's track.
fn clip<'a>(
    view: &View<'a>,
    home: &HashMap<&str, &str>,
    transition: &Value,
    track: &str,
    (path, key): (&str, &str),
    faults: &mut Faults,
) -> Option<&'a Value> {
    let id = text(transition, key)?;
    let found = view.items.and_then(|items| items.get(id));
    if found.is_some() && home.get(id) == Some(&track) {
        return found;
    }
    let why = if found.is_some() {
        format!("which is not on track {}", quote(track))
    } else {
        "which items does not hold".to_owned()
    };
    let message = format!(
        "{key} is {}, {why}. Name two clips that follow one another on the transition's track.",
        quote(id)
    );
    faults.push(
        FaultCode::TransitionClipNotAdjacent,
        join(path, key),
        message,
    );
    None
}
