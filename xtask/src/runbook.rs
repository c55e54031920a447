//! `RUNBOOK.md`, the alarms and the dashboard of `template.yaml`, and the metrics in the
//! code are about the same things.

use std::collections::BTreeSet;
use std::fs;

use darkroom_telemetry::{Dimension, FUNCTION, Metric, NAMESPACE};
use serde_json::Value as Json;
use serde_yaml_ng::Value;

use crate::shell::root;

/// What is said of every alarm, in this order.
const PARTS: [&str; 3] = ["**Means.**", "**Look.**", "**Do.**"];

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// Resources of a type, under their logical names.
fn resources(template: &Value, wanted: &str) -> Vec<(String, Value)> {
    let resources = template["Resources"].as_mapping().unwrap();
    let of_type = resources.iter().filter(|(_, it)| it["Type"] == wanted);
    of_type
        .map(|(name, it)| (name.as_str().unwrap().to_owned(), it["Properties"].clone()))
        .collect()
}

fn template() -> Value {
    serde_yaml_ng::from_str(&read("template.yaml")).unwrap()
}

/// Sections of the runbook that are about an alarm: each name with its text.
fn sections(runbook: &str) -> Vec<(String, String)> {
    let sections = runbook.split("\n### ").skip(1);
    sections
        .map(|section| {
            let (name, text) = section.split_once('\n').unwrap();
            let text = text.split("\n## ").next().unwrap();
            (name.trim().to_owned(), text.to_owned())
        })
        .collect()
}

/// What is wrong with the runbook of these alarms.
fn faults(runbook: &str, alarms: &[String]) -> Vec<String> {
    let sections = sections(runbook);
    let mut faults = Vec::new();
    for alarm in alarms {
        let found = sections.iter().filter(|(name, _)| name == alarm).count();
        if found != 1 {
            faults.push(format!("{alarm} has {found} sections"));
        }
    }
    for (name, text) in &sections {
        if !alarms.contains(name) {
            faults.push(format!("{name} is no alarm"));
        }
        let places = PARTS.map(|part| text.find(part));
        if places.contains(&None) || !places.is_sorted() {
            faults.push(format!("{name} lacks one of {PARTS:?}, or their order"));
        }
        let look = text.split(PARTS[1]).nth(1).unwrap_or_default();
        if !look
            .split(PARTS[2])
            .next()
            .unwrap_or_default()
            .contains("```")
        {
            faults.push(format!("{name} has no query or command to look with"));
        }
    }
    faults
}

#[test]
fn every_alarm_has_its_section_and_every_section_its_alarm() {
    let alarms = resources(&template(), "AWS::CloudWatch::Alarm");
    let names: Vec<String> = alarms.into_iter().map(|(name, _)| name).collect();
    assert!(names.len() > 10, "the alarms are not read: {names:?}");
    let found = faults(&read("RUNBOOK.md"), &names);
    assert!(found.is_empty(), "{found:#?}");
}

/// An alarm watches one metric, or those that its expression is made of.
#[test]
fn the_readme_counts_the_alarms_and_what_they_watch() {
    let alarms = resources(&template(), "AWS::CloudWatch::Alarm");
    let watched = alarms.iter().map(|(_, alarm)| {
        let metrics = alarm["Metrics"].as_sequence();
        metrics.map_or(1, |all| {
            all.iter().filter(|it| !it["MetricStat"].is_null()).count()
        })
    });
    let (alarms, watched) = (alarms.len(), watched.sum::<usize>());
    let readme = read("README.md");
    for counted in [
        format!(" and {alarms} alarms;"),
        format!("the metrics that they watch, {watched} in all,"),
    ] {
        assert!(readme.contains(&counted), "README.md lacks {counted:?}");
    }
}

/// Words that queries of the runbook look for, and where the code says them.
const SAID: [(&str, &str); 7] = [
    ("cannot start", "shared/telemetry/src/log.rs"),
    ("failed: ", "functions/render/src/job.rs"),
    ("given up", "functions/sweep/src/dead_letters.rs"),
    ("names nothing", "functions/sweep/src/dead_letters.rs"),
    ("given up", "functions/sweep/src/due.rs"),
    ("an active task has no slot", "functions/sweep/src/due.rs"),
    (
        "gave back a slot that no active task had",
        "functions/sweep/src/due.rs",
    ),
];

/// Lambda speaks JSON, as the template sets it, and spoke words before.
#[test]
fn queries_look_for_what_is_said() {
    let runbook = read("RUNBOOK.md");
    let queries: Vec<&str> = runbook
        .lines()
        .filter(|line| line.contains(" | filter "))
        .collect();
    for (words, source) in SAID {
        let looked_for = queries.iter().any(|query| query.contains(words));
        assert!(looked_for, "no query looks for {words:?}");
        assert!(read(source).contains(words), "{source} lacks {words:?}");
    }
    let of_lambda = |query: &&&str| query.contains("timed out");
    let of_lambda: Vec<_> = queries.iter().filter(of_lambda).collect();
    assert!(of_lambda.len() > 2, "{of_lambda:#?}");
    for query in of_lambda {
        assert!(query.contains("platform.report"), "{query}");
    }
}

