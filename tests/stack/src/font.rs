//! A font with a family that is installed nowhere.

/// Its family.
pub const FAMILY: &str = "Marke Neue";
/// An installed family with the same letters.
pub const SAME_LETTERS: &str = "Bebas Neue";

/// An installed font under the name of [`FAMILY`].
pub fn renamed() -> Vec<u8> {
    let path = "/usr/share/fonts/opentype/bebas-neue/BebasNeue-Book.otf";
    let mut font = std::fs::read(path).expect("Bebas Neue is needed: cargo xtask setup");
    let wide = |name: &str| name.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let narrow = |name: &str| name.as_bytes().to_vec();
    let pairs: [(Vec<u8>, Vec<u8>); 2] = [
        (wide(SAME_LETTERS), wide(FAMILY)),
        (narrow(SAME_LETTERS), narrow(FAMILY)),
    ];
    let mut renamed = 0;
    for (from, to) in pairs {
        for at in 0..font.len() - from.len() {
            if font[at..].starts_with(&from) {
                font[at..at + to.len()].copy_from_slice(&to);
                renamed += 1;
            }
        }
    }
    assert!(renamed > 0, "the font names itself otherwise");
    font
}
