//! What video and sound are told from each other and measured by, by both ways of upload.

use std::collections::HashSet;

use crate::common::{Answer, Service, answer, assert_problem};
use crate::sessions::{announced, begin, whole};
use crate::uploads::{PICTURE, SOUND, make, upload};

/// A file is stored by what it is, not by what it is called.
#[tokio::test(flavor = "multi_thread")]
async fn one_film_as_mp4_and_as_quicktime_is_one_object() {
    let service = Service::start().await;
    let (mp4, mov) = (("a.mp4", "video/mp4"), ("a.mov", "video/quicktime"));
    let recipe = format!("{PICTURE} -c:v libx264 -pix_fmt yuv420p");
    let film = make(service.stack.dir.path(), "a.mp4", &recipe);
    let in_parts = whole(&service, &announced(mp4.0, mp4.1, &film), &film).await;
    let known = begin(&service, &announced(mov.0, mov.1, &film)).await;
    assert_eq!(known.data()["status"], "COMPLETED", "{}", known.text);
    let mut made = vec![
        (mp4, in_parts.data().clone()),
        (mov, known.data()["asset"].clone()),
    ];
    for claim in [mov, mp4] {
        let at_once = answer(upload(&service, claim.0, claim.1, film.clone())).await;
        made.push((claim, at_once.data().clone()));
    }

    let mut keys = HashSet::new();
    for ((name, kind), asset) in &made {
        assert_eq!(asset["filename"], *name);
        assert_eq!(asset["mimetype"], *kind);
        keys.insert(asset["fileKey"].as_str().unwrap().to_owned());
        // Each is served as what it was uploaded as, whatever came last.
        let file = service.client.get(asset["fileUrl"].as_str().unwrap());
        let file = file.send().await.unwrap();
        assert_eq!(file.headers()["content-type"], *kind);
        assert!(file.bytes().await.unwrap() == film);
    }
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(service.objects("uploads/").await, keys);
    assert_eq!(service.items("ann", "A#").await.len(), 4);
    let files = service.items("ann", "F#").await;
    assert_eq!(files.len(), 1);
    assert_eq!(files[0]["assets"]["N"], "4");
}

/// WebM is a part of Matroska; a file is one of the two, by the head that names it.
#[tokio::test(flavor = "multi_thread")]
async fn matroska_is_not_webm_nor_the_other_way_round() {
    let service = Service::start().await;
    let dir = service.stack.dir.path();
    let picture = format!("{PICTURE} -c:v libvpx-vp9 -cpu-used 8");
    let sound = format!("{SOUND} -c:a libopus");
    let not_webm = "it is Matroska and not WebM";
    for (name, recipe, claim, cause) in [
        ("a.mkv", &picture, "video/webm", not_webm),
        (
            "a.webm",
            &picture,
            "video/x-matroska",
            "send it as video/webm",
        ),
        ("b.mkv", &sound, "audio/webm", not_webm),
    ] {
        let bytes = make(dir, name, recipe);
        for refused in both_ways(&service, name, claim, &bytes).await {
            assert_refused(&refused, cause);
        }
    }
    service.assert_nothing_created().await;
    assert!(service.objects("").await.is_empty());
}

/// Files of half an hour are small when there is nothing in them.
#[tokio::test(flavor = "multi_thread")]
async fn half_an_hour_is_taken_and_no_more() {
    let service = Service::start().await;
    let dir = service.stack.dir.path();
    let video = "-f lavfi -i color=s=16x16:r=1 -c:v libx264 -pix_fmt yuv420p -preset ultrafast";
    let sound = "-f lavfi -i anullsrc=r=8000:cl=mono";
    // A second longer than half an hour, told by the container or by its packets alone.
    for (name, kind, recipe) in [
        ("a.mp4", "video/mp4", format!("{video} -t 1801")),
        ("a.mkv", "video/x-matroska", format!("{video} -t 1801")),
        (
            "f.mp4",
            "video/mp4",
            format!("{video} -t 1801 -movflags frag_keyframe+empty_moov"),
        ),
        ("a.flac", "audio/flac", format!("{sound} -t 1801")),
        ("a.m4a", "audio/mp4", format!("{sound} -t 1801")),
    ] {
        let bytes = make(dir, name, &recipe);
        for refused in both_ways(&service, name, kind, &bytes).await {
            assert_refused(&refused, "at most 1800 s (30 minutes)");
        }
    }
    service.assert_nothing_created().await;
    assert!(service.objects("").await.is_empty());

    for (name, kind, recipe) in [
        ("a.mp4", "video/mp4", format!("{video} -t 1800")),
        ("a.flac", "audio/flac", format!("{sound} -t 1800")),
    ] {
        let bytes = make(dir, name, &recipe);
        for taken in both_ways(&service, name, kind, &bytes).await {
            assert_eq!(taken.data()["duration"], 1800.0, "{name}");
        }
    }
}

/// A file in fragments of which only the head is there: it has tracks, and no time.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_length_is_refused() {
    let service = Service::start().await;
    let dir = service.stack.dir.path();
    let picture = format!("{PICTURE} -c:v libx264 -pix_fmt yuv420p");
    let sound = format!("{SOUND} -c:a aac");
    for (name, kind, recipe) in [
        ("a.mp4", "video/mp4", &picture),
        ("a.m4a", "audio/mp4", &sound),
    ] {
        let recipe = format!("{recipe} -movflags frag_keyframe+empty_moov");
        let whole = make(dir, name, &recipe);
        let fragment = whole.windows(4).position(|four| four == b"moof").unwrap();
        for refused in both_ways(&service, name, kind, &whole[..fragment - 4]).await {
            assert_refused(&refused, "its length cannot be known");
        }
        let taken = answer(upload(&service, name, kind, whole)).await;
        assert!(taken.data()["duration"].as_f64() > Some(1.9), "{name}");
    }
    assert_eq!(service.objects("").await.len(), 2);
}

/// The answers to a file sent in parts, and then at once.
async fn both_ways(service: &Service, name: &str, kind: &str, bytes: &[u8]) -> [Answer; 2] {
    let in_parts = whole(service, &announced(name, kind, bytes), bytes).await;
    let at_once = answer(upload(service, name, kind, bytes.to_vec())).await;
    [in_parts, at_once]
}

fn assert_refused(refused: &Answer, cause: &str) {
    assert_problem(refused, 422, "UPLOAD_INVALID");
    let detail = refused.json["detail"].as_str().unwrap();
    assert!(detail.contains(cause), "{detail}");
}
