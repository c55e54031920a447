//! `POST /v1/uploads` and `GET /v1/assets/{assetId}`: real files of every type that is
//! taken. What is refused is in `refused_uploads`.

use std::process::Command;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::common::{Service, answer, assert_problem};

/// Makes a file with ffmpeg and reads it.
pub fn make(dir: &std::path::Path, name: &str, arguments: &str) -> Vec<u8> {
    let path = dir.join(name);
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-bitexact"])
        .args(arguments.split_whitespace())
        .arg(&path)
        .status()
        .unwrap();
    assert!(made.success(), "{name}");
    std::fs::read(path).unwrap()
}

pub const PICTURE: &str = "-f lavfi -i testsrc=s=64x48:d=2:r=10";
pub const SOUND: &str = "-f lavfi -i sine=d=2:r=48000";

/// Name, what is found, text, and the end of its last cue in seconds.
const CAPTIONS: [(&str, &str, &str, f64); 3] = [
    (
        "a.srt",
        "application/x-subrip",
        "1\n00:00:00,500 --> 00:00:09,250\nLong\n\n2\n00:00:01,000 --> 00:00:02,000\nShort\n",
        9.25,
    ),
    (
        "a.ass",
        "text/x-ass",
        "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:01:02.50,,,0,0,0,,Hi\n",
        62.5,
    ),
    ("a.LRC", "text/x-lrc", "[00:01.00]Hi\n[00:03.00]you\n", 8.0),
];

pub const SRT: &str = "1\n00:00:00,500 --> 00:00:01,500\nHello\n";

pub fn upload(
    service: &Service,
    name: &str,
    kind: &str,
    bytes: impl Into<reqwest::Body>,
) -> RequestBuilder {
    service
        .to(reqwest::Method::POST, "/v1/uploads")
        .bearer_auth(&service.secret)
        .header("x-file-name", name)
        .header("content-type", kind)
        .body(bytes)
}

/// Name, claimed type, what ffmpeg makes it of, then what is found: type, media
/// type, size and seconds. Seconds are ffprobe's: encoders pad the last packet,
/// and the fragmented file's sound begins before its picture.
const FILES: &str = "
a.png  | image/png      | STILL                  | IMAGE | image/png        | 64x48 | -
a.jpg  | image/jpeg     | STILL                  | IMAGE | image/jpeg       | 64x48 | -
a.webp | image/webp     | STILL                  | IMAGE | image/webp       | 64x48 | -
a.bmp  | image/x-ms-bmp | STILL                  | IMAGE | image/bmp        | 64x48 | -
m.png  | image/png      | PICTURE -f apng        | IMAGE | image/png        | 64x48 | -
m.webp | image/webp     | PICTURE -c:v libwebp_anim | IMAGE | image/webp    | 64x48 | -
a.gif  | image/gif      | PICTURE                | GIF   | image/gif        | 64x48 | 2
a.mp4  | VIDEO/mp4; a=b | BOTH H264              | VIDEO | video/mp4        | 64x48 | 2
f.mp4  | video/mp4      | BOTH H264 FRAGMENTED   | VIDEO | video/mp4        | 64x48 | 2.2
t.mp4  | video/mp4      | TURNED                 | VIDEO | video/mp4        | 48x64 | 2
a.mov  | video/quicktime | BOTH H264             | VIDEO | video/quicktime  | 64x48 | 2
a.webm | video/webm     | BOTH VP9               | VIDEO | video/webm       | 64x48 | 2
l.webm | video/webm     | PICTURE VP9 LIVE       | VIDEO | video/webm       | 64x48 | 2
a.mkv  | video/x-matroska | BOTH H264            | VIDEO | video/x-matroska | 64x48 | 2
a.mp3  | audio/mpeg     | SOUND                  | AUDIO | audio/mpeg       | -     | 2
a.wav  | audio/x-wav    | SOUND                  | AUDIO | audio/wav        | -     | 2
a.flac | audio/flac     | SOUND                  | AUDIO | audio/flac       | -     | 2
a.ogg  | audio/ogg      | SOUND -c:a libopus     | AUDIO | audio/ogg        | -     | 2
a.m4a  | audio/x-m4a    | SOUND                  | AUDIO | audio/mp4        | -     | 2
a.aac  | audio/aac      | SOUND                  | AUDIO | audio/aac        | -     | 2
a.weba | audio/webm     | SOUND -f webm          | AUDIO | audio/webm       | -     | 2";

