;; Says no, in good order.
(data (i32.const 16) "!no")
(func $attack (result i32 i32)
  (i32.const 16)
  (i32.const 3))
