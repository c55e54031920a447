//! Text: warnings, and places that fonts do not decide.

use darkroom_compositor::Scene;
use darkroom_editor_state::{Ratio, output_layout};
use serde_json::json;

use super::{bright_columns, bright_rows};
use crate::film::{Film, film, filter, solid, text};
use crate::stage::{Rgb, draw, fonts};

fn warnings(film: &Film) -> Vec<String> {
    let layout = output_layout(film.size, Ratio::Custom, 1.0);
    let scene = Scene::new(&film.state(), layout, fonts(), None).unwrap();
    scene.warnings().to_vec()
}

#[test]
fn an_unknown_family_is_told_once_an_item_and_drawn_in_the_default() {
    let place = [0.0, 0.0, 160.0, 90.0];
    let strange = |family: &str| film().track([text("Words", place).with("fontFamily", family)]);
    assert_eq!(
        warnings(&strange("No Such Font")),
        [
            "item \"0-0\": font family \"No Such Font\" is not installed; \"Roboto\" is drawn instead"
        ]
    );
    assert_eq!(warnings(&strange("DejaVu Sans")), [""; 0]);
    assert_eq!(warnings(&strange("sans-serif")), [""; 0]);
    assert_eq!(
        draw(&strange("No Such Font"), 0),
        draw(&strange("Roboto"), 0)
    );
}

#[test]
fn of_a_list_of_families_only_a_first_one_that_is_missing_is_told() {
    let place = [0.0, 0.0, 160.0, 90.0];
    let listed = |families: &str| film().track([text("Words", place).with("fontFamily", families)]);
    let stack = listed("'DejaVu Serif', \"Segoe UI\", Helvetica Neue, sans-serif");
    assert_eq!(warnings(&stack), [""; 0]);
    assert_eq!(draw(&stack, 0), draw(&listed("DejaVu Serif"), 0));
    let stack = listed("\"Segoe UI\", No Such Font, DejaVu Serif, Nor This, sans-serif");
    assert_eq!(
        warnings(&stack),
        [
            "item \"0-0\": font family \"Segoe UI\" is not installed; \"DejaVu Serif\" is drawn instead"
        ]
    );
    assert_eq!(draw(&stack, 0), draw(&listed("DejaVu Serif"), 0));
}

#[test]
fn generic_families_are_all_known() {
    let place = [0.0, 0.0, 160.0, 90.0];
    let listed = |families: &str| film().track([text("Words", place).with("fontFamily", families)]);
    for (generic, family) in [
        ("sans-serif", "Roboto"),
        ("system-ui", "Roboto"),
        ("ui-sans-serif", "Roboto"),
        ("ui-rounded", "Roboto"),
        ("-apple-system", "Roboto"),
        ("BlinkMacSystemFont", "Roboto"),
        ("emoji", "Roboto"),
        ("math", "Roboto"),
        ("cursive", "Roboto"),
        ("fantasy", "Roboto"),
        ("serif", "DejaVu Serif"),
        ("ui-serif", "DejaVu Serif"),
        ("monospace", "DejaVu Sans Mono"),
        ("UI-Monospace", "DejaVu Sans Mono"),
        ("fangsong", "Roboto"),
    ] {
        assert_eq!(warnings(&listed(generic)), [""; 0], "{generic}");
        assert!(
            draw(&listed(generic), 0) == draw(&listed(family), 0),
            "{generic}"
        );
    }
}

#[test]
fn a_weight_that_is_none_is_told_and_drawn_as_400() {
    let weighing = |weight: &str| {
        let style = json!({ "variant": "normal", "weight": weight });
        film().track([text("Words", [0.0, 0.0, 160.0, 90.0]).with("fontStyle", style)])
    };
    for weight in ["1", "400", "1000", "bold", "normal", "Regular", ""] {
        assert_eq!(warnings(&weighing(weight)), [""; 0], "{weight}");
    }
    for weight in ["0", "1001", "fat"] {
        let told = warnings(&weighing(weight));
        let said = format!("item \"0-0\": font weight \"{weight}\" is none; 400 is drawn instead");
        assert_eq!(told, [said]);
        assert_eq!(draw(&weighing(weight), 0), draw(&weighing("400"), 0));
    }
    let told = warnings(&weighing(&"x".repeat(5000)));
    assert!(told.len() == 1 && told[0].len() < 200, "{told:?}");
}

