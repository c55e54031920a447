//! The query of a request: its parameters, and what is wrong with them.

use axum::http::Uri;
use darkroom_exports::{ErrorCode, Fault, Problem};

use crate::reply::Refusal;

/// Parameters of a query, their faults not told yet.
#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    faults: Vec<Fault>,
}

impl Query {
    pub(crate) fn read(uri: &Uri) -> Self {
        let text = uri.query().unwrap_or_default();
        let pairs = url::form_urlencoded::parse(text.as_bytes()).into_owned();
        Self {
            pairs: pairs.collect(),
            faults: Vec::new(),
        }
    }

    /// Every value of a parameter, in the order of the query.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.pairs.iter().filter(move |(of, _)| of == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The last value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.values(name).last()
    }

    /// Notes what is wrong with a parameter.
    pub(crate) fn fault(&mut self, path: &str, message: String) {
        self.faults
            .push(Fault::new(ErrorCode::RequestInvalid, path, message));
    }

    /// Whether nothing was noted so far.
    pub(crate) fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Every fault that was noted.
    pub(crate) fn check(self) -> Result<(), Refusal> {
        if self.is_sound() {
            return Ok(());
        }
        Err(Refusal(Problem::from_faults(
            ErrorCode::RequestInvalid,
            self.faults,
        )))
    }
}
