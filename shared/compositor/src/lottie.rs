//! Lottie animations.
//!
//! [velato](https://crates.io/crates/velato) lays out shapes, tiny-skia paints them.
//! What the two lack is added here: `keyframes` and `still` read a file at one frame,
//! time remapping, bent ways and eased paths included; `sink` paints masks, mattes,
//! blends and fades, `paint` gradients and dashes.
//!
//! Drawn: shape, solid, null and precomposition layers with parents, stretch and time
//! remapping; all transforms in the plane; rectangles, ellipses, stars, polygons and
//! paths; flat and gradient fills and strokes, dashes, both fill rules; trimmed paths,
//! repeaters, merged paths of mode 1; masks that add, subtract and intersect, inverted
//! ones and their opacity; alpha and luma mattes; blend modes.
//!
//! Not drawn, and named in a warning: see [`GAPS`]. Expressions are not run, which is
//! named, too: the value or the keyframes that they stand on are drawn.

mod blend;
mod keyframes;
mod paint;
mod shapes;
mod sink;
mod still;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use darkroom_editor_state::LottieHead;
use kurbo::Affine;
use serde_json::Value;
use tiny_skia::Pixmap;

use crate::bitmap::Bitmap;
use sink::Sink;
use still::Still;

/// What a file may hold that is left out: key and value that tell it, and its name.
const GAPS: [(&str, Gap, &str); 11] = [
    ("ty", Gap::Number(2), "image layers"),
    ("ty", Gap::Number(5), "text layers"),
    ("ef", Gap::List, "layer effects"),
    ("sy", Gap::List, "layer styles"),
    ("ddd", Gap::Number(1), "layers in space"),
    ("ao", Gap::Number(1), "layers that turn along their way"),
    ("ty", Gap::Word("rd"), "rounded corners of paths"),
    ("ty", Gap::Word("pb"), "puckered and bloated paths"),
    ("ty", Gap::Word("zz"), "zigzag paths"),
    ("ty", Gap::Word("tw"), "twisted paths"),
    ("ty", Gap::Word("op"), "offset paths"),
];

enum Gap {
    Number(u64),
    Word(&'static str),
    List,
}

/// An animation, ready to be drawn at any instant.
#[derive(Debug, Clone)]
pub(crate) struct Animation {
    file: Arc<Value>,
    head: LottieHead,
}

impl Animation {
    /// Reads what the file says of the whole.
    ///
    /// # Errors
    /// What it lacks, where it is no Lottie animation.
    pub(crate) fn new(file: Arc<Value>) -> Result<Self, &'static str> {
        let head = LottieHead::read(&file)?;
        Ok(Self { file, head })
    }

    /// The frame at a time from its start, parts of frames included. Before its start
    /// it is the first, past its end the last one.
    pub(crate) fn frame_at(&self, seconds: f64) -> f64 {
        let head = self.head;
        (head.first + seconds * head.rate).clamp(head.first, head.last)
    }

    /// Width and height in its own pixels.
    pub(crate) fn size(&self) -> (f64, f64) {
        (self.head.width, self.head.height)
    }

    /// A frame stretched to a bitmap of this size.
    ///
    /// # Errors
    /// A sentence where the frame takes more than it may, or cannot be drawn.
    pub(crate) fn draw(&self, frame: f64, width: u32, height: u32) -> Result<Bitmap, &'static str> {
        // Whatever velato and tiny-skia did not expect ends this animation alone.
        let drawn = catch_unwind(AssertUnwindSafe(|| self.paint(frame, width, height)));
        drawn.unwrap_or(Err("a frame of its animation cannot be drawn"))
    }

    fn paint(&self, frame: f64, width: u32, height: u32) -> Result<Bitmap, &'static str> {
        const TOO_MUCH: &str = "a frame of its animation is too complex";
        let still = Still::read(&self.file, frame).ok_or(TOO_MUCH)?;
        let pixels = Pixmap::new(width, height).ok_or("its box is too large")?;
        let mut sink = Sink::new(pixels, &still.paints, &still.notes);
        let own = self.size();
        let (w, h) = (f64::from(width) / own.0, f64::from(height) / own.1);
        let fit = Affine::scale_non_uniform(w, h);
        velato::Renderer::new().append(&still.composition, 0.0, fit, 1.0, &mut sink);
        let pixels = sink.finish().ok_or(TOO_MUCH)?;
        Ok(Bitmap {
            width: width as usize,
            height: height as usize,
            data: pixels.take(),
            opaque: false,
        })
    }

    /// Names of what it holds and is not drawn.
    pub(crate) fn gaps(&self) -> BTreeSet<&'static str> {
        let mut found = BTreeSet::new();
        let assets = self.file["assets"].as_array().into_iter().flatten();
        for layers in assets.chain([&*self.file]).map(|holder| &holder["layers"]) {
            look_for_gaps(layers, &mut found);
            if has_expression(layers) {
                found.insert("expressions");
            }
        }
        found
    }
}

