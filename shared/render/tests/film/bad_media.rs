//! Media that is not what it should be is refused with a sentence that names
//! the asset and what is wrong, and no place on our disk.

use std::io::Write as _;

use serde_json::Value;

use crate::rig::*;

async fn assert_refused(rig: &Rig, item: Value, says: &str) {
    let id = item["assetId"].as_str().unwrap().to_owned();
    let sentence = rig.refused(&Film::of(item)).await;
    assert!(
        sentence.starts_with(&format!("asset `{id}` cannot be used: ")),
        "{sentence}"
    );
    assert!(
        sentence.contains(says),
        "{id}: {sentence:?} does not say {says:?}"
    );
    let dir = rig.media.dir().to_str().unwrap();
    assert!(
        !sentence.contains(dir) && !sentence.contains("/proc/"),
        "{sentence}"
    );
}

fn second() -> (i64, i64) {
    (0, SECOND)
}

#[tokio::test]
async fn what_is_no_media_at_all() {
    let rig = Rig::new();
    rig.media
        .write("text.mp4", "this is not a film\n".repeat(100))
        .write("empty.mp4", "")
        .write("zeros.mp4", vec![0; 100_000])
        .write("page.png", "<!doctype html><p>Not found</p>");
    assert_refused(&rig, video("text.mp4", second()), "Invalid data").await;
    assert_refused(&rig, video("empty.mp4", second()), "Invalid data").await;
    assert_refused(&rig, video("zeros.mp4", second()), "cannot be decoded").await;
    assert_refused(&rig, image("page.png", second()), "Invalid data").await;
    assert_refused(&rig, audio("text.mp4", second()), "Invalid data").await;
}

#[tokio::test]
async fn damaged_films() {
    let rig = Rig::new();
    rig.media.counting("whole.mp4", 30, 60, 0, &[]);
    let bytes = std::fs::read(rig.media.path("whole.mp4")).unwrap();
    rig.media.write("headless.mp4", &bytes[..bytes.len() / 2]);
    assert_refused(&rig, video("headless.mp4", second()), "Invalid data").await;
    // With its header in front a broken off film looks whole until it is decoded.
    let noise = "nullsrc=s=64x64:r=30,geq=random(1)*255:128:128";
    let tone = "sine=frequency=300";
    let mut args = vec![
        "-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", tone, "-t", "4",
    ];
    args.extend([
        "-c:v",
        "libx264",
        "-g",
        "10",
        "-c:a",
        "aac",
        "-movflags",
        "+faststart",
    ]);
    rig.media.make("front.mp4", &args);
    let bytes = std::fs::read(rig.media.path("front.mp4")).unwrap();
    rig.media.write("broken.mp4", &bytes[..bytes.len() / 2]);
    assert_refused(
        &rig,
        video("broken.mp4", (0, 4 * SECOND)),
        "breaks off after",
    )
    .await;
    let mut sound = audio("broken.mp4", (0, 4 * SECOND));
    sound["type"] = "audio".into();
    assert_refused(&rig, sound, "breaks off after").await;
    // What is not needed of it is not missed: until there it is the film it was.
    let first_second = |name: &str| Film::of(video(name, second()));
    let whole = rig.capture(&first_second("front.mp4"), &spec(30)).await;
    let broken = rig.capture(&first_second("broken.mp4"), &spec(30)).await;
    assert_eq!(broken.report.frames, 30);
    assert!(broken.frames == whole.frames, "other frames");
    assert!(broken.sound == whole.sound && peak(&left(&broken.sound)) > 0.05);
}

#[tokio::test]
async fn films_without_pictures_and_sound_without_samples() {
    let rig = Rig::new();
    rig.media
        .wav("tone.wav", "0.1|0.1", 1.0)
        .counting("silent.mp4", 30, 10, 0, &[]);
    rig.media.make(
        "none.mp4",
        &[
            "-f",
            "lavfi",
            "-i",
            "color=s=64x64",
            "-frames:v",
            "0",
            "-c:v",
            "libx264",
        ],
    );
    assert_refused(&rig, video("tone.wav", second()), "the file has no picture").await;
    assert_refused(&rig, image("tone.wav", second()), "the file has no picture").await;
    assert_refused(&rig, audio("silent.mp4", second()), "the file has no sound").await;
    assert_refused(&rig, video("none.mp4", second()), "").await;
    // A hidden video is only heard: a file of sound alone will do.
    let heard = Film::new(64, 64).track_with(vec![video("tone.wav", second())], true, false);
    assert!(!rig.capture(&heard, &spec(30)).await.sound.is_empty());
}

