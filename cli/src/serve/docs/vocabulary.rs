//! `vocabulary.md` is what the tables say: the words of a document, what may be said of
//! each, the numbers of the filters, and the names of generation 0.

use std::fmt::Write as _;
use std::path::Path;

use darkroom_compositor::{LOOKS, Look};
use darkroom_editor_state::gen0::{BRAND_TIME, ITEM_TIMES, OldTime};
use darkroom_editor_state::motion_graphics::{Prop, built_in};
use darkroom_editor_state::names::{self, Name, directions, ids, parameters};
use darkroom_editor_state::{Background, EffectKind, MotionGraphic};

const INTRODUCTION: &str = "# Vocabulary\n\n\
    Every word that a document may use, and what documents of generation 0 call otherwise, made of \
    the tables that the reader and the renderer use.\n";

const FILTERS: &str = "\
    Of each sRGB-encoded channel c (0 to 1) of a pixel with the Rec. 709 luma y a filter makes \
    `((y + (c - y) * saturation - 0.5) * contrast + 0.5) * gain + lift`, and mixes that with c by \
    `intensity` times `params.blend` (1 where there is none), at most 1. Gain and lift are those \
    of red, green and blue.\n\n";

const EFFECTS: &str = "\
    Parameters (`params`) that this page does not name are taken and not read. `meta.warnings` of \
    the task names those of effects, filters and transitions; those of animations, which have \
    none, are passed over.\n\n";

const GENERATION_0: &str = "\
    A document without `stateSchemaVersion` is of generation 0. These times have another name \
    there, count another unit, and may be fractions; they are rounded to whole ticks, of which \
    240000 are a second. Of a document that has both names the one in ticks holds. \
    `timebaseTicksPerSecond` may be left out. All else is called and counted as in generation 1.\n\n";

/// Sections that are lists of words.
const LISTS: [(&str, &[Name]); 8] = [
    ("Items: `type`", names::ITEMS),
    ("Animations: `type`", names::ANIMATIONS),
    ("Caption animations: `type`", names::CAPTION_ANIMATIONS),
    ("Shapes: `shape`", names::SHAPES),
    ("Charts: `chartType`", names::CHARTS),
    ("Backgrounds: `type`", names::BACKGROUNDS),
    ("Easings: `easing`", names::EASINGS),
    ("Ratios: `ratio`", names::RATIOS),
];

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (heading, words) in LISTS {
        section(&mut page, heading, "", &["word", "label"]);
        for word in words {
            row(&mut page, &[code(word.id), word.label.to_owned()]);
        }
    }
    blurs(&mut page);
    effects(&mut page);
    transitions(&mut page);
    filters(&mut page);
    motion_graphics(&mut page);
    let drawings = ids(names::ILLUSTRATIONS).join("` `");
    write!(
        page,
        "\n## Illustrations: `illustrationName`\n\n`{drawings}`\n"
    )
    .unwrap();
    generation_0(&mut page);
    page
}

fn blurs(page: &mut String) {
    let columns = ["level", "CSS `blur()` in pixels of the composition"];
    section(page, "Blurred backgrounds: `level`", "", &columns);
    for (level, pixels) in Background::BLURS.iter().enumerate() {
        row(page, &[code(&level.to_string()), pixels.to_string()]);
    }
}

fn effects(page: &mut String) {
    let columns = ["word", "label", "`params`"];
    let blur = format!(
        "Blurs are CSS `blur()` of so many pixels of the composition times `intensity`, at most \
         {}; `blur` has {}.\n\n",
        EffectKind::MOST_BLUR,
        EffectKind::BLUR
    );
    section(
        page,
        "Effects: `effectType`",
        &(EFFECTS.to_owned() + &blur),
        &columns,
    );
    for word in names::EFFECTS {
        let params: Vec<String> = parameters(word.id)
            .iter()
            .map(|param| format!("{} ({})", code(param.id), param.label))
            .collect();
        row(
            page,
            &[code(word.id), word.label.to_owned(), params.join(", ")],
        );
    }
}

