;; Calls itself until the stack is full.
(func $deeper (param i64) (result i64)
  (i64.add (call $deeper (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))
(func $attack (result i32 i32)
  (drop (call $deeper (i64.const 0)))
  (unreachable))
