//! `POST /v1/uploads` and `GET /v1/assets/{assetId}`: real files of every type
//! that is taken, and files that are not what they say.

use std::process::Command;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::common::{Answer, Service, answer, assert_problem};

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

const SRT: &str = "1\n00:00:00,500 --> 00:00:01,500\nHello\n";

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
async fn what_is_not_what_it_claims_leaves_nothing_behind() {
    let service = Service::start().await;
    let dir = service.stack.dir.path();
    let png = make(dir, "a.png", &format!("{PICTURE} -frames:v 1"));
    let silent = make(
        dir,
        "a.mp4",
        &format!("{PICTURE} -c:v libx264 -pix_fmt yuv420p"),
    );
    let sound = make(dir, "a.m4a", SOUND);
    let gif = make(dir, "a.gif", PICTURE);
    // A PNG of 60,000 x 60,000 pixels in a few hundred bytes.
    let mut bomb = png.clone();
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let crc = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    let mut noise = vec![0_u8; 100_000];
    let mut seed = 1_u32;
    for byte in &mut noise {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (seed >> 24) as u8;
    }
    let mut hostile = b"\0\0\0\x18ftypisom\0\0\0\0isommp42".to_vec();
    hostile.extend(b"\xff\xff\xff\xffmoov\0\0\0\x01trak\xff\xff\xff\xff\xff\xff\xff\xff");
    let text = b"just some words\n".repeat(100);
    for (claim, bytes, cause) in [
        ("image/png", text.clone(), "no picture"),
        ("image/jpeg", png.clone(), "it is image/png"),
        ("image/png", png[..20].to_vec(), ""),
        ("image/png", bomb, "60000 x 60000"),
        ("image/gif", gif[..gif.len() / 2].to_vec(), ""),
        ("image/gif", png.clone(), ""),
        ("video/mp4", text.clone(), ""),
        ("video/mp4", sound.clone(), "no picture"),
        ("video/webm", silent.clone(), "it is "),
        ("audio/mp4", silent.clone(), "has a picture"),
        ("audio/mpeg", sound, "it is "),
        ("audio/mpeg", noise.clone(), ""),
        ("audio/aac", noise, ""),
        ("video/mp4", hostile, ""),
        ("video/mp4", silent[..200].to_vec(), ""),
        (
            "audio/wav",
            b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff".to_vec(),
            "",
        ),
        ("image/png", Vec::new(), "empty"),
    ] {
        let refused = answer(upload(&service, "x", claim, bytes)).await;
        assert_problem(&refused, 422, "UPLOAD_INVALID");
        let detail = refused.json["detail"].as_str().unwrap();
        assert!(
            detail.contains(claim) && detail.contains(cause),
            "{claim}: {detail}"
        );
    }
    for (name, bytes, cause) in [
        ("x.srt", b"{\"a\": 1}".as_slice(), "-->"),
        ("x.srt", b"\xff\xfe1\0", "UTF-8"),
        ("x.ass", SRT.as_bytes(), "[Script Info]"),
        ("x.lrc", b"[ar:Nobody]", "[00:01.00]"),
        // A line that would be missing from the film, and where it is.
        (
            "x.srt",
            b"1\n00:00:01,000 --> 00:00:02,000\nHi\n\nlost\n",
            "line 5:",
        ),
    ] {
        let refused = answer(upload(&service, name, "text/plain", bytes.to_vec())).await;
        assert_problem(&refused, 422, "UPLOAD_INVALID");
        assert!(
            refused.json["detail"].as_str().unwrap().contains(cause),
            "{}",
            refused.text
        );
    }
    service.assert_nothing_created().await;
    assert!(service.objects("").await.is_empty());
}

