//! Where single frames are drawn: by the renderer of exports, one at a time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use darkroom_api::Refusal;
use darkroom_editor_state::OutputLayout;
use darkroom_exports::{CreateExport, ErrorCode, Problem};
use darkroom_render::{ExportSpec, RenderError};
use darkroom_worker::{Worker, export_spec};
use tokio::sync::{Mutex, Semaphore};

use super::media::{Bringer, Media};
use crate::still;

/// Most pixels of a frame: what a screen shows. Larger exports are drawn at a lower scale.
const MOST_PIXELS: f64 = 1920.0 * 1080.0;
/// Frames that may wait for the one that is being drawn.
const WAITING: usize = 8;
/// Longest time for a frame, with the wait for its turn and for its media.
const LONGEST: Duration = Duration::from_mins(1);

/// Draws frames. Whoever stops asking stops the drawing: its media are no longer brought,
/// its decoders end, and a picture that is being drawn is thrown away.
pub(crate) struct Stage {
    worker: Arc<Worker>,
    seats: Semaphore,
    /// Held while a frame is drawn.
    media: Mutex<Media>,
}

impl Stage {
    /// Frames are drawn by the worker's means; their media are kept in `folder`.
    pub(crate) fn new(worker: Arc<Worker>, folder: PathBuf) -> anyhow::Result<Self> {
        Ok(Self {
            worker,
            seats: Semaphore::new(WAITING + 1),
            media: Mutex::new(Media::new(folder)?),
        })
    }

    /// Frame `number` of an export, as a PNG of at most about 1920 x 1080 pixels.
    ///
    /// # Errors
    /// Where document or media are at fault, and where too many frames are asked for or one
    /// takes too long.
    pub(super) async fn draw(
        &self,
        user: &str,
        export: &CreateExport,
        number: u64,
    ) -> Result<Vec<u8>, Refusal> {
        let busy = |detail: String| Refusal::new(ErrorCode::Unavailable, detail);
        let _seat = self.seats.try_acquire().map_err(|_| {
            busy(format!(
                "{WAITING} frames are waiting to be drawn already; try again in a moment"
            ))
        })?;
        let drawing = self.draw_alone(user, export, number);
        let drawn = tokio::time::timeout(LONGEST, drawing).await;
        drawn.unwrap_or_else(|_| {
            Err(busy(format!(
                "the frame was not drawn within {} s; its media may be slow to come, or an \
                 export may take the processor",
                LONGEST.as_secs()
            )))
        })
    }

    async fn draw_alone(
        &self,
        user: &str,
        export: &CreateExport,
        number: u64,
    ) -> Result<Vec<u8>, Refusal> {
        let mut media = self.media.lock().await;
        let state = &export.state.document.state;
        media.keep(user, state.assets.values());
        let env = self.worker.render_env().await?;
        let bringer = Bringer {
            worker: &self.worker,
            user,
            media: Mutex::new(&mut *media),
        };
        let spec = at_most(MOST_PIXELS, export_spec(&export.settings), &export.layout);
        let drawn = darkroom_render::draw_frame(state, &spec, &bringer, &env, number).await;
        let picture = drawn.map_err(|error| refusal(&error))?.picture;
        let encoding = tokio::task::spawn_blocking(move || {
            let mut png = Vec::new();
            still::write_png(&picture, png::Compression::Fast, &mut png).map(|()| png)
        });
        match encoding.await {
            Ok(Ok(png)) => Ok(png),
            Ok(Err(error)) => Err(failed(&error)),
            Err(error) => Err(failed(&error)),
        }
    }
}

/// The same at a scale with which the output has at most so many pixels, but for rounding.
fn at_most(pixels: f64, mut spec: ExportSpec, layout: &OutputLayout) -> ExportSpec {
    let asked = f64::from(layout.width) * f64::from(layout.height);
    spec.scale *= (pixels / asked).sqrt().min(1.0);
    spec
}

fn refusal(error: &RenderError) -> Refusal {
    if !error.is_callers_fault() {
        return failed(error);
    }
    Refusal::from(Problem {
        error_code: "FRAME_NOT_DRAWN".to_owned(),
        ..Problem::new(ErrorCode::EditorSchemaInvalid, error.to_string())
    })
}

fn failed(error: &dyn std::error::Error) -> Refusal {
    tracing::error!("a frame cannot be drawn: {error}");
    let detail = "the frame cannot be drawn because of a fault of the service; its log says more";
    Refusal::new(ErrorCode::Internal, detail)
}

#[cfg(test)]
mod tests {
    use darkroom_editor_state::{Ratio, output_layout};
    use darkroom_render::Format;

    use super::*;

    #[test]
    fn large_frames_are_drawn_smaller_and_others_as_they_are() {
        let scale_of = |composition, ratio, scale| {
            let spec = ExportSpec {
                format: Format::Mp4,
                fps: 30,
                ratio,
                scale,
                composition: Some(composition),
            };
            let layout = output_layout(composition, ratio, scale);
            at_most(MOST_PIXELS, spec, &layout).scale
        };
        assert!((scale_of((1920, 1080), Ratio::Custom, 1.0) - 1.0).abs() < 1e-9);
        assert!((scale_of((64, 64), Ratio::Custom, 8.0) - 8.0).abs() < 1e-9);
        assert!((scale_of((1920, 1080), Ratio::Custom, 2.0) - 1.0).abs() < 1e-9);
        // 1920 x 1080 in a square are 1920 x 1920.
        let square = scale_of((1920, 1080), Ratio::R1x1, 1.0);
        assert!((square - 0.75).abs() < 1e-9, "{square}");
    }
}
