//! The query of a list, and its answer.

use std::fmt::Display;

use axum::http::Uri;
use axum::response::Response;
use darkroom_exports::{ErrorCode, Fault, Problem, cursor};
use serde::Serialize;
use serde_json::json;

use crate::reply::{self, Refusal};

/// Query of a list, its faults not told yet.
#[derive(Debug)]
pub(crate) struct Query {
    /// Most entries of the page.
    pub(crate) size: u32,
    cursor: Option<String>,
    more: Vec<(String, String)>,
    faults: Vec<Fault>,
}

impl Query {
    /// Reads a query whose page sizes are (smallest, usual, largest).
    pub(crate) fn read(uri: &Uri, (least, usual, most): (u32, u32, u32)) -> Self {
        let mut query = Self {
            size: usual,
            cursor: None,
            more: Vec::new(),
            faults: Vec::new(),
        };
        let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        for (name, value) in pairs {
            match name.as_ref() {
                "pageSize" => match value.parse() {
                    Ok(size) if (least..=most).contains(&size) => query.size = size,
                    _ => query.fault(
                        "/pageSize",
                        format!("must be a whole number from {least} to {most}"),
                    ),
                },
                "pageCursor" => query.cursor = Some(value.into_owned()),
                _ => query.more.push((name.into_owned(), value.into_owned())),
            }
        }
        query
    }

    pub(crate) fn fault(&mut self, path: &str, message: String) {
        self.faults
            .push(Fault::new(ErrorCode::RequestInvalid, path, message));
    }

    /// The last value of a parameter of this list's own.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.more.iter().rev().find(|(of, _)| of == name);
        found.map(|(_, value)| value.as_str())
    }

    /// What the page stands behind, in a user's list of that name.
    pub(crate) fn before<T>(
        mut self,
        list: &str,
        user: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let mut before = None;
        if let (Some(text), true) = (self.cursor.take(), self.faults.is_empty()) {
            before = cursor::decode(list, user, &text, parse);
            if before.is_none() {
                let message = "is not a cursor of this list; take it from meta.nextPageCursor";
                self.fault("/pageCursor", message.to_owned());
            }
        }
        if self.faults.is_empty() {
            return Ok(before);
        }
        Err(Refusal(Problem::from_faults(
            ErrorCode::RequestInvalid,
            self.faults,
        )))
    }
}

/// A page, and the cursor behind it.
pub(crate) fn answer(
    shown: &[impl Serialize],
    list: &str,
    user: &str,
    next: Option<impl Display>,
) -> Response {
    let next = next.map(|behind| cursor::encode(list, user, behind));
    reply::with_meta(&json!(shown), &json!({ "nextPageCursor": next }))
}
