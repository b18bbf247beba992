;; Writes to standard output, or to standard error when it is called as `e..`, without end.
(import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
(func $attack (result i32 i32)
  (local $to i32)
  (local.set $to (i32.add (i32.const 1) (i32.eq (i32.load8_u (global.get $function)) (i32.const 0x65))))
  (i32.store (i32.const 0) (i32.const 1024))
  (i32.store (i32.const 4) (i32.const 1000))
  (memory.fill (i32.const 1024) (i32.const 0x2e) (i32.const 1000))
  (loop $again
    (br_if $again (i32.eqz (call $fd_write (local.get $to) (i32.const 0) (i32.const 1) (i32.const 8)))))
  (unreachable))
