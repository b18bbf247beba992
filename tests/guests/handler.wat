;; What every guest here has in common: the exports of `cofferdam:tool/handler`, in the core form of the canonical ABI.
;;
;; A guest is the fields of a core module: its imports first, then a function `$attack` that gives the address and the length of its
;; answer. `invoke` answers with it, or refuses where it starts with `!`. `verify` does the same attack and passes with the answer as
;; evidence, or fails where the outcome that it is given starts with `x`. The first page of memory belongs to the guest; its arguments
;; are in `$function`, `$function_len`, `$arguments` and `$arguments_len`.

(memory (export "memory") 4)

(global $next (mut i32) (i32.const 131072))
(global $function (mut i32) (i32.const 0))
(global $function_len (mut i32) (i32.const 0))
(global $arguments (mut i32) (i32.const 0))
(global $arguments_len (mut i32) (i32.const 0))

;; Never gives anything back: an instance lives for one call.
(func $realloc (export "cabi_realloc") (param $old i32) (param $old_len i32) (param $align i32) (param $len i32) (result i32)
  (local $new i32)
  (local.set $new
    (i32.and
      (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
  (global.set $next (i32.add (local.get $new) (local.get $len)))
  (if (i32.gt_u (global.get $next) (i32.mul (memory.size) (i32.const 65536)))
    (then
      (if (i32.eq
            (memory.grow (i32.add (i32.shr_u (i32.sub (global.get $next) (i32.mul (memory.size) (i32.const 65536))) (i32.const 16)) (i32.const 1)))
            (i32.const -1))
        (then (unreachable)))))
  (memory.copy (local.get $new) (local.get $old) (local.get $old_len))
  (local.get $new))

;; The answer `[]`.
(func (export "cofferdam:tool/handler@0.1.0#describe") (result i32)
  (i32.store (i32.const 65600) (i32.const 65616))
  (i32.store (i32.const 65604) (i32.const 2))
  (i32.store16 (i32.const 65616) (i32.const 0x5d5b))
  (i32.const 65600))

(func (export "cofferdam:tool/handler@0.1.0#invoke") (param i32 i32 i32 i32) (result i32)
  (local $answer i32) (local $len i32)
  (call $remember (local.get 0) (local.get 1) (local.get 2) (local.get 3))
  (call $attack)
  (local.set $len)
  (local.set $answer)
  (i32.store (i32.const 65600) (i32.eq (i32.load8_u (local.get $answer)) (i32.const 0x21)))
  (i32.store (i32.const 65604) (local.get $answer))
  (i32.store (i32.const 65608) (local.get $len))
  (i32.store (i32.const 65612) (local.get $answer))
  (i32.store (i32.const 65616) (local.get $len))
  (i32.const 65600))

(func (export "cofferdam:tool/handler@0.1.0#verify") (param i32 i32 i32 i32 i32 i32) (result i32)
  (local $answer i32) (local $len i32)
  (if (i32.and (i32.ne (local.get 5) (i32.const 0)) (i32.eq (i32.load8_u (local.get 4)) (i32.const 0x78)))
    (then
      (i32.store (i32.const 65600) (i32.const 1))
      (i32.store (i32.const 65604) (local.get 4))
      (i32.store (i32.const 65608) (local.get 5))
      (return (i32.const 65600))))
  (call $remember (local.get 0) (local.get 1) (local.get 2) (local.get 3))
  (call $attack)
  (local.set $len)
  (local.set $answer)
  (i32.store (i32.const 65600) (i32.const 0))
  (i32.store (i32.const 65604) (i32.const 65620))
  (i32.store (i32.const 65608) (i32.const 1))
  (i32.store (i32.const 65620) (local.get $answer))
  (i32.store (i32.const 65624) (local.get $len))
  (i32.const 65600))

(func $remember (param i32 i32 i32 i32)
  (global.set $function (local.get 0))
  (global.set $function_len (local.get 1))
  (global.set $arguments (local.get 2))
  (global.set $arguments_len (local.get 3)))

;; Two decimal digits at 65700, for WASI's error numbers.
(func $decimal (param $number i32) (result i32 i32)
  (i32.store8 (i32.const 65700) (i32.add (i32.const 0x30) (i32.div_u (local.get $number) (i32.const 10))))
  (i32.store8 (i32.const 65701) (i32.add (i32.const 0x30) (i32.rem_u (local.get $number) (i32.const 10))))
  (i32.const 65700)
  (i32.const 2))
