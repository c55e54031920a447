#![no_main]
//! API keys, idempotency keys, ids, cursors and trace ids.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkroom_test_fuzz::key(bytes));
