//! The typefaces of the pages.

use std::fmt::Write as _;

/// Faces that the pages may use: family, weight, style, and the file below
/// `/usr/share/fonts` that the compositor draws them with as well.
const FACES: [(&str, u32, &str, &str); 15] = [
    ("DejaVu Sans", 400, "normal", "dejavu/DejaVuSans.ttf"),
    ("DejaVu Sans", 700, "normal", "dejavu/DejaVuSans-Bold.ttf"),
    ("DejaVu Serif", 400, "normal", "dejavu/DejaVuSerif.ttf"),
    (
        "DejaVu Sans Mono",
        400,
        "normal",
        "dejavu/DejaVuSansMono.ttf",
    ),
    (
        "Roboto",
        100,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Thin.ttf",
    ),
    (
        "Roboto",
        300,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Light.ttf",
    ),
    (
        "Roboto",
        400,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
    ),
    (
        "Roboto",
        400,
        "italic",
        "roboto/unhinted/RobotoTTF/Roboto-Italic.ttf",
    ),
    (
        "Roboto",
        500,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Medium.ttf",
    ),
    (
        "Roboto",
        700,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Bold.ttf",
    ),
    (
        "Roboto",
        700,
        "italic",
        "roboto/unhinted/RobotoTTF/Roboto-BoldItalic.ttf",
    ),
    (
        "Roboto",
        900,
        "normal",
        "roboto/unhinted/RobotoTTF/Roboto-Black.ttf",
    ),
    (
        "Noto Naskh Arabic",
        400,
        "normal",
        "noto/NotoNaskhArabic-Regular.ttf",
    ),
    (
        "Noto Sans Hebrew",
        400,
        "normal",
        "noto/NotoSansHebrew-Regular.ttf",
    ),
    ("Noto Color Emoji", 400, "normal", "noto/NotoColorEmoji.ttf"),
];

/// The rules that load them.
pub(super) fn rules() -> String {
    let mut rules = String::new();
    for (family, weight, style, file) in FACES {
        write!(
            rules,
            "@font-face{{font-family:'{family}';font-weight:{weight};font-style:{style};\
             src:url('file:///usr/share/fonts/truetype/{file}')}}"
        )
        .unwrap();
    }
    rules
}
