//! The canvas: 4:2:0 planes and RGBA pixels side by side, with a map that says for
//! each tile which of the two holds the picture.

pub(crate) mod blend;
mod convert;
mod pane;
mod surface;

pub(crate) use blend::Op;
pub(crate) use convert::color_to_yuv;
use pane::Pane;
pub(crate) use surface::Surface;

use std::sync::Arc;

use crate::bitmap::Bitmap;
use crate::error::CompositorError;
use crate::geometry::Pixels;
use crate::picture::YuvFrame;

/// Tile size; even, so that chroma never straddles two tiles.
const TILE_WIDTH: i32 = 64;
const TILE_HEIGHT: i32 = 32;

/// Where a tile's pixels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tile {
    /// Nowhere yet: it shows the background.
    Backdrop,
    /// In the frame's planes.
    Yuv,
    /// In the RGBA buffer.
    Rgba,
    /// Nowhere yet: it shows the still of this number.
    Still(usize),
}

/// How a layer meets a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    /// Not at all.
    Miss,
    /// It blends with what is there.
    Blend,
    /// It replaces every pixel.
    Replace,
}

impl Touch {
    /// Replaces where it `hides` all below, else blends.
    pub(crate) fn replacing(hides: bool) -> Self {
        if hides { Self::Replace } else { Self::Blend }
    }
}

/// An opaque picture that stays as it is, in both forms.
#[derive(Clone)]
pub(crate) struct Still {
    pub rgba: Arc<Bitmap>,
    pub yuv: Arc<YuvFrame>,
    /// Where its top left corner goes, even.
    pub at: (i32, i32),
}

/// What lies behind all layers, in both forms.
pub(crate) enum Backdrop {
    /// One colour.
    Flat { rgba: [u8; 4], yuv: [u8; 3] },
    /// A picture of the canvas' size.
    Picture { rgba: Bitmap, yuv: YuvFrame },
}

impl Backdrop {
    /// One opaque colour.
    pub(crate) fn flat(rgba: [u8; 4]) -> Result<Self, CompositorError> {
        Ok(Self::Flat {
            rgba,
            yuv: color_to_yuv(rgba)?,
        })
    }

    /// An opaque picture of the canvas' size.
    pub(crate) fn picture(rgba: Bitmap) -> Result<Self, CompositorError> {
        let yuv = to_frame(&rgba)?;
        Ok(Self::Picture { rgba, yuv })
    }
}

/// An opaque bitmap of even sides as a video picture.
pub(crate) fn to_frame(rgba: &Bitmap) -> Result<YuvFrame, CompositorError> {
    let (width, height) = (rgba.width as u32, rgba.height as u32);
    let mut yuv = YuvFrame::new_black(width, height);
    let all = Pixels {
        x0: 0,
        y0: 0,
        x1: width as i32,
        y1: height as i32,
    };
    convert::to_yuv(rgba, 0, &mut yuv, all)?;
    Ok(yuv)
}

/// See the module.
pub(crate) struct Canvas {
    area: Pixels,
    columns: i32,
    tiles: Vec<Tile>,
    rgba: Pane,
    backdrop: Backdrop,
    /// Of this frame, the lowest first.
    stills: Vec<Still>,
}

impl Canvas {
    pub(crate) fn new(width: u32, height: u32, backdrop: Backdrop) -> Self {
        let (width, height) = (width as i32, height as i32);
        let columns = (width + TILE_WIDTH - 1) / TILE_WIDTH;
        let rows = (height + TILE_HEIGHT - 1) / TILE_HEIGHT;
        Self {
            area: Pixels {
                x0: 0,
                y0: 0,
                x1: width,
                y1: height,
            },
            columns,
            tiles: vec![Tile::Backdrop; (columns * rows) as usize],
            rgba: Pane::new(width as usize, height as usize),
            backdrop,
            stills: Vec::new(),
        }
    }

    /// The whole canvas.
    pub(crate) fn area(&self) -> Pixels {
        self.area
    }

    /// Forgets the last frame.
    pub(crate) fn begin(&mut self) {
        self.tiles.fill(Tile::Backdrop);
        self.stills.clear();
        self.rgba.begin_all();
    }