/// CRC-32 of PNG chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn types_names_projects_and_sizes_that_are_not_taken_are_refused() {
    let service = Service::start().await;
    for (name, kind) in [
        ("a.json", "application/json"),
        ("a.lottie", "application/zip"),
        ("a.glb", "model/gltf-binary"),
        ("a.pdf", "application/pdf"),
        ("a.svg", "image/svg+xml"),
        ("a.avif", "image/avif"),
        ("a.heic", "image/heic"),
        ("a.txt", "text/plain"),
        ("a.mp4", "application/octet-stream"),
    ] {
        let refused = answer(upload(&service, name, kind, "{}")).await;
        assert_problem(&refused, 415, "UNSUPPORTED_MEDIA_TYPE");
        assert!(
            refused.json["detail"]
                .as_str()
                .unwrap()
                .contains("image/png")
        );
    }
    let bare = || {
        service
            .to(reqwest::Method::POST, "/v1/uploads")
            .bearer_auth(&service.secret)
            .body(SRT)
    };
    let refused = answer(bare().header("x-project-id", "mine")).await;
    assert_problem(&refused, 400, "REQUEST_INVALID");
    assert_eq!(
        refused.paths(),
        ["/x-file-name", "/content-type", "/x-project-id"]
    );
    let named = |name: &[u8]| {
        let value = reqwest::header::HeaderValue::from_bytes(name).unwrap();
        answer(
            bare()
                .header("content-type", "text/plain")
                .header("x-file-name", value),
        )
    };
    for name in [
        b"".as_slice(),
        &[b'x'; 513],
        b"\xff.srt",
        b"UTF-8''a%00.srt",
        b"a\tb.srt",
    ] {
        let refused = named(name).await;
        assert_problem(&refused, 400, "REQUEST_INVALID");
        assert_eq!(refused.paths(), ["/x-file-name"]);
    }
    let twice = bare()
        .header("content-type", "text/plain")
        .header("x-file-name", "a.srt")
        .header("x-file-name", "b.srt");
    assert_eq!(answer(twice).await.paths(), ["/x-file-name"]);
    let of_two = bare()
        .header("content-type", "text/plain")
        .header("x-file-name", "a.srt")
        .header("x-project-id", "7d444840-9dc0-11d1-b245-5ffdce74fad2")
        .header("x-project-id", "7d444840-9dc0-11d1-b245-5ffdce74fad2");
    assert_eq!(answer(of_two).await.paths(), ["/x-project-id"]);
    let project = upload(&service, "a.srt", "text/plain", SRT)
        .header("x-project-id", "7d444840-9dc0-11d1-b245-5ffdce74fad2");
    assert_problem(&answer(project).await, 404, "PROJECT_NOT_FOUND");
    for more in [1, 30 * 1024 * 1024] {
        let large = vec![b' '; 4 * 1024 * 1024 + more];
        let refused = answer(upload(&service, "a.srt", "text/plain", large)).await;
        assert_problem(&refused, 413, "PAYLOAD_TOO_LARGE");
        let detail = refused.json["detail"].as_str().unwrap();
        assert!(detail.contains("4194304 bytes"), "{detail}");
        assert!(detail.contains("POST /v1/uploads/sessions"), "{detail}");
    }
    // Whatever is refused before its body is read is answered as well.
    let large = || vec![b' '; 30 * 1024 * 1024];
    let refused = answer(upload(&service, "a.pdf", "application/pdf", large())).await;
    assert_problem(&refused, 415, "UNSUPPORTED_MEDIA_TYPE");
    let stranger = service
        .to(reqwest::Method::POST, "/v1/uploads")
        .body(large());
    assert_problem(&answer(stranger).await, 401, "OPEN_API_KEY_INVALID");
    service.assert_nothing_created().await;
    assert!(service.objects("").await.is_empty());

    // At the limit it is taken; names are kept as they are sent.
    let mut full = SRT.as_bytes().to_vec();
    full.resize(4 * 1024 * 1024, b'\n');
    assert_eq!(
        answer(upload(&service, "full.srt", "text/plain", full))
            .await
            .status,
        201
    );
    let name = |answer: Answer| answer.data()["filename"].as_str().unwrap().to_owned();
    let long = format!("{}.srt", "é".repeat(508));
    for (sent, kept) in [
        ("100%25 ärger.srt", "100%25 ärger.srt"),
        ("utf-8''na%C3%AFve%20%25.srt", "naïve %.srt"),
        (long.as_str(), long.as_str()),
    ] {
        assert_eq!(name(named(sent.as_bytes()).await), kept);
    }
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
    for _ in 0..2 {
        let refused = answer(upload(&service, "c.srt", "text/plain", SRT)).await;
        assert_problem(&refused, 401, "OPEN_API_KEY_INVALID");
    }
    assert_eq!(service.items("ann", "A#").await.len(), 2);
}
