//! From a file to an asset, and what is known of it afterwards.

use serde_json::{Value, json};

use super::{PART, SESSIONS, abort, announced, begin, complete, id, multiparts, read, send, whole};
use crate::common::{Service, answer, assert_problem};
use crate::uploads::{PICTURE, SOUND, make, upload};

/// A film whose index lies behind 20 MB that say nothing.
fn large_film(service: &Service) -> Vec<u8> {
    let dir = service.stack.dir.path();
    let recipe = format!("{PICTURE} -c:v libx264 -pix_fmt yuv420p");
    let film = make(dir, "a.mp4", &recipe);
    let index = film.windows(4).rposition(|four| four == b"moov").unwrap() - 4;
    let bytes = 20_000_000_u32;
    let mut free = [bytes.to_be_bytes(), *b"free"].concat();
    free.resize(bytes as usize, 0x55);
    [&film[..index], free.as_slice(), &film[index..]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_in_parts_is_resumed_measured_in_place_and_stored_once() {
    let service = Service::start().await;
    let film = large_film(&service);
    let body = announced("a.mp4", "video/mp4", &film);
    let first = begin(&service, &body).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let upload = first.data();
    assert_eq!(upload["status"], "OPEN");
    assert_eq!(
        (&upload["parts"], &upload["partSize"], &upload["asset"]),
        (&json!(3), &json!(PART), &Value::Null)
    );
    assert_eq!(upload["uploadedParts"], json!([]));
    let id = id(&first);
    send(&service, &service.secret, &id, &[1], &film).await;

    // Whoever comes back with the same file goes on.
    let again = begin(&service, &body).await;
    assert_eq!(again.data()["uploadId"], id.as_str());
    assert_eq!(again.data()["uploadedParts"], json!([1]));
    assert_eq!(
        read(&service, &id).await.data()["uploadedParts"],
        json!([1])
    );
    assert_eq!(multiparts(&service).await, 1);
    let early = complete(&service, &id).await;
    assert_problem(&early, 409, "UPLOAD_INCOMPLETE");
    let detail = early.json["detail"].as_str().unwrap();
    assert!(detail.contains("missing: 2, 3;"), "{detail}");

    send(&service, &service.secret, &id, &[3, 2], &film).await;
    let recorder = service.store().recorder();
    recorder.take();
    let done = complete(&service, &id).await;
    assert_eq!(done.status, 201, "{}", done.text);
    let calls = recorder.take();
    assert_eq!(
        calls[..3],
        ["GetItem", "ListParts", "CompleteMultipartUpload"]
    );
    assert_eq!(calls.last().unwrap(), "TransactWriteItems");
    assert!(calls.len() <= 12, "its head and its index: {calls:?}");
    let asset = done.data().clone();
    for (field, value) in [
        ("type", json!("VIDEO")),
        ("filename", json!("a.mp4")),
        ("mimetype", json!("video/mp4")),
        ("size", json!(film.len())),
        ("width", json!(64)),
        ("height", json!(48)),
        ("duration", json!(2.0)),
    ] {
        assert_eq!(asset[field], value, "{field}");
    }
    let stored = service.client.get(asset["fileUrl"].as_str().unwrap());
    let stored = stored.send().await.unwrap();
    assert_eq!(stored.headers()["content-type"], "video/mp4");
    assert!(stored.bytes().await.unwrap() == film, "byte for byte");

    // Once more is the same asset; nothing else goes on.
    assert_eq!(
        complete(&service, &id).await.data()["assetId"],
        asset["assetId"]
    );
    assert_problem(&abort(&service, &id).await, 409, "UPLOAD_COMPLETED");
    let path = format!("{SESSIONS}/{id}/parts");
    let parts = answer(service.post(&path, &json!({ "partNumbers": [1] }))).await;
    assert_problem(&parts, 409, "UPLOAD_COMPLETED");
    let ended = read(&service, &id).await;
    assert_eq!(ended.data()["status"], "COMPLETED");
    assert_eq!(ended.data()["asset"]["assetId"], asset["assetId"]);
    assert_eq!(service.items("ann", "A#").await.len(), 1);
    assert_eq!(multiparts(&service).await, 0);

    known_bytes_are_not_sent_again(&service, &film, &asset).await;
}

/// The film of an asset under another name, while there is an asset and when there is none.
async fn known_bytes_are_not_sent_again(service: &Service, film: &[u8], asset: &Value) {
    let body = announced("b.mp4", "video/mp4", film);
    let recorder = service.store().recorder();
    recorder.take();
    let known = begin(service, &body).await;
    assert!(
        !recorder
            .take()
            .contains(&"CreateMultipartUpload".to_owned())
    );
    let second = known.data()["asset"].clone();
    assert_eq!(known.data()["status"], "COMPLETED");
    assert_ne!(second["assetId"], asset["assetId"]);
    for field in ["fileKey", "size", "width", "height", "duration", "mimetype"] {
        assert_eq!(second[field], asset[field], "{field}");
    }
    assert_eq!(second["filename"], "b.mp4");
    let again = complete(service, &id(&known)).await;
    assert_eq!(again.data()["assetId"], second["assetId"]);
    assert_eq!(service.objects("uploads/").await.len(), 1);
    for asset in [asset, &second] {
        let path = format!("/v1/assets/{}", asset["assetId"].as_str().unwrap());
        answer(service.delete(&path)).await.data();
    }
    assert_eq!(begin(service, &body).await.data()["status"], "OPEN");
    // Its asset is deleted: that is not another upload.
    assert_problem(
        &complete(service, &id(&known)).await,
        404,
        "ASSET_NOT_FOUND",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_file_is_found_alike_in_the_bucket_and_on_disk() {
    let service = Service::start().await;
    let dir = service.stack.dir.path();
    let h264 = format!("{PICTURE} {SOUND} -shortest -c:v libx264 -pix_fmt yuv420p -c:a aac");
    let turned = format!(
        "-i {} -c copy -metadata:s:v:0 rotate=90",
        dir.join("a.mp4").display()
    );
    for (name, kind, recipe) in [
        ("a.png", "image/png", format!("{PICTURE} -frames:v 1")),
        ("a.jpg", "image/jpeg", format!("{PICTURE} -frames:v 1")),
        ("a.webp", "image/webp", format!("{PICTURE} -frames:v 1")),
        ("a.bmp", "image/bmp", format!("{PICTURE} -frames:v 1")),
        ("a.gif", "image/gif", PICTURE.to_owned()),
        ("a.mp4", "video/mp4", h264.clone()),
        ("t.mp4", "video/mp4", turned),
        (
            "f.mp4",
            "video/mp4",
            format!("{h264} -movflags frag_keyframe+empty_moov"),
        ),
        (
            "l.webm",
            "video/webm",
            format!("{PICTURE} -c:v libvpx-vp9 -cpu-used 8 -f webm -live 1"),
        ),
        ("a.mp3", "audio/mpeg", SOUND.to_owned()),
        ("a.m4a", "audio/mp4", SOUND.to_owned()),
        ("a.wav", "audio/wav", SOUND.to_owned()),
    ] {
        let bytes = make(dir, name, &recipe);
        let in_parts = whole(&service, &announced(name, kind, &bytes), &bytes).await;
        assert_eq!(in_parts.status, 201, "{name}: {}", in_parts.text);
        let at_once = answer(upload(&service, name, kind, bytes)).await;
        for field in [
            "type", "mimetype", "size", "width", "height", "duration", "fileKey", "filename",
        ] {
            assert_eq!(
                in_parts.data()[field],
                at_once.data()[field],
                "{name} {field}"
            );
        }
    }
    // By whichever way they came, the same bytes are one file.
    assert_eq!(service.objects("uploads/").await.len(), 12);
    assert_eq!(service.items("ann", "A#").await.len(), 24);
}