#[tokio::test(flavor = "multi_thread")]
async fn every_type_is_taken_measured_kept_and_read_back() {
    let service = Service::start().await;
    let dir = service.stack.dir.path();
    let rows = FILES.trim().lines();
    for row in rows.clone() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [name, claim, recipe, kind, media_type, size, seconds] = cells[..] else {
            panic!("{row}")
        };
        let arguments = recipe
            .replace("STILL", "PICTURE -frames:v 1")
            .replace("BOTH", "PICTURE SOUND -shortest")
            .replace("H264", "-c:v libx264 -pix_fmt yuv420p -c:a aac")
            .replace("VP9", "-c:v libvpx-vp9 -cpu-used 8")
            .replace("FRAGMENTED", "-movflags frag_keyframe+empty_moov")
            .replace("LIVE", "-f webm -live 1")
            .replace(
                "TURNED",
                &format!(
                    "-i {} -c copy -metadata:s:v:0 rotate=90",
                    dir.join("a.mp4").display()
                ),
            )
            .replace("PICTURE", PICTURE)
            .replace("SOUND", SOUND);
        let bytes = make(dir, name, &arguments);
        let size = size.split_once('x');
        let side = |side: Option<&str>| json!(side.map(|side| side.parse::<u32>().unwrap()));
        let made = answer(upload(&service, name, claim, bytes.clone())).await;
        assert_eq!(made.status, 201, "{name}: {}", made.text);
        let asset = made.data();
        let keys: Vec<&String> = asset.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "assetId", "duration", "fileKey", "fileUrl", "filename", "height", "mimetype",
                "size", "source", "type", "width",
            ]
        );
        for (field, value) in [
            ("type", json!(kind)),
            ("source", json!("UPLOAD")),
            ("filename", json!(name)),
            ("mimetype", json!(media_type)),
            ("size", json!(bytes.len())),
            ("width", side(size.map(|(width, _)| width))),
            ("height", side(size.map(|(_, height)| height))),
        ] {
            assert_eq!(asset[field], value, "{name} {field}");
        }
        match seconds.parse::<f64>() {
            Err(_) => assert_eq!(asset["duration"], Value::Null, "{name}"),
            Ok(seconds) => {
                let found = asset["duration"].as_f64().unwrap_or_default();
                assert!((found - seconds).abs() <= 0.1, "{name} {found}");
            }
        }
        let read = answer(service.get(&format!(
            "/v1/assets/{}",
            asset["assetId"].as_str().unwrap()
        )))
        .await;
        for field in [
            "assetId", "type", "mimetype", "size", "fileKey", "width", "height", "duration",
        ] {
            assert_eq!(read.data()[field], asset[field], "{name} {field}");
        }
        let stored = service
            .client
            .get(asset["fileUrl"].as_str().unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(stored.headers()["content-type"], media_type);
        assert_eq!(stored.bytes().await.unwrap(), bytes, "{name}");
    }
    for (name, kind, text, seconds) in CAPTIONS {
        let made = answer(upload(&service, name, "text/plain", text)).await;
        let asset = made.data();
        assert_eq!(asset["type"], "CAPTION", "{name}");
        assert_eq!(asset["mimetype"], kind);
        assert_eq!(asset["width"], Value::Null);
        assert_eq!(asset["duration"], seconds, "to the end of the last cue");
    }
    let count = rows.count() + CAPTIONS.len();
    assert_eq!(service.items("ann", "A#").await.len(), count);
    assert_eq!(service.objects("uploads/").await.len(), count);

    let (bob, _) = service.more_key("bob", true, None).await;
    let asset = service.items("ann", "A#").await[0]["sk"]["S"]
        .as_str()
        .unwrap()
        .replace("A#", "/v1/assets/");
    let refused = answer(service.to(reqwest::Method::GET, &asset).bearer_auth(&bob)).await;
    assert_problem(&refused, 404, "ASSET_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_two_calls_and_a_revoked_key_uploads_nothing() {
    let service = Service::start().await;
    let recorder = service.store().recorder();
    let first = answer(upload(&service, "a.srt", "text/plain", SRT)).await;
    recorder.take();
    let second = answer(upload(&service, "b.srt", "text/plain", SRT)).await;
    assert_eq!(recorder.take(), ["PutObject", "TransactWriteItems"]);
    assert_ne!(first.data()["assetId"], second.data()["assetId"]);
    assert_eq!(
        first.data()["fileKey"],
        second.data()["fileKey"],
        "one file, two assets"
    );
    let read = answer(service.get(&format!(
        "/v1/assets/{}",
        first.data()["assetId"].as_str().unwrap()
    )))
    .await;
    assert_eq!(read.data()["filename"], "a.srt");
    assert_eq!(recorder.take(), ["GetItem"]);

    service.revoke_elsewhere().await;
    let refused = answer(upload(&service, "c.srt", "text/plain", SRT)).await;
    assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
    assert_eq!(service.items("ann", "A#").await.len(), 2);
}
