//! High dynamic range, brought into the range that is drawn.
//!
//! A stream tagged PQ (`smpte2084`) or HLG (`arib-std-b67`) is made linear light by
//! zscale, with 203 cd/m² as white (ITU-R BT.2408), the largest of red, green and blue
//! is pressed down by ffmpeg's `tonemap`, and what comes out is encoded as sRGB. Up to
//! 0.3 of white nothing changes, so skin and what is darker looks as graded; from there
//! up to 1000 cd/m², the peak that most footage is graded for and HLG's own, a Möbius
//! curve keeps all detail apart; white itself comes out at 0.68. Brighter light is white.

use crate::PixelFormat;
use crate::probe::VideoStream;

/// Light that is white in the standard range, in cd/m².
const WHITE: f64 = 203.0;
/// Light that is still told from brighter light, in cd/m².
const PEAK: f64 = 1000.0;
/// Part of white up to which nothing changes.
const LINEAR: f64 = 0.3;

/// The name of a transfer of high dynamic range.
pub(crate) fn high_range(transfer: Option<&str>) -> Option<&'static str> {
    match transfer? {
        "smpte2084" => Some("smpte2084"),
        "arib-std-b67" => Some("arib-std-b67"),
        _ => None,
    }
}

/// Filters from a stream of high dynamic range to `format`, at the size it comes in.
pub(crate) fn filters(stream: &VideoStream, transfer: &str, format: PixelFormat) -> String {
    let matrix = match stream.matrix {
        "rgb" => "gbr",
        "bt709" => "709",
        "bt601" => "170m",
        "smpte240m" => "240m",
        _ => "2020_ncl",
    };
    // zscale takes no odd sizes of subsampled pictures, and without its exact gamma gives
    // HLG's to each channel and not to their luminance.
    let (whole, light) = match (matrix, stream.has_alpha) {
        ("gbr", false) => ("gbrp16le", "gbrpf32le"),
        ("gbr", true) => ("gbrap16le", "gbrapf32le"),
        (_, false) => ("yuv444p16le", "gbrpf32le"),
        (_, true) => ("yuva444p16le", "gbrapf32le"),
    };
    let range = if stream.full_range { "full" } else { "limited" };
    let drawn = match format {
        PixelFormat::Yuv420 => {
            "matrix=709:range=limited,format=yuv444p,scale=flags=area+accurate_rnd+full_chroma_int"
        }
        PixelFormat::Rgba if stream.has_alpha => "matrix=gbr:range=full,format=gbrap",
        PixelFormat::Rgba => "matrix=gbr:range=full,format=gbrp",
    };
    let peak = PEAK / WHITE;
    format!(
        "format={whole},zscale=matrixin={matrix}:rangein={range}:transferin={transfer}:\
         primariesin=2020:transfer=linear:npl={WHITE}:agamma=false,format={light},\
         tonemap=mobius:param={LINEAR}:desat=0:peak={peak:.6},\
         zscale=primaries=709:transfer=iec61966-2-1:{drawn}"
    )
}
