//! The goldens that there must be: one for every word of the vocabularies that a
//! document, an editor or an export chooses from, in every direction, with frames of its
//! begin, its middle and its end. A word that is added to a vocabulary fails here until
//! it has a case, and its case until it has a golden.

use std::collections::BTreeMap;
use std::ops::Range;

use darkroom_editor_state::Ratio;
use darkroom_editor_state::capabilities::{
    BACKGROUND_BLUR_LEVELS, BACKGROUND_COLORS, BACKGROUND_GRADIENTS,
};
use darkroom_editor_state::motion_graphics::built_in;
use darkroom_editor_state::names::{self, Name};
use serde_json::json;

use super::{
    Case, all, animations, backgrounds, boxes, captions, changes, charts, graphics, illustrations,
    items, letters, presets, ways,
};
use crate::film::Film;

/// A golden that there must be.
struct Needed {
    name: String,
    /// Words of its document, without which it would show something else.
    words: Vec<String>,
    /// What its film must have that is no word of its document.
    setting: Option<Setting>,
    /// Frames from the begin to the end of what it is to show.
    lasts: Range<u64>,
}

#[derive(Debug)]
enum Setting {
    /// How much its background is blurred.
    Level(u8),
    /// What its export asks for.
    Ratio(&'static str),
}

impl Setting {
    fn is_of(&self, film: &Film) -> bool {
        match self {
            Self::Level(level) => film.json()["globalBackground"]["level"] == *level,
            Self::Ratio(ratio) => Ratio::parse(ratio) == Some(film.ratio),
        }
    }
}

impl Needed {
    fn with(mut self, setting: Setting) -> Self {
        self.setting = Some(setting);
        self
    }
}

fn need<'a>(name: String, words: impl IntoIterator<Item = &'a str>, lasts: &Range<u64>) -> Needed {
    Needed {
        name,
        words: words.into_iter().map(str::to_owned).collect(),
        setting: None,
        lasts: lasts.clone(),
    }
}

/// One golden a word, called `prefix` and the word.
fn each(prefix: &str, vocabulary: &[Name], lasts: &Range<u64>) -> Vec<Needed> {
    let one = |name: &Name| need(format!("{prefix}-{}", name.id), [name.id], lasts);
    vocabulary.iter().map(one).collect()
}

/// One golden for every word of a vocabulary with every easing.
fn eased(prefix: &str, vocabulary: &[Name], lasts: &Range<u64>) -> Vec<Needed> {
    let one = |name: &Name, easing: &Name| {
        let golden = format!("{prefix}{}-{}", name.id, easing.id);
        need(golden, [name.id, easing.id], lasts)
    };
    let words = vocabulary.iter();
    words
        .flat_map(|name| names::EASINGS.iter().map(move |easing| one(name, easing)))
        .collect()
}

fn needed() -> Vec<Needed> {
    let mut all = each("item", names::ITEMS, &items::SHOWN);
    all.extend(each("shape", names::SHAPES, &boxes::SHAPES));
    all.extend(each("chart", names::CHARTS, &charts::GROWTH));
    all.extend(each("effect", names::EFFECTS, &changes::CHANGE));
    all.extend(each("filter", names::FILTERS, &changes::CHANGE));
    all.extend(moves());
    all.extend(transitions());
    all.extend(behind());
    all.extend(library());
    all
}

/// Animations of items, of parts and of letters, at both sides and as loops, with every
/// easing.
fn moves() -> Vec<Needed> {
    let mut all = Vec::new();
    for side in [animations::IN, animations::OUT] {
        all.extend(each("animation", names::ANIMATIONS, &side));
        all.extend(each("animation", names::EASINGS, &side));
        all.extend(eased("animation-", names::ANIMATIONS, &side));
        all.extend(each("template", names::EASINGS, &side));
    }
    for side in [letters::IN, letters::OUT] {
        all.extend(each("letters", names::CAPTION_ANIMATIONS, &side));
        all.extend(eased("letters-", names::CAPTION_ANIMATIONS, &side));
    }
    let rounds = names::CAPTION_ANIMATIONS;
    all.extend(eased("letters-loop-", rounds, &letters::ROUND));
    for side in [captions::IN, captions::OUT] {
        all.extend(each("captions", names::CAPTION_ANIMATIONS, &side));
        all.extend(each("captions", names::EASINGS, &side));
    }
    all.extend(each("captions-loop", names::EASINGS, &captions::ROUND));
    for kind in names::CAPTION_ANIMATIONS {
        for (on, round) in [("letters", letters::ROUND), ("captions", captions::ROUND)] {
            let name = format!("{on}-{}-loop", kind.id);
            all.push(need(name, [kind.id, "loop"], &round));
        }
    }
    all
}

/// Transitions, in every direction and with every easing.
fn transitions() -> Vec<Needed> {
    let directed = ways().into_iter().map(|(name, kind, direction)| {
        let words = [kind].into_iter().chain(direction);
        need(name, words, &changes::CUT)
    });
    let eased = eased("", names::TRANSITIONS, &changes::CUT);
    directed.chain(eased).collect()
}

