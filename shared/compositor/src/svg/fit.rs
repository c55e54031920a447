//! How a drawing lies in the box that it is shown in: as in a browser that is to fill the
//! box with the file.

use resvg::usvg::roxmltree::Node;
use svgtypes::{Align, AspectRatio, ViewBox};
use tiny_skia_path::NonZeroRect;

use crate::geometry::Affine;

/// What a file's root says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    view: ViewBox,
    /// `xMidYMid meet` where the root names none, or none that there is.
    aspect: AspectRatio,
}

impl Fit {
    /// `None` for a file without a `viewBox`: browsers stretch it, whatever its
    /// `preserveAspectRatio` is. One that usvg has no numbers for is none to it, either.
    pub(super) fn of(root: Node<'_, '_>) -> Option<Self> {
        let aspect = root.attribute("preserveAspectRatio");
        let view: ViewBox = root.attribute("viewBox")?.parse().ok()?;
        let [x, y, w, h] = [view.x, view.y, view.w, view.h].map(|number| number as f32);
        NonZeroRect::from_xywh(x, y, w, h)?;
        Some(Self {
            view,
            aspect: aspect
                .and_then(|aspect| aspect.parse().ok())
                .unwrap_or_default(),
        })
    }

    /// From a file that lies in a viewport of its `own` size, as usvg hands it over, to
    /// one of the size that is `shown`. `None` where the way leads through nothing.
    pub(super) fn between(self, own: (f64, f64), shown: (f64, f64)) -> Option<Affine> {
        Some(self.placed(shown).after(self.placed(own).inverse()?))
    }

    /// The view box in a viewport (SVG 2, 8.2: "equivalent transform").
    fn placed(self, (width, height): (f64, f64)) -> Affine {
        let ViewBox { x, y, w, h } = self.view;
        let (across, down) = (width / w, height / h);
        let (across, down) = match self.aspect {
            AspectRatio {
                align: Align::None, ..
            } => (across, down),
            AspectRatio { slice: true, .. } => (across.max(down), across.max(down)),
            AspectRatio { slice: false, .. } => (across.min(down), across.min(down)),
        };
        let (left, top) = shares(self.aspect.align);
        Affine::translate((width - w * across) * left, (height - h * down) * top)
            .after(Affine::scale(across, down))
            .after(Affine::translate(-x, -y))
    }
}

/// How much of the room that is left lies left of the picture, and above it.
fn shares(align: Align) -> (f64, f64) {
    match align {
        Align::None | Align::XMinYMin => (0.0, 0.0),
        Align::XMidYMin => (0.5, 0.0),
        Align::XMaxYMin => (1.0, 0.0),
        Align::XMinYMid => (0.0, 0.5),
        Align::XMidYMid => (0.5, 0.5),
        Align::XMaxYMid => (1.0, 0.5),
        Align::XMinYMax => (0.0, 1.0),
        Align::XMidYMax => (0.5, 1.0),
        Align::XMaxYMax => (1.0, 1.0),
    }
}
