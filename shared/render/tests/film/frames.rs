//! A frame drawn alone is the frame of the film.

use serde_json::json;

use crate::rig::*;

/// Renders the film and each of `frames` alone, and compares every byte.
async fn assert_alone(rig: &Rig, film: &Film, fps: u32, frames: &[u64]) -> Captured {
    let spec = spec(fps);
    let whole = rig.capture(film, &spec).await;
    for n in frames {
        let alone = rig.frame(film, &spec, *n).await;
        let (alone, in_film) = (&alone.data, whole.frame(*n as usize));
        let differing = alone.iter().zip(in_film).filter(|(a, b)| a != b).count();
        assert!(
            alone == in_film,
            "frame {n} at {fps} fps: {differing} bytes differ, as {} from {} in the film",
            alone[0],
            in_film[0]
        );
    }
    whole
}

#[tokio::test]
async fn in_the_middle_of_a_group_of_reordered_pictures() {
    let rig = Rig::new();
    let reordered = ["-g", "40", "-refs", "4"];
    for name in ["b.mp4", "b.mkv", "b.ts"] {
        rig.media.counting(name, 30, 100, 3, &reordered);
        let mut item = video(name, (SECOND / 2, 4 * SECOND));
        item["sourceStartTicks"] = json!(SECOND / 3);
        let frames = [0, 15, 16, 41, 55, 83, 100, 119, 134];
        let whole = assert_alone(&rig, &Film::of(item), 30, &frames).await;
        // Half a second of nothing, then the source from its frame 10 on, then its last one.
        let numbers = whole.numbers();
        let expected: Vec<u8> = (0..135)
            .map(|n| if n < 15 { 0 } else { (n - 5).min(99) })
            .collect();
        assert_eq!(numbers, expected, "{name}");
    }
}

#[tokio::test]
async fn of_a_source_with_a_rate_of_its_own() {
    let rig = Rig::new();
    // Each frame lasts longer than the one before.
    let source = format!("{},settb=1/1000,setpts='N*(N+1)*4'", counting(30));
    let mut args = vec![
        "-f",
        "lavfi",
        "-i",
        &source,
        "-frames:v",
        "30",
        "-fps_mode",
        "passthrough",
    ];
    args.extend([
        "-c:v",
        "libx264",
        "-bf",
        "2",
        "-qp",
        "0",
        "-video_track_timescale",
        "16000",
    ]);
    args.extend(TAGS);
    rig.media.make("v.mp4", &args);
    let mut item = video("v.mp4", (0, 3 * SECOND));
    item["playbackRate"] = json!(1.5);
    let whole = assert_alone(&rig, &Film::of(item), 60, &[0, 1, 7, 50, 99, 140, 179]).await;
    let expected: Vec<u8> = (0..180)
        .map(|n| {
            // The last frame whose time stamp, in ms, is not after n frames of film.
            let at = f64::from(n) * 1000.0 / 60.0 * 1.5;
            (0..30_u8)
                .rev()
                .find(|k| f64::from(*k) * f64::from(k + 1) * 4.0 <= at + 1e-6)
                .unwrap()
        })
        .collect();
    assert_eq!(whole.numbers(), expected);
}

#[tokio::test]
async fn of_slow_and_fast_sources() {
    let rig = Rig::new();
    rig.media.counting("c.mp4", 25, 100, 2, &[]);
    for (rate, fps) in [(0.37, 30), (2.5, 60)] {
        let mut item = video("c.mp4", (7000, 3 * SECOND));
        (item["playbackRate"], item["sourceStartTicks"]) = (json!(rate), json!(12_345));
        let last = u64::from(3 * fps);
        assert_alone(&rig, &Film::of(item), fps, &[1, 2, 30, 61, last]).await;
    }
}

#[tokio::test]
async fn of_a_looping_gif() {
    let rig = Rig::new();
    let source = "color=black:s=64x64:r=10,format=rgba,geq=r='20*N':g=90:b=0:a='255*lt(X,40)',\
                  trim=end_frame=7,split[a][b];[a]palettegen[p];[b][p]paletteuse";
    rig.media.make("a.gif", &["-f", "lavfi", "-i", source]);
    rig.media
        .make("one.gif", &["-i", "a.gif", "-frames:v", "1"]);
    let mut item = gif("a.gif", (0, 3 * SECOND));
    (item["playbackRate"], item["sourceStartTicks"]) = (json!(1.5), json!(SECOND / 5));
    let whole = assert_alone(&rig, &Film::of(item), 30, &[0, 5, 14, 47, 89]).await;
    // 0.7 s of source are 14 frames of film.
    assert!(whole.frame(0) == whole.frame(14) && whole.frame(0) != whole.frame(7));
    assert!(whole.frame(47) == whole.frame(61));
    // A loop of one picture.
    let still = assert_alone(&rig, &Film::of(gif("one.gif", (0, SECOND))), 30, &[0, 29]).await;
    assert!(still.frame(0) == still.frame(29));
}

