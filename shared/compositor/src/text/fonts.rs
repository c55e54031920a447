//! The fonts there are, and which family stands in for what is missing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parley::FontContext;
use parley::fontique::{
    Collection, CollectionOptions, QueryStatus, SourceCache, SourceCacheOptions,
};

use super::font_file::{FontFile, is_font_name};
use super::pictures::Pictures;
use crate::error::CompositorError;

/// Families that stand in for an unknown one: the first that is installed.
const DEFAULT_SANS: [&str; 6] = [
    "Inter",
    "Roboto",
    "Open Sans",
    "DejaVu Sans",
    "Noto Sans",
    "Liberation Sans",
];

/// Names of a `font-family` list that are read, from its beginning.
const MOST_FAMILIES: usize = 64;

/// Families of colour emoji.
const EMOJI: [&str; 3] = ["Noto Color Emoji", "Twemoji", "Twitter Color Emoji"];

/// CSS generic names (CSS Fonts 4, "Generic font families"), and two that Apple's browsers
/// have for `system-ui`: the first of the families that is installed, else the default sans,
/// beside which emoji are drawn in colour anyway.
const GENERIC: [(&str, &[&str]); 15] = [
    ("sans-serif", &[]),
    ("system-ui", &[]),
    ("ui-sans-serif", &[]),
    ("ui-rounded", &[]),
    ("-apple-system", &[]),
    ("BlinkMacSystemFont", &[]),
    ("emoji", &[]),
    ("math", &[]),
    ("serif", SERIF),
    ("ui-serif", SERIF),
    ("monospace", MONOSPACE),
    ("ui-monospace", MONOSPACE),
    ("cursive", &["Comic Neue", "Dancing Script"]),
    ("fantasy", &["Oswald", "Bebas Neue"]),
    ("fangsong", &["Noto Serif CJK SC"]),
];
const SERIF: &[&str] = &["Noto Serif", "DejaVu Serif"];
const MONOSPACE: &[&str] = &["DejaVu Sans Mono", "Noto Sans Mono"];

/// Families with the same advances as widespread ones that are not free, drawn in their
/// stead without a warning, as fontconfig does for a browser.
const SAME_WIDTHS: [(&str, &str); 7] = [
    ("Arial", "Liberation Sans"),
    ("Arial Narrow", "Liberation Sans Narrow"),
    ("Helvetica", "Liberation Sans"),
    ("Times New Roman", "Liberation Serif"),
    ("Times", "Liberation Serif"),
    ("Courier New", "Liberation Mono"),
    ("Courier", "Liberation Mono"),
];