/// Rows of fields, each with a name and a value. With `results[]`, which makes one list of
/// the fields of all rows, the values of none are told (`JMESPath`, "Flatten operator").
#[test]
fn queries_answer_the_values_of_rows() {
    let of_rows = "get-query-results --query-id \"$id\" --query 'results[*][*].value'";
    assert!(read("RUNBOOK.md").contains(of_rows));
}

/// What a section explains beside its query is said, too.
#[test]
fn what_is_explained_is_said() {
    let runbook = read("RUNBOOK.md");
    for (words, source) in [
        ("out of time", "functions/render/src/job.rs"),
        ("cannot be claimed", "functions/render/src/job.rs"),
        ("names no task", "functions/render/src/job.rs"),
        ("comes again", "functions/webhook/src/deliver.rs"),
        ("cannot be read", "shared/store/src/error.rs"),
        ("is not answered now", "shared/store/src/error.rs"),
        (
            "names something that this version does not know",
            "functions/sweep/src/due.rs",
        ),
    ] {
        assert!(
            runbook.contains(&format!("`{words}`")),
            "no section explains {words:?}"
        );
        assert!(read(source).contains(words), "{source} lacks {words:?}");
    }
}

#[test]
fn a_missing_section_and_a_missing_part_are_told() {
    let good = "# R\n\n### A\n\n**Means.** x\n\n**Look.** y\n\n```\nz\n```\n\n**Do.** w\n";
    let alarms = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(faults(good, &alarms(&["A"])), [""; 0]);
    assert_eq!(faults(good, &alarms(&["A", "B"])), ["B has 0 sections"]);
    assert_eq!(faults(good, &[]), ["A is no alarm"]);
    for (part, without) in [("**Do.** ", ""), ("```", ""), ("**Means.** ", "**Do.** ")] {
        let bad = good.replacen(part, without, 2);
        assert_ne!(faults(&bad, &alarms(&["A"])), [""; 0], "{part}");
    }
}

#[test]
fn every_alarm_tells_the_topic_and_names_its_section() {
    for (name, alarm) in resources(&template(), "AWS::CloudWatch::Alarm") {
        let description = alarm["AlarmDescription"].as_str().unwrap();
        let place = format!("; RUNBOOK.md, {name}");
        assert!(description.ends_with(&place), "{name}: {description}");
        for actions in ["AlarmActions", "OKActions"] {
            let tells = serde_yaml_ng::to_string(&alarm[actions]).unwrap();
            assert!(tells.contains("AlarmTopic"), "{name}: {tells}");
        }
    }
}

/// Metrics of ours that a dashboard shows, and their dimensions beside the function's.
fn shown(dashboard: &Value) -> BTreeSet<(String, Option<String>)> {
    let Value::Tagged(body) = &dashboard["DashboardBody"] else {
        panic!("the dashboard is no !Sub")
    };
    let body: Json = serde_json::from_str(body.value.as_str().unwrap()).unwrap();
    let widgets = body["widgets"].as_array().unwrap().iter();
    let lines = widgets.flat_map(|it| it["properties"]["metrics"].as_array().unwrap());
    let mut shown = BTreeSet::new();
    for line in lines {
        let text = |at: usize| line[at].as_str().map(str::to_owned);
        if text(0).as_deref() == Some(NAMESPACE) {
            assert_eq!(text(2).as_deref(), Some(FUNCTION), "{line}");
            shown.insert((text(1).unwrap(), text(4)));
        }
        let search = line[0]["expression"].as_str().unwrap_or_default();
        if let Some((_, rest)) = search.split_once("{Darkroom,FunctionName,") {
            let (dimension, rest) = rest.split_once('}').unwrap();
            let name = rest.split('"').nth(1).unwrap();
            shown.insert((name.to_owned(), Some(dimension.to_owned())));
        }
    }
    shown
}

/// The same of the alarms.
fn watched(alarms: &[(String, Value)]) -> BTreeSet<(String, Option<String>)> {
    let ours = alarms.iter().filter(|(_, it)| it["Namespace"] == NAMESPACE);
    let named = ours.map(|(alarm, it)| {
        let dimensions = it["Dimensions"].as_sequence().unwrap();
        let mut names = dimensions.iter().map(|it| it["Name"].as_str().unwrap());
        assert_eq!(names.next(), Some(FUNCTION), "{alarm}");
        let metric = it["MetricName"].as_str().unwrap();
        (metric.to_owned(), names.next().map(str::to_owned))
    });
    named.collect()
}

#[test]
fn the_template_names_the_metrics_of_the_code_and_the_dashboard_all_of_them() {
    let template = template();
    let dashboards = resources(&template, "AWS::CloudWatch::Dashboard");
    let [(_, dashboard)] = dashboards.as_slice() else {
        panic!("one dashboard")
    };
    let shown = shown(dashboard);
    let watched = watched(&resources(&template, "AWS::CloudWatch::Alarm"));
    assert!(watched.len() > 4, "the alarms are not read: {watched:?}");
    let metrics: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    let dimensions = [Dimension::ErrorCode, Dimension::Cause].map(Dimension::as_str);
    for (name, dimension) in shown.iter().chain(&watched) {
        assert!(
            metrics.contains(name.as_str()),
            "no metric is called {name}"
        );
        let known = dimension
            .as_deref()
            .is_none_or(|it| dimensions.contains(&it));
        assert!(known, "no dimension is called {dimension:?}");
    }
    let on_it: BTreeSet<&str> = shown.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(on_it, metrics);
}
