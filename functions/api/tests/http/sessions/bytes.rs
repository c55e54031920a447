//! What the bucket takes, and what is found in it then.

use serde_json::json;

use super::{PART, announced, begin, complete, id, multiparts, put, read, send, sign};
use crate::common::{Service, assert_problem};
use crate::uploads::{SOUND, make};

#[tokio::test(flavor = "multi_thread")]
async fn the_bucket_takes_the_announced_bytes_alone() {
    let service = Service::start().await;
    let mut bytes = b"1\n00:00:00,000 --> 00:00:01,000\nHi\n".to_vec();
    bytes.resize(PART + 100, b'\n');
    let begun = begin(&service, &announced("a.srt", "text/plain", &bytes)).await;
    let id = id(&begun);
    let signed = sign(&service, &service.secret, &id, &[2, 1, 2]).await;
    let [first, last] = signed.as_slice() else {
        panic!("{signed:?}")
    };
    assert_eq!(
        (&first["partNumber"], &last["size"]),
        (&json!(1), &json!(100))
    );
    // Others of the same length, others of another length, and those of another part.
    let mut other = bytes[PART..].to_vec();
    other[0] = b'x';
    assert_eq!(put(&service, last, &other).await, 400);
    assert_eq!(put(&service, last, &bytes[PART..PART + 99]).await, 403);
    assert_eq!(put(&service, last, &bytes[..PART]).await, 403);
    let mut bare = last.clone();
    bare["headers"] = json!({});
    assert_eq!(put(&service, &bare, &bytes[PART..]).await, 403);
    let mut moved = last.clone();
    let url = last["url"].as_str().unwrap();
    moved["url"] = url.replace("partNumber=2", "partNumber=1").into();
    assert_ne!(moved["url"], last["url"]);
    assert_eq!(put(&service, &moved, &bytes[PART..]).await, 403);
    assert_eq!(read(&service, &id).await.data()["uploadedParts"], json!([]));

    // The right ones, as often as one likes.
    for _ in 0..2 {
        assert_eq!(put(&service, last, &bytes[PART..]).await, 200);
    }
    assert_eq!(
        read(&service, &id).await.data()["uploadedParts"],
        json!([2])
    );
    send(&service, &service.secret, &id, &[1], &bytes).await;
    assert_eq!(complete(&service, &id).await.data()["duration"], 1.0);

    // A size that is not the file's finds no bytes to go with it.
    bytes[10] = b'1';
    let mut lie = announced("a.srt", "text/plain", &bytes);
    lie["size"] = json!(bytes.len() - 1);
    let lying = super::id(&begin(&service, &lie).await);
    let signed = sign(&service, &service.secret, &lying, &[2]).await;
    assert_eq!(put(&service, &signed[0], &bytes[PART..]).await, 403);
    assert_eq!(
        put(&service, &signed[0], &bytes[PART..PART + 99]).await,
        400
    );
    assert_problem(&complete(&service, &lying).await, 409, "UPLOAD_INCOMPLETE");
    assert_eq!(service.items("ann", "A#").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_parts_that_is_not_what_it_claims_is_removed() {
    let service = Service::start().await;
    let sound = make(service.stack.dir.path(), "a.m4a", SOUND);
    for (name, kind, bytes, cause) in [
        ("a.png", "image/png", b"just words".as_slice(), "no picture"),
        ("a.jpg", "image/jpeg", b"\xff\xd8\xff\xe0", ""),
        ("a.gif", "image/gif", b"GIF89a", ""),
        ("a.mp4", "video/mp4", sound.as_slice(), "no picture"),
        ("a.mp3", "audio/mpeg", sound.as_slice(), "it is "),
        ("a.webm", "video/webm", sound.as_slice(), "it is "),
        ("a.srt", "text/plain", b"{}", "-->"),
        (
            "b.mp4",
            "video/mp4",
            b"\0\0\0\x18ftypisom\0\0\0\0isommp42\xff\xff\xff\xffmoov\0\0\0\x01trak",
            "",
        ),
    ] {
        let begun = begin(&service, &announced(name, kind, bytes)).await;
        let id = id(&begun);
        send(&service, &service.secret, &id, &[1], bytes).await;
        let refused = complete(&service, &id).await;
        assert_problem(&refused, 422, "UPLOAD_INVALID");
        let detail = refused.json["detail"].as_str().unwrap();
        assert!(detail.contains(cause), "{name}: {detail}");
        assert_problem(&complete(&service, &id).await, 404, "UPLOAD_NOT_FOUND");
    }
    service.assert_nothing_created().await;
    assert!(service.objects("").await.is_empty());
    assert_eq!(multiparts(&service).await, 0);
}
