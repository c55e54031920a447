#![no_main]
//! Any letters in a text item, as they are and animated.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkroom_test_fuzz::letters(bytes));
