;; Takes table elements until it gets no more, then gives up.
(table $table 1 funcref)
(func $attack (result i32 i32)
  (loop $again
    (br_if $again (i32.ne (table.grow $table (ref.null func) (i32.const 1000)) (i32.const -1))))
  (unreachable))
