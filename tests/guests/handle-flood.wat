;; Opens `file` again and again and closes nothing.
(import "wasi_snapshot_preview1" "path_open"
  (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
(data (i32.const 16) "file")
(func $attack (result i32 i32)
  (loop $again
    (br_if $again
      (i32.eqz
        (call $path_open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 4) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8)))))
  (unreachable))
