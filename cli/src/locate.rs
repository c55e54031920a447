//! Finds the line and column of a JSON Pointer in the text it points into.
//!
//! Walks the text once and only as deep as the pointer goes. The text must be
//! valid JSON (it has been parsed before); on anything else the walk stops and
//! the deepest place reached is answered.

/// A place in a text, both counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The place of the value at `pointer`, or of its deepest ancestor that exists
/// (a missing key has no place of its own).
pub(crate) fn locate(text: &str, pointer: &str) -> Place {
    let mut walk = Walk {
        bytes: text.as_bytes(),
        at: 0,
    };
    walk.space();
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let here = walk.at;
        if walk.enter(&token).is_none() {
            walk.at = here;
            break;
        }
    }
    place_of(text, walk.at)
}

fn place_of(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    Place { line, column }
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Reads over a string and answers its text without escapes resolved by JSON.
    fn string(&mut self) -> Option<String> {
        self.space();
        let start = self.at;
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                let raw = self.bytes.get(start..self.at)?;
                return serde_json::from_slice(raw).ok();
            }
        }
        None
    }

    /// Reads over any value, nested ones without recursion.
    fn value(&mut self) -> Option<()> {
        self.space();
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                _ => {
                    while matches!(self.peek(), Some(b) if !b" \t\r\n,:]}".contains(&b)) {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Moves to the start of the member or element named `token`.
    fn enter(&mut self, token: &str) -> Option<()> {
        match self.peek()? {
            b'{' => {
                self.at += 1;
                loop {
                    let key = self.string()?;
                    self.eat(b':')?;
                    self.space();
                    if key == token {
                        return Some(());
                    }
                    self.value()?;
                    self.eat(b',')?;
                }
            }
            b'[' => {
                let mut left: usize = token.parse().ok()?;
                self.at += 1;
                self.space();
                if self.peek()? == b']' {
                    return None;
                }
                while left > 0 {
                    self.value()?;
                    self.eat(b',')?;
                    left -= 1;
                }
                self.space();
                Some(())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"a\": [1, {\"b/c\": \"x,]\\\"\", \"é\": true}],\n  \"d\": {}\n}";

    fn at(pointer: &str) -> (usize, usize) {
        let place = locate(TEXT, pointer);
        (place.line, place.column)
    }

    #[test]
    fn finds_values_in_objects_and_arrays() {
        assert_eq!(at(""), (1, 1));
        assert_eq!(at("/a"), (2, 8));
        assert_eq!(at("/a/0"), (2, 9));
        assert_eq!(at("/a/1/b~1c"), (2, 20));
        assert_eq!(at("/a/1/é"), (2, 34));
        assert_eq!(at("/d"), (3, 8));
    }

    #[test]
    fn a_missing_key_is_placed_at_its_parent() {
        assert_eq!(at("/d/nope"), (3, 8));
        assert_eq!(at("/a/7"), (2, 8));
        assert_eq!(at("/zzz/1"), (1, 1));
    }
}
