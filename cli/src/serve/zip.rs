//! Packs one executable as the zip file that a custom-runtime function is
//! deployed as: a single stored (not compressed) entry named `bootstrap`.

const NAME: &[u8] = b"bootstrap";
/// Regular file, rwxr-xr-x, in the upper half of the external attributes.
const MODE: u32 = 0o100_755 << 16;
/// 1980-01-01, the earliest date the format knows: same input, same bytes.
const DATE: u16 = 0x21;

/// The zip file of `content`; `None` beyond the format's 4 GiB.
pub(crate) fn bootstrap(content: &[u8]) -> Option<Vec<u8>> {
    let size = u32::try_from(content.len()).ok()?;
    let mut shared = Vec::new(); // the fields that both headers have in common
    push16(&mut shared, &[20, 0, 0, 0, DATE]); // version, flags, stored, time, date
    push32(&mut shared, &[crc32(content), size, size]);
    push16(&mut shared, &[NAME.len() as u16, 0]); // name, extra

    let mut zip = Vec::with_capacity(content.len() + 256);
    zip.extend(b"PK\x03\x04");
    zip.extend(&shared);
    zip.extend(NAME);
    zip.extend(content);

    let directory = u32::try_from(zip.len()).ok()?;
    zip.extend(b"PK\x01\x02");
    push16(&mut zip, &[0x0314]); // made on Unix, so that the mode counts
    zip.extend(&shared);
    push16(&mut zip, &[0, 0, 0]); // comment, disk, internal attributes
    push32(&mut zip, &[MODE, 0]); // external attributes, offset of the entry
    zip.extend(NAME);

    let directory_size = u32::try_from(zip.len()).ok()? - directory;
    zip.extend(b"PK\x05\x06");
    push16(&mut zip, &[0, 0, 1, 1]);
    push32(&mut zip, &[directory_size, directory]);
    push16(&mut zip, &[0]);
    Some(zip)
}

fn push16(out: &mut Vec<u8>, values: &[u16]) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn push32(out: &mut Vec<u8>, values: &[u32]) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

/// CRC-32 as zip and PNG use it, by table.
fn crc32(bytes: &[u8]) -> u32 {
    let mut table = [0_u32; 256];
    for (index, entry) in table.iter_mut().enumerate() {
        *entry = (0..8).fold(index as u32, |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        });
    }
    !bytes.iter().fold(!0_u32, |crc, byte| {
        let index = (crc ^ u32::from(*byte)) & 0xFF;
        (crc >> 8) ^ table.get(index as usize).copied().unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_standard_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn python_reads_the_file_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f.zip");
        std::fs::write(&path, bootstrap(b"#!/bin/sh\n").unwrap()).unwrap();
        let out = std::process::Command::new("python3")
            .args(["-c", "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; i=z.infolist()[0]; print(i.filename, oct(i.external_attr>>16), z.read(i))"])
            .arg(&path)
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&out.stdout).trim(),
            "bootstrap 0o100755 b'#!/bin/sh\\n'"
        );
    }
}
