//! The head of a Lottie animation: what makes a JSON object one that can be drawn.
//!
//! Validation and the renderer ask [`LottieHead::read`] alike, so that an animation which
//! stands in a document and validates is one for the renderer, too. What its layers hold
//! is drawn as far as it is understood, whatever it is; a frame that takes more than a
//! frame may ends the export with a sentence that names the item.

use serde_json::Value;

/// Size and times of an animation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LottieHead {
    /// Width in its own pixels (`w`), more than 0.
    pub width: f64,
    /// Height in its own pixels (`h`), more than 0.
    pub height: f64,
    /// Frames a second (`fr`), more than 0.
    pub rate: f64,
    /// Number of its first frame (`ip`; 0 where it has none).
    pub first: f64,
    /// Number of its last frame: one less than `op`, but never before the first.
    pub last: f64,
}

impl LottieHead {
    /// Reads what an animation says of the whole.
    ///
    /// # Errors
    /// What it lacks, as the end of a sentence that begins with "it is no Lottie
    /// animation".
    pub fn read(file: &Value) -> Result<Self, &'static str> {
        let number = |key: &str| file.get(key)?.as_f64().filter(|number| number.is_finite());
        let positive = |key: &str| number(key).filter(|number| *number > 0.0);
        let size = positive("w").zip(positive("h"));
        let (width, height) = size.ok_or("it has no width and height")?;
        let rate = positive("fr").ok_or("it has no frame rate")?;
        if !has_layers(file) {
            return Err("it has no layers");
        }
        let first = number("ip").unwrap_or_default();
        let end = number("op").ok_or("it has no end")?;
        Ok(Self {
            width,
            height,
            rate,
            first,
            last: (end - 1.0).max(first),
        })
    }
}

/// Whether this wants to be an animation: other objects stand in its place in documents,
/// and stand for none.
pub(crate) fn has_layers(json: &Value) -> bool {
    json.get("layers").is_some_and(Value::is_array)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn whole() -> Value {
        json!({ "w": 64, "h": 32.5, "fr": 30, "ip": 2, "op": 32, "layers": [] })
    }

    #[test]
    fn a_head_is_what_is_said_of_the_whole() {
        let head = LottieHead {
            width: 64.0,
            height: 32.5,
            rate: 30.0,
            first: 2.0,
            last: 31.0,
        };
        assert_eq!(LottieHead::read(&whole()), Ok(head));
    }

    #[test]
    fn an_animation_may_begin_at_0_and_last_no_time() {
        let mut short = whole();
        short["op"] = json!(-5);
        short.as_object_mut().unwrap().remove("ip");
        let head = LottieHead::read(&short).unwrap();
        let at_0 = LottieHead {
            first: 0.0,
            last: 0.0,
            ..head
        };
        assert_eq!(head, at_0);
    }

    #[test]
    fn what_it_lacks_is_told() {
        for (key, value, says) in [
            ("w", json!(null), "width and height"),
            ("w", json!(0), "width and height"),
            ("h", json!(-1), "width and height"),
            ("h", json!("32"), "width and height"),
            ("fr", json!(0), "frame rate"),
            ("layers", json!({}), "layers"),
            ("op", json!(null), "end"),
        ] {
            let mut file = whole();
            file[key] = value;
            let cause = LottieHead::read(&file).unwrap_err();
            assert!(cause.contains(says), "{key}: {cause}");
        }
        assert!(LottieHead::read(&json!([])).is_err());
    }
}
