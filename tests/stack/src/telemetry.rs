//! Metrics and logs, kept instead of written.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use darkroom_telemetry::{Metric, Metrics, json_log};
use serde_json::{Map, Value};
use tracing::{Level, Subscriber};

use crate::secrets::telling;

/// Lines of metrics.
#[derive(Debug, Clone, Default)]
pub struct Told(Arc<Mutex<Vec<Value>>>);

impl Told {
    /// Metrics of a function, kept here.
    pub fn metrics(&self, function: &str) -> Metrics {
        let kept = Arc::clone(&self.0);
        Metrics::new(function, move |line| {
            kept.lock().unwrap().push(line.clone());
        })
    }

    /// The lines since the last take, oldest first.
    pub fn take(&self) -> Vec<Value> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// The same; each must be one of which CloudWatch makes metrics.
    pub fn take_emf(&self) -> Vec<Value> {
        let lines = self.take();
        lines.iter().for_each(assert_emf);
        lines
    }
}

/// The values of a metric in these lines.
pub fn values(lines: &[Value], metric: Metric) -> Vec<f64> {
    let values = lines.iter().filter_map(|line| line.get(metric.name()));
    values.map(|value| value.as_f64().unwrap()).collect()
}

/// A line is one of which CloudWatch makes metrics, by "Specification: Embedded metric
/// format" of its user guide.
pub fn assert_emf(line: &Value) {
    let metadata = line["_aws"].as_object().expect("_aws is an object");
    assert!(metadata["Timestamp"].as_u64().is_some(), "{line}");
    let directives = metadata["CloudWatchMetrics"].as_array().unwrap();
    assert!(!directives.is_empty(), "{line}");
    let root = line.as_object().unwrap();
    for directive in directives {
        assert_directive(directive, root);
    }
}

fn assert_directive(directive: &Value, root: &Map<String, Value>) {
    let in_bounds = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
    assert!(in_bounds(directive["Namespace"].as_str().unwrap(), 255));
    let sets = directive["Dimensions"].as_array().unwrap();
    assert!(!sets.is_empty());
    for set in sets {
        let set = set.as_array().unwrap();
        assert!(set.len() <= 30, "{set:?}");
        for name in set {
            let name = name.as_str().unwrap();
            assert!(in_bounds(name, 250), "{name}");
            let value = root[name].as_str().expect("a dimension is a text");
            assert!(in_bounds(value, 1024), "{name}");
        }
    }
    let metrics = directive["Metrics"].as_array().unwrap();
    assert!((1..=100).contains(&metrics.len()), "{metrics:?}");
    for metric in metrics {
        let name = metric["Name"].as_str().unwrap();
        assert!(in_bounds(name, 1024), "{name}");
        assert!(root[name].is_number(), "{name} has no value");
        let unit = metric["Unit"].as_str().unwrap();
        assert!(["Count", "Seconds", "None"].contains(&unit), "{unit}");
    }
}

/// A log as a function writes it.
#[derive(Debug, Clone, Default)]
pub struct KeptLog(Arc<Mutex<Vec<u8>>>);

impl KeptLog {
    /// What a future is run under so that its lines are kept here.
    pub fn subscriber(&self) -> impl Subscriber + Send + Sync {
        self.subscriber_at(Level::INFO)
    }

    /// The same at another level of the function.
    pub fn subscriber_at(&self, level: Level) -> impl Subscriber + Send + Sync {
        let kept = self.clone();
        json_log(move || kept.clone(), level)
    }

    /// What was logged so far, without anything that looks like a secret.
    pub fn text(&self) -> String {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        assert_eq!(telling(&text, &[]), None, "a secret is logged");
        text
    }

    /// Its lines.
    pub fn lines(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap()
    }
}

impl Write for KeptLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A field of the spans around a log line; of several, the innermost.
pub fn field<'a>(line: &'a Value, name: &str) -> Option<&'a Value> {
    let spans = line["spans"].as_array()?;
    spans.iter().rev().find_map(|span| span.get(name))
}
