;; Makes handles to things of its own without end: the host keeps each in a table, though none is the host's.
(import "[export]test:extra/things" "[resource-new]thing" (func $new (param i32) (result i32)))
(func (export "test:extra/things#[dtor]thing") (param i32))
(func $attack (result i32 i32)
  (loop $again
    (drop (call $new (i32.const 1)))
    (br $again))
  (unreachable))
