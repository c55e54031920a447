//! What is canceled or broken ends at once and leaves no process behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use darkroom_render::RenderError;

use crate::rig::*;

/// Nothing here waits this long unless it hangs: far below the 60 s after which a
/// child counts as stuck.
const SOON: Duration = Duration::from_secs(20);

/// A film with every kind of child: two decoders, and the encoder.
fn film(rig: &Rig, seconds: i64) -> Film {
    let tone = "sine=frequency=300";
    let mut args = vec![
        "-f",
        "lavfi",
        "-i",
        "testsrc=s=64x64:r=30",
        "-f",
        "lavfi",
        "-i",
        tone,
    ];
    args.extend(["-t", "2", "-c:v", "libx264", "-c:a", "aac"]);
    rig.media.make("clip.mp4", &args);
    Film::of(video("clip.mp4", (0, seconds * SECOND)))
}

/// An ffmpeg that writes down its process id before it becomes ffmpeg, or `sleep`
/// where its arguments match `hangs`.
fn counted(rig: &Rig, hangs: &str) -> PathBuf {
    let pids = rig.media.path("pids");
    let text = format!(
        "#!/bin/sh\necho $$ >>'{}'\ncase \" $* \" in *' {hangs} '*) exec sleep 1000 ;; esac\nexec ffmpeg \"$@\"\n",
        pids.display()
    );
    rig.program("counted", &text)
}

/// Process ids of all children so far.
fn pids(rig: &Rig) -> Vec<u32> {
    let text = std::fs::read_to_string(rig.media.path("pids")).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

fn assert_all_gone(rig: &Rig, at_least: usize) {
    let pids = pids(rig);
    assert!(pids.len() >= at_least, "{pids:?}");
    for pid in pids {
        let alive = Path::new(&format!("/proc/{pid}")).exists();
        assert!(!alive, "process {pid} is left over");
    }
}

/// Exports on a task of its own, and cancels it once `when` says so.
async fn canceled(
    rig: Rig,
    film: Film,
    hangs: &str,
    when: impl Fn(&Watching, &Rig) -> bool,
) -> Rig {
    let ffmpeg = counted(&rig, hangs);
    let rig = Arc::new(rig);
    let watching = Arc::new(Watching::default());
    let (worker_rig, worker_watching) = (Arc::clone(&rig), Arc::clone(&watching));
    let exporting = tokio::spawn(async move {
        worker_rig
            .export_with(&film, &ffmpeg, &worker_watching)
            .await
    });
    let began = Instant::now();
    while !when(&watching, &rig) {
        assert!(began.elapsed() < SOON, "it never came so far");
        assert!(!exporting.is_finished(), "it ended by itself");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    watching.canceled.store(true, Ordering::Relaxed);
    let ended = tokio::time::timeout(SOON, exporting)
        .await
        .expect("it hangs");
    let ended = ended.unwrap();
    assert!(matches!(ended, Err(RenderError::Canceled)), "{ended:?}");
    Arc::into_inner(rig).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_export_ends_with_its_children() {
    let rig = Rig::new();
    let film = film(&rig, 3600);
    let rig = canceled(rig, film, "never", |watching, _| {
        watching.frames.load(Ordering::Relaxed) > 10
    })
    .await;
    assert_all_gone(&rig, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_export_waits_for_no_hanging_decoder() {
    let rig = Rig::new();
    let film = film(&rig, 10);
    let rig = canceled(rig, film, "0:V:0", |_, rig| pids(rig).len() >= 2).await;
    assert_all_gone(&rig, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_export_waits_for_no_hanging_sound() {
    let rig = Rig::new();
    let film = film(&rig, 10);
    let rig = canceled(rig, film, "0:a:0", |_, rig| pids(rig).len() >= 3).await;
    assert_all_gone(&rig, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_export_waits_for_no_hanging_encoder() {
    let rig = Rig::new();
    let film = film(&rig, 100);
    let rig = canceled(rig, film, "pipe:0", |_, rig| pids(rig).len() >= 3).await;
    assert_all_gone(&rig, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_nobody_waits_for_ends_with_its_children() {
    let rig = Arc::new(Rig::new());
    let film = film(&rig, 3600);
    let ffmpeg = counted(&rig, "never");
    let watching = Arc::new(Watching::default());
    let (worker_rig, worker_watching) = (Arc::clone(&rig), Arc::clone(&watching));
    let exporting = tokio::spawn(async move {
        worker_rig
            .export_with(&film, &ffmpeg, &worker_watching)
            .await
    });
    let began = Instant::now();
    while watching.frames.load(Ordering::Relaxed) < 10 {
        assert!(began.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    exporting.abort();
    assert!(exporting.await.unwrap_err().is_cancelled());
    while pids(&rig)
        .iter()
        .any(|pid| Path::new(&format!("/proc/{pid}")).exists())
    {
        assert!(began.elapsed() < SOON, "a child is left over");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn an_encoder_that_dies_tells_why_and_takes_all_others_along() {
    let rig = Rig::new();
    let film = film(&rig, 3600);
    let ffmpeg = rig.script(
        "dies",
        "head -c 100000 >/dev/null\necho 'no space left for this film' >&2\nexit 1",
    );
    let error = rig
        .export_with(&film, &ffmpeg, &Watching::default())
        .await
        .unwrap_err();
    assert!(!error.is_callers_fault());
    assert_eq!(
        error.to_string(),
        "the file cannot be made: the encoder failed: no space left for this film"
    );
}

#[tokio::test]
async fn a_broken_source_takes_all_others_along() {
    let rig = Rig::new();
    let film = film(&rig, 3600).track(vec![audio("broken.m4a", (2 * SECOND, 3000 * SECOND))]);
    rig.media.make(
        "whole.m4a",
        &[
            "-f",
            "lavfi",
            "-i",
            // Always the same noise: half of it ends within a packet. A file that ends
            // between two of them is no broken one to ffmpeg.
            "anoisesrc=seed=1",
            "-t",
            "20",
            "-movflags",
            "+faststart",
        ],
    );
    let bytes = std::fs::read(rig.media.path("whole.m4a")).unwrap();
    rig.media.write("broken.m4a", &bytes[..bytes.len() / 2]);
    let ffmpeg = counted(&rig, "never");
    let error = rig
        .export_with(&film, &ffmpeg, &Watching::default())
        .await
        .unwrap_err();
    let sentence = error.to_string();
    assert!(
        sentence.starts_with("asset `broken.m4a` cannot be used: the file is damaged"),
        "{sentence}"
    );
    assert_all_gone(&rig, 4);
}