/// Looks through layers and their shapes.
fn look_for_gaps(list: &Value, found: &mut BTreeSet<&'static str>) {
    for entry in list.as_array().into_iter().flatten() {
        for (key, gap, name) in &GAPS {
            let value = &entry[*key];
            let is_there = match gap {
                Gap::Number(number) => value.as_u64() == Some(*number),
                Gap::Word(word) => value == word,
                Gap::List => value.as_array().is_some_and(|list| !list.is_empty()),
            };
            if is_there {
                found.insert(name);
            }
        }
        look_for_gaps(&entry["shapes"], found);
        look_for_gaps(&entry["it"], found);
    }
}

/// Whether a property is computed by a script.
fn has_expression(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(has_expression),
        Value::Object(map) => {
            map.get("x").is_some_and(Value::is_string) || map.values().any(has_expression)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn animation(layers: &Value, assets: &Value) -> Animation {
        let file = json!({ "w": 20, "h": 20, "fr": 30, "ip": 0, "op": 30, "layers": layers, "assets": assets });
        Animation::new(Arc::new(file)).unwrap()
    }

    fn shapes(shapes: &Value) -> Value {
        json!({ "ty": 4, "ip": 0, "op": 30, "ks": {}, "shapes": shapes })
    }

    fn disc() -> Value {
        json!({ "ty": "el", "p": { "k": [10, 10] }, "s": { "k": [20, 20] } })
    }

    fn red() -> Value {
        json!({ "ty": "fl", "c": { "k": [1, 0, 0] }, "o": { "k": 100 } })
    }

    #[test]
    fn a_layer_needs_hardly_any_field() {
        let bitmap = animation(&json!([shapes(&json!([disc(), red()]))]), &Value::Null);
        let bitmap = bitmap.draw(0.0, 10, 10).unwrap();
        assert_eq!(&bitmap.row(5)[20..24], [255, 0, 0, 255]);
        assert_eq!(&bitmap.row(0)[..4], [0, 0, 0, 0]);
    }

    #[test]
    fn repeaters_in_repeaters_are_bounded() {
        let copies = json!({ "ty": "rp", "c": { "k": 1e9 }, "tr": {} });
        let mut nested = json!([disc(), red(), copies, copies, copies]);
        for _ in 0..20 {
            nested = json!([{ "ty": "gr", "it": nested }, copies]);
        }
        let drawn = animation(&json!([shapes(&nested)]), &Value::Null).draw(0.0, 10, 10);
        assert!(drawn.unwrap_err().contains("too complex"));
    }

    #[test]
    fn paints_of_many_paths_are_bounded() {
        let list: Vec<Value> = (0..4000).flat_map(|_| [disc(), red()]).collect();
        let drawn = animation(&json!([shapes(&json!(list))]), &Value::Null).draw(0.0, 10, 10);
        assert!(drawn.unwrap_err().contains("too complex"));
    }

    #[test]
    fn compositions_that_hold_themselves_end() {
        let again = json!({ "ty": 0, "refId": "a", "ip": 0, "op": 30, "ks": {} });
        let assets = json!([{ "id": "a", "layers": [again, again, again] }]);
        let drawn = animation(&json!([again]), &assets).draw(0.0, 10, 10);
        assert!(drawn.unwrap_err().contains("too complex"));
    }

    #[test]
    fn mattes_that_wait_for_each_other_end() {
        let mut layers = [
            shapes(&json!([disc(), red()])),
            shapes(&json!([disc(), red()])),
        ];
        for (index, layer) in layers.iter_mut().enumerate() {
            layer["ind"] = json!(index);
            layer["parent"] = json!(1 - index);
            layer["tt"] = json!(1);
            layer["tp"] = json!(1 - index);
        }
        let _ = animation(&json!(layers), &Value::Null).draw(0.0, 10, 10);
    }

    #[test]
    fn too_many_masks_are_refused() {
        let mut layer = shapes(&json!([disc(), red()]));
        let path = json!({ "k": { "v": [[0, 0], [9, 0], [9, 9]], "c": true } });
        layer["masksProperties"] = json!([{ "mode": "a", "pt": path }]);
        let drawn = animation(&json!(vec![layer; 500]), &Value::Null).draw(0.0, 10, 10);
        assert!(drawn.unwrap_err().contains("too complex"));
    }

    #[test]
    fn what_is_no_number_is_drawn_as_nothing() {
        let odd = json!([
            disc(), { "ty": "sh", "ks": { "k": [] } }, { "ty": "sh", "ks": { "k": [{ "t": 3 }] } },
            { "ty": "rc", "p": { "k": [1e300, -1e300] }, "s": { "k": [1e308, 1e308] }, "r": { "k": 1e308 } },
            { "ty": "gf", "t": 2, "g": { "p": 9, "k": { "k": [0.5] } } }, { "ty": "st", "w": { "k": 1e30 } },
        ]);
        let _ = animation(&json!([shapes(&odd)]), &Value::Null).draw(0.0, 10, 10);
    }

    #[test]
    fn endless_curves_end() {
        let far = json!([{ "v": [[0, 0], [1e300, 1e300]], "i": [[0, 0], [1e308, 0]], "o": [[-1e308, 9], [0, 0]], "c": true }]);
        let path =
            json!({ "ty": "sh", "ks": { "k": [{ "t": 0, "s": far }, { "t": 9, "s": far }] } });
        let trim = json!({ "ty": "tm", "s": { "k": 20 }, "e": { "k": 60 }, "o": { "k": 1e300 } });
        let mut layer = shapes(&json!([path, red(), trim]));
        layer["ks"] = json!({ "p": { "k": [
            { "t": 0, "s": [0, 0], "to": [1e300, -1e300], "ti": [-1e300, 7] }, { "t": 9, "s": [1e300, 0] },
        ] } });
        let _ = animation(&json!([layer]), &Value::Null).draw(3.0, 10, 10);
    }

    #[test]
    fn what_is_left_out_is_named() {
        let computed = json!({ "ty": 4, "ks": { "p": { "k": [1, 2], "x": "wiggle(1, 2)" } } });
        let layers = json!([{ "ty": 5, "ks": {} }, shapes(&json!([{ "ty": "gr", "it": [{ "ty": "zz" }] }])), computed]);
        let gaps: Vec<_> = animation(&layers, &Value::Null)
            .gaps()
            .into_iter()
            .collect();
        assert_eq!(gaps, ["expressions", "text layers", "zigzag paths"]);
    }

    #[test]
    fn colours_of_old_files_go_up_to_255() {
        let color = json!({ "ty": "fl", "c": { "k": [51, 102, 255, 1] }, "o": { "k": 100 } });
        for (version, blue) in [("4.1.8", 255), ("3.9", 255), ("4.1.9", 255), ("x", 255)] {
            let mut file = json!({ "v": version, "w": 20, "h": 20, "fr": 30, "ip": 0, "op": 30 });
            file["layers"] = json!([shapes(&json!([disc(), color]))]);
            let drawn = Animation::new(Arc::new(file)).unwrap().draw(0.0, 20, 20);
            let middle = &drawn.unwrap().data[(10 * 20 + 10) * 4..][..4];
            let red = if version < "4.1.9" { 51 } else { 255 };
            assert_eq!((middle[0], middle[2]), (red, blue), "{version}");
        }
    }
}
