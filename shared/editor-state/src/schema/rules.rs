//! The table of rules: editor state v1, field by field. The root is here; its
//! parts are in the modules.

mod assets;
mod charts;
mod graphics;
mod items;
mod parts;
mod templates;
mod words;

use super::{Field, Rule, Shape, Tagged};
use crate::fault::FaultCode;
use crate::model::Background;
use crate::names;
use assets::ASSET;
pub(in crate::schema) use graphics::{GRAPHIC, RUNNING_NUMBER};
pub(in crate::schema) use items::ITEM;
use words::{
    COUNT, ID, INF, NUMBER, PARAMS, POSITIVE, TEXT, TEXT_OR_NULL, closed, may, must, open, word,
};

pub(in crate::schema) const SLOT_LIST: Rule = Rule::List(0, &ID);
/// Any object.
pub(in crate::schema) static OPEN: Shape = open(&[]);

/// Rules with a name in the API's description, the small ones first.
pub(in crate::schema) static NAMED: &[(&str, Rule)] = &[
    ("EditorAnimatedNumber", parts::ANT),
    ("EditorAnimation", Rule::Object(&parts::ANIMATION)),
    ("EditorAnimations", Rule::Object(&parts::CLIP_ANIMATIONS)),
    (
        "EditorCaptionAnimation",
        Rule::Object(&parts::CAPTION_ANIMATION),
    ),
    (
        "EditorCaptionAnimations",
        Rule::Object(&parts::CAPTION_CLIP_ANIMATIONS),
    ),
    ("EditorFontStyle", Rule::Object(&parts::FONT_STYLE)),
    (
        "EditorTextBackground",
        Rule::Object(&parts::TEXT_BACKGROUND),
    ),
    ("EditorTemplateNode", Rule::Tagged(&templates::NODE)),
    ("EditorTrack", Rule::Object(&TRACK)),
    ("EditorTransition", Rule::Object(&TRANSITION)),
    ("EditorBackground", Rule::Tagged(&BACKGROUND)),
    ("EditorBrand", Rule::Object(&BRAND)),
    ("EditorDeletedAsset", Rule::Object(&DELETED_ASSET)),
    ("EditorAsset", Rule::Tagged(&ASSET)),
    ("EditorItem", Rule::Tagged(&ITEM)),
    ("EditorState", Rule::Object(&STATE)),
];

pub(in crate::schema) static ROOT: Rule = Rule::Object(&STATE);

static STATE: Shape = open(&[&[
    must("stateSchemaVersion", Rule::Choice(&["v1"])),
    must("compositionWidth", Rule::Whole(50.0, 1920.0)),
    must("compositionHeight", Rule::Whole(50.0, 1920.0)),
    must("timebaseTicksPerSecond", Rule::Exactly(240_000)),
    may("outputRatio", word(names::RATIOS)),
    must("tracks", Rule::List(1, &Rule::Object(&TRACK))),
    must("assets", Rule::Map(0, &Rule::Tagged(&ASSET))),
    must("items", Rule::Map(0, &Rule::Tagged(&ITEM))),
    must("transitions", Rule::Map(0, &Rule::Object(&TRANSITION))),
    may("globalBackground", Rule::Tagged(&BACKGROUND)),
    may("brandRuntime", Rule::Nullable(&Rule::Object(&BRAND))),
    may(
        "deletedAssets",
        Rule::List(0, &Rule::Object(&DELETED_ASSET)),
    ),
]]);

static TRACK: Shape = closed(&[&[
    must("id", ID),
    must("items", Rule::List(0, &ID)),
    must("hidden", Rule::Bool),
    must("muted", Rule::Bool),
    may("syncLocked", Rule::Bool),
]]);

static TRANSITION: Shape = closed(&[&[
    must("id", ID),
    must("trackId", ID),
    must("fromClipId", ID),
    must("toClipId", ID),
    must(
        "type",
        Rule::Word(names::TRANSITIONS, FaultCode::TransitionTypeInvalid),
    ),
    must("durationTicks", COUNT),
    may("easing", word(names::EASINGS)),
    may("params", PARAMS),
]]);

/// The last level of a blurred background.
const STRONGEST_BLUR: f64 = (Background::BLURS.len() - 1) as f64;

static BACKGROUND: Tagged = Tagged {
    what: "a background",
    tag: "type",
    base: None,
    strict: true,
    variants: &[
        ("none", Rule::Object(&closed(&[&[must("type", TEXT)]]))),
        (
            "color",
            Rule::Object(&closed(&[&[
                must("type", TEXT),
                must("color", TEXT),
                must("gradient", TEXT_OR_NULL),
            ]])),
        ),
        (
            "blur",
            Rule::Object(&closed(&[&[
                must("type", TEXT),
                must("level", Rule::Whole(0.0, STRONGEST_BLUR)),
            ]])),
        ),
        (
            "image",
            Rule::Object(&closed(&[&[
                must("type", TEXT),
                must("imageAssetId", TEXT_OR_NULL),
                must("imageUrl", ID),
                must("source", Rule::Choice(&["preset", "custom"])),
            ]])),
        ),
    ],
};

static BRAND: Shape = closed(&[&[
    must("brandId", TEXT_OR_NULL),
    must("logoX", NUMBER),
    must("logoY", NUMBER),
    must("managedItemIds", Rule::List(0, &TEXT)),
    must("managedAssetIds", Rule::List(0, &TEXT)),
    must("introShiftTicks", Rule::Whole(-INF, INF)),
    must("overlayTrackId", TEXT_OR_NULL),
    must("underlayTrackId", TEXT_OR_NULL),
]]);

static DELETED_ASSET: Shape = closed(&[&[
    must("assetId", ID),
    must("remoteUrl", TEXT_OR_NULL),
    must("remoteKey", TEXT_OR_NULL),
    may("remoteAssetId", TEXT_OR_NULL),
    must("statusAtDeletion", Rule::Tagged(&UPLOAD_STATE)),
]]);

static UPLOAD_STATE: Tagged = Tagged {
    what: "an upload state",
    tag: "type",
    base: None,
    strict: true,
    variants: &[
        (
            "pending-upload",
            Rule::Object(&closed(&[&[must("type", TEXT)]])),
        ),
        (
            "in-progress",
            Rule::Object(&closed(&[&[
                must("type", TEXT),
                must(
                    "progress",
                    Rule::Object(&closed(&[&[
                        must("progress", NUMBER),
                        must("loadedBytes", POSITIVE),
                        must("totalBytes", POSITIVE),
                    ]])),
                ),
            ]])),
        ),
        ("uploaded", Rule::Object(&closed(&[&[must("type", TEXT)]]))),
        (
            "error",
            Rule::Object(&closed(&[&[
                must("type", TEXT),
                must("error", Rule::UploadError),
                must("canRetry", Rule::Bool),
            ]])),
        ),
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_there_are_rules_for_is_in_the_vocabularies() {
        for (tagged, vocabulary) in [(&ITEM, names::ITEMS), (&BACKGROUND, names::BACKGROUNDS)] {
            let ruled: BTreeSet<_> = tagged.variants.iter().map(|(word, _)| *word).collect();
            let words = names::ids(vocabulary).into_iter().collect();
            assert_eq!(ruled, words, "{}", tagged.what);
        }
    }

    #[test]
    fn the_parameters_of_a_flash_are_in_the_vocabulary() {
        let ruled = items::FLASH.groups.iter().copied().flatten();
        let ruled: Vec<_> = ruled.map(|field| field.name).collect();
        assert_eq!(ruled, names::ids(names::parameters("flash-to-black")));
    }
}
