;; Crashes, as a panic does when it aborts.
(func $attack (result i32 i32)
  (unreachable))
