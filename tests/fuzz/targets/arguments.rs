//! The strict JSON reader accepts nothing that another reader refuses, and its own spelling reads back as the same value.
#![no_main]

use cofferdam_trust::json::Json;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(json) = Json::parse(bytes, 1 << 16) {
        let _: serde_json::Value = serde_json::from_slice(bytes).expect("another reader accepts it");
        let again: serde_json::Value = serde_json::from_str(&json.text()).expect("its own spelling reads back");
        assert_eq!(*json.value(), again);
    }
});
