//! Ids.

use std::fmt;

use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        /// A `UUIDv7`: its text order is the order of creation, so it is the sort
        /// key of its list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id for this instant.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// Reads an id as written in a path or an item. Anything but the
            /// canonical lower-case form names nothing.
            pub fn parse(text: &str) -> Option<Self> {
                let id = Uuid::try_parse(text).ok()?;
                (id.to_string() == text).then_some(Self(id))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// An export task.
    TaskId
}
id! {
    /// A project.
    ProjectId
}
id! {
    /// An asset.
    AssetId
}
id! {
    /// An upload session.
    UploadId
}

#[cfg(test)]
mod tests {
    use super::TaskId;

    #[test]
    fn ids_are_ordered_by_time_and_read_back() {
        let first = TaskId::generate();
        std::thread::spawn(|| ()).join().unwrap();
        let second = TaskId::generate();
        assert!(first.to_string() < second.to_string());
        assert_eq!(TaskId::parse(&first.to_string()), Some(first));
        assert_eq!(TaskId::parse(&first.to_string().to_uppercase()), None);
        assert_eq!(TaskId::parse("../ACCOUNT"), None);
    }
}
