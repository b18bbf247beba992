;; Asks for random bytes without end.
(import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
(func $attack (result i32 i32)
  (loop $again
    (br_if $again (i32.eqz (call $random_get (i32.const 0) (i32.const 60000)))))
  (unreachable))