#[test]
fn what_nothing_reads_is_told_with_the_film() {
    let blend = json!({ "blend": "all" });
    let told = warnings(&film().track([filter("lemon-cyan", 0.5, &blend)]));
    let said = "item \"0-0\": params.blend is \"all\", which is no number; 1 is taken instead";
    assert_eq!(told, [said]);
}

#[test]
fn sizes_that_cannot_be_drawn_are_bounded_and_told() {
    let place = [0.0, 0.0, 160.0, 90.0];
    for (field, name, most) in [
        ("fontSize", "font size", 10_000.0),
        ("lineHeight", "line height", 1000.0),
        ("letterSpacing", "letter spacing", 10_000.0),
        ("strokeWidth", "stroke width", 10_000.0),
    ] {
        let sized =
            |size: f64| film().track([text("Words\nof two lines", place).with(field, size)]);
        assert_eq!(warnings(&sized(most)), [""; 0]);
        let told = warnings(&sized(1e308));
        let said = format!("item \"0-0\": {name} 1e308 is too much; {most} is drawn instead");
        assert_eq!(told, [said]);
        assert_eq!(draw(&sized(1e308), 0), draw(&sized(most), 0), "{field}");
    }
}

#[test]
fn colors_that_are_none_are_told() {
    let film = film()
        .track([solid("circle", "blurple", [0.0, 0.0, 9.0, 9.0])])
        .background(
            json!({ "type": "color", "color": "red", "gradient": "linear-gradient(3 apples)" }),
        );
    let told = warnings(&film);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("linear-gradient(3 apples)") && told[1].contains("blurple"));
}

/// A full block: as wide as its advance and higher than the line.
const BLOCK: char = '█';

fn blocks(count: usize) -> String {
    BLOCK.to_string().repeat(count)
}

/// `DejaVu Sans Mono` at 20 px: every character is 12.04 px wide.
fn mono(words: &str, left: f64) -> crate::film::Item {
    text(words, [left, 0.0, 100.0, 80.0])
        .with("fontFamily", "DejaVu Sans Mono")
        .with("fontSize", 20)
        .with("lineHeight", 2)
}

fn columns(item: crate::film::Item, y: usize) -> Option<(usize, usize)> {
    let film = film().background(json!({ "type": "none" })).track([item]);
    bright_columns(&Rgb::of(&draw(&film, 0)), y)
}

#[test]
fn lines_are_aligned_in_the_box() {
    for wraps in [true, false] {
        for (align, expected) in [
            ("left", (20, 56)),
            ("center", (52, 88)),
            ("right", (84, 120)),
        ] {
            let item = mono(&blocks(3), 20.0)
                .with("align", align)
                .with("resizeOnEdit", !wraps);
            assert_eq!(columns(item, 20), Some(expected), "{align}");
        }
    }
}

#[test]
fn letter_spacing_follows_every_letter() {
    // Two gaps of 10 inside, and one at the end that aligning to the right shows.
    let spaced = mono(&blocks(3), 20.0).with("letterSpacing", 10);
    assert_eq!(columns(spaced.clone(), 20), Some((20, 76)));
    assert_eq!(columns(spaced.with("align", "right"), 20), Some((54, 110)));
}

#[test]
fn lines_break_where_the_box_ends_or_at_newlines_alone() {
    let words = format!("{} {} {}", blocks(3), blocks(3), blocks(1));
    // 7 columns fit (84 of 100 px), the third word does not; glyphs reach a little
    // beyond their 12.04 px.
    assert_eq!(columns(mono(&words, 20.0), 20), Some((20, 104)));
    assert_eq!(columns(mono(&words, 20.0), 60), Some((20, 32)));
    let stays = mono(&words, 20.0).with("resizeOnEdit", true);
    assert_eq!(columns(stays.clone(), 20), Some((20, 129)));
    assert_eq!(columns(stays, 60), None);
}

