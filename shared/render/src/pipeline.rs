//! The frame loop: draw on this thread, encode from another, two frames between;
//! the sound is mixed on a third. Whoever fails stops the others.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use darkroom_compositor::{Scene, YuvFrame};
use darkroom_editor_state::{EditorState, frame_count, frame_tick};
use darkroom_media::{Encoder, EncoderRequest, MediaError};

use crate::error::RenderError;
use crate::frames::Pictures;
use crate::media::Media;
use crate::mix::Mix;
use crate::spec::ExportSpec;
use crate::{DrawnFrame, RenderEnv, Report, scene, stopped};

/// Finished frames that wait for the encoder.
const WAITING: usize = 2;

/// How far the encoder has come, and whether to stop.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    pub(crate) frames: AtomicU64,
    pub(crate) stop: Arc<AtomicBool>,
}

impl Counter {
    /// Stops all others when one has failed.
    fn stop_if_failed<T>(&self, result: Result<T, RenderError>) -> Result<T, RenderError> {
        if result.is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        result
    }
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
        let tools = &self.env.tools;
        let mut scene = scene(&self.doc, &self.spec, &self.env, &self.media)?;
        let mix = Mix::new(&self.doc, &self.media, tools, self.spec.fps)?;
        let sound = mix.is_some();
        let request = EncoderRequest {
            container: self.spec.format.container(),
            width: layout.width,
            height: layout.height,
            fps: self.spec.fps,
            sound,
        };
        let mut encoder = Encoder::start(tools, &request, &self.out)?;
        let voice = mix.zip(encoder.take_sound());
        let (full, to_encode) = sync_channel::<YuvFrame>(WAITING);
        let (used, empty) = sync_channel::<YuvFrame>(WAITING + 2);
        let counter = &*self.counter;
        let (drawn, mixed, encoded) = std::thread::scope(|threads| {
            let encoding = threads
                .spawn(move || counter.stop_if_failed(encode(encoder, &to_encode, &used, counter)));
            let mixing = threads.spawn(move || {
                let Some((mix, mut out)) = voice else {
                    return Ok(());
                };
                match mix.run(&mut out, &counter.stop) {
                    // The encoder has ended: whoever gives it frames learns why.
                    Err(gone @ RenderError::Media(MediaError::Pipe(_))) => Err(gone),
                    mixed => counter.stop_if_failed(mixed),
                }
            });
            let drawn = self.draw(&mut scene, total, full, &empty);
            let drawn = counter.stop_if_failed(drawn);
            (drawn, mixing.join(), encoding.join())
        });
        let died = |_| RenderError::Crashed("a thread died".to_owned());
        let (mixed, encoded) = (mixed.map_err(died)?, encoded.map_err(died)?);
        let warnings = why(drawn, [mixed, encoded])?;
        Ok(Report {
            frames: total,
            width: layout.width,
            height: layout.height,
            sound,
            warnings,
        })
    }

    fn draw(
        &self,
        scene: &mut Scene,
        total: u64,
        full: SyncSender<YuvFrame>,
        empty: &Receiver<YuvFrame>,
    ) -> Result<Vec<String>, RenderError> {
        let layout = self.spec.layout(&self.doc);
        let mut pictures = Pictures::new(&self.doc, &self.media, &self.env.tools, self.spec.fps);
        for n in 0..total {
            stopped(&self.counter.stop)?;
            let mut frame = empty
                .try_recv()
                .unwrap_or_else(|_| YuvFrame::new_black(layout.width, layout.height));
            pictures.at(scene, n)?;
            pictures.draw(scene, n, &mut frame)?;
            if full.send(frame).is_err() {
                break;
            }
        }
        drop(full);
        Ok(warnings(scene, &self.media))
    }
}

/// What is drawn otherwise than the document says.
fn warnings(scene: &Scene, media: &Media) -> Vec<String> {
    [scene.warnings(), &media.warnings()].concat()
}

/// Of what went wrong, the cause: others were only stopped by it, or found the
/// encoder gone.
fn why<T>(
    drawn: Result<T, RenderError>,
    others: [Result<(), RenderError>; 2],
) -> Result<T, RenderError> {
    let mut failed: Vec<RenderError> = others.into_iter().filter_map(Result::err).collect();
    let drawn = match drawn {
        Ok(drawn) if failed.is_empty() => return Ok(drawn),
        Ok(_) => None,
        Err(error) => Some(error),
    };
    failed.extend(drawn);
    failed.sort_by_key(|error| match error {
        RenderError::Media(MediaError::Pipe(_)) => 3,
        RenderError::Canceled => 2,
        RenderError::Media(_) => 1,
        _ => 0,
    });
    Err(failed.into_iter().next().unwrap_or(RenderError::Canceled))
}

fn encode(
    mut encoder: Encoder,
    frames: &Receiver<YuvFrame>,
    used: &SyncSender<YuvFrame>,
    counter: &Counter,
) -> Result<(), RenderError> {
    for frame in frames {
        let YuvFrame {
            width,
            height,
            data,
        } = frame;
        let read = match encoder.write(data) {
            Ok(read) => read,
            // The encoder has ended; its own words say more than a broken pipe.
            Err(error @ MediaError::Pipe(_)) => return Ok(encoder.finish().and(Err(error))?),
            Err(error) => return Err(error.into()),
        };
        counter.frames.fetch_add(1, Ordering::Relaxed);
        if let Some(data) = read {
            // A full pool means there are frames enough.
            let _ = used.try_send(YuvFrame {
                width,
                height,
                data,
            });
        }
    }
    if counter.stop.load(Ordering::Relaxed) {
        return Err(RenderError::Canceled);
    }
    Ok(encoder.finish()?)
}

/// Draws frame `n` alone.
pub(crate) fn one_frame(
    doc: &EditorState,
    spec: &ExportSpec,
    env: &RenderEnv,
    media: &Media,
    n: u64,
) -> Result<DrawnFrame, RenderError> {
    let frames = frame_count(doc.duration(), spec.fps);
    if n >= frames {
        return Err(RenderError::PastTheEnd { frame: n, frames });
    }
    let layout = spec.layout(doc);
    let mut scene = scene(doc, spec, env, media)?;
    let mut pictures = Pictures::new(doc, media, &env.tools, spec.fps);
    let mut picture = YuvFrame::new_black(layout.width, layout.height);
    let needed = pictures.at(&scene, n)?;
    scene.draw(frame_tick(n, spec.fps), needed, &mut picture)?;
    let warnings = warnings(&scene, media);
    Ok(DrawnFrame { picture, warnings })
}
