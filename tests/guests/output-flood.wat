;; Answers with 5 MiB, or with 20 MiB when it is called as `h..`.
(func $attack (result i32 i32)
  (local $len i32)
  (local.set $len
    (select (i32.const 20971520) (i32.const 5242880) (i32.eq (i32.load8_u (global.get $function)) (i32.const 0x68))))
  (drop (memory.grow (i32.add (i32.shr_u (local.get $len) (i32.const 16)) (i32.const 2))))
  (memory.fill (i32.const 131072) (i32.const 0x20) (local.get $len))
  (i32.const 131072)
  (local.get $len))
