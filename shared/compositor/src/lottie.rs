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
//! Not drawn, and named in a warning: see [`gaps`]. Expressions are not run and slots
//! not filled in, which is named, too: the value or the keyframes beside them are drawn.

mod blend;
mod gaps;
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
        gaps::of(&self.file)
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
        // Not by `draw`, which would catch what panics.
        let drawn = animation(&json!(layers), &Value::Null).paint(0.0, 10, 10);
        assert!(drawn.is_ok());
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
            { "ty": "gf", "t": 2, "g": { "p": 9, "k": { "k": [0.5] } } },
        ]);
        let drawn = animation(&json!([shapes(&odd)]), &Value::Null).paint(0.0, 10, 10);
        assert!(drawn.unwrap().data.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_stroke_of_any_width_is_painted() {
        let wide = json!([disc(), { "ty": "st", "w": { "k": 1e30 } }]);
        let drawn = animation(&json!([shapes(&wide)]), &Value::Null).paint(0.0, 10, 10);
        assert!(drawn.is_ok());
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
        let drawn = animation(&json!([layer]), &Value::Null).paint(3.0, 10, 10);
        assert!(drawn.is_ok());
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