#[tokio::test]
async fn files_that_name_other_files() {
    let rig = Rig::new();
    rig.media
        .counting("secret.mp4", 30, 30, 0, &[])
        .counting("secret.ts", 30, 30, 0, &[]);
    let secret = rig.media.path("secret.ts");
    let secret = secret.display();
    let playlist = format!(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n"
    );
    let dash = format!(
        "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" \
         profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\">\
         <Period><BaseURL>file://{secret}</BaseURL></Period></MPD>\n"
    );
    let picture = format!(
        "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\">\
         <image href=\"file://{secret}\" width=\"64\" height=\"64\"/></svg>\n"
    );
    rig.media
        .write("list.mp4", "ffconcat version 1.0\nfile secret.mp4\n")
        .write("list.m3u8", &playlist)
        .write("film.mp4", &playlist)
        .write("list.mpd", dash)
        .write("offer.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n")
        .write("drawing.svg", &picture)
        .write("drawing.png", &picture);
    for name in ["list.mp4", "list.m3u8", "film.mp4", "list.mpd", "offer.sdp"] {
        assert_refused(&rig, video(name, second()), "of a format that is not read").await;
    }
    for name in ["drawing.svg", "drawing.png"] {
        assert_refused(&rig, image(name, second()), "of a format that is not read").await;
    }
}

#[tokio::test]
async fn a_name_is_no_pattern_and_chooses_no_format() {
    let rig = Rig::new();
    for n in 0..3 {
        let color = format!("color={}:s=64x64", ["red", "lime", "blue"][n]);
        rig.media.make(
            &format!("p{n}.png"),
            &["-f", "lavfi", "-i", &color, "-frames:v", "1"],
        );
    }
    // As a pattern this would be a film of p0 to p2; there is no such file.
    let error = rig
        .export_with(
            &Film::of(video("p%d.png", second())),
            std::path::Path::new("ffmpeg"),
            &Watching::default(),
        )
        .await
        .unwrap_err();
    assert!(error.to_string().contains("No such file"), "{error}");
    // A film of another name is read for what it is.
    rig.media.counting("film.mp4", 30, 30, 0, &[]);
    std::fs::rename(rig.media.path("film.mp4"), rig.media.path("film-%03d.txt")).unwrap();
    let film = Film::of(video("film-%03d.txt", second()));
    assert_eq!(
        rig.capture(&film, &spec(30)).await.numbers()[..3],
        [0, 1, 2]
    );
}

/// A PNG of any size whose pixels are all black: next to nothing on disk.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let row = vec![0; width.div_ceil(8) as usize];
    for _ in 0..height {
        stream.write_all(&row).unwrap();
    }
    stream.finish().unwrap();
    drop(writer);
    bytes
}

#[tokio::test]
async fn pictures_that_would_fill_the_memory() {
    let rig = Rig::new();
    let large = bomb(16_000, 16_000);
    assert!(large.len() < 1 << 20, "small on disk: {}", large.len());
    rig.media.write("large.png", large);
    let mut wide = bomb(8, 8);
    // The header says more than there is.
    wide[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    let checksum = crc(&wide[12..29]);
    wide[29..33].copy_from_slice(&checksum.to_be_bytes());
    rig.media.write("wide.png", wide);
    assert_refused(
        &rig,
        image("large.png", second()),
        "16000x16000 pixels; at most",
    )
    .await;
    assert_refused(
        &rig,
        video("large.png", second()),
        "16000x16000 pixels; at most",
    )
    .await;
    assert_refused(&rig, image("wide.png", second()), "60000x8 pixels; at most").await;
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1))
        })
    })
}

#[tokio::test]
async fn sound_with_impossible_samples_spoils_nothing() {
    let rig = Rig::new();
    rig.media.wav("good", "0.25|0.25", 1.0);
    let bad: Vec<u8> = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX]
        .into_iter()
        .cycle()
        .take(1000)
        .chain(vec![0.0; 94_000])
        .flat_map(f32::to_le_bytes)
        .collect();
    rig.media.write("bad.f32", bad);
    rig.media.make(
        "bad.wav",
        &[
            "-f",
            "f32le",
            "-ar",
            "48000",
            "-ac",
            "2",
            "-i",
            "bad.f32",
            "-c:a",
            "pcm_f32le",
        ],
    );
    let film = Film::new(64, 64)
        .track(vec![audio("good", second())])
        .track(vec![audio("bad.wav", second())]);
    let heard = rig.capture(&film, &spec(30)).await.sound;
    assert!(heard.iter().all(|sample| sample.is_finite()));
    assert!(peak(&heard) < 0.8913);
}

#[tokio::test]
async fn a_film_that_changes_its_size_half_way_stays_in_its_box() {
    let rig = Rig::new();
    for (name, size) in [("a.ts", "64x64"), ("b.ts", "96x32")] {
        let color = format!("color=red:s={size}:r=30:d=1");
        rig.media.make(
            name,
            &[
                "-f", "lavfi", "-i", &color, "-c:v", "libx264", "-pix_fmt", "yuv420p",
            ],
        );
    }
    let joined: Vec<u8> = ["a.ts", "b.ts"]
        .iter()
        .flat_map(|name| std::fs::read(rig.media.path(name)).unwrap())
        .collect();
    rig.media.write("joined.ts", joined);
    let film = Film::of(video("joined.ts", second()));
    let captured = rig.capture(&film, &spec(30)).await;
    let first = captured.frame(0).to_vec();
    for n in 1..30 {
        let differs = captured
            .frame(n)
            .iter()
            .zip(&first)
            .any(|(a, b)| a.abs_diff(*b) > 3);
        assert!(!differs, "frame {n}");
    }
}
