//! What the document's styling strings mean.

use parley::style::{FontStyle, FontWeight};

/// CSS `font-weight`: a number 1..=1000 or a word; anything else is normal.
pub(super) fn weight(css: &str) -> FontWeight {
    known_weight(css).unwrap_or(FontWeight::NORMAL)
}

/// The same; `None` for anything else.
pub(super) fn known_weight(css: &str) -> Option<FontWeight> {
    let css = css.trim().to_ascii_lowercase();
    Some(match css.as_str() {
        "" | "normal" | "regular" => FontWeight::NORMAL,
        "bold" | "bolder" => FontWeight::BOLD,
        "thin" | "hairline" => FontWeight::THIN,
        "extralight" | "extra-light" | "ultralight" => FontWeight::EXTRA_LIGHT,
        "light" | "lighter" => FontWeight::LIGHT,
        "medium" => FontWeight::MEDIUM,
        "semibold" | "semi-bold" | "demibold" => FontWeight::SEMI_BOLD,
        "extrabold" | "extra-bold" | "ultrabold" => FontWeight::EXTRA_BOLD,
        "black" | "heavy" => FontWeight::BLACK,
        _ => match css.parse::<f32>() {
            Ok(number) if (1.0..=1000.0).contains(&number) => FontWeight::new(number),
            _ => return None,
        },
    })
}

/// CSS `font-style`; `700italic`, as font catalogues write it, is italic too.
pub(super) fn slant(css: &str) -> FontStyle {
    let css = css.to_ascii_lowercase();
    if css.contains("italic") {
        FontStyle::Italic
    } else if css.contains("oblique") {
        FontStyle::Oblique(None)
    } else {
        FontStyle::Normal
    }
}
