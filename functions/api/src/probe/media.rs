//! Video and sound: container, tracks and length.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known::{
    FORMAT_ID_ADTS, FORMAT_ID_FLAC, FORMAT_ID_ISOMP4, FORMAT_ID_MKV, FORMAT_ID_MP3, FORMAT_ID_OGG,
    FORMAT_ID_WAVE,
};
use symphonia::core::formats::{FormatId, FormatOptions, FormatReader};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::TimeBase;

use super::Found;
use super::ebml::{self, HEAD_BYTES};
use super::source::Input;

/// Longest video or sound (contract, "Upload limits").
const LONGEST_MS: u64 = 30 * 60 * 1000;

/// Most boxes of one level that are walked through: far more than come before `moov`, or
/// within it.
const MOST_BOXES: u32 = 10_000;

/// A container that is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Container {
    /// MP4 and `QuickTime`.
    Mp4,
    /// Matroska that is not WebM.
    Matroska,
    /// The part of Matroska that browsers play.
    Webm,
    Mp3,
    Adts,
    Wave,
    Ogg,
    Flac,
}

impl Container {
    const fn id(self) -> FormatId {
        match self {
            Self::Mp4 => FORMAT_ID_ISOMP4,
            Self::Matroska | Self::Webm => FORMAT_ID_MKV,
            Self::Mp3 => FORMAT_ID_MP3,
            Self::Adts => FORMAT_ID_ADTS,
            Self::Wave => FORMAT_ID_WAVE,
            Self::Ogg => FORMAT_ID_OGG,
            Self::Flac => FORMAT_ID_FLAC,
        }
    }

    /// Whether a file whose head names this format is one, where the reader takes several.
    fn check_doc_type(self, said: Option<&[u8]>) -> Result<(), String> {
        match (self, said) {
            (Self::Webm, Some(b"webm")) => Ok(()),
            (Self::Webm, _) => Err(
                "it is Matroska and not WebM; write it anew (`ffmpeg -i FILE NEW.webm`), or send \
                 a video as video/x-matroska"
                    .to_owned(),
            ),
            (Self::Matroska, Some(b"webm")) => Err("it is WebM; send it as video/webm".to_owned()),
            _ => Ok(()),
        }
    }
}

/// A source, as symphonia wants it.
struct Seekable(Input);

impl Read for Seekable {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(into)
    }
}

impl Seek for Seekable {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

impl MediaSource for Seekable {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.0.size_bytes())
    }
}

