//! Compresses `openapi.json`, which every cold start would load otherwise.

use std::path::Path;

/// Best and slowest, for a quarter of a megabyte.
const LEVEL: u8 = 10;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let source = "../../openapi.json";
    println!("cargo::rerun-if-changed={source}");
    let deflated = miniz_oxide::deflate::compress_to_vec_zlib(&std::fs::read(source)?, LEVEL);
    let folder = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&folder).join("openapi.json.zlib"), deflated)?;
    Ok(())
}
