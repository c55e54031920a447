//! Where metrics go.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::emf::{self, Line};

/// The function's name, set by Lambda.
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// Takes the metrics of a function; cheap to clone. Only Lambda turns log lines into
/// metrics, so they are written by the bootstraps alone: `darkroom serve`, whose output is
/// for people, leaves them [`off`](Self::off). Writing one costs a line on standard
/// output and no call.
#[derive(Clone, Default)]
pub struct Metrics(Option<Arc<Sink>>);

struct Sink {
    function: String,
    write: Box<dyn Fn(&Value) + Send + Sync>,
}

impl Metrics {
    /// Metrics that are not written.
    pub fn off() -> Self {
        Self(None)
    }

    /// Metrics of the function of this name, each line given to `write`.
    pub fn new(
        function: impl Into<String>,
        write: impl Fn(&Value) + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(Sink {
            function: function.into(),
            write: Box::new(write),
        })))
    }

    /// Standard output where this process is a Lambda function, and off elsewhere.
    pub fn from_env() -> Self {
        match std::env::var(FUNCTION_NAME) {
            Ok(function) => Self::new(function, print),
            Err(_) => Self::off(),
        }
    }

    /// Writes a line.
    pub fn write(&self, line: &Line<'_>) {
        if let Some(sink) = &self.0 {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            let unix_ms = since.unwrap_or_default().as_millis() as i64;
            (sink.write)(&emf::line(&sink.function, line, unix_ms));
        }
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let function = self.0.as_ref().map(|sink| sink.function.as_str());
        f.debug_tuple("Metrics").field(&function).finish()
    }
}

/// A line that cannot be written is lost: there is nowhere left to tell of it.
fn print(line: &Value) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::Metric;

    #[test]
    fn what_is_off_writes_nothing_and_what_is_on_a_line_of_now() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&kept);
        let on = Metrics::new("api-1", move |line| sink.lock().unwrap().push(line.clone()));
        let line = Line {
            values: &[(Metric::ExportsCreated, 1.0)],
            ..Line::default()
        };
        Metrics::off().write(&line);
        assert!(kept.lock().unwrap().is_empty());
        on.clone().write(&line);
        let [line] = &kept.lock().unwrap()[..] else {
            panic!("one line")
        };
        assert_eq!(line["FunctionName"], "api-1");
        // 2020: milliseconds, and not seconds or microseconds.
        let written = line["_aws"]["Timestamp"].as_i64().unwrap();
        assert!((1_577_836_800_000..4_102_444_800_000).contains(&written));
    }
}
