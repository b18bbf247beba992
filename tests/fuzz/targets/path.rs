//! No text becomes a path that leaves the workspace.
#![no_main]

use cofferdam_base::WorkspacePath;

libfuzzer_sys::fuzz_target!(|texts: (String, String)| {
    let (folder, text) = texts;
    if let Ok(folder) = WorkspacePath::parse(&folder)
        && let Ok(path) = folder.join(&text)
    {
        assert!(path.components().all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains('\0')));
        assert_eq!(WorkspacePath::parse(path.as_str()).expect("a path reads back"), path);
    }
});
