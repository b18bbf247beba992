;; Computes for ever and never calls the host.
(func $attack (result i32 i32)
  (loop $again (br $again))
  (unreachable))
