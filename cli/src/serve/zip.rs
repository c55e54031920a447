//! Packs one executable as the zip file that a custom-runtime function is
//! deployed as.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The zip file of `content` under the name `bootstrap`, executable and stored:
/// it is sent over loopback, so compressing it would only take time.
///
/// # Errors
/// Beyond the format's 4 GiB.
pub(crate) fn bootstrap(content: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(content.len() + 256)));
    zip.start_file("bootstrap", options)?;
    zip.write_all(content)?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_reads_the_file_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f.zip");
        std::fs::write(&path, bootstrap(b"#!/bin/sh\n").unwrap()).unwrap();
        let out = std::process::Command::new("python3")
            .args(["-c", "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; i=z.infolist()[0]; print(i.filename, oct(i.external_attr>>16), i.compress_type, z.read(i))"])
            .arg(&path)
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&out.stdout).trim(),
            "bootstrap 0o100755 0 b'#!/bin/sh\\n'"
        );
    }
}
