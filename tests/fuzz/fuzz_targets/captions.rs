#![no_main]
//! Subtitle files: SRT, ASS and LRC.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| darkroom_test_fuzz::captions(bytes));
