//! What a written picture or film shows.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Width, and three bytes a pixel.
pub fn read_png(path: &Path) -> (usize, Vec<u8>) {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width as usize, pixels)
}

pub fn red(pixels: &[u8], width: usize, x: usize, y: usize) -> bool {
    let at = (y * width + x) * 3;
    pixels[at] > 200 && pixels[at + 1] < 60 && pixels[at + 2] < 60
}

/// What ffprobe says of a file's first video stream, with frames counted.
pub fn probe(path: &Path) -> Value {
    let ffprobe = std::env::var("DARKROOM_FFPROBE").unwrap_or_else(|_| "ffprobe".to_owned());
    let output = Command::new(ffprobe)
        .args([
            "-v",
            "error",
            "-count_frames",
            "-select_streams",
            "v:0",
            "-of",
            "json",
        ])
        .args([
            "-show_entries",
            "stream=codec_name,width,height,nb_read_frames",
        ])
        .arg(path)
        .output()
        .unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    value["streams"][0].clone()
}
