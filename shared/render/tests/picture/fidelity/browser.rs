//! Headless Chromium.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::stage::Rgb;

/// Windows of some builds are lower than they are asked to be, by their tool bars.
const TOOL_BARS: usize = 200;

/// Letters keep their own outlines, as in video: no hinting, grey edges.
const UNHINTED: &str = r#"<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <match target="pattern"><edit name="hinting" mode="assign"><bool>false</bool></edit></match>
  <match target="pattern"><edit name="hintstyle" mode="assign"><const>hintnone</const></edit></match>
  <match target="pattern"><edit name="rgba" mode="assign"><const>none</const></edit></match>
  <match target="font"><edit name="hinting" mode="assign"><bool>false</bool></edit></match>
  <match target="font"><edit name="hintstyle" mode="assign"><const>hintnone</const></edit></match>
  <match target="font"><edit name="autohint" mode="assign"><bool>false</bool></edit></match>
</fontconfig>
"#;

/// What the browser shows of a page, from its top left corner.
pub(super) fn shoot(html: &str, (width, height): (usize, usize)) -> Rgb {
    let dir = tempfile::tempdir().unwrap();
    let (page, shot) = (dir.path().join("page.html"), dir.path().join("shot.png"));
    fs::write(&page, html).unwrap();
    let fonts = dir.path().join("fonts.conf");
    fs::write(&fonts, UNHINTED).unwrap();
    let program = std::env::var("DARKROOM_CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let output = Command::new(&program)
        .args(["--headless", "--no-sandbox", "--disable-gpu"])
        .args(["--hide-scrollbars", "--force-device-scale-factor=1"])
        .args(["--font-render-hinting=none", "--disable-lcd-text"])
        .args([
            "--force-color-profile=srgb",
            "--allow-file-access-from-files",
        ])
        .args(["--no-first-run", "--disable-background-networking"])
        // Its clock stands still while fonts load: letters are invisible until then.
        .arg("--virtual-time-budget=10000")
        .arg(format!(
            "--user-data-dir={}",
            dir.path().join("profile").display()
        ))
        .arg(format!("--window-size={width},{}", height + TOOL_BARS))
        .arg(format!("--screenshot={}", shot.display()))
        .arg(format!("file://{}", page.display()))
        .env("FONTCONFIG_FILE", fonts)
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "cannot start {program} ({error}); `cargo xtask test --only fidelity` installs it"
            )
        });
    assert!(
        shot.is_file(),
        "{program} made no picture:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    crop(&decode(&shot), (0, 0), (width, height))
}

/// A part of a picture.
pub(super) fn crop(
    picture: &Rgb,
    (left, top): (usize, usize),
    (width, height): (usize, usize),
) -> Rgb {
    let row = |y: usize| {
        let start = (y * picture.width + left) * 3;
        &picture.data[start..start + width * 3]
    };
    Rgb {
        width,
        height,
        data: (top..top + height).flat_map(row).copied().collect(),
    }
}

fn decode(path: &Path) -> Rgb {
    let file = fs::File::open(path).unwrap();
    let decoder = png::Decoder::new(std::io::BufReader::new(file));
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    let channels = info.color_type.samples();
    let pixels = data.chunks_exact(channels);
    Rgb {
        width: info.width as usize,
        height: info.height as usize,
        data: pixels.flat_map(|pixel| pixel[..3].to_vec()).collect(),
    }
}