#[test]
fn spaces_at_a_lines_end_hang_whatever_the_direction() {
    // Each line: one word, then a space where it was broken. Were the space counted,
    // or left beside the word, the word would not touch its edge.
    for (words, direction) in [
        (format!("{} {}", blocks(6), blocks(6)), "ltr"),
        (format!("{} {}", blocks(6), blocks(6)), "rtl"),
        ("שלוםשל שלוםשלו".to_owned(), "ltr"),
        ("שלוםשל שלוםשלו".to_owned(), "rtl"),
    ] {
        let edge = |align: &str| {
            let item = mono(&words, 20.0)
                .with("direction", direction)
                .with("align", align);
            let film = film().background(json!({ "type": "none" })).track([item]);
            let picture = Rgb::of(&draw(&film, 0));
            // Over the height of the first line.
            (0..160)
                .filter(|&x| (0..40).any(|y| picture.at(x, y)[1] > 127))
                .fold((160, 0), |(from, to), x: usize| {
                    (from.min(x), to.max(x + 1))
                })
        };
        let (left, right) = (edge("left"), edge("right"));
        assert!(left.0.abs_diff(20) <= 2, "{words} {direction}: {left:?}");
        assert!(right.1.abs_diff(120) <= 2, "{words} {direction}: {right:?}");
    }
}

#[test]
fn a_line_is_as_high_as_line_height_says() {
    let plate = json!({ "color": "white", "horizontalPadding": 5, "borderRadius": 0 });
    let item = mono("a\nb", 20.0)
        .with("background", plate)
        .with("color", "white");
    let film = film().background(json!({ "type": "none" })).track([item]);
    let picture = Rgb::of(&draw(&film, 0));
    assert_eq!(bright_rows(&picture, 17), Some((0, 80)));
    assert_eq!(bright_columns(&picture, 2), Some((15, 37)));
}

#[test]
fn text_begins_at_the_top_of_its_box_and_shows_beyond_it() {
    for (words, height, rows) in [("a", 80.0, (5, 45)), ("a\nb", 10.0, (5, 85))] {
        let plate = json!({ "color": "white", "horizontalPadding": 5, "borderRadius": 0 });
        let item = text(words, [20.0, 5.0, 100.0, height])
            .with("fontFamily", "DejaVu Sans Mono")
            .with("fontSize", 20)
            .with("lineHeight", 2)
            .with("background", plate);
        let film = film().background(json!({ "type": "none" })).track([item]);
        let picture = Rgb::of(&draw(&film, 0));
        assert_eq!(bright_rows(&picture, 17), Some(rows), "{words:?}");
    }
}

#[test]
fn an_emoji_is_drawn_in_colour_where_a_family_has_none() {
    let is_yellow = |[red, green, blue]: [u8; 3]| red > 180 && green > 120 && blue < 110;
    let yellow = |words: &str| {
        let item = text(words, [20.0, 10.0, 120.0, 70.0])
            .with("fontFamily", "Roboto")
            .with("fontSize", 40);
        let picture = Rgb::of(&draw(&film().track([item]), 0));
        let mut places = (0..90).flat_map(|y| (0..160).map(move |x| (x, y)));
        places.any(|(x, y)| is_yellow(picture.at(x, y)))
    };
    assert!(yellow("😀"));
    assert!(!yellow("ab"));
}

#[test]
fn an_empty_text_draws_nothing() {
    let plate = json!({ "color": "white", "horizontalPadding": 5, "borderRadius": 0 });
    assert_eq!(columns(mono("", 20.0).with("background", plate), 5), None);
}

#[test]
fn text_is_rasterised_at_output_size() {
    // Twice as large is what a font of twice the size draws.
    let large = film()
        .output(Ratio::Custom, 2.0)
        .track([text("Sharp", [10.0, 10.0, 140.0, 40.0]).with("lineHeight", 1)]);
    let native = film()
        .size(320, 180)
        .track([text("Sharp", [20.0, 20.0, 280.0, 80.0])
            .with("fontSize", 32)
            .with("lineHeight", 1)]);
    let (large, native) = (draw(&large, 0), draw(&native, 0));
    let apart: u64 = large
        .y()
        .iter()
        .zip(native.y())
        .map(|(one, two)| u64::from(one.abs_diff(*two)))
        .sum();
    // Rounded metrics may move the line by a pixel; a blurred one is far off.
    assert!(apart as f64 / (320.0 * 180.0) < 1.5, "{apart}");
}
