//! How much may go on at once.

use crate::rig::*;

#[tokio::test]
async fn more_sounds_at_once_than_are_mixed_are_refused() {
    let rig = Rig::new();
    rig.media.wav("tone", "0.01|0.01", 1.0);
    let film = |count: i64| {
        (0..count).fold(Film::new(64, 64), |film, n| {
            film.track(vec![audio("tone", (n * 5, SECOND))])
        })
    };
    let sentence = rig.refused(&film(65)).await;
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
    let film = (0..33).fold(Film::new(64, 64), |film, _| {
        film.track(vec![video("c.mp4", (SECOND, SECOND))])
    });
    let sentence = rig.refused(&film).await;
    assert!(
        sentence.starts_with("33 videos and gifs are drawn at once at 1.00 s: at most 32"),
        "{sentence}"
    );
}
