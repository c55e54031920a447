//! Which clips are heard when and how loud: the document's rules, no samples.

use darkroom_editor_state::{Easing, EditorState, Item, ItemKind, Sound, SourceTime, Ticks, Track};

/// Louder is the same noise below the limiter, and still a finite number.
const LOUDEST_DECIBELS: f64 = 200.0;

/// One clip that is heard.
#[derive(Debug, Clone)]
pub(crate) struct Clip<'a> {
    pub(crate) asset_id: &'a str,
    pub(crate) source: SourceTime,
    pub(crate) sound: &'a Sound,
    /// The item's own time.
    pub(crate) start: Ticks,
    pub(crate) duration: Ticks,
    /// The transition it comes in by, if there is one.
    pub(crate) enter: Option<Crossing>,
    /// The transition it leaves by.
    pub(crate) leave: Option<Crossing>,
}

/// A transition between two clips that are heard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crossing {
    /// Half of its length, on either side of the cut.
    pub(crate) half: Ticks,
    /// Curve of the picture's progress, and of the sound's.
    pub(crate) easing: Easing,
}

impl Crossing {
    /// The angle whose sine is the incoming clip's gain and whose cosine is the outgoing
    /// one's, so that their power stays the same: 0 to a quarter turn, in radians. `since`
    /// counts from the transition's start.
    fn angle(self, since: Ticks) -> f64 {
        std::f64::consts::FRAC_PI_2 * self.easing.at(share(since, self.half + self.half))
    }
}

/// A part of a time, 0..=1.
fn share(part: Ticks, whole: Ticks) -> f64 {
    (part.0 as f64 / whole.0 as f64).clamp(0.0, 1.0)
}

impl Clip<'_> {
    /// First tick that it is heard at, the transition included.
    pub(crate) fn heard_from(&self) -> Ticks {
        self.start - self.enter.map_or(Ticks(0), |crossing| crossing.half)
    }

    /// First tick that it is no longer heard at.
    pub(crate) fn heard_to(&self) -> Ticks {
        let after = self.leave.map_or(Ticks(0), |crossing| crossing.half);
        self.start + self.duration + after
    }

    /// Amplitude factor at a time counted from the item's start.
    pub(crate) fn gain_at(&self, local: Ticks) -> f64 {
        let decibels = self
            .sound
            .decibel_adjustment
            .at(local)
            .min(LOUDEST_DECIBELS);
        let mut gain = 10_f64.powf(decibels / 20.0);
        if self.sound.fade_in.0 > 0 {
            gain *= share(local, self.sound.fade_in);
        }
        if self.sound.fade_out.0 > 0 {
            gain *= share(self.duration - local, self.sound.fade_out);
        }
        let lasting = |crossing: Option<Crossing>| crossing.filter(|crossing| crossing.half.0 > 0);
        if let Some(crossing) = lasting(self.enter) {
            gain *= crossing.angle(local + crossing.half).sin();
        }
        if let Some(crossing) = lasting(self.leave) {
            let since = local - (self.duration - crossing.half);
            gain *= crossing.angle(since).cos();
        }
        gain
    }
}

/// Every clip that may be heard; whether its file has sound is not known here.
pub(crate) fn clips(doc: &EditorState) -> Vec<Clip<'_>> {
    let heard = doc.tracks.iter().filter(|track| !track.muted);
    heard
        .flat_map(|track| track.items.iter().map(move |id| (track, id)))
        .filter_map(|(track, id)| clip(doc, track, doc.items.get(id)?))
        .collect()
}

fn clip<'a>(doc: &'a EditorState, track: &Track, item: &'a Item) -> Option<Clip<'a>> {
    let (asset_id, source, sound) = match &item.kind {
        ItemKind::Video(video) => (&video.asset_id, video.source, &video.sound),
        ItemKind::Audio(audio) => (&audio.asset_id, audio.source, &audio.sound),
        _ => return None,
    };
    let crossing = |outgoing: bool| {
        let found = doc.transitions.values().find(|transition| {
            let clip = if outgoing {
                &transition.from_clip_id
            } else {
                &transition.to_clip_id
            };
            transition.track_id == track.id && *clip == item.id
        })?;
        let from = doc.items.get(&found.from_clip_id)?.duration;
        let to = doc.items.get(&found.to_clip_id)?.duration;
        // Longer than either clip: shortened to it.
        Some(Crossing {
            half: Ticks(found.duration.min(from).min(to).0 / 2),
            easing: found.easing,
        })
    };
    Some(Clip {
        asset_id,
        source,
        sound,
        start: item.start,
        duration: item.duration,
        enter: crossing(false),
        leave: crossing(true),
    })
}

#[cfg(test)]
mod tests {
    use darkroom_editor_state::{AnimatedNumber, Keyframe};

    use super::*;

    fn sound(decibels: AnimatedNumber) -> Sound {
        Sound {
            decibel_adjustment: decibels,
            fade_in: Ticks(0),
            fade_out: Ticks(0),
        }
    }

    fn clip(sound: &Sound, enter: Option<Crossing>, leave: Option<Crossing>) -> Clip<'_> {
        let source = SourceTime {
            start: Ticks(0),
            playback_rate: 1.0,
        };
        Clip {
            asset_id: "a",
            source,
            sound,
            start: Ticks(1000),
            duration: Ticks(1000),
            enter,
            leave,
        }
    }

    #[test]
    fn decibels_are_interpolated_as_decibels() {
        let ramp = AnimatedNumber {
            value: 0.0,
            keyframes: vec![Keyframe {
                time: Ticks(1000),
                value: -40.0,
            }],
        };
        let gain = clip(&sound(ramp), None, None).gain_at(Ticks(500));
        assert!((gain - 0.1).abs() < 1e-9, "{gain}");
    }

    #[test]
    fn fades_are_linear() {
        let mut sound = sound(AnimatedNumber::constant(0.0));
        (sound.fade_in, sound.fade_out) = (Ticks(200), Ticks(400));
        let clip = clip(&sound, None, None);
        for (at, gain) in [
            (0, 0.0),
            (100, 0.5),
            (200, 1.0),
            (600, 1.0),
            (800, 0.5),
            (1000, 0.0),
        ] {
            assert!((clip.gain_at(Ticks(at)) - gain).abs() < 1e-9, "{at}");
        }
    }

    #[test]
    fn a_transition_keeps_the_power() {
        let sound = sound(AnimatedNumber::constant(0.0));
        for easing in [
            Easing::Linear,
            Easing::EaseIn,
            Easing::EaseOut,
            Easing::EaseInOut,
        ] {
            let half = Ticks(100);
            let crossing = Some(Crossing { half, easing });
            let out = clip(&sound, None, crossing);
            let incoming = clip(&sound, crossing, None);
            assert_eq!(
                (out.heard_to(), incoming.heard_from()),
                (Ticks(2100), Ticks(900))
            );
            for offset in [-100, -50, 0, 50, 100] {
                let a = out.gain_at(Ticks(1000 + offset));
                let b = incoming.gain_at(Ticks(offset));
                let what = format!("{easing:?}, {offset}: {a} {b}");
                assert!((a * a + b * b - 1.0).abs() < 1e-9, "{what}");
                let done = easing.at((offset + 100) as f64 / 200.0);
                let share = b.asin() / std::f64::consts::FRAC_PI_2;
                assert!((share - done).abs() < 1e-7, "{what}");
            }
        }
    }
}
