;; Makes 100,000 files with one byte each and closes them.
(import "wasi_snapshot_preview1" "path_open"
  (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
(func $attack (result i32 i32)
  (local $count i32) (local $rest i32) (local $place i32)
  (loop $again
    ;; The name: five digits.
    (local.set $rest (local.get $count))
    (local.set $place (i32.const 5))
    (loop $digit
      (local.set $place (i32.sub (local.get $place) (i32.const 1)))
      (i32.store8 (i32.add (i32.const 16) (local.get $place)) (i32.add (i32.const 0x30) (i32.rem_u (local.get $rest) (i32.const 10))))
      (local.set $rest (i32.div_u (local.get $rest) (i32.const 10)))
      (br_if $digit (local.get $place)))
    ;; O_CREAT, the right to write.
    (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 5) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 8))
      (then (unreachable)))
    (drop (call $fd_close (i32.load (i32.const 8))))
    (local.set $count (i32.add (local.get $count) (i32.const 1)))
    (br_if $again (i32.lt_u (local.get $count) (i32.const 100000))))
  (call $decimal (i32.const 0)))
