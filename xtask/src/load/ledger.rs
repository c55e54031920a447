//! What was accepted, against what the service lists.

use std::collections::BTreeMap;

/// Ends that an export of a client comes to: it cancels each one.
const ENDS: [&str; 2] = ["CANCELED", "COMPLETED"];
/// Problems that are told; the others are counted.
const TOLD: usize = 10;

/// What is not so: each accepted task is listed once and has ended, and nothing else is
/// listed. `listed` are ids and statuses.
pub(crate) fn compare(accepted: &[&str], listed: &[(String, String)]) -> Vec<String> {
    let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for task in accepted {
        counts.entry(task).or_default().0 += 1;
    }
    for (task, _) in listed {
        counts.entry(task).or_default().1 += 1;
    }
    let mut problems = Vec::new();
    for (task, count) in counts {
        match count {
            (1, 1) => {}
            (0, _) => problems.push(format!("{task} is listed, but nobody was given it")),
            (_, 0) => problems.push(format!("{task} is lost: accepted, and not listed")),
            (given, times) => {
                problems.push(format!(
                    "{task} was given {given} times, and is listed {times}"
                ));
            }
        }
    }
    for (task, status) in listed {
        if !ENDS.contains(&status.as_str()) {
            problems.push(format!("{task} is {status}, though it was canceled"));
        }
    }
    let more = problems.len().saturating_sub(TOLD);
    problems.truncate(TOLD);
    if more > 0 {
        problems.push(format!("{more} further differences of the ledger"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::compare;

    fn listed(tasks: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(task, status): &(&str, &str)| ((*task).to_owned(), (*status).to_owned());
        tasks.iter().map(owned).collect()
    }

    #[test]
    fn every_difference_of_the_ledger_is_told() {
        let fine = listed(&[("a", "CANCELED"), ("b", "COMPLETED")]);
        assert!(compare(&["a", "b"], &fine).is_empty());
        for (accepted, tasks, problem) in [
            (vec!["a", "b"], vec![("a", "CANCELED")], "b is lost"),
            (vec![], vec![("a", "CANCELED")], "a is listed, but nobody"),
            (vec!["a", "a"], vec![("a", "CANCELED")], "a was given 2"),
            (
                vec!["a"],
                vec![("a", "CANCELED"), ("a", "CANCELED")],
                "a was given 1 times, and is listed 2",
            ),
            (vec!["a"], vec![("a", "FAILED")], "a is FAILED"),
            (vec!["a"], vec![("a", "PENDING")], "a is PENDING"),
        ] {
            let problems = compare(&accepted, &listed(&tasks));
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].starts_with(problem), "{problems:?}");
        }
    }

    #[test]
    fn many_differences_are_counted() {
        let names: Vec<String> = (0..25).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let problems = compare(&names, &[]);
        assert_eq!(problems.len(), 11);
        assert_eq!(problems[10], "15 further differences of the ledger");
    }
}
