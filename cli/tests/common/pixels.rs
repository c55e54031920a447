//! What a written picture shows.

/// Width, and three bytes a pixel.
pub fn read_png(path: &std::path::Path) -> (usize, Vec<u8>) {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width as usize, pixels)
}

pub fn red(pixels: &[u8], width: usize, x: usize, y: usize) -> bool {
    let at = (y * width + x) * 3;
    pixels[at] > 200 && pixels[at + 1] < 60 && pixels[at + 2] < 60
}
