//! `cargo xtask demo`: one film through the whole service, as a client sees it.

mod check;
mod client;
mod media;

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::service::Service;
use crate::setup;
use crate::shell::{build_program, root};
use client::Client;

/// The film: 10 seconds, 1080p, its assets by the file names of the sample media.
const SCENE: &str = include_str!("../../../events/scenes/demo.editor-state.json");

pub(crate) fn run_demo() -> anyhow::Result<()> {
    let began = Instant::now();
    setup::for_demo()?;
    let folder = root().join("target/demo");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;

    println!("demo: building darkroom (the first build takes some minutes)");
    let program = build_program()?;

    println!("demo: sample media in {}", folder.join("media").display());
    let media = media::make(&folder.join("media"))?;

    let film = folder.join("demo.mp4");
    let service = Service::start(&program, &folder, &[], &[])?;
    println!("demo: the service answers on {}", service.url);
    let exported = film_from(&Client::new(&service.url, &service.api_key), &media, &film);
    service.stop(exported)?;

    let seen = check::film(&film)?;
    println!("demo: {seen}");
    println!(
        "demo: done in {} s: {}",
        began.elapsed().as_secs(),
        film.display()
    );
    println!("demo: to go on by hand: cargo run --bin darkroom -- serve");
    Ok(())
}

/// Uploads, exports, waits and downloads.
fn film_from(client: &Client, media: &[media::File], film: &Path) -> anyhow::Result<()> {
    let mut state: Value = serde_json::from_str(SCENE).context("the demo's scene is no JSON")?;
    for file in media {
        let asset = client.upload(&file.path, file.name, file.media_type)?;
        println!(
            "demo: POST /v1/uploads  {} ({} KiB)",
            file.name, file.kibibytes
        );
        place(&mut state, file.name, &asset)?;
    }
    let task = client.create_export(&json!({
        "editorState": state,
        "stateSchemaVersion": "v1",
        "ratio": "16:9",
        "scale": 1,
        "fps": 30,
        "format": "mp4",
        "filename": "darkroom-demo.mp4",
    }))?;
    println!("demo: POST /v1/exports  task {task}");
    let url = client.finished(&task)?;
    client.download(&url, film)
}

/// Names an uploaded file wherever the scene names its place holder.
fn place(state: &mut Value, name: &str, uploaded: &Value) -> anyhow::Result<()> {
    let assets = state.get_mut("assets").and_then(Value::as_object_mut);
    let asset = assets
        .into_iter()
        .flat_map(|assets| assets.values_mut())
        .find(|asset| asset.get("filename").and_then(Value::as_str) == Some(name))
        .with_context(|| format!("the demo's scene has no asset {name}"))?;
    for (from, to) in [("fileUrl", "remoteUrl"), ("fileKey", "remoteKey")] {
        let value = uploaded
            .get(from)
            .with_context(|| format!("the answer to the upload of {name} has no {from}"))?;
        if let Some(asset) = asset.as_object_mut() {
            asset.insert(to.to_owned(), value.clone());
        }
    }
    Ok(())
}
