#![no_main]
//! The body of a create request.

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|bytes: &[u8]| darkroom_test_fuzz::request(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    darkroom_test_fuzz::bend_json(data, size, max_size, seed, fuzzer_mutate)
});