/// Backgrounds, what editors are offered for them, and canvases of every ratio.
fn behind() -> Vec<Needed> {
    let mut all = each("background", names::BACKGROUNDS, &presets::SHOWN);
    for (kind, offered) in [
        ("color", BACKGROUND_COLORS),
        ("gradient", BACKGROUND_GRADIENTS),
    ] {
        for (place, css) in offered.iter().enumerate() {
            all.push(need(presets::preset(kind, place), [*css], &presets::SHOWN));
        }
    }
    for level in BACKGROUND_BLUR_LEVELS {
        let name = format!("background-blur-{level}-video");
        let blurred = need(name, ["blur"], &backgrounds::BLURS);
        all.push(blurred.with(Setting::Level(*level)));
    }
    for ratio in names::RATIOS {
        let name = format!("ratio-{}", ratio.id.replace(':', "-"));
        let shaped = need(name, [], &backgrounds::RATIOS);
        all.push(shaped.with(Setting::Ratio(ratio.id)));
    }
    all
}

/// Drawings and motion graphics that are built in.
fn library() -> Vec<Needed> {
    let drawings = names::ILLUSTRATIONS
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let sheet = illustrations::sheet_of(place);
            need(sheet, [name.id], &illustrations::GROWTH)
        });
    let graphics = built_in().iter().map(|graphic| {
        let name = format!("graphic-{}", graphic.id);
        need(name, [graphic.id.as_str()], &graphics::SHOWN)
    });
    drawings.chain(graphics).collect()
}

/// Whether some of the frames are of the begin, some of the middle and some of the end:
/// of the first eighth, of the middle third and of the last eighth.
fn shows(frames: &[u64], lasts: &Range<u64>) -> bool {
    let length = lasts.end - lasts.start;
    let (edge, third) = (length.div_ceil(8), length / 3);
    let parts = [
        lasts.start..lasts.start + edge,
        lasts.start + third..lasts.end - third,
        lasts.end - edge..lasts.end,
    ];
    parts
        .iter()
        .all(|part| frames.iter().any(|frame| part.contains(frame)))
}

/// What is wrong with the golden that there must be.
fn fault(needed: &Needed, cases: &BTreeMap<String, Case>) -> Option<String> {
    let Needed {
        name,
        words,
        setting,
        lasts,
    } = needed;
    let Some(case) = cases.get(name) else {
        return Some(format!("{name}: no case is called so"));
    };
    let document = case.film.json().to_string();
    let silent = words
        .iter()
        .find(|word| !document.contains(&json!(word).to_string()));
    if let Some(word) = silent {
        return Some(format!("{name}: its document does not say {word}"));
    }
    if let Some(setting) = setting.as_ref().filter(|one| !one.is_of(&case.film)) {
        return Some(format!("{name}: its film is not of {setting:?}"));
    }
    (!shows(&case.frames, lasts)).then(|| {
        let frames = &case.frames;
        format!("{name}: frames {frames:?} lack the begin, middle or end of {lasts:?}")
    })
}

fn by_name() -> BTreeMap<String, Case> {
    let named = |case: Case| (case.name.clone(), case);
    all().into_iter().map(named).collect()
}

#[test]
fn every_word_of_the_vocabularies_has_its_golden() {
    let cases = by_name();
    let needed = needed();
    let faults: Vec<_> = needed.iter().filter_map(|n| fault(n, &cases)).collect();
    assert!(
        faults.is_empty(),
        "{} of {} goldens that must be are not there:\n{}",
        faults.len(),
        needed.len(),
        faults.join("\n")
    );
}

#[test]
fn what_is_missing_is_told() {
    let cases = by_name();
    let told = |name: &str, word: &str, lasts: Range<u64>| {
        fault(&need(name.to_owned(), [word], &lasts), &cases)
    };
    let look = "filter-sunset-orange";
    assert_eq!(told(look, "sunset-orange", changes::CHANGE), None);
    for (name, word, lasts) in [
        ("filter-of-no-case", "sunset-orange", changes::CHANGE),
        (look, "lemon-cyan", changes::CHANGE),
        (look, "sunset-orange", 3..60),
    ] {
        assert!(told(name, word, lasts).is_some(), "{name} {word}");
    }
    let set = |name: &str, setting: Setting| {
        let needed = need(name.to_owned(), [], &backgrounds::BLURS);
        fault(&needed.with(setting), &cases)
    };
    let (blurred, tall) = ("background-blur-3-video", "ratio-9-16");
    assert_eq!(set(blurred, Setting::Level(3)), None);
    assert!(set(blurred, Setting::Level(2)).is_some());
    assert_eq!(set(tall, Setting::Ratio("9:16")), None);
    assert!(set(tall, Setting::Ratio("1:1")).is_some());
}

#[test]
fn frames_of_two_parts_do_not_show_the_third() {
    assert!(shows(&[10, 15, 19], &(10..20)));
    for frames in [[15, 16, 19], [10, 11, 19], [10, 15, 16], [9, 15, 20]] {
        assert!(!shows(&frames, &(10..20)), "{frames:?}");
    }
}
