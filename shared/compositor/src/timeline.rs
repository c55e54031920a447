//! Which items show at a tick, and in which order.

use std::collections::BTreeMap;

use darkroom_editor_state::{
    AnimatedNumber, Animations, Easing, EditorState, Frame, Geometry, Item, ItemKind, SourceTime,
    Ticks, Transition, TransitionKind,
};

/// An item that is drawn.
pub(crate) struct Clip {
    pub item: Item,
    /// First tick it is drawn on, transitions included.
    pub from: Ticks,
    /// First tick it is not drawn on any more, transitions included.
    pub until: Ticks,
}

/// A transition between two clips of one track.
struct Cut {
    outgoing: Option<usize>,
    incoming: Option<usize>,
    from: Ticks,
    until: Ticks,
    easing: Easing,
    kind: TransitionKind,
}

/// One track that is not hidden.
struct Lane {
    clips: Vec<usize>,
    cuts: Vec<Cut>,
}

/// What shows at a tick.
#[derive(Debug, PartialEq)]
pub(crate) enum Shown {
    /// A clip alone.
    Clip(usize),
    /// Two clips, the second taking over as `progress` goes from 0 to 1.
    Transition {
        outgoing: Option<usize>,
        incoming: Option<usize>,
        progress: f64,
        kind: TransitionKind,
    },
}

impl Shown {
    /// The clips in it.
    pub(crate) fn clips(&self) -> impl Iterator<Item = usize> + use<> {
        let pair = match *self {
            Self::Clip(clip) => [Some(clip), None],
            Self::Transition {
                outgoing, incoming, ..
            } => [outgoing, incoming],
        };
        pair.into_iter().flatten()
    }
}

/// Drawn clips, bottom track first.
pub(crate) struct Timeline {
    pub clips: Vec<Clip>,
    lanes: Vec<Lane>,
}

impl Timeline {
    pub(crate) fn new(state: &EditorState) -> Self {
        let mut timeline = Self {
            clips: Vec::new(),
            lanes: Vec::new(),
        };
        let mut transitions: BTreeMap<&str, Vec<&Transition>> = BTreeMap::new();
        for transition in state.transitions.values() {
            let of_track = transitions.entry(&transition.track_id).or_default();
            of_track.push(transition);
        }
        for track in state.tracks.iter().rev().filter(|track| !track.hidden) {
            let mut lane = Lane {
                clips: Vec::new(),
                cuts: Vec::new(),
            };
            let mut by_id = BTreeMap::new();
            for item in track.items.iter().filter_map(|id| state.items.get(id)) {
                let adjusts = matches!(item.kind, ItemKind::Effect(_) | ItemKind::Filter(_));
                if adjusts || geometry(&item.kind).is_some() {
                    // What shows nothing of its own takes no part in transitions.
                    if !adjusts {
                        by_id.insert(item.id.as_str(), timeline.clips.len());
                    }
                    lane.clips.push(timeline.clips.len());
                    timeline.clips.push(Clip {
                        from: item.start,
                        until: item.end(),
                        item: item.clone(),
                    });
                }
            }
            for transition in transitions.remove(track.id.as_str()).unwrap_or_default() {
                let ids = (&transition.from_clip_id, &transition.to_clip_id);
                let (Some(from), Some(to)) = (state.items.get(ids.0), state.items.get(ids.1))
                else {
                    continue;
                };
                let length = transition.duration.min(from.duration).min(to.duration);
                let start = to.start - Ticks(length.0 / 2);
                lane.cuts.push(Cut {
                    outgoing: by_id.get(from.id.as_str()).copied(),
                    incoming: by_id.get(to.id.as_str()).copied(),
                    from: start,
                    until: start + length,
                    easing: transition.easing,
                    kind: transition.kind.clone(),
                });
            }
            timeline.widen(&lane.cuts);
            timeline.lanes.push(lane);
        }
        timeline
    }

    /// Lets clips show for as long as their transitions last.
    fn widen(&mut self, cuts: &[Cut]) {
        for cut in cuts {
            for clip in [cut.outgoing, cut.incoming].into_iter().flatten() {
                if let Some(clip) = self.clips.get_mut(clip) {
                    clip.from = clip.from.min(cut.from);
                    clip.until = clip.until.max(cut.until);
                }
            }
        }
    }

