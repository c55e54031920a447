//! The head of a Matroska file, which tells WebM from the rest (RFC 9559, "Data Layout").

/// Bytes from the start of a file that hold its head: forty are common.
pub(super) const HEAD_BYTES: u64 = 1024;

/// Id of the element that is the head (RFC 8794).
const HEAD: &[u8] = &[0x1a, 0x45, 0xdf, 0xa3];
/// Id of the element within it that names the format.
const DOC_TYPE: &[u8] = &[0x42, 0x82];

/// What a file that begins so says it is: `matroska` or `webm` of those that are read.
pub(super) fn doc_type(bytes: &[u8]) -> Option<&[u8]> {
    let (id, mut head, _) = element(bytes)?;
    if id != HEAD {
        return None;
    }
    loop {
        let (id, content, rest) = element(head)?;
        if id == DOC_TYPE {
            // Strings may be padded with zeros.
            let end = content.iter().position(|byte| *byte == 0);
            return content.get(..end.unwrap_or(content.len()));
        }
        head = rest;
    }
}

/// The first element: id, content, and what comes after it.
fn element(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (id, bytes) = number(bytes)?;
    let (size, bytes) = number(bytes)?;
    // The highest bit of a size says how long the size is, and is none of it.
    let marker = 1_u64 << (7 * size.len());
    let size = size
        .iter()
        .fold(0, |size, byte| (size << 8) | u64::from(*byte))
        & !marker;
    let (content, rest) = bytes.split_at_checked(usize::try_from(size).ok()?)?;
    Some((id, content, rest))
}

/// The bytes of a number of variable length, and what comes after it: as many bytes as its
/// first one has zeros at its head, and one.
fn number(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let zeros = bytes.first()?.leading_zeros() as usize;
    (zeros < 8)
        .then(|| bytes.split_at_checked(zeros + 1))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_names_its_format_or_none() {
        let version = b"\x42\x86\x81\x01";
        let head = |content: &[u8]| {
            let mut head = HEAD.to_vec();
            // A size of eight bytes, as ffmpeg writes it.
            head.extend([1, 0, 0, 0, 0, 0, 0, content.len() as u8]);
            head.extend(content);
            head
        };
        let webm = head(&[version.as_slice(), b"\x42\x82\x84webm"].concat());
        assert_eq!(doc_type(&webm), Some(b"webm".as_slice()));
        let padded = head(b"\x42\x82\x4a\x00matroska\0\0");
        assert_eq!(doc_type(&padded), None, "it says more than is there");
        let padded = head(b"\x42\x82\x40\x0amatroska\0\0");
        assert_eq!(doc_type(&padded), Some(b"matroska".as_slice()));
        for none in [
            head(version),
            webm[..webm.len() - 1].to_vec(),
            b"\0\0\0\x18ftypisom".to_vec(),
            vec![0; 40],
            vec![0xff; 40],
            Vec::new(),
        ] {
            assert_eq!(doc_type(&none), None, "{none:?}");
        }
    }
}
