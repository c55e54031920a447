//! Motion graphics, beside their parts as items of a document.

use serde_json::json;

use super::{Case, letters};
use crate::film::{Film, Item, film, graphic, solid, text};

/// Where a motion graphic is, and its size in the space of its parts.
struct Space {
    place: [f64; 4],
    size: (f64, f64),
}

impl Space {
    /// A part, shrunk about its middle as its motion graphic is.
    fn part(&self, part: Item, [left, top, width, height]: [f64; 4]) -> Item {
        let (x, y) = (self.place[2] / self.size.0, self.place[3] / self.size.1);
        let middle = (left + width / 2.0, top + height / 2.0);
        let placed = part
            .with("left", self.place[0] + middle.0 * x - width / 2.0)
            .with("top", self.place[1] + middle.1 * y - height / 2.0)
            .with("width", width)
            .with("height", height);
        placed.with("scaleX", x).with("scaleY", y).at(0, 75)
    }
}

/// Parts from the lowest to the highest.
fn stacked(parts: impl IntoIterator<Item = Item>) -> Film {
    let parts: Vec<Item> = parts.into_iter().collect();
    let mut film = film();
    for part in parts.into_iter().rev() {
        film = film.track([part]);
    }
    film
}

fn words(words: &str, size: u32, weight: &str) -> Item {
    text(words, [0.0; 4])
        .with("fontFamily", "Roboto")
        .with("fontSize", size)
        .with("lineHeight", 1.2)
        .with(
            "fontStyle",
            json!({ "variant": "normal", "weight": weight }),
        )
}

/// Both at rest, after they came and before they go.
const REST: u64 = 60;

/// Their letters are shrunk, and stand between pixels here: what is drawn is held to limits
/// of each, just below how alike it is.
pub(super) fn cases() -> Vec<Case> {
    vec![
        progress_bar(),
        call_to_action(),
        lower_third(),
        title_card(),
        counter(),
    ]
}

fn lower_third() -> Case {
    let space = Space {
        place: [10.0, 60.0, 300.0, 60.0],
        size: (900.0, 180.0),
    };
    let subtitle = words("Mathematician, London", 32, "400").with("color", "#b9c2d6");
    let parts = [
        space.part(
            solid("rectangle", "#10141fe6", [0.0; 4]),
            [10.0, 0.0, 890.0, 180.0],
        ),
        space.part(words("Ada Lovelace", 58, "700"), [44.0, 30.0, 680.0, 72.0]),
        space.part(subtitle, [44.0, 104.0, 680.0, 44.0]),
        space.part(
            solid("rectangle", "#ffb020", [0.0; 4]),
            [0.0, 0.0, 10.0, 180.0],
        ),
    ];
    let props = json!({ "title": "Ada Lovelace", "subtitle": "Mathematician, London" });
    let whole = graphic("lower-third", &props, space.place).at(0, 75);
    letters("lower-third", REST, film().track([whole]))
        .beside(stacked(parts))
        .inside(0.98, 2.8)
}

fn title_card() -> Case {
    // Larger than the canvas, so that its subtitle can be read.
    let space = Space {
        place: [-80.0, -45.0, 480.0, 270.0],
        size: (1280.0, 720.0),
    };
    let title = words("Aurora", 104, "900").with("align", "center");
    let subtitle = words("A film in three parts", 42, "400").with("align", "center");
    let line = solid("rectangle", "#5b8cff", [0.0; 4]).with("borderRadius", 4);
    let parts = [
        space.part(
            solid("rectangle", "#0c1020", [0.0; 4]),
            [0.0, 0.0, 1280.0, 720.0],
        ),
        space.part(
            title.with("letterSpacing", -1),
            [90.0, 256.0, 1100.0, 130.0],
        ),
        space.part(line, [540.0, 412.0, 200.0, 8.0]),
        space.part(
            subtitle.with("letterSpacing", 1).with("color", "#aeb8d0"),
            [140.0, 450.0, 1000.0, 60.0],
        ),
    ];
    let props = json!({ "title": "Aurora", "subtitle": "A film in three parts" });
    let whole = graphic("title-card", &props, space.place).at(0, 75);
    letters("title-card", REST, film().track([whole]))
        .beside(stacked(parts))
        .inside(0.935, 4.5)
}

fn counter() -> Case {
    let space = Space {
        place: [30.0, 25.0, 260.0, 130.0],
        size: (640.0, 320.0),
    };
    let number = words("72%", 136, "900").with("align", "center");
    let line = solid("rectangle", "#2fd6a3", [0.0; 4]).with("borderRadius", 4);
    let label = words("of all films", 40, "500").with("align", "center");
    let parts = [
        space.part(number.with("letterSpacing", -2), [0.0, 24.0, 640.0, 170.0]),
        space.part(line, [220.0, 200.0, 200.0, 8.0]),
        space.part(label.with("color", "#aeb8d0"), [0.0, 234.0, 640.0, 52.0]),
    ];
    let props = json!({ "to": 72, "suffix": "%", "label": "of all films" });
    let whole = graphic("counter", &props, space.place).at(0, 75);
    letters("counter", REST, film().track([whole]))
        .beside(stacked(parts))
        .inside(0.93, 5.0)
}

fn progress_bar() -> Case {
    let space = Space {
        place: [20.0, 60.0, 280.0, 52.5],
        size: (800.0, 150.0),
    };
    let bar = |color, width| {
        let place = [0.0, 92.0, width, 36.0];
        space.part(
            solid("rectangle", color, [0.0; 4]).with("borderRadius", 18),
            place,
        )
    };
    let label = words("Storage used", 42, "700");
    let value = words("72%", 42, "700").with("align", "right");
    let parts = [
        space.part(label, [0.0, 14.0, 600.0, 56.0]),
        space.part(value, [600.0, 14.0, 200.0, 56.0]),
        bar("#ffffff33", 800.0),
        bar("#5b8cff", 576.0),
    ];
    let props = json!({ "value": 72, "label": "Storage used" });
    let whole = graphic("progress-bar", &props, space.place).at(0, 75);
    letters("progress-bar", REST, film().track([whole]))
        .beside(stacked(parts))
        .inside(0.965, 3.0)
}

fn call_to_action() -> Case {
    let space = Space {
        place: [32.0, 46.0, 256.0, 88.0],
        size: (640.0, 220.0),
    };
    let button = solid("rectangle", "#ff3d5a", [0.0; 4]).with("borderRadius", 58);
    let label = words("Subscribe now", 50, "700").with("align", "center");
    let caption = words("New films every Friday", 32, "400").with("align", "center");
    let parts = [
        space.part(button, [40.0, 12.0, 560.0, 116.0]),
        space.part(label, [60.0, 40.0, 520.0, 60.0]),
        space.part(caption, [20.0, 150.0, 600.0, 44.0]),
    ];
    let props = json!({ "text": "Subscribe now", "caption": "New films every Friday" });
    let whole = graphic("call-to-action", &props, space.place).at(0, 75);
    letters("call-to-action", REST, film().track([whole]))
        .beside(stacked(parts))
        .inside(0.95, 2.8)
}
