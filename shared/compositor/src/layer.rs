//! What is drawn: a prepared picture with its place, and two of them dissolving.

mod image;

use std::sync::Arc;

use crate::adjust::Adjust;
use crate::bitmap::{Bitmap, div255};
use crate::blur::Blurrer;
use crate::canvas::{Canvas, Op, Surface, Touch, blend};
use crate::error::CompositorError;
use crate::geometry::{Affine, Pixels, Rect};
use crate::picture::YuvFrame;
use crate::scale::{Scaler, to_bitmap};
use crate::transition::{Flip, Reveal};

pub(crate) use image::Image;

/// A prepared picture on the canvas.
pub(crate) enum Layer {
    /// A rectangle of one premultiplied colour, opacity included.
    Fill { rect: Rect, color: [u8; 4] },
    /// A bitmap.
    Image(Image),
    /// Opaque upright video on even pixels.
    Video(Video),
}

/// A part of a video picture and the canvas pixels it fills.
#[derive(Clone)]
pub(crate) struct Video {
    pub source: Arc<YuvFrame>,
    /// In source pixels.
    pub crop: Rect,
    /// Even, inside the canvas.
    pub target: Pixels,
}

/// Two layers in the proportion `255 - weight : weight`.
pub(crate) struct Dissolve {
    pub outgoing: Option<Layer>,
    pub incoming: Option<Layer>,
    pub weight: u8,
}

/// Buffers that drawing keeps between frames.
#[derive(Default)]
pub(crate) struct Tools {
    pub scaler: Scaler,
    pub blurrer: Blurrer,
    pub group: Vec<u8>,
    video: [Vec<u8>; 2],
}

impl Layer {
    /// Canvas pixels it can touch.
    pub(crate) fn bounds(&self) -> Pixels {
        match self {
            Self::Fill { rect, .. } => rect.outside(),
            Self::Image(image) => image.bounds(),
            Self::Video(video) => video.target,
        }
    }

    /// Bytes of the pictures that were made for it.
    fn bytes(&self) -> usize {
        match self {
            Self::Image(image) => {
                let yuv = image.yuv.as_ref().map_or(0, |yuv| yuv.data.len());
                image.bitmap.data.len() + yuv
            }
            Self::Fill { .. } | Self::Video(_) => 0,
        }
    }

    /// Canvas pixels of which it hides everything below.
    fn hides(&self) -> Option<Pixels> {
        match self {
            Self::Fill { rect, color } if color[3] == 255 => {
                let inside = Pixels {
                    x0: rect.x0.ceil() as i32,
                    y0: rect.y0.ceil() as i32,
                    x1: rect.x1.floor() as i32,
                    y1: rect.y1.floor() as i32,
                };
                (!inside.is_empty()).then_some(inside)
            }
            Self::Fill { .. } => None,
            Self::Image(image) => image.opaque_blit(),
            Self::Video(video) => Some(video.target),
        }
    }

    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas,
        frame: &mut YuvFrame,
        tools: &mut Tools,
        clip: Pixels,
    ) -> Result<(), CompositorError> {
        if self.bounds().intersect(clip).is_empty() {
            return Ok(());
        }
        match self {
            Self::Video(video) => return video.draw(canvas, frame, tools),
            Self::Image(image) if image.put(canvas, frame, clip)? => return Ok(()),
            Self::Image(_) | Self::Fill { .. } => {}
        }
        let hidden = self.hides().map(|hidden| hidden.intersect(clip));
        let region = self.bounds().intersect(clip);
        let touch = |area: Pixels| match self {
            _ if hidden.is_some_and(|hidden| hidden.contains(area)) => Touch::Replace,
            Self::Image(image) if !image.meets(area) => Touch::Miss,
            _ => Touch::Blend,
        };
        let mut surface = canvas.surface(frame, region, touch)?;
        self.paint(&mut surface, clip, 255, Op::Over)
    }

    /// Draws on RGBA pixels, weighed by `opacity`.
    pub(crate) fn paint(
        &self,
        surface: &mut Surface<'_>,
        clip: Pixels,
        opacity: u8,
        op: Op,
    ) -> Result<(), CompositorError> {
        match self {
            Self::Image(image) => {
                let opacity = div255(u32::from(image.opacity) * u32::from(opacity)) as u8;
                image.draw(surface, clip, opacity, op);
            }
            Self::Fill { rect, color } if op == Op::Over => {
                let color = color.map(|c| div255(u32::from(c) * u32::from(opacity)) as u8);
                surface.fill(*rect, color, clip);
            }
            Self::Fill { rect, color } => {
                let area = rect.outside().intersect(clip).intersect(surface.area);
                if !area.is_empty() {
                    let mut flat = Bitmap::clear(area.width(), area.height(), Vec::new());
                    Surface::of(&mut flat, area.x0, area.y0).fill(*rect, *color, area);
                    surface.blit(&flat, (area.x0, area.y0), clip, opacity, op);
                }
            }
            Self::Video(video) => {
                let image = video.to_image(&mut Scaler::default())?;
                image.draw(surface, clip, opacity, op);
            }
        }
        Ok(())
    }
}

