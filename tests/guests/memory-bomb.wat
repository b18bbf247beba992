;; Takes memory until it gets no more, then gives up as allocators do.
(func $attack (result i32 i32)
  (loop $again
    (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
  (unreachable))
