;; Hands the host a path of 20 MiB.
(import "wasi_snapshot_preview1" "path_create_directory" (func $path_create_directory (param i32 i32 i32) (result i32)))
(func $attack (result i32 i32)
  (drop (memory.grow (i32.const 330)))
  (memory.fill (i32.const 196608) (i32.const 0x61) (i32.const 20971520))
  (call $decimal (call $path_create_directory (i32.const 3) (i32.const 196608) (i32.const 20971520))))
