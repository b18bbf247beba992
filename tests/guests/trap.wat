;; Divides by zero, or reads memory that is not there when it is called as `m..`.
(func $attack (result i32 i32)
  (if (i32.eq (i32.load8_u (global.get $function)) (i32.const 0x6d))
    (then (drop (i32.load (i32.const -8)))))
  (i32.div_u (i32.const 1) (global.get $nothing))
  (i32.const 0))
(global $nothing (mut i32) (i32.const 0))
