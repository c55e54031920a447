//! Page cursors, bound to their list and owner.

use std::fmt::Display;

use sha2::{Digest, Sha256};

/// Smallest, usual and largest page of a list.
pub const PAGE_SIZE: (u32, u32, u32) = (1, 20, 50);
/// The same of a project's assets.
pub const ASSET_PAGE_SIZE: (u32, u32, u32) = (1, 80, 100);

fn seal(list: &str, user: &str, last: &str) -> String {
    let mut hash = Sha256::new();
    for part in [list, user, last] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize().get(..8).unwrap_or_default())
}

/// The cursor behind the entry `last` of a user's list. A cursor carries no
/// authority: reading is always within the caller's own partition, and the seal
/// only turns a foreign or mangled cursor into a 400.
pub fn encode(list: &str, user: &str, last: impl Display) -> String {
    let last = last.to_string();
    let seal = seal(list, user, &last);
    format!("{}.{seal}", hex::encode(last.as_bytes()))
}

/// The entry a cursor stands behind, as `parse` reads its id; `None` when it is
/// not of this list and owner.
pub fn decode<T>(
    list: &str,
    user: &str,
    cursor: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let (last, given) = cursor.split_once('.')?;
    let last = String::from_utf8(hex::decode(last).ok()?).ok()?;
    (seal(list, user, &last) == given).then(|| parse(&last))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TaskId;

    #[test]
    fn a_cursor_belongs_to_one_list_of_one_owner() {
        let last = TaskId::generate();
        let cursor = encode("exports", "ann", last);
        let decode = |list, user, cursor: &str| super::decode(list, user, cursor, TaskId::parse);
        assert_eq!(decode("exports", "ann", &cursor), Some(last));
        assert_eq!(decode("exports", "bob", &cursor), None);
        assert_eq!(decode("exports/key", "ann", &cursor), None);
        assert_eq!(decode("exports", "ann", "garbage"), None);
        assert_eq!(decode("exports", "ann", &format!("{cursor}0")), None);
        let no_id = encode("exports", "ann", "~");
        assert_eq!(decode("exports", "ann", &no_id), None);
    }
}
