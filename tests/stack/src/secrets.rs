//! What must not be in a log, whoever writes it.

/// Begins every signature of an address.
const SIGNATURE: &str = "X-Amz-Signature=";
/// Begin API keys and webhook secrets, whoever made them.
const KEYS: [&str; 3] = ["sk_", "whs_", "whsec_"];
/// Characters of base64 behind that, at least: 256 random bits.
const KEY_LENGTH: usize = 43;

/// How a line begins that tells a secret, what looks like one, or the signature of an address.
pub fn telling(log: &str, secrets: &[String]) -> Option<String> {
    log.lines().find_map(|line| {
        let mut known = secrets.iter().map(String::as_str).chain([SIGNATURE]);
        let at = known.find_map(|secret| line.find(secret));
        at.or_else(|| key_in(line)).map(|at| line[..at].to_owned())
    })
}

/// Where a line tells a key that nobody need know of.
fn key_in(line: &str) -> Option<usize> {
    let of_key = |char: &char| char.is_ascii_alphanumeric() || "-_+/=".contains(*char);
    KEYS.iter().find_map(|begin| {
        let mut begun = line.match_indices(*begin);
        let key = begun.find(|(at, begin)| {
            let rest = line[at + begin.len()..].chars();
            rest.take_while(of_key).count() >= KEY_LENGTH
        });
        key.map(|(at, _)| at)
    })
}
