//! Page cursors, bound to their list and owner.

use sha2::{Digest, Sha256};

use crate::id::TaskId;

/// Smallest, usual and largest page of a list.
pub const PAGE_SIZE: (u32, u32, u32) = (1, 20, 50);

fn seal(list: &str, user: &str, last: &str) -> String {
    let mut hash = Sha256::new();
    for part in [list, user, last] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize().get(..8).unwrap_or_default())
}

/// The cursor behind the task `last` of a user's list. A cursor carries no
/// authority: reading is always within the caller's own partition, and the seal
/// only turns a foreign or mangled cursor into a 400.
pub fn encode(list: &str, user: &str, last: TaskId) -> String {
    let last = last.to_string();
    let seal = seal(list, user, &last);
    format!("{}.{seal}", hex::encode(last.as_bytes()))
}

/// The task a cursor stands behind; `None` when it is not of this list and owner.
pub fn decode(list: &str, user: &str, cursor: &str) -> Option<TaskId> {
    let (last, given) = cursor.split_once('.')?;
    let last = String::from_utf8(hex::decode(last).ok()?).ok()?;
    (seal(list, user, &last) == given).then(|| TaskId::parse(&last))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_one_list_of_one_owner() {
        let last = TaskId::generate();
        let cursor = encode("exports", "ann", last);
        assert_eq!(decode("exports", "ann", &cursor), Some(last));
        assert_eq!(decode("exports", "bob", &cursor), None);
        assert_eq!(decode("exports/key", "ann", &cursor), None);
        assert_eq!(decode("exports", "ann", "garbage"), None);
        assert_eq!(decode("exports", "ann", &format!("{cursor}0")), None);
    }
}