#[tokio::test]
async fn inside_a_transition() {
    let rig = Rig::new();
    rig.media
        .counting("a.mp4", 30, 90, 2, &[])
        .counting("b.mp4", 30, 90, 0, &["-g", "25"]);
    rig.media.make(
        "still.png",
        &["-f", "lavfi", "-i", "testsrc=s=64x64", "-frames:v", "1"],
    );
    let mut incoming = video("b.mp4", (SECOND, SECOND));
    incoming["sourceStartTicks"] = json!(SECOND / 2);
    let mut turned = image("still.png", (0, 2 * SECOND));
    turned["rotation"] = keyed(0.0, &[(2 * SECOND - 1, 90.0)]);
    turned["opacity"] = ant(0.5);
    let film = Film::new(64, 64)
        .track(vec![turned])
        .track(vec![video("a.mp4", (0, SECOND)), incoming])
        .fade("i1", "i2", 3 * SECOND / 5);
    assert_alone(&rig, &film, 30, &[20, 21, 25, 29, 30, 31, 38, 39, 59]).await;
    // Without material before its start the incoming clip shows its first picture.
    let film = Film::new(64, 64)
        .track(vec![
            video("a.mp4", (0, SECOND)),
            video("b.mp4", (SECOND, SECOND)),
        ])
        .fade("i0", "i1", 3 * SECOND / 5);
    assert_alone(&rig, &film, 60, &[42, 50, 59, 60, 61, 77]).await;
}

#[tokio::test]
async fn of_two_clips_that_fill_it() {
    let rig = Rig::new();
    rig.media
        .counting("a.mp4", 30, 90, 2, &[])
        .counting("b.mp4", 30, 90, 0, &["-g", "25"]);
    // The upper one is brought to its size in every frame, the lower one never.
    let mut upper = video("a.mp4", (0, 2 * SECOND));
    upper["sourceStartTicks"] = json!(SECOND);
    upper["scaleX"] = keyed(1.0, &[(SECOND, 1.0), (2 * SECOND - 1, 1.5)]);
    let film = Film::new(64, 64)
        .track(vec![upper])
        .track(vec![video("b.mp4", (0, 2 * SECOND))]);
    let whole = assert_alone(&rig, &film, 30, &[0, 1, 15, 29, 31, 45]).await;
    let expected: Vec<u8> = (30..60).collect();
    assert_eq!(whole.numbers()[..30], expected);
}

#[tokio::test]
async fn past_the_end_of_the_source() {
    let rig = Rig::new();
    rig.media.counting("c.mp4", 30, 30, 2, &["-g", "12"]);
    let mut late = video("c.mp4", (2 * SECOND, SECOND));
    late["sourceStartTicks"] = json!(5 * SECOND);
    let film = Film::new(64, 64).track(vec![video("c.mp4", (0, 2 * SECOND)), late]);
    let whole = assert_alone(&rig, &film, 30, &[29, 30, 45, 59, 60, 89]).await;
    let expected: Vec<u8> = (0..90).map(|n| n.min(29)).collect();
    assert_eq!(whole.numbers(), expected);
}

#[tokio::test]
async fn the_same_every_time_on_any_number_of_threads() {
    let rig = Rig::new();
    rig.media.counting("c.mp4", 30, 60, 2, &["-refs", "4"]);
    let mut square = solid("#20c040", (0, 2 * SECOND));
    square["rotation"] = keyed(0.0, &[(2 * SECOND - 1, 180.0)]);
    let film = Film::new(64, 64)
        .track(vec![square])
        .track(vec![video("c.mp4", (0, 2 * SECOND))]);
    let first = rig.capture(&film, &spec(60)).await;
    let second = rig.capture(&film, &spec(60)).await;
    assert!(first.frames == second.frames);
    for threads in [1, 2, 7] {
        let again = rig.capture_on(threads, &film, &spec(60)).await;
        assert!(first.frames == again.frames, "{threads} threads");
    }
}
