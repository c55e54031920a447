//! What every problem has.

use crate::common::Answer;

/// What stands in `type` of a problem (contract, "Conventions").
fn category(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHORIZED",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        409 => "CONFLICT",
        422 => "UNPROCESSABLE_CONTENT",
        429 => "RATE_LIMITED",
        500.. => "INTERNAL",
        _ => "BAD_REQUEST",
    }
}

/// Every problem has these, and says its request id.
pub fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.code(), (status, code), "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json.as_object().unwrap();
    for key in ["type", "title", "detail"] {
        let text = problem[key].as_str().unwrap();
        assert!(!text.is_empty(), "{key}");
    }
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], category(status));
    assert_eq!(problem["instance"], answer.header("x-request-id"));
    assert!(!answer.header("x-request-id").is_empty());
}
