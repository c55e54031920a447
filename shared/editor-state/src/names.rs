//! The vocabularies of the document, each written once. The schema check, the
//! capabilities answer, [`crate::unsupported`] and "did you mean" all read them.

mod illustrations;

pub use illustrations::{ILLUSTRATIONS, search_illustrations};

/// One word of a vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// The word as the document spells it.
    pub id: &'static str,
    /// Words for people.
    pub label: &'static str,
    /// Whether this build draws (or plays) it. An export that uses a word that
    /// is not drawn is refused, and the capabilities answer leaves it out.
    pub drawn: bool,
}

const fn drawn(id: &'static str, label: &'static str) -> Name {
    Name {
        id,
        label,
        drawn: true,
    }
}

/// Item types.
pub const ITEMS: &[Name] = &[
    drawn("image", "Image"),
    drawn("video", "Video"),
    drawn("gif", "GIF"),
    drawn("audio", "Audio"),
    drawn("text", "Text"),
    drawn("solid", "Shape"),
    drawn("lottie", "Lottie"),
    drawn("motion-graphic", "Motion graphic"),
    drawn("text-template", "Text template"),
    drawn("captions", "Captions"),
    drawn("illustration", "Illustration"),
    drawn("effect", "Effect"),
    drawn("filter", "Filter"),
    drawn("chart", "Chart"),
];

/// Item animations, in and out.
pub const ANIMATIONS: &[Name] = &[
    drawn("fade", "Fade"),
    drawn("slide-up", "Slide up"),
    drawn("slide-down", "Slide down"),
    drawn("slide-left", "Slide left"),
    drawn("slide-right", "Slide right"),
    drawn("zoom-in", "Zoom in"),
    drawn("zoom-out", "Zoom out"),
];

/// Caption animations.
pub const CAPTION_ANIMATIONS: &[Name] = &[
    drawn("converge", "Converge"),
    drawn("elastic-pop", "Elastic pop"),
    drawn("typewriter", "Typewriter"),
    drawn("lay-down", "Lay down"),
    drawn("center-type-out", "Type out from the centre"),
    drawn("curtain-close", "Curtain close"),
    drawn("jitter", "Jitter"),
    drawn("rainbow", "Rainbow"),
    drawn("sweep-shine", "Sweeping shine"),
];

/// Transitions between two clips.
pub const TRANSITIONS: &[Name] = &[
    drawn("fade", "Cross-dissolve"),
    drawn("slide", "Slide"),
    drawn("wipe", "Wipe"),
    drawn("flip", "Flip"),
    drawn("clock-wipe", "Clock wipe"),
    drawn("iris", "Iris"),
];

/// Where a transition comes from: edges, then corners.
pub const DIRECTIONS: &[Name] = &[
    drawn("from-left", "from the left"),
    drawn("from-right", "from the right"),
    drawn("from-top", "from the top"),
    drawn("from-bottom", "from the bottom"),
    drawn("from-top-left", "from the top left"),
    drawn("from-top-right", "from the top right"),
    drawn("from-bottom-left", "from the bottom left"),
    drawn("from-bottom-right", "from the bottom right"),
];

/// The directions a transition may have; none for one without.
pub fn directions(transition: &str) -> &'static [Name] {
    let (edges, _corners) = DIRECTIONS.split_at(4);
    match transition {
        "slide" | "flip" => edges,
        "wipe" => DIRECTIONS,
        _ => &[],
    }
}

/// Effects.
pub const EFFECTS: &[Name] = &[
    drawn("flash-to-black", "Flash to black"),
    drawn("blur", "Blur"),
    drawn("blurred-opening", "Blurred opening"),
    drawn("fade-in", "Fade in"),
    drawn("fade-out", "Fade out"),
];

/// Filters.
pub const FILTERS: &[Name] = &[
    drawn("verdant-glow", "Verdant glow"),
    drawn("cyberpunk-neon", "Cyberpunk neon"),
    drawn("vaporwave-blue", "Vaporwave blue"),
    drawn("sunset-orange", "Sunset orange"),
    drawn("lemon-cyan", "Lemon cyan"),
    drawn("absolute-red", "Absolute red"),
    drawn("sakura-pink", "Sakura pink"),
    drawn("twilight-dusk", "Twilight dusk"),
];

/// Shapes of a solid.
pub const SHAPES: &[Name] = &[
    drawn("rectangle", "Rectangle"),
    drawn("circle", "Circle"),
    drawn("triangle", "Triangle"),
    drawn("star", "Star"),
];

/// Variants of the global background.
pub const BACKGROUNDS: &[Name] = &[
    drawn("none", "None"),
    drawn("color", "Colour or gradient"),
    drawn("blur", "Blurred media"),
    drawn("image", "Image"),
];

/// Easing curves.
pub const EASINGS: &[Name] = &[
    drawn("linear", "Linear"),
    drawn("ease-in", "Ease in"),
    drawn("ease-out", "Ease out"),
    drawn("ease-in-out", "Ease in and out"),
];

/// Output ratios.
pub const RATIOS: &[Name] = &[
    drawn("16:9", "Landscape 16:9"),
    drawn("9:16", "Portrait 9:16"),
    drawn("1:1", "Square"),
    drawn("4:3", "Landscape 4:3"),
    drawn("3:4", "Portrait 3:4"),
    drawn("custom", "As the composition"),
];

/// Whether this build draws the word. An unknown word is not drawn.
pub fn is_drawn(vocabulary: &[Name], id: &str) -> bool {
    vocabulary.iter().any(|name| name.drawn && name.id == id)
}

/// The words this build draws, in the order of the table.
pub fn drawn_ids(vocabulary: &[Name]) -> Vec<&'static str> {
    vocabulary
        .iter()
        .filter(|name| name.drawn)
        .map(|name| name.id)
        .collect()
}

/// The word that resembles `given` most, if any does.
pub fn nearest<'a>(words: impl IntoIterator<Item = &'a str>, given: &str) -> Option<&'a str> {
    // A hostile word of megabytes resembles nothing and is not worth comparing.
    if given.len() > 64 {
        return None;
    }
    let given = given.to_lowercase();
    words
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&word.to_lowercase(), &given), word))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_word_is_named_and_noise_is_not() {
        let ids = || TRANSITIONS.iter().map(|n| n.id);
        assert_eq!(nearest(ids(), "Wip"), Some("wipe"));
        assert_eq!(nearest(ids(), "clockwipe"), Some("clock-wipe"));
        assert_eq!(nearest(ids(), "xyzzy"), None);
        assert_eq!(nearest(ids(), &"f".repeat(1000)), None);
    }
}