    /// Puts a still on the tiles that lie entirely within `region`, which it fills:
    /// answers which pixels these are. They are copied only when the frame is finished,
    /// unless a layer above draws on them.
    pub(crate) fn put_still(&mut self, still: Still, region: Pixels) -> Pixels {
        let area = self.area;
        let up = |at: i32, tile: i32| (at + tile - 1) / tile * tile;
        let down = |at: i32, tile: i32, end: i32| if at < end { at / tile * tile } else { end };
        let inner = Pixels {
            x0: up(region.x0, TILE_WIDTH),
            y0: up(region.y0, TILE_HEIGHT),
            x1: down(region.x1, TILE_WIDTH, area.x1),
            y1: down(region.y1, TILE_HEIGHT, area.y1),
        };
        if !inner.is_empty() {
            self.mark(inner, Tile::Still(self.stills.len()));
            self.stills.push(still);
        }
        inner
    }

    /// Makes RGBA pixels ready wherever a layer within `region` touches them, and
    /// hands out all of them to draw on.
    pub(crate) fn surface(
        &mut self,
        frame: &YuvFrame,
        region: Pixels,
        touch: impl Fn(Pixels) -> Touch,
    ) -> Result<Surface<'_>, CompositorError> {
        let runs = self.runs(region, |tile, area| match touch(area) {
            Touch::Miss => None,
            Touch::Replace => Some(Tile::Rgba),
            Touch::Blend => Some(tile),
        });
        for (from, area) in runs {
            match from {
                Tile::Rgba => {}
                Tile::Yuv => self.rgba.put(frame, area, (area.x0, area.y0))?,
                Tile::Backdrop => self.paint_backdrop(area),
                Tile::Still(number) => self.paint_still(number, area),
            }
            self.mark(area, Tile::Rgba);
        }
        Ok(self.rgba.surface())
    }

    /// Puts the part of an opaque video picture from (`x`, `y`) on onto `target`. The
    /// corner and `target` are even, the latter inside the canvas.
    pub(crate) fn put_video(
        &mut self,
        frame: &mut YuvFrame,
        source: &YuvFrame,
        (x, y): (i32, i32),
        target: Pixels,
    ) -> Result<(), CompositorError> {
        let runs = self.runs(target, |tile, area| {
            Some(if target.contains(area) {
                Tile::Yuv
            } else {
                tile
            })
        });
        for (tile, area) in runs {
            let part = area.intersect(target);
            let from = (part.x0 - target.x0 + x, part.y0 - target.y0 + y);
            if tile == Tile::Rgba {
                let from = Pixels {
                    x0: from.0,
                    y0: from.1,
                    x1: from.0 + part.width() as i32,
                    y1: from.1 + part.height() as i32,
                };
                self.rgba.put(source, from, (part.x0, part.y0))?;
                continue;
            }
            match tile {
                Tile::Backdrop => self.copy_backdrop(frame, area),
                Tile::Still(number) => self.copy_still(number, frame, area),
                Tile::Yuv | Tile::Rgba => {}
            }
            convert::copy(source, from, frame, part);
            self.mark(area, Tile::Yuv);
        }
        Ok(())
    }

    /// The whole frame's planes have been written.
    pub(crate) fn all_video(&mut self) {
        self.tiles.fill(Tile::Yuv);
    }

    /// The canvas in rows of tiles, from the top.
    pub(crate) fn bands(&self) -> impl Iterator<Item = Pixels> + use<> {
        let area = self.area;
        let tops = (area.y0..area.y1).step_by(TILE_HEIGHT as usize);
        tops.map(move |top| Pixels {
            y0: top,
            y1: (top + TILE_HEIGHT).min(area.y1),
            ..area
        })
    }

    /// Begins one of the [`bands`](Self::bands): they come from the top, each is finished
    /// before the next, and nothing else is drawn any more. Its pixels have a small place of
    /// their own, unless some were drawn before.
    pub(crate) fn begin_band(&mut self, band: Pixels) {
        if self.rgba.is_of_a_band() || !self.tiles.contains(&Tile::Rgba) {
            self.rgba.begin_band(band.y0);
        }
    }

    /// Brings everything of a band into the frame's planes.
    pub(crate) fn finish(
        &mut self,
        frame: &mut YuvFrame,
        band: Pixels,
    ) -> Result<(), CompositorError> {
        for (tile, area) in self.runs(band, |tile, _| Some(tile)) {
            match tile {
                Tile::Yuv => {}
                Tile::Rgba => {
                    let (bitmap, top) = self.rgba.parts();
                    convert::to_yuv(bitmap, top, frame, area)?;
                }
                Tile::Backdrop => self.copy_backdrop(frame, area),
                Tile::Still(number) => self.copy_still(number, frame, area),
            }
        }
        Ok(())
    }

    /// Tiles that `region` meets, neighbours in a row that `sort` puts together joined
    /// to one rectangle; those sorted as `None` are left out.
    fn runs(
        &self,
        region: Pixels,
        sort: impl Fn(Tile, Pixels) -> Option<Tile>,
    ) -> Vec<(Tile, Pixels)> {
        let region = region.intersect(self.area);
        let mut runs: Vec<(Tile, Pixels)> = Vec::new();
        if region.is_empty() {
            return runs;
        }
        for row in region.y0 / TILE_HEIGHT..=(region.y1 - 1) / TILE_HEIGHT {
            let mut joined: Option<(Tile, Pixels)> = None;
            for column in region.x0 / TILE_WIDTH..=(region.x1 - 1) / TILE_WIDTH {
                let index = (row * self.columns + column) as usize;
                let tile = self.tiles.get(index).copied().unwrap_or(Tile::Backdrop);
                let area = Pixels {
                    x0: column * TILE_WIDTH,
                    y0: row * TILE_HEIGHT,
                    x1: (column + 1) * TILE_WIDTH,
                    y1: (row + 1) * TILE_HEIGHT,
                }
                .intersect(self.area);
                joined = match (joined, sort(tile, area)) {
                    (Some((kind, run)), Some(tile)) if kind == tile => {
                        Some((kind, run.union(area)))
                    }
                    (done, tile) => {
                        runs.extend(done);
                        tile.map(|tile| (tile, area))
                    }
                };
            }
            runs.extend(joined);
        }
        runs
    }

    /// Sets the state of whole tiles.
    fn mark(&mut self, area: Pixels, state: Tile) {
        for row in area.y0 / TILE_HEIGHT..=(area.y1 - 1) / TILE_HEIGHT {
            for column in area.x0 / TILE_WIDTH..=(area.x1 - 1) / TILE_WIDTH {
                if let Some(tile) = self.tiles.get_mut((row * self.columns + column) as usize) {
                    *tile = state;
                }
            }
        }
    }

    /// The background in the RGBA buffer.
    fn paint_backdrop(&mut self, area: Pixels) {
        let mut surface = self.rgba.surface();
        for y in area.y0..area.y1 {
            let target = surface.span(y, area.x0, area.x1);
            match &self.backdrop {
                Backdrop::Flat { rgba, .. } => blend::flat_row(target, *rgba, 255),
                Backdrop::Picture { rgba, .. } => {
                    let from = area.x0 as usize * 4;
                    if let Some(row) = rgba.row(y as usize).get(from..from + target.len()) {
                        target.copy_from_slice(row);
                    }
                }
            }
        }
    }

    /// The background in the frame's planes.
    fn copy_backdrop(&self, frame: &mut YuvFrame, area: Pixels) {
        match &self.backdrop {
            Backdrop::Flat { yuv, .. } => convert::paint(frame, area, *yuv),
            Backdrop::Picture { yuv, .. } => convert::copy(yuv, (area.x0, area.y0), frame, area),
        }
    }

    /// A still's part in the RGBA buffer.
    fn paint_still(&mut self, number: usize, area: Pixels) {
        if let Some(still) = self.stills.get(number) {
            let mut surface = self.rgba.surface();
            surface.blit(&still.rgba, still.at, area, 255, Op::Over);
        }
    }

    /// A still's part in the frame's planes.
    fn copy_still(&self, number: usize, frame: &mut YuvFrame, area: Pixels) {
        if let Some(still) = self.stills.get(number) {
            let corner = (area.x0 - still.at.0, area.y0 - still.at.1);
            convert::copy(&still.yuv, corner, frame, area);
        }
    }
}
