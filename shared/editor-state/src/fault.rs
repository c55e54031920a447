//! What can be wrong with a document, and where.

use serde_json::Value;

/// The most faults that one reading reports. A last one then says that there
/// are more, so that a hostile document cannot make an answer of any size.
pub const MAX_FAULTS: usize = 1000;
/// Most bytes of all their paths and messages: a document chooses its own keys,
/// and with them how long a path is.
const MAX_FAULT_BYTES: usize = 512 * 1024;

/// Stable code of a fault, the same on every route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultCode {
    /// The JSON schema refuses the value.
    SchemaInvalid,
    /// A keyframe lies at or after its item's end.
    KeyframeOutOfBounds,
    /// Two items of a track share ticks, or one item is listed twice.
    TrackItemOverlap,
    /// A track lists an item that the document does not hold.
    TrackItemNotFound,
    /// An item names an asset that the document does not hold, or one without a file.
    AssetNotFound,
    /// An item names an asset of another type than it draws.
    AssetTypeMismatch,
    /// A map key differs from the `id` stored under it, or an id is used twice.
    IdMismatch,
    /// A transition's clips do not exist, or do not touch on its track.
    TransitionClipNotAdjacent,
    /// A second transition over a cut that has one.
    TransitionOverlap,
    /// No such transition type, or a direction that the type does not have.
    TransitionTypeInvalid,
    /// No such effect type.
    EffectTypeInvalid,
    /// No such filter type.
    FilterTypeInvalid,
    /// Caption animations on captions that are timed word by word.
    CaptionAnimationWordTimingConflict,
    /// An item names an illustration that [`crate::names::ILLUSTRATIONS`] does not hold.
    IllustrationNotFound,
    /// A text template without its one image node and one to three text nodes.
    TemplateNodesInvalid,
    /// JSON in the document that has layers and still is no Lottie animation.
    LottieInvalid,
    /// An item names a motion graphic, or a version of one, that there is not.
    MotionGraphicNotFound,
    /// A prop of a motion graphic that it does not have, or not so, or that is missing.
    MotionGraphicPropsInvalid,
    /// A slot of a motion graphic that it does not have, or not so.
    MotionGraphicSlotsInvalid,
    /// A file of a motion graphic that is not one, or could make an invalid item.
    MotionGraphicInvalid,
    /// More text than is drawn, in one caption or in all.
    TextTooLong,
    /// More videos and gifs are drawn at one instant, or more sounds heard, than are rendered.
    TooManyAtOnce,
}

impl FaultCode {
    /// Every code.
    pub const ALL: &[Self] = &[
        Self::SchemaInvalid,
        Self::KeyframeOutOfBounds,
        Self::TrackItemOverlap,
        Self::TrackItemNotFound,
        Self::AssetNotFound,
        Self::AssetTypeMismatch,
        Self::IdMismatch,
        Self::TransitionClipNotAdjacent,
        Self::TransitionOverlap,
        Self::TransitionTypeInvalid,
        Self::EffectTypeInvalid,
        Self::FilterTypeInvalid,
        Self::CaptionAnimationWordTimingConflict,
        Self::IllustrationNotFound,
        Self::TemplateNodesInvalid,
        Self::LottieInvalid,
        Self::MotionGraphicNotFound,
        Self::MotionGraphicPropsInvalid,
        Self::MotionGraphicSlotsInvalid,
        Self::MotionGraphicInvalid,
        Self::TextTooLong,
        Self::TooManyAtOnce,
    ];

