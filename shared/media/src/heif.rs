//! What ffmpeg does not tell of an AVIF or HEIC picture: that it is turned, that it is
//! one of several, that its transparency lies in a picture of its own.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use image::metadata::Orientation;

use crate::error::MediaError;

/// Where the picture's properties end at the latest, in bytes.
const HEAD_BYTES: u64 = 1 << 20;
/// Brands of a file that holds AV1 pictures.
const AVIF: [&[u8; 4]; 2] = [b"avif", b"avis"];
/// Brands of a file that holds HEVC pictures.
const HEIC: [&[u8; 4]; 6] = [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis"];
/// An alpha plane, as an `auxC` property names it.
const ALPHA: &[u8] = b"auxid:1\0";
const ALPHA_URN: &[u8] = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha";

/// How an AVIF is turned, and nothing for whatever else a file may be.
///
/// # Errors
/// A sentence where ffmpeg would show something else than the picture.
pub(crate) fn orientation(path: &Path) -> Result<Orientation, MediaError> {
    let mut head = Vec::new();
    let file = |source| MediaError::File {
        path: path.to_owned(),
        source,
    };
    let opened = File::open(path).map_err(file)?;
    opened
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(file)?;
    read(&head).map_err(|what| {
        MediaError::Unreadable(format!("{what}; send it as a PNG, a JPEG or a WebP"))
    })
}

fn read(head: &[u8]) -> Result<Orientation, &'static str> {
    let Some(brands) = first(head, *b"ftyp") else {
        return Ok(Orientation::NoTransforms);
    };
    // The major brand, a version, and the brands that it is compatible with: what both
    // kinds share (`mif1`) may stand first.
    let (major, others) = brands.split_at(brands.len().min(4));
    let brands = || {
        others
            .as_chunks()
            .0
            .iter()
            .skip(1)
            .chain(major.as_chunks().0)
    };
    if !brands().any(|brand| AVIF.contains(&brand)) {
        if brands().any(|brand| HEIC.contains(&brand)) {
            return Err("it is a HEIC picture, which is not read");
        }
        return Ok(Orientation::NoTransforms);
    }
    // A `meta` box begins with version and flags, as `iinf` and `infe` do.
    let Some(meta) = first(head, *b"meta").and_then(|meta| meta.get(4..)) else {
        return Ok(Orientation::NoTransforms);
    };
    let items = first(meta, *b"iinf").and_then(|items| items.get(6..));
    let is_grid = |(name, item): ([u8; 4], &[u8])| {
        &name == b"infe" && item.get(8..12).is_some_and(|kind| kind == b"grid")
    };
    if boxes(items.unwrap_or_default()).any(is_grid) {
        return Err("it is an AVIF made of several pictures, which is not read");
    }
    let properties = first(meta, *b"iprp").and_then(|all| first(all, *b"ipco"));
    let (mut turn, mut mirror) = (0, None);
    for (name, value) in boxes(properties.unwrap_or_default()) {
        match &name {
            b"auxC" if has(value, ALPHA_URN) || has(value, ALPHA) => {
                return Err("it is an AVIF with transparency, which is not read");
            }
            b"irot" => turn = value.first().map_or(0, |angle| angle & 3),
            b"imir" => mirror = value.first().map(|axis| axis & 1),
            _ => {}
        }
    }
    Ok(turned(turn, mirror))
}

/// Quarter turns against the clock, then a mirroring: 0 swaps top and bottom, 1 left
/// and right.
fn turned(quarters: u8, mirror: Option<u8>) -> Orientation {
    match (quarters, mirror) {
        (0, None) => Orientation::NoTransforms,
        (1, None) => Orientation::Rotate270,
        (2, None) => Orientation::Rotate180,
        (_, None) => Orientation::Rotate90,
        (0, Some(1)) | (2, Some(0)) => Orientation::FlipHorizontal,
        (0 | 2, Some(_)) => Orientation::FlipVertical,
        (1, Some(0)) | (3, Some(1)) => Orientation::Rotate90FlipH,
        (_, Some(_)) => Orientation::Rotate270FlipH,
    }
}

fn has(value: &[u8], wanted: &[u8]) -> bool {
    value.windows(wanted.len()).any(|part| part == wanted)
}

/// What the first box of a name holds.
fn first(bytes: &[u8], wanted: [u8; 4]) -> Option<&[u8]> {
    boxes(bytes)
        .find(|(name, _)| *name == wanted)
        .map(|(_, content)| content)
}

/// Boxes one after the other, up to the first that does not fit.
fn boxes(mut rest: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let size = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let name = *rest.get(4..)?.first_chunk()?;
        let content = rest.get(8..size)?;
        rest = rest.get(size..)?;
        Some((name, content))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(brands: &[u8]) -> Vec<u8> {
        let size = u32::try_from(brands.len() + 8).unwrap();
        [&size.to_be_bytes(), &b"ftyp"[..], brands].concat()
    }

    #[test]
    fn a_heic_is_known_by_any_of_its_brands() {
        let refused = Err("it is a HEIC picture, which is not read");
        assert_eq!(read(&file(b"heic\0\0\0\0mif1heic")), refused);
        assert_eq!(read(&file(b"mif1\0\0\0\0mif1heic")), refused);
        for other in [
            &b"mif1\0\0\0\0mif1avif"[..],
            b"avif\0\0\0\0mif1miaf",
            // The version is no brand.
            b"isomheicmp42",
            b"",
            b"avi",
        ] {
            assert_eq!(read(&file(other)), Ok(Orientation::NoTransforms));
        }
    }
}
