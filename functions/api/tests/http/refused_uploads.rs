//! `POST /v1/uploads`: files that are not what they say, and what is not taken.

use crate::common::{Answer, Service, answer, assert_problem};
use crate::uploads::{PICTURE, SOUND, SRT, make, upload};

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
    // A PNG of very many pixels in a few hundred bytes.
    let bomb = |side: u32| {
        let mut bomb = png.clone();
        bomb[16..20].copy_from_slice(&side.to_be_bytes());
        bomb[20..24].copy_from_slice(&side.to_be_bytes());
        let crc = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        bomb
    };
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
        ("image/png", bomb(60_000), "60000 x 60000"),
        ("image/png", bomb(10_000), "at most 67108864 in all"),
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