    /// The code as it stands in an answer.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SchemaInvalid => "EDITOR_SCHEMA_INVALID",
            Self::KeyframeOutOfBounds => "KEYFRAME_OUT_OF_BOUNDS",
            Self::TrackItemOverlap => "EDITOR_TRACK_ITEM_OVERLAP",
            Self::TrackItemNotFound => "EDITOR_TRACK_ITEM_NOT_FOUND",
            Self::AssetNotFound => "EDITOR_ASSET_NOT_FOUND",
            Self::AssetTypeMismatch => "EDITOR_ASSET_TYPE_MISMATCH",
            Self::IdMismatch => "EDITOR_ID_MISMATCH",
            Self::TransitionClipNotAdjacent => "EDITOR_TRANSITION_CLIP_NOT_ADJACENT",
            Self::TransitionOverlap => "EDITOR_TRANSITION_OVERLAP",
            Self::TransitionTypeInvalid => "EDITOR_TRANSITION_TYPE_INVALID",
            Self::EffectTypeInvalid => "EDITOR_EFFECT_TYPE_INVALID",
            Self::FilterTypeInvalid => "EDITOR_FILTER_TYPE_INVALID",
            Self::CaptionAnimationWordTimingConflict => {
                "EDITOR_CAPTION_ANIMATION_WORD_TIMING_CONFLICT"
            }
            Self::IllustrationNotFound => "EDITOR_ILLUSTRATION_NOT_FOUND",
            Self::TemplateNodesInvalid => "EDITOR_TEMPLATE_NODES_INVALID",
            Self::LottieInvalid => "EDITOR_LOTTIE_INVALID",
            Self::MotionGraphicNotFound => "EDITOR_MOTION_GRAPHIC_NOT_FOUND",
            Self::MotionGraphicPropsInvalid => "EDITOR_MOTION_GRAPHIC_PROPS_INVALID",
            Self::MotionGraphicSlotsInvalid => "EDITOR_MOTION_GRAPHIC_SLOTS_INVALID",
            Self::MotionGraphicInvalid => "MOTION_GRAPHIC_INVALID",
            Self::TextTooLong => "EDITOR_TEXT_TOO_LONG",
            Self::TooManyAtOnce => "EDITOR_TOO_MANY_AT_ONCE",
        }
    }
}

impl std::fmt::Display for FaultCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One fault of a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message} ({code})")]
pub struct Fault {
    /// What kind of fault.
    pub code: FaultCode,
    /// RFC 6901 JSON Pointer of the place; the empty string is the document.
    pub path: String,
    /// A sentence that names the field, its value, the limit and the remedy.
    pub message: String,
}

/// Collects faults up to [`MAX_FAULTS`].
#[derive(Debug, Default)]
pub(crate) struct Faults {
    list: Vec<Fault>,
    bytes: usize,
    dropped: bool,
}

impl Faults {
    pub(crate) fn push(&mut self, code: FaultCode, path: String, message: String) {
        let bytes = self.bytes + path.len() + message.len();
        if self.list.len() < MAX_FAULTS && bytes <= MAX_FAULT_BYTES {
            self.bytes = bytes;
            self.list.push(Fault {
                code,
                path,
                message,
            });
        } else {
            self.dropped = true;
        }
    }

    /// Whether no further fault would be kept: checks may stop here.
    pub(crate) fn is_full(&self) -> bool {
        self.dropped
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.dropped
    }

    /// The faults in the order of the document, each one once.
    pub(crate) fn into_sorted(self, document: &Value) -> Vec<Fault> {
        let mut keyed: Vec<_> = self
            .list
            .into_iter()
            .map(|fault| (position(document, &fault.path), fault))
            .collect();
        keyed.sort_by(|(a_at, a), (b_at, b)| {
            let key = |fault: &Fault| (fault.path.clone(), fault.code, fault.message.clone());
            a_at.cmp(b_at).then_with(|| key(a).cmp(&key(b)))
        });
        // A type refused twice at one place is one fault in two sentences.
        keyed.dedup_by(|(_, a), (_, b)| a.path == b.path && a.code == b.code);
        let mut list: Vec<Fault> = keyed.into_iter().map(|(_, fault)| fault).collect();
        if self.dropped {
            list.push(Fault {
                code: FaultCode::SchemaInvalid,
                path: String::new(),
                message:
                    "The document has more faults than are listed. Mend these and check again."
                        .to_owned(),
            });
        }
        list
    }
}

/// Where a pointer leads, as the index of each step; a key that is absent
/// counts as standing after the last one.
fn position(document: &Value, path: &str) -> Vec<usize> {
    let mut at = Some(document);
    let mut steps = Vec::new();
    for token in path.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        match at {
            Some(Value::Object(map)) => {
                steps.push(
                    map.keys()
                        .position(|key| *key == token)
                        .unwrap_or(map.len()),
                );
                at = map.get(&token);
            }
            Some(Value::Array(list)) => {
                let index = token.parse().unwrap_or(list.len());
                steps.push(index);
                at = list.get(index);
            }
            _ => at = None,
        }
    }
    steps
}

/// Appends one step to a JSON Pointer, escaped.
pub fn join(path: &str, token: &str) -> String {
    format!("{path}/{}", token.replace('~', "~0").replace('/', "~1"))
}
