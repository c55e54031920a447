//! The vocabularies of the document, each written once. The schema check, the
//! capabilities answer, the rules beyond the schema and "did you mean" all read them.

mod illustrations;

pub use illustrations::{ILLUSTRATIONS, search_illustrations};

/// One word of a vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// The word as the document spells it.
    pub id: &'static str,
    /// Words for people.
    pub label: &'static str,
}

const fn name(id: &'static str, label: &'static str) -> Name {
    Name { id, label }
}

/// Item types.
pub const ITEMS: &[Name] = &[
    name("image", "Image"),
    name("video", "Video"),
    name("gif", "GIF"),
    name("audio", "Audio"),
    name("text", "Text"),
    name("solid", "Shape"),
    name("lottie", "Lottie"),
    name("motion-graphic", "Motion graphic"),
    name("text-template", "Text template"),
    name("captions", "Captions"),
    name("illustration", "Illustration"),
    name("effect", "Effect"),
    name("filter", "Filter"),
    name("chart", "Chart"),
];

/// Item animations, in and out.
pub const ANIMATIONS: &[Name] = &[
    name("fade", "Fade"),
    name("slide-up", "Slide up"),
    name("slide-down", "Slide down"),
    name("slide-left", "Slide left"),
    name("slide-right", "Slide right"),
    name("zoom-in", "Zoom in"),
    name("zoom-out", "Zoom out"),
];

/// Caption animations.
pub const CAPTION_ANIMATIONS: &[Name] = &[
    name("converge", "Converge"),
    name("elastic-pop", "Elastic pop"),
    name("typewriter", "Typewriter"),
    name("lay-down", "Lay down"),
    name("center-type-out", "Type out from the centre"),
    name("curtain-close", "Curtain close"),
    name("jitter", "Jitter"),
    name("rainbow", "Rainbow"),
    name("sweep-shine", "Sweeping shine"),
];

/// Transitions between two clips.
pub const TRANSITIONS: &[Name] = &[
    name("fade", "Cross-dissolve"),
    name("slide", "Slide"),
    name("wipe", "Wipe"),
    name("flip", "Flip"),
    name("clock-wipe", "Clock wipe"),
    name("iris", "Iris"),
];

/// Where a transition comes from: edges, then corners.
pub const DIRECTIONS: &[Name] = &[
    name("from-left", "from the left"),
    name("from-right", "from the right"),
    name("from-top", "from the top"),
    name("from-bottom", "from the bottom"),
    name("from-top-left", "from the top left"),
    name("from-top-right", "from the top right"),
    name("from-bottom-left", "from the bottom left"),
    name("from-bottom-right", "from the bottom right"),
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
    name("flash-to-black", "Flash to black"),
    name("blur", "Blur"),
    name("blurred-opening", "Blurred opening"),
    name("fade-in", "Fade in"),
    name("fade-out", "Fade out"),
];

/// What `params` of an effect may say; of other effects than these, nothing.
pub fn parameters(effect: &str) -> &'static [Name] {
    const FLASH: &[Name] = &[
        name("brightTicks", "ticks of each round without black"),
        name("darkTicks", "then ticks of black"),
        name("tailDarkTicks", "ticks of black at the end"),
        name("maxOpacity", "how black, 0 to 1"),
    ];
    const OPENING: &[Name] = &[name(
        "maxBlurPx",
        "blur at the start in pixels of the composition, 24 where there is none",
    )];
    match effect {
        "flash-to-black" => FLASH,
        "blurred-opening" => OPENING,
        _ => &[],
    }
}

/// Filters.
pub const FILTERS: &[Name] = &[
    name("verdant-glow", "Verdant glow"),
    name("cyberpunk-neon", "Cyberpunk neon"),
    name("vaporwave-blue", "Vaporwave blue"),
    name("sunset-orange", "Sunset orange"),
    name("lemon-cyan", "Lemon cyan"),
    name("absolute-red", "Absolute red"),
    name("sakura-pink", "Sakura pink"),
    name("twilight-dusk", "Twilight dusk"),
];

/// Shapes of a solid.
pub const SHAPES: &[Name] = &[
    name("rectangle", "Rectangle"),
    name("circle", "Circle"),
    name("triangle", "Triangle"),
    name("star", "Star"),
];

/// Types of charts.
pub const CHARTS: &[Name] = &[
    name("line", "Line chart"),
    name("bar", "Bar chart"),
    name("area", "Area chart"),
    name("radar", "Radar chart"),
    name("pie", "Pie chart"),
    name("scatter", "Scatter plot"),
];

/// Variants of the global background.
pub const BACKGROUNDS: &[Name] = &[
    name("none", "None"),
    name("color", "Colour or gradient"),
    name("blur", "Blurred media"),
    name("image", "Image"),
];

/// Easing curves.
pub const EASINGS: &[Name] = &[
    name("linear", "Linear"),
    name("ease-in", "Ease in"),
    name("ease-out", "Ease out"),
    name("ease-in-out", "Ease in and out"),
];

/// Output ratios.
pub const RATIOS: &[Name] = &[
    name("16:9", "Landscape 16:9"),
    name("9:16", "Portrait 9:16"),
    name("1:1", "Square"),
    name("4:3", "Landscape 4:3"),
    name("3:4", "Portrait 3:4"),
    name("custom", "As the composition"),
];

/// The words, in the order of the table.
pub fn ids(vocabulary: &[Name]) -> Vec<&'static str> {
    vocabulary.iter().map(|name| name.id).collect()
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

/// Words listed at most.
const LISTED: usize = 20;

/// What there is instead of `given`, as a sentence.
pub(crate) fn use_one_of<'a>(
    there_are: impl Iterator<Item = &'a str> + Clone,
    given: &str,
) -> String {
    let near = nearest(there_are.clone(), given);
    let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
    let list: Vec<&str> = there_are.clone().take(LISTED).collect();
    match there_are.count().saturating_sub(LISTED) {
        _ if list.is_empty() => " It has none; remove it.".to_owned(),
        0 => format!(" Use one of {}.{near}", list.join(", ")),
        more => format!(" Use one of {} and {more} others.{near}", list.join(", ")),
    }
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