impl Video {
    /// The source corner, where source pixels are copied one by one.
    pub(crate) fn copied(&self) -> Option<(i32, i32)> {
        let crop = self.crop.whole()?;
        let same = crop.width() == self.target.width() && crop.height() == self.target.height();
        (same && crop.x0 % 2 == 0 && crop.y0 % 2 == 0).then_some((crop.x0, crop.y0))
    }

    /// The pixels it fills the target with.
    fn resized(&self, scaler: &mut Scaler, buffer: Vec<u8>) -> Result<YuvFrame, CompositorError> {
        let (width, height) = (self.target.width() as u32, self.target.height() as u32);
        let mut data = buffer;
        data.resize(YuvFrame::bytes(width, height), 0);
        let mut frame = YuvFrame {
            width,
            height,
            data,
        };
        scaler.video(&self.source, self.crop, &mut frame)?;
        Ok(frame)
    }

    fn to_image(&self, scaler: &mut Scaler) -> Result<Image, CompositorError> {
        let bitmap = to_bitmap(&self.resized(scaler, Vec::new())?)?;
        let clip = Rect::new(0.0, 0.0, bitmap.width as f64, bitmap.height as f64);
        Ok(Image {
            bitmap: Arc::new(bitmap),
            matrix: Affine::translate(f64::from(self.target.x0), f64::from(self.target.y0)),
            clip,
            opacity: 255,
            yuv: None,
        })
    }

    fn draw(
        &self,
        canvas: &mut Canvas,
        frame: &mut YuvFrame,
        tools: &mut Tools,
    ) -> Result<(), CompositorError> {
        if let Some(corner) = self.copied() {
            return canvas.put_video(frame, &self.source, corner, self.target);
        }
        if self.target == canvas.area() {
            canvas.all_video();
            return tools.scaler.video(&self.source, self.crop, frame);
        }
        let [buffer, _] = &mut tools.video;
        let resized = self.resized(&mut tools.scaler, std::mem::take(buffer))?;
        canvas.put_video(frame, &resized, (0, 0), self.target)?;
        *buffer = resized.data;
        Ok(())
    }
}

/// What is drawn at one place in the stack.
pub(crate) enum Drawn {
    Layer(Layer),
    Dissolve(Dissolve),
    /// Two clips side by side, the incoming one above.
    Pair([Option<Layer>; 2]),
    Reveal(Reveal),
    Flip(Flip),
    Adjust(Adjust),
}

impl Drawn {
    /// Whether nothing below it can be seen inside `clip`.
    pub(crate) fn hides(&self, clip: Pixels) -> bool {
        let layer = |layer: &Layer| layer.hides().is_some_and(|hidden| hidden.contains(clip));
        match self {
            Self::Layer(one) => layer(one),
            Self::Dissolve(dissolve) => {
                let both = [&dissolve.outgoing, &dissolve.incoming];
                both.into_iter().all(|one| one.as_ref().is_some_and(layer))
            }
            Self::Pair(_) | Self::Reveal(_) | Self::Flip(_) | Self::Adjust(_) => false,
        }
    }

    /// Bytes of the pictures that were made for it.
    pub(crate) fn bytes(&self) -> usize {
        let both = |pair: [&Option<Layer>; 2]| -> usize {
            pair.into_iter().flatten().map(Layer::bytes).sum()
        };
        match self {
            Self::Layer(one) => one.bytes(),
            Self::Dissolve(dissolve) => both([&dissolve.outgoing, &dissolve.incoming]),
            Self::Pair([one, two]) => both([one, two]),
            Self::Reveal(reveal) => both([&reveal.outgoing, &reveal.incoming]),
            Self::Flip(flip) => flip.layer.as_ref().map_or(0, Layer::bytes),
            Self::Adjust(_) => 0,
        }
    }

    /// Whether it is drawn row by row, the same whatever it is clipped to.
    pub(crate) fn by_rows(&self) -> bool {
        let video = |layer: &Layer| matches!(layer, Layer::Video(_));
        match self {
            Self::Layer(one) => !video(one),
            Self::Dissolve(Dissolve {
                outgoing, incoming, ..
            }) => ![outgoing, incoming].into_iter().flatten().any(video),
            Self::Pair(pair) => !pair.iter().flatten().any(video),
            Self::Reveal(_) | Self::Flip(_) | Self::Adjust(_) => false,
        }
    }

