//! The request that a file and options make, for a create and for its estimate.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use serde_json::{Map, Value, json};

use crate::commands::render::Video;
use crate::document;

#[derive(Debug, clap::Args)]
pub(super) struct Request {
    /// A document, or a whole request (an object with `editorState`); `-` for standard input.
    #[arg(value_name = "STATE.json")]
    state: PathBuf,
    /// mp4 or webm [default: what the request says, else as the output is named, else mp4]
    #[arg(long)]
    format: Option<String>,
    /// 30 or 60 [default: 30, or what the request says]
    #[arg(long)]
    fps: Option<u32>,
    /// 0.6 to 8 times the composition's size [default: 1, or what the request says]
    #[arg(long)]
    scale: Option<f64>,
    /// 16:9, 9:16, 1:1, 4:3, 3:4 or custom; not the document's `outputRatio` [default: custom,
    /// or what the request says]
    #[arg(long)]
    ratio: Option<String>,
    /// Name of the file when it is downloaded.
    #[arg(long)]
    filename: Option<String>,
    /// Your own id of this export: a second create with it answers the first one's task.
    #[arg(long, value_name = "ID")]
    client_task_id: Option<String>,
    /// Where to tell that the export started and how it ended.
    #[arg(long, value_name = "URL")]
    callback_url: Option<String>,
    /// A header to send with that, as in `Authorization: Bearer x`; may be given again.
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    callback_header: Vec<(String, String)>,
}

impl Request {
    /// The body to send, of an export that becomes the file `output` where one is named.
    pub(super) fn body(&self, output: Option<&Video>) -> anyhow::Result<Value> {
        let document = document::read_text(&self.state)?;
        let value: Value = serde_json::from_str(&document)
            .with_context(|| format!("{} is not JSON", self.state.display()))?;
        request_body(value, self, output)
    }
}

/// Reads `Name: value`; the service says what is wrong with either.
fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once(':')
        .ok_or("a header is written `Name: value`")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn headers(given: &[(String, String)]) -> Option<Value> {
    let pairs = given.iter().cloned();
    let map: Map<String, Value> = pairs.map(|(name, value)| (name, value.into())).collect();
    (!map.is_empty()).then(|| map.into())
}

/// The request: the file's own where it is one, options winning, defaults filling.
fn request_body(value: Value, request: &Request, output: Option<&Video>) -> anyhow::Result<Value> {
    let mut body = match value {
        Value::Object(whole) if whole.contains_key("editorState") => whole,
        Value::Object(state) => Map::from_iter([("editorState".to_owned(), Value::Object(state))]),
        _ => bail!("{} holds no JSON object", request.state.display()),
    };
    let given = [
        ("format", request.format.clone().map(Value::from)),
        ("fps", request.fps.map(Value::from)),
        ("scale", request.scale.map(Value::from)),
        ("ratio", request.ratio.clone().map(Value::from)),
        ("filename", request.filename.clone().map(Value::from)),
        (
            "clientTaskId",
            request.client_task_id.clone().map(Value::from),
        ),
        ("callbackUrl", request.callback_url.clone().map(Value::from)),
        ("callbackHeaders", headers(&request.callback_header)),
    ];
    for (name, value) in given {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    }
    let defaults = [
        (
            "format",
            json!(output.map_or("mp4", |video| video.format.as_str())),
        ),
        ("fps", json!(30)),
        ("scale", json!(1)),
        ("ratio", json!("custom")),
    ];
    for (name, value) in defaults {
        body.entry(name).or_insert(value);
    }
    if let (Some(video), Some(format)) = (output, body.get("format")) {
        let named = video.format.as_str();
        if format != named {
            bail!(
                "{} is named as a file in the format {named}, but the request's format is \
                 {format}; change the name or --format",
                video.path.display()
            );
        }
    }
    let generation_1 = body
        .get("editorState")
        .is_some_and(|state| state.get("stateSchemaVersion").is_some());
    if generation_1 && !body.contains_key("stateVersion") {
        body.entry("stateSchemaVersion")
            .or_insert_with(|| json!("v1"));
    }
    Ok(Value::Object(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::render::video;

    fn request() -> Request {
        Request {
            state: "s.json".into(),
            format: None,
            fps: Some(60),
            scale: None,
            ratio: None,
            filename: None,
            client_task_id: None,
            callback_url: None,
            callback_header: vec![header("X-Key: a:b").unwrap()],
        }
    }

    #[test]
    fn a_bare_document_becomes_a_request() {
        let body = request_body(json!({"stateSchemaVersion": "v1"}), &request(), None).unwrap();
        assert_eq!(
            body,
            json!({"editorState": {"stateSchemaVersion": "v1"}, "stateSchemaVersion": "v1",
                   "format": "mp4", "fps": 60, "scale": 1, "ratio": "custom",
                   "callbackHeaders": {"X-Key": "a:b"}})
        );
    }

    #[test]
    fn options_win_over_a_whole_request() {
        let whole = json!({"editorState": {}, "fps": 30, "format": "webm", "stateVersion": "x"});
        let body = request_body(whole, &request(), None).unwrap();
        assert_eq!(body["fps"], 60);
        assert_eq!(body["format"], "webm");
        assert!(body.get("stateSchemaVersion").is_none());
    }

    #[test]
    fn the_name_of_the_output_decides_the_format_and_cannot_contradict_it() {
        let output = video("o.webm").unwrap();
        let body = |value, request: &Request| request_body(value, request, Some(&output));
        let bare = body(json!({}), &request()).unwrap();
        assert_eq!(bare["format"], "webm");
        let mut mp4 = request();
        mp4.format = Some("mp4".to_owned());
        let whole = json!({"editorState": {}, "format": "mp4"});
        for (value, request) in [(json!({}), &mp4), (whole, &request())] {
            let refused = body(value, request).unwrap_err().to_string();
            assert!(
                refused.contains("o.webm") && refused.contains("\"mp4\""),
                "{refused}"
            );
        }
    }
}
