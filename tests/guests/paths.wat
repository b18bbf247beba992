;; Does one thing to the path that its arguments are, and answers with WASI's error number in two digits. What it does is the first letter
;; of the function's name.
(import "wasi_snapshot_preview1" "path_open"
  (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_symlink" (func $path_symlink (param i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_link" (func $path_link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_create_directory" (func $path_create_directory (param i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_rename" (func $path_rename (param i32 i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_unlink_file" (func $path_unlink_file (param i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_filestat_get" (func $path_filestat_get (param i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_filestat_set_times"
  (func $path_filestat_set_times (param i32 i32 i32 i32 i64 i64 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_readdir" (func $fd_readdir (param i32 i32 i32 i64 i32) (result i32)))

(data (i32.const 0) "planted")

;; Opens the path in the folder `$fd`, following links; the descriptor goes to 48.
(func $open (param $fd i32) (param $how i32) (param $rights i64) (result i32)
  (call $path_open (local.get $fd) (i32.const 1) (global.get $arguments) (global.get $arguments_len)
    (local.get $how) (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 48)))

(func $is (param $letter i32) (result i32)
  (i32.eq (i32.load8_u (global.get $function)) (local.get $letter)))

;; Opens and reads, and answers with what was read (at most 4096 bytes, at 1024).
(func $read (param $fd i32) (result i32 i32)
  (local $error i32)
  (if (local.tee $error (call $open (local.get $fd) (i32.const 0) (i64.const 2)))
    (then (return (call $decimal (local.get $error)))))
  (i32.store (i32.const 32) (i32.const 1024))
  (i32.store (i32.const 36) (i32.const 4096))
  (if (local.tee $error (call $fd_read (i32.load (i32.const 48)) (i32.const 32) (i32.const 1) (i32.const 40)))
    (then (return (call $decimal (local.get $error)))))
  (i32.const 1024)
  (i32.load (i32.const 40)))

(func $attack (result i32 i32)
  (local $error i32)
  ;; r: read it. b: read it in the second preopen.
  (if (call $is (i32.const 0x72)) (then (return (call $read (i32.const 3)))))
  (if (call $is (i32.const 0x62)) (then (return (call $read (i32.const 4)))))
  ;; w: make or open it, and write "planted".
  (if (call $is (i32.const 0x77))
    (then
      (local.set $error (call $open (i32.const 3) (i32.const 1) (i64.const 64)))
      (if (i32.eqz (local.get $error))
        (then
          (i32.store (i32.const 32) (i32.const 0))
          (i32.store (i32.const 36) (i32.const 7))
          (local.set $error (call $fd_write (i32.load (i32.const 48)) (i32.const 32) (i32.const 1) (i32.const 40)))))))
  ;; t: open it only for reading, but empty it.
  (if (call $is (i32.const 0x74))
    (then (local.set $error (call $open (i32.const 3) (i32.const 8) (i64.const 2)))))
  ;; d: open it as a folder and list it.
  (if (call $is (i32.const 0x64))
    (then
      (local.set $error (call $open (i32.const 3) (i32.const 2) (i64.const 2)))
      (if (i32.eqz (local.get $error))
        (then (local.set $error (call $fd_readdir (i32.load (i32.const 48)) (i32.const 1024) (i32.const 4096) (i64.const 0) (i32.const 40)))))))
  ;; s: make it a symbolic link to `planted`. h: make `h` a hard link to it.
  (if (call $is (i32.const 0x73))
    (then
      (local.set $error
        (call $path_symlink (i32.const 0) (i32.const 7) (i32.const 3) (global.get $arguments) (global.get $arguments_len)))))
  (if (call $is (i32.const 0x68))
    (then
      (local.set $error
        (call $path_link (i32.const 3) (i32.const 0) (global.get $arguments) (global.get $arguments_len)
          (i32.const 3) (global.get $function) (i32.const 1)))))
  ;; m: make it a folder. u: unlink it. n: rename it to `planted`. p: rename `planted` to it.
  (if (call $is (i32.const 0x6d))
    (then
      (local.set $error (call $path_create_directory (i32.const 3) (global.get $arguments) (global.get $arguments_len)))))
  (if (call $is (i32.const 0x75))
    (then (local.set $error (call $path_unlink_file (i32.const 3) (global.get $arguments) (global.get $arguments_len)))))
  (if (call $is (i32.const 0x6e))
    (then
      (local.set $error
        (call $path_rename (i32.const 3) (global.get $arguments) (global.get $arguments_len) (i32.const 3) (i32.const 0) (i32.const 7)))))
  (if (call $is (i32.const 0x70))
    (then
      (local.set $error
        (call $path_rename (i32.const 3) (i32.const 0) (i32.const 7) (i32.const 3) (global.get $arguments) (global.get $arguments_len)))))
  ;; f: what it is. c: set its times to now.
  (if (call $is (i32.const 0x66))
    (then
      (local.set $error
        (call $path_filestat_get (i32.const 3) (i32.const 0) (global.get $arguments) (global.get $arguments_len) (i32.const 64)))))
  (if (call $is (i32.const 0x63))
    (then
      (local.set $error
        (call $path_filestat_set_times (i32.const 3) (i32.const 0) (global.get $arguments) (global.get $arguments_len)
          (i64.const 0) (i64.const 0) (i32.const 10)))))
  (call $decimal (local.get $error)))