    /// Whether it is this picture, alone.
    pub(crate) fn shows(&self, picture: &Arc<YuvFrame>) -> bool {
        matches!(self, Self::Layer(Layer::Video(video)) if Arc::ptr_eq(&video.source, picture))
    }

    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas,
        frame: &mut YuvFrame,
        tools: &mut Tools,
        clip: Pixels,
    ) -> Result<(), CompositorError> {
        match self {
            Self::Layer(layer) => layer.draw(canvas, frame, tools, clip),
            Self::Dissolve(dissolve) => dissolve.draw(canvas, frame, tools, clip),
            Self::Pair(pair) => pair
                .iter()
                .flatten()
                .try_for_each(|layer| layer.draw(canvas, frame, tools, clip)),
            Self::Reveal(reveal) => reveal.draw(canvas, frame, tools, clip),
            Self::Flip(flip) => flip.draw(canvas, frame, clip),
            Self::Adjust(adjust) => adjust.draw(canvas, frame, &mut tools.blurrer),
        }
    }
}

impl Dissolve {
    fn draw(
        &self,
        canvas: &mut Canvas,
        frame: &mut YuvFrame,
        tools: &mut Tools,
        clip: Pixels,
    ) -> Result<(), CompositorError> {
        if let (Some(Layer::Video(one)), Some(Layer::Video(two))) = (&self.outgoing, &self.incoming)
            && one.target == two.target
        {
            return self.videos(one, two, canvas, frame, tools);
        }
        if let (Some(Layer::Image(one)), Some(Layer::Image(two))) = (&self.outgoing, &self.incoming)
            && one.opaque_blit().is_some()
            && one.opaque_blit() == two.opaque_blit()
        {
            return self.images(one, two, canvas, frame, clip);
        }
        let hides = |layer: &Option<Layer>| layer.as_ref().and_then(Layer::hides);
        let one = hides(&self.outgoing).map(|hidden| hidden.intersect(clip));
        let hidden =
            one.filter(|one| hides(&self.incoming).map(|two| two.intersect(clip)) == Some(*one));
        let layers = [
            (&self.outgoing, 255 - self.weight, Op::Over),
            (&self.incoming, self.weight, Op::Add),
        ];
        let around = layers
            .iter()
            .filter_map(|(layer, ..)| layer.as_ref().map(Layer::bounds))
            .reduce(Pixels::union)
            .map(|around| around.intersect(clip));
        let Some(around) = around.filter(|around| !around.is_empty()) else {
            return Ok(());
        };
        let mut group = Bitmap::clear(
            around.width(),
            around.height(),
            std::mem::take(&mut tools.group),
        );
        for (layer, weight, op) in layers {
            if let Some(layer) = layer {
                let mut surface = Surface::of(&mut group, around.x0, around.y0);
                layer.paint(&mut surface, around, weight, op)?;
            }
        }
        let mut surface = canvas.surface(frame, around, |area| {
            Touch::replacing(hidden.is_some_and(|hidden| hidden.contains(area)))
        })?;
        surface.blit(&group, (around.x0, around.y0), around, 255, Op::Over);
        tools.group = group.data;
        Ok(())
    }

    /// Two opaque pictures on the same pixels.
    fn images(
        &self,
        one: &Image,
        two: &Image,
        canvas: &mut Canvas,
        frame: &YuvFrame,
        clip: Pixels,
    ) -> Result<(), CompositorError> {
        let at = one.bounds();
        let area = at.intersect(clip).intersect(canvas.area());
        if area.is_empty() {
            return Ok(());
        }
        let mut surface =
            canvas.surface(frame, area, |tile| Touch::replacing(area.contains(tile)))?;
        for y in area.y0..area.y1 {
            let row = (y - at.y0) as usize;
            let from = (area.x0 - at.x0) as usize * 4;
            let part = |image: &Image| from..(from + area.width() * 4).min(image.bitmap.width * 4);
            let below = one.bitmap.row(row).get(part(one)).unwrap_or_default();
            let above = two.bitmap.row(row).get(part(two)).unwrap_or_default();
            blend::mix_row(surface.span(y, area.x0, area.x1), below, above, self.weight);
        }
        Ok(())
    }

    /// Two videos on the same pixels: mixed plane by plane, which is the same sum.
    fn videos(
        &self,
        one: &Video,
        two: &Video,
        canvas: &mut Canvas,
        frame: &mut YuvFrame,
        tools: &mut Tools,
    ) -> Result<(), CompositorError> {
        let [first, second] = &mut tools.video;
        let mut below = one.resized(&mut tools.scaler, std::mem::take(first))?;
        let above = two.resized(&mut tools.scaler, std::mem::take(second))?;
        let kept = below.data.clone();
        blend::mix_row(&mut below.data, &kept, &above.data, self.weight);
        canvas.put_video(frame, &below, (0, 0), one.target)?;
        *first = below.data;
        *second = above.data;
        Ok(())
    }
}
