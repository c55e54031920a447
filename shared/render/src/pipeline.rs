//! The frame loop: draw on this thread, encode from another, two frames between.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use darkroom_compositor::YuvFrame;
use darkroom_editor_state::{EditorState, frame_count, frame_tick};
use darkroom_media::{Encoder, EncoderRequest, MediaError};

use crate::error::RenderError;
use crate::frames::Pictures;
use crate::media::Media;
use crate::spec::ExportSpec;
use crate::{RenderEnv, Report, mix, scene, stopped};

/// Finished frames that wait for the encoder.
const WAITING: usize = 2;

/// How far the encoder has come, and whether to stop.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    pub(crate) frames: AtomicU64,
    pub(crate) stop: AtomicBool,
}

/// One export, ready to run.
pub(crate) struct Job {
    pub(crate) doc: EditorState,
    pub(crate) spec: ExportSpec,
    pub(crate) env: RenderEnv,
    pub(crate) media: Media,
    pub(crate) out: PathBuf,
    pub(crate) counter: Arc<Counter>,
}

impl Job {
    pub(crate) fn run(self) -> Result<Report, RenderError> {
        let layout = self.spec.layout(&self.doc);
        let total = frame_count(self.doc.duration(), self.spec.fps);
        let sound = mix::mix(
            &self.doc,
            &self.media,
            &self.env,
            self.spec.fps,
            &self.counter.stop,
        )?;
        let request = EncoderRequest {
            container: self.spec.format.container(),
            width: layout.width,
            height: layout.height,
            fps: self.spec.fps,
            sound: sound.as_ref().map(|file| file.path().to_owned()),
        };
        let encoder = Encoder::start(&self.env.tools, &request, &self.out)?;
        let (full, to_encode) = sync_channel::<YuvFrame>(WAITING);
        let (used, empty) = sync_channel::<YuvFrame>(WAITING + 2);
        let counter = Arc::clone(&self.counter);
        let (drawn, encoded) = std::thread::scope(|threads| {
            let encoding = threads.spawn(move || encode(encoder, &to_encode, &used, &counter));
            let drawn = self.draw(total, (layout.width, layout.height), full, &empty);
            (drawn, encoding.join())
        });
        let encoded =
            encoded.map_err(|_| RenderError::Crashed("the encoding thread died".to_owned()))?;
        // A dead encoder is why drawing stopped: its words say more.
        let warnings = match (drawn, encoded) {
            (Err(RenderError::Canceled), _) => return Err(RenderError::Canceled),
            (_, Err(error)) => return Err(error.into()),
            (drawn, Ok(())) => drawn?,
        };
        Ok(Report {
            frames: total,
            width: layout.width,
            height: layout.height,
            sound: sound.is_some(),
            warnings,
        })
    }

    fn draw(
        &self,
        total: u64,
        size: (u32, u32),
        full: SyncSender<YuvFrame>,
        empty: &Receiver<YuvFrame>,
    ) -> Result<Vec<String>, RenderError> {
        let mut scene = scene(&self.doc, &self.spec, &self.env)?;
        let mut pictures = Pictures::new(&self.doc, &self.media, &self.env.tools, self.spec.fps);
        for n in 0..total {
            stopped(&self.counter.stop)?;
            let mut frame = empty
                .try_recv()
                .unwrap_or_else(|_| YuvFrame::new_black(size.0, size.1));
            let needed = pictures.at(&scene, n)?;
            scene.draw(frame_tick(n, self.spec.fps), needed, &mut frame)?;
            if full.send(frame).is_err() {
                break;
            }
        }
        drop(full);
        Ok(scene.warnings().to_vec())
    }
}

fn encode(
    mut encoder: Encoder,
    frames: &Receiver<YuvFrame>,
    used: &SyncSender<YuvFrame>,
    counter: &Counter,
) -> Result<(), MediaError> {
    for frame in frames {
        if let Err(error) = encoder.write(&frame.data) {
            // A broken pipe says little: the encoder's own words come at its end.
            return encoder.finish().and(Err(error));
        }
        counter.frames.fetch_add(1, Ordering::Relaxed);
        // A full pool means there are frames enough.
        let _ = used.try_send(frame);
    }
    if counter.stop.load(Ordering::Relaxed) {
        return Ok(());
    }
    encoder.finish()
}

/// Draws frame `n` alone.
pub(crate) fn one_frame(
    doc: &EditorState,
    spec: &ExportSpec,
    env: &RenderEnv,
    media: &Media,
    n: u64,
) -> Result<YuvFrame, RenderError> {
    let frames = frame_count(doc.duration(), spec.fps);
    if n >= frames {
        return Err(RenderError::PastTheEnd { frame: n, frames });
    }
    let layout = spec.layout(doc);
    let mut scene = scene(doc, spec, env)?;
    let mut pictures = Pictures::new(doc, media, &env.tools, spec.fps);
    let mut frame = YuvFrame::new_black(layout.width, layout.height);
    let needed = pictures.at(&scene, n)?;
    scene.draw(frame_tick(n, spec.fps), needed, &mut frame)?;
    Ok(frame)
}