    /// What shows at a tick, bottom first.
    pub(crate) fn at(&self, tick: Ticks) -> Vec<Shown> {
        let mut shown = Vec::new();
        for lane in &self.lanes {
            let mut in_transition = [None; 2];
            if let Some(cut) = lane
                .cuts
                .iter()
                .find(|cut| cut.from <= tick && tick < cut.until)
            {
                in_transition = [cut.outgoing, cut.incoming];
                let done = (tick - cut.from).0 as f64 / (cut.until - cut.from).0.max(1) as f64;
                shown.push(Shown::Transition {
                    outgoing: cut.outgoing,
                    incoming: cut.incoming,
                    progress: cut.easing.at(done),
                    kind: cut.kind.clone(),
                });
            }
            for &index in &lane.clips {
                let Some(clip) = self.clips.get(index) else {
                    continue;
                };
                let lasts = clip.item.start <= tick && tick < clip.item.end();
                if lasts && !in_transition.contains(&Some(index)) {
                    shown.push(Shown::Clip(index));
                }
            }
        }
        shown
    }
}

/// The box of an item that is drawn.
pub(crate) fn geometry(kind: &ItemKind) -> Option<&Geometry> {
    match kind {
        ItemKind::Image(item) => Some(&item.geometry),
        ItemKind::Video(item) => Some(&item.geometry),
        ItemKind::Gif(item) => Some(&item.geometry),
        ItemKind::Lottie(item) => Some(&item.geometry),
        ItemKind::Text(item) => Some(&item.geometry),
        ItemKind::Captions(item) => Some(&item.geometry),
        ItemKind::Solid(item) => Some(&item.geometry),
        ItemKind::Illustration(item) => Some(&item.geometry),
        ItemKind::Chart(item) => Some(&item.geometry),
        ItemKind::Group(item) => Some(&item.geometry),
        ItemKind::Audio(_) | ItemKind::Effect(_) | ItemKind::Filter(_) => None,
    }
}

/// In and out animation of an item.
pub(crate) fn animations(kind: &ItemKind) -> Animations {
    match kind {
        ItemKind::Image(item) => item.animations,
        ItemKind::Video(item) => item.animations,
        ItemKind::Gif(item) => item.animations,
        ItemKind::Lottie(item) => item.animations,
        ItemKind::Text(item) => item.animations,
        ItemKind::Captions(item) => item.animations,
        ItemKind::Solid(item) => item.animations,
        ItemKind::Illustration(item) => item.animations,
        ItemKind::Chart(item) => item.animations,
        ItemKind::Group(item) => item.animations,
        ItemKind::Audio(_) | ItemKind::Effect(_) | ItemKind::Filter(_) => Animations::default(),
    }
}

/// What a media item takes from where.
pub(crate) struct Media<'a> {
    pub asset_id: &'a str,
    pub frame: &'a Frame,
    /// `None`: a still.
    pub source: Option<SourceTime>,
    pub loops: bool,
}

/// The media of an item that shows some.
pub(crate) fn media(kind: &ItemKind) -> Option<Media<'_>> {
    match kind {
        ItemKind::Image(item) => Some(Media {
            asset_id: &item.asset_id,
            frame: &item.frame,
            source: None,
            loops: false,
        }),
        ItemKind::Video(item) => Some(Media {
            asset_id: &item.asset_id,
            frame: &item.frame,
            source: Some(item.source),
            loops: false,
        }),
        ItemKind::Gif(item) => Some(Media {
            asset_id: &item.asset_id,
            frame: &item.frame,
            source: Some(item.source),
            loops: item.loops,
        }),
        ItemKind::Lottie(item) => Some(Media {
            asset_id: &item.asset_id,
            frame: &UNCUT,
            source: Some(item.source),
            loops: false,
        }),
        _ => None,
    }
}

/// Stickers have neither crop nor rounded corners.
static UNCUT: Frame = {
    const ZERO: AnimatedNumber = AnimatedNumber {
        value: 0.0,
        keyframes: Vec::new(),
    };
    Frame {
        border_radius: ZERO,
        crop_left: ZERO,
        crop_top: ZERO,
        crop_right: ZERO,
        crop_bottom: ZERO,
    }
};
