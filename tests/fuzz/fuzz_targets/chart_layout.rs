#![no_main]
//! Documents that begin as charts.

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(init: darkroom_test_fuzz::let_panics_be_caught(), |bytes: &[u8]| {
    darkroom_test_fuzz::layout(bytes);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    darkroom_test_fuzz::bend_json(data, size, max_size, seed, fuzzer_mutate)
});
