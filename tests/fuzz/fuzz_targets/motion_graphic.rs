#![no_main]
//! The reader of motion graphics.

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|bytes: &[u8]| darkroom_test_fuzz::motion_graphic(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    darkroom_test_fuzz::bend_json(data, size, max_size, seed, fuzzer_mutate)
});