fn transitions(page: &mut String) {
    let columns = [
        "word",
        "label",
        "`params.direction`, the first where there is none",
    ];
    section(page, "Transitions: `type`", "", &columns);
    for word in names::TRANSITIONS {
        let from: Vec<String> = directions(word.id)
            .iter()
            .map(|from| code(from.id))
            .collect();
        row(
            page,
            &[code(word.id), word.label.to_owned(), from.join(" ")],
        );
    }
}

fn filters(page: &mut String) {
    let columns = ["word", "label", "saturation", "contrast", "gain", "lift"];
    section(page, "Filters: `filterType`", FILTERS, &columns);
    let three = |channels: [f64; 3]| channels.map(|channel| format!("{channel:.2}")).join(", ");
    for word in names::FILTERS {
        let look = LOOKS.iter().find(|(name, _)| *name == word.id);
        let (_, look): &(&str, Look) = look.unwrap();
        row(
            page,
            &[
                code(word.id),
                word.label.to_owned(),
                format!("{:.2}", look.saturation),
                format!("{:.2}", look.contrast),
                three(look.gain),
                three(look.lift),
            ],
        );
    }
}

fn motion_graphics(page: &mut String) {
    let columns = ["word", "version", "label", "made for", "`props`", "`slots`"];
    section(page, "Motion graphics: `motionGraphicId`", "", &columns);
    for graphic in built_in() {
        let MotionGraphic {
            id,
            version,
            label,
            width,
            height,
            ..
        } = graphic;
        let props = graphic.props.iter().map(|(name, prop)| said(name, prop));
        let slots = graphic.slots.iter();
        let slots = slots.map(|(name, slot)| format!("{} ({})", code(name), slot.asset_type));
        row(
            page,
            &[
                code(id),
                version.to_string(),
                label.clone(),
                format!("{width} x {height}"),
                props.collect::<Vec<_>>().join(", "),
                slots.collect::<Vec<_>>().join(", "),
            ],
        );
    }
}

fn generation_0(page: &mut String) {
    let columns = ["of", "generation 0", "counts", "generation 1, in ticks"];
    section(page, "Generation 0", GENERATION_0, &columns);
    let items = ITEM_TIMES
        .iter()
        .map(|(kind, time)| (format!("{} items", code(kind)), time));
    let brand = (code("brandRuntime"), &BRAND_TIME);
    for (of, OldTime { old, unit, new }) in items.chain([brand]) {
        row(page, &[of, code(old), unit.label().to_owned(), code(new)]);
    }
}

/// A prop with its type, and its default where it has one.
fn said(name: &str, prop: &Prop) -> String {
    match prop.default() {
        Some(default) => format!(
            "{} ({}, {})",
            code(name),
            prop.kind(),
            code(&default.to_string())
        ),
        None => format!("{} ({}, needed)", code(name), prop.kind()),
    }
}

fn section(page: &mut String, heading: &str, text: &str, columns: &[&str]) {
    write!(page, "\n## {heading}\n\n{text}").unwrap();
    row(
        page,
        &columns
            .iter()
            .map(|column| (*column).to_owned())
            .collect::<Vec<_>>(),
    );
    writeln!(page, "|{}", "---|".repeat(columns.len())).unwrap();
}

fn row(page: &mut String, cells: &[String]) {
    writeln!(page, "| {} |", cells.join(" | ")).unwrap();
}

fn code(word: &str) -> String {
    format!("`{word}`")
}

#[test]
fn vocabulary_md_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/serve/docs/vocabulary.md");
    let made = page();
    if std::env::var_os("DARKROOM_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == kept,
        "vocabulary.md is not what the tables say; if it shall change, set DARKROOM_BLESS=1 and \
         look at the difference. It would be:\n{made}"
    );
}