/// Reads a file's tracks: a video needs a picture, a sound must have none.
pub(super) fn read(mut source: Input, container: Container, video: bool) -> Result<Found, String> {
    let turned = matches!(container, Container::Mp4) && is_turned(&mut source);
    let head = match container {
        Container::Matroska | Container::Webm => bytes_at(&mut source, 0, HEAD_BYTES),
        _ => None,
    };
    source.rewind().map_err(|error| error.to_string())?;
    let source = MediaSourceStream::new(
        Box::new(Seekable(source)),
        MediaSourceStreamOptions::default(),
    );
    let mut reader = symphonia::default::get_probe()
        .probe(
            &Hint::new(),
            source,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .map_err(|error| format!("it cannot be read ({error})"))?;
    let format = reader.format_info();
    if format.format != container.id() {
        return Err(format!("it is {}", format.long_name));
    }
    container.check_doc_type(head.as_deref().and_then(ebml::doc_type))?;
    let size = picture_size(reader.as_ref(), video)?;
    let duration_ms = stated_ms(reader.as_ref()).or_else(|| counted_ms(reader.as_mut()));
    check_length(duration_ms)?;
    Ok(Found {
        size: size.map(|(width, height)| {
            if turned {
                (height, width)
            } else {
                (width, height)
            }
        }),
        duration_ms,
    })
}

/// A length that is known and not too long; without one nothing says that it is not.
fn check_length(duration_ms: Option<u64>) -> Result<(), String> {
    match duration_ms {
        Some(length) if length > LONGEST_MS => Err(format!(
            "it is {} s long; at most {} s (30 minutes) are taken: cut it",
            length.div_ceil(1000),
            LONGEST_MS / 1000
        )),
        Some(_) => Ok(()),
        None => Err(
            "its length cannot be known: it states none, and no two times are found in it; write \
             it anew (`ffmpeg -i FILE -c copy NEW`)"
                .to_owned(),
        ),
    }
}

/// The size of a video's picture; none of a sound. A sentence says what is missing or too
/// much.
fn picture_size(reader: &dyn FormatReader, video: bool) -> Result<Option<(u32, u32)>, String> {
    let mut size = None;
    let mut sounds = false;
    for track in reader.tracks() {
        match &track.codec_params {
            Some(CodecParameters::Video(picture)) => {
                let (width, height) = (picture.width.unwrap_or(0), picture.height.unwrap_or(0));
                size.get_or_insert((u32::from(width), u32::from(height)));
            }
            Some(CodecParameters::Audio(_)) => sounds = true,
            _ => {}
        }
    }
    match (video, size, sounds) {
        (true, None, _) => Err("it has no picture".to_owned()),
        (false, Some(_), _) => Err("it has a picture; send it as a video".to_owned()),
        (false, None, false) => Err("it has no sound".to_owned()),
        _ => Ok(size),
    }
}

/// The longest track by its packets, where the container states no length
/// (fragmented and live files). Packets are skipped over, not decoded.
fn counted_ms(reader: &mut dyn FormatReader) -> Option<u64> {
    let bases: HashMap<u32, TimeBase> = reader
        .tracks()
        .iter()
        .filter_map(|track| Some((track.id, track.time_base?)))
        .collect();
    let mut spans: HashMap<u32, (i128, i128)> = HashMap::new();
    // What follows an unreadable packet has no time that could be counted.
    while let Ok(Some(packet)) = reader.next_packet() {
        let Some(base) = bases.get(&packet.track_id) else {
            continue;
        };
        let end = packet.pts.checked_add(packet.dur);
        let start_ms = base.calc_time(packet.pts).map(|time| time.as_millis());
        let end_ms = end.and_then(|end| Some(base.calc_time(end)?.as_millis()));
        if let Some((start_ms, end_ms)) = start_ms.zip(end_ms) {
            let span = spans.entry(packet.track_id).or_insert((start_ms, end_ms));
            *span = (span.0.min(start_ms), span.1.max(end_ms));
        }
    }
    let longest = spans.values().map(|(start, end)| end - start).max()?;
    u64::try_from(longest).ok().filter(|ms| *ms > 0)
}

/// The length that the container states, else its longest track's.
fn stated_ms(reader: &dyn FormatReader) -> Option<u64> {
    let info = reader.media_info();
    let whole = info.time_base.zip(info.duration);
    let tracks = reader
        .tracks()
        .iter()
        .filter_map(|track| track.time_base.zip(track.duration));
    let longest = |times: &mut dyn Iterator<Item = _>| {
        times
            .filter_map(|(base, length): (TimeBase, _)| {
                u64::try_from(base.calc_duration(length)?.as_millis()).ok()
            })
            .filter(|ms| *ms > 0)
            .max()
    };
    longest(&mut whole.into_iter()).or_else(|| longest(&mut tracks.into_iter()))
}

/// Whether an MP4's picture is shown turned by a quarter: the display matrix of
/// its first track that has one with a picture. symphonia does not tell.
fn is_turned(source: &mut Input) -> bool {
    let end = source.size_bytes();
    for movie in boxes(source, 0..end, *b"moov") {
        for track in boxes(source, movie, *b"trak") {
            if let Some(turned) = track_turns(source, track) {
                return turned;
            }
        }
    }
    false
}

/// Whether a track's matrix turns it; none where it has no picture.
fn track_turns(source: &mut Input, track: Range<u64>) -> Option<bool> {
    let header = boxes(source, track, *b"tkhd").into_iter().next()?;
    let header = bytes_at(source, header.start, header.end.min(header.start + 96))?;
    // Version 1 has four 64-bit fields where version 0 has 32 bits each.
    let matrix = if header.first() == Some(&1) { 52 } else { 40 };
    let number = |at: usize| {
        Some(i32::from_be_bytes(
            *header.get(matrix + at..)?.first_chunk()?,
        ))
    };
    let size = header.get(matrix + 36..matrix + 44)?;
    size.iter().any(|byte| *byte != 0).then_some(())?;
    Some(number(0)? == 0 && number(4)? != 0)
}

/// The contents of the boxes of a name within a span of an MP4, up to the first box that
/// does not fit. A movie has one `moov`: behind that none is looked for.
fn boxes(source: &mut Input, within: Range<u64>, name: [u8; 4]) -> Vec<Range<u64>> {
    let mut found = Vec::new();
    let mut at = within.start;
    for _ in 0..MOST_BOXES {
        let Some((is, content)) = box_at(source, at, within.end) else {
            break;
        };
        at = content.end;
        if is == name {
            found.push(content);
            if name == *b"moov" {
                break;
            }
        }
    }
    found
}

/// The box that begins there, name and content, if it ends at `end` or before.
fn box_at(source: &mut Input, at: u64, end: u64) -> Option<([u8; 4], Range<u64>)> {
    let head = bytes_at(source, at, end.min(at.checked_add(16)?))?;
    let name = *head.get(4..)?.first_chunk()?;
    let (head_bytes, size) = match u32::from_be_bytes(*head.first_chunk()?) {
        0 => (8, end.checked_sub(at)?),
        1 => (16, u64::from_be_bytes(*head.get(8..)?.first_chunk()?)),
        size => (8, u64::from(size)),
    };
    let ends = at.checked_add(size).filter(|ends| *ends <= end)?;
    (size >= head_bytes).then_some((name, at + head_bytes..ends))
}

/// Bytes of a file from one place to another; none where it cannot be read.
fn bytes_at(source: &mut Input, from: u64, to: u64) -> Option<Vec<u8>> {
    source.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    let reading = source.take(to.saturating_sub(from)).read_to_end(&mut bytes);
    reading.ok().map(|_| bytes)
}