/// Where fonts are looked for: `DARKROOM_FONTS` (directories separated as in
/// `PATH`), else the system's and the user's, `/usr/share/fonts`,
/// `/usr/local/share/fonts` and `~/.local/share/fonts`.
pub fn font_dirs() -> Vec<PathBuf> {
    match std::env::var_os("DARKROOM_FONTS") {
        Some(dirs) if !dirs.is_empty() => std::env::split_paths(&dirs).collect(),
        _ => {
            let system = ["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from);
            let user = std::env::home_dir().map(|home| home.join(".local/share/fonts"));
            system.into_iter().chain(user).collect()
        }
    }
}

/// Every font file below the directories, by path.
pub fn font_files(dirs: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for dir in dirs {
        collect(dir, 0, &mut files);
    }
    files.sort();
    files.dedup();
    files
}

/// The fonts a scene may use. Cheap to clone; files are mapped when first needed.
#[derive(Clone)]
pub struct Fonts {
    inner: Arc<Inner>,
}

struct Inner {
    collection: Collection,
    default: String,
    emoji: Option<String>,
    /// Every family, the order in which they are tried for a missing character.
    fallbacks: Vec<String>,
    /// Files that are mapped, once for all contexts.
    sources: SourceCache,
    pictures: Pictures,
}

impl Inner {
    /// `None` where there is no family.
    fn of(mut collection: Collection) -> Option<Self> {
        let mut names: Vec<String> = collection.family_names().map(str::to_owned).collect();
        names.sort();
        names.dedup();
        let find = |collection: &mut Collection, wanted: &[&str]| {
            wanted
                .iter()
                .find(|name| collection.family_id(name).is_some())
                .map(|name| (*name).to_owned())
        };
        let default = find(&mut collection, &DEFAULT_SANS).or_else(|| names.first().cloned())?;
        let emoji = find(&mut collection, &EMOJI);
        names.sort_by_key(|name| rank(name));
        Some(Self {
            collection,
            default,
            emoji,
            fallbacks: names,
            sources: SourceCache::new(SourceCacheOptions { shared: true }),
            pictures: Pictures::default(),
        })
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts")
            .field("families", &self.inner.fallbacks.len())
            .field("default", &self.inner.default)
            .finish()
    }
}

impl Fonts {
    /// Registers every font file below the directories, in the order of their paths,
    /// so that the same files give the same choice on every machine.
    ///
    /// # Errors
    /// [`CompositorError::NoFonts`] where there is not a single usable font.
    pub fn load(dirs: &[PathBuf]) -> Result<Self, CompositorError> {
        let files = font_files(dirs);
        let mut collection = Collection::new(CollectionOptions {
            shared: false,
            system_fonts: false,
        });
        collection.load_fonts_from_paths(&files);
        let inner = Inner::of(collection).ok_or_else(|| CompositorError::NoFonts {
            dirs: dirs.to_vec(),
        })?;
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// These fonts and more. A face that is there already in the same family, width,
    /// weight and slant is replaced.
    #[must_use]
    pub fn with(&self, files: &[FontFile]) -> Self {
        let mut collection = self.inner.collection.clone();
        for face in files.iter().flat_map(FontFile::faces) {
            if let Some(family) = collection.family_id(&face.family) {
                collection.unregister_font(family, face.width, face.style, face.weight);
            }
        }
        for file in files {
            collection.register_fonts(file.data(), None);
        }
        match Inner::of(collection) {
            Some(inner) => Self {
                inner: Arc::new(inner),
            },
            None => self.clone(),
        }
    }

    /// The family drawn in place of an unknown one.
    pub fn default_family(&self) -> &str {
        &self.inner.default
    }

    /// The family of colour emoji, if one is installed.
    pub(crate) fn emoji_family(&self) -> Option<&str> {
        self.inner.emoji.as_deref()
    }

    /// A layout context of one's own on these fonts.
    pub(crate) fn context(&self) -> FontContext {
        FontContext {
            collection: self.inner.collection.clone(),
            source_cache: self.inner.sources.clone(),
        }
    }

    /// The colour glyphs of these fonts that are shown.
    pub(super) fn pictures(&self) -> &Pictures {
        &self.inner.pictures
    }

    /// The installed families that a CSS `font-family` list names, in its order, and
    /// its first name if that is not among them: later ones are but in its stead. Of a
    /// long list its beginning counts.
    pub(crate) fn resolve(
        &self,
        css: &str,
        context: &mut FontContext,
    ) -> (Vec<String>, Option<String>) {
        let (mut found, mut missing) = (Vec::new(), None);
        for name in css.split(',').take(MOST_FAMILIES) {
            let name = name.trim().trim_matches(['"', '\'']).trim();
            if name.is_empty() {
                continue;
            }
            let generic = GENERIC
                .iter()
                .find(|(generic, _)| generic.eq_ignore_ascii_case(name));
            if let Some((_, families)) = generic {
                let family = families
                    .iter()
                    .find(|family| context.collection.family_id(family).is_some());
                found.push(family.map_or_else(|| self.inner.default.clone(), |f| (*f).to_owned()));
            } else {
                let like = SAME_WIDTHS
                    .iter()
                    .find(|(unfree, _)| unfree.eq_ignore_ascii_case(name))
                    .map(|&(_, like)| like);
                let installed = std::iter::once(name)
                    .chain(like)
                    .find(|name| context.collection.family_id(name).is_some());
                match installed {
                    Some(family) => found.push(family.to_owned()),
                    None if found.is_empty() && missing.is_none() => {
                        missing = Some(name.to_owned());
                    }
                    None => {}
                }
            }
        }
        (found, missing)
    }

    /// Adds to `families` what is needed to draw every character of `text`, default
    /// sans first; what no font has stays missing. Ideographs take the forms of the text's
    /// own language where other letters tell it (see [`region`]).
    pub(crate) fn complete(
        &self,
        families: &mut Vec<String>,
        text: &str,
        context: &mut FontContext,
    ) {
        if !families.contains(&self.inner.default) {
            families.push(self.inner.default.clone());
        }
        let mut missing: Vec<char> = text.chars().filter(|ch| !ch.is_control()).collect();
        missing.sort_unstable();
        missing.dedup();
        for family in families.iter() {
            keep_missing(&mut missing, family, context);
        }
        let region = region(text);
        let elsewhere = |name: &&String| name.contains(" CJK ") && !name.ends_with(region);
        let all = self.inner.fallbacks.iter();
        let fallbacks = all.clone().filter(|name| !elsewhere(name));
        for family in fallbacks.chain(all.filter(elsewhere)) {
            if missing.is_empty() {
                return;
            }
            let before = missing.len();
            keep_missing(&mut missing, family, context);
            if missing.len() < before && !families.contains(family) {
                families.push(family.clone());
            }
        }
    }
}

/// Whose forms of ideographs a text gets where its family has none: kana tell Japanese,
/// hangul tell Korean, bopomofo tell traditional Chinese; else they are simplified Chinese.
fn region(text: &str) -> &'static str {
    let any = |first: char, last: char| text.chars().any(|ch| (first..=last).contains(&ch));
    if any('\u{3040}', '\u{30ff}') {
        "JP"
    } else if any('\u{ac00}', '\u{d7a3}') || any('\u{1100}', '\u{11ff}') {
        "KR"
    } else if any('\u{3100}', '\u{312f}') {
        "TC"
    } else {
        "SC"
    }
}

/// Drops the characters that a family can draw.
fn keep_missing(missing: &mut Vec<char>, family: &str, context: &mut FontContext) {
    if missing.is_empty() {
        return;
    }
    let FontContext {
        collection,
        source_cache,
    } = context;
    let mut query = collection.query(source_cache);
    query.set_families([family]);
    query.matches_with(|font| {
        if let Some(charmap) = font.charmap() {
            missing.retain(|&ch| charmap.map(ch).is_none_or(|glyph| glyph == 0));
        }
        QueryStatus::Stop
    });
}

/// Sans before serif, text before symbols, emoji last.
fn rank(name: &str) -> (u8, String) {
    let rank = match name {
        _ if DEFAULT_SANS.contains(&name) => 0,
        _ if name.contains("Emoji") => 5,
        _ if name.contains("Symbols") || name.contains("Math") => 4,
        _ if name.contains("CJK") && name.contains("Sans") => 2,
        _ if name.contains("Sans") && !name.contains("Mono") => 1,
        _ => 3,
    };
    (rank, name.to_owned())
}

/// Font files below a path.
fn collect(path: &Path, depth: u32, files: &mut Vec<PathBuf>) {
    const DEEPEST: u32 = 8;
    if path.is_dir() {
        let Ok(entries) = std::fs::read_dir(path) else {
            return;
        };
        if depth < DEEPEST {
            for entry in entries.flatten() {
                collect(&entry.path(), depth + 1, files);
            }
        }
        return;
    }
    if is_font_name(path) {
        files.push(path.to_owned());
    }
}
