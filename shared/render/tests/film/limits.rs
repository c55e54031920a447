//! How much may go on at once.

use darkroom_editor_state::EditorState;

use crate::rig::*;

/// A document of items on as many tracks, too many to be read: it is read while its
/// tracks are hidden and muted.
fn crowd(items: impl Iterator<Item = serde_json::Value>) -> EditorState {
    let film = items.fold(Film::new(64, 64), |film, item| {
        film.track_with(vec![item], true, true)
    });
    let mut state = film.state();
    for track in &mut state.tracks {
        (track.hidden, track.muted) = (false, false);
    }
    state
}

#[tokio::test]
async fn more_sounds_at_once_than_are_mixed_are_refused() {
    let rig = Rig::new();
    rig.media.wav("tone", "0.01|0.01", 1.0);
    let state = crowd((0..65).map(|n| audio("tone", (n * 5, SECOND))));
    let sentence = rig.refused_state(&state).await;
    assert_eq!(
        sentence,
        "65 sounds are heard at once at 0.00 s: at most 64 are rendered; put them one after the \
         other, or join some of them"
    );
    // One after the other there may be any number.
    let items = (0..70).map(|n| audio("tone", (n * 2400, 2400))).collect();
    let heard = rig
        .capture(&Film::new(64, 64).track(items), &spec(30))
        .await
        .sound;
    assert!(left(&heard).iter().all(|s| (s - 0.01).abs() < 1e-6));
}

#[tokio::test]
async fn more_videos_at_once_than_are_decoded_are_refused() {
    let rig = Rig::new();
    rig.media.counting("c.mp4", 30, 10, 0, &[]);
    let state = crowd((0..33).map(|_| video("c.mp4", (SECOND, SECOND))));
    let sentence = rig.refused_state(&state).await;
    assert!(
        sentence.starts_with("33 videos and gifs are drawn at once at 1.00 s: at most 32"),
        "{sentence}"
    );
}

/// A white picture of one bit a pixel.
fn large_png(rig: &Rig, name: &str, width: u32, height: u32) {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    let row = width.div_ceil(8) as usize;
    let white = vec![255; row * height as usize];
    writer.write_image_data(&white).unwrap();
    writer.finish().unwrap();
    rig.media.write(name, bytes);
}

#[tokio::test]
async fn more_pixels_of_images_at_once_than_fit_in_memory_are_refused() {
    let rig = Rig::new();
    large_png(&rig, "large.png", 8192, 8192);
    large_png(&rig, "small.png", 64, 64);
    let film = (0..4).fold(Film::new(64, 64), |film, _| {
        film.track(vec![image("large.png", (0, 2 * SECOND))])
    });
    // Four of the largest are as many as there may be.
    let film = film.track(vec![image("small.png", (SECOND, SECOND))]);
    assert_eq!(
        rig.refused(&film).await,
        "5 images of 268439552 pixels in all are drawn at once at 1.00 s (\"i0\", \"i1\", \"i2\" \
         and 2 more): at most 268435456 pixels are kept in memory; use smaller files, or put \
         them one after the other"
    );
}

#[tokio::test]
async fn more_pixels_of_videos_at_once_than_fit_in_memory_are_refused() {
    let rig = Rig::new();
    let source = "color=black:s=4096x4096:r=1,format=yuv420p";
    let one = ["-f", "lavfi", "-i", source, "-frames:v", "1"];
    rig.media.make(
        "large.mp4",
        &[
            &one[..],
            &["-c:v", "libx264", "-preset", "ultrafast"],
            &TAGS,
        ]
        .concat(),
    );
    let film = (0..9).fold(Film::new(64, 64), |film, _| {
        film.track(vec![video("large.mp4", (0, SECOND))])
    });
    let sentence = rig.refused(&film).await;
    assert!(
        sentence.starts_with("9 videos and gifs of 150994944 pixels in all are drawn at once"),
        "{sentence}"
    );
}

#[tokio::test]
async fn a_decoder_has_two_threads_at_most() {
    let rig = Rig::new();
    rig.media.counting("c.mp4", 30, 10, 0, &[]);
    rig.media.wav("tone", "0.01|0.01", 1.0);
    let told = rig.media.path("told");
    let text = format!(
        "#!/bin/sh\necho \"$*\" >>'{}'\nexec ffmpeg \"$@\"\n",
        told.display()
    );
    let span = (0, SECOND / 5);
    let film = Film::new(64, 64)
        .track(vec![video("c.mp4", span)])
        .track(vec![audio("tone", span)]);
    rig.export_with(&film, &rig.program("telling", &text), &Watching::default())
        .await
        .unwrap();
    let told = std::fs::read_to_string(told).unwrap();
    // Whatever the encoder reads comes from a pipe.
    let decoders = told
        .lines()
        .filter(|line| line.contains(" -i ") && !line.contains(" pipe:0 "));
    let threads: Vec<u8> = decoders
        .map(|line| {
            let (_, rest) = line.split_once("-threads ").expect("as it is set");
            rest.split(' ').next().unwrap().parse().unwrap()
        })
        .collect();
    assert!(threads.len() >= 2, "{told}");
    let in_bounds = threads.iter().all(|count| (1..=2).contains(count));
    assert!(in_bounds, "{told}");
}
