;; Asks `http://example.org/` for something, and tries what can be tried with `wasi:http` on the way. What it does is the first letter of
;; the function's name. It answers with the body that it gets, with the number of an `error-code` in two digits, or with what stands
;; beside the letter.
(import "wasi:http/types@0.2.12" "[constructor]fields" (func $fields (result i32)))
(import "wasi:http/types@0.2.12" "[method]fields.append" (func $append (param i32 i32 i32 i32 i32 i32)))
(import "wasi:http/types@0.2.12" "[constructor]outgoing-request" (func $new_request (param i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-request.set-method" (func $set_method (param i32 i32 i32 i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-request.set-scheme" (func $set_scheme (param i32 i32 i32 i32 i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-request.set-authority" (func $set_authority (param i32 i32 i32 i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-request.set-path-with-query" (func $set_path (param i32 i32 i32 i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-request.headers" (func $headers (param i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-request.body" (func $body (param i32 i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-body.write" (func $write (param i32 i32)))
(import "wasi:http/types@0.2.12" "[static]outgoing-body.finish" (func $finish (param i32 i32 i32 i32)))
(import "wasi:http/types@0.2.12" "[resource-drop]outgoing-body" (func $drop_body (param i32)))
(import "wasi:http/types@0.2.12" "[constructor]outgoing-response" (func $new_response (param i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]future-incoming-response.subscribe" (func $subscribe (param i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]future-incoming-response.get" (func $get (param i32 i32)))
(import "wasi:http/types@0.2.12" "[resource-drop]future-incoming-response" (func $drop_future (param i32)))
(import "wasi:http/types@0.2.12" "[method]incoming-response.consume" (func $consume (param i32 i32)))
(import "wasi:http/types@0.2.12" "[method]incoming-body.stream" (func $stream (param i32 i32)))
(import "wasi:http/outgoing-handler@0.2.12" "handle" (func $handle (param i32 i32 i32 i32)))
(import "wasi:io/poll@0.2.12" "[method]pollable.block" (func $block (param i32)))
(import "wasi:io/poll@0.2.12" "[method]pollable.ready" (func $ready (param i32) (result i32)))
(import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush" (func $write_bytes (param i32 i32 i32 i32)))
(import "wasi:io/streams@0.2.12" "[resource-drop]output-stream" (func $drop_output (param i32)))
(import "wasi:io/streams@0.2.12" "[method]input-stream.blocking-read" (func $read_bytes (param i32 i64 i32)))

(data (i32.const 0) "example.org")
(data (i32.const 16) "content-length")
(data (i32.const 32) "5")
(data (i32.const 48) "planted")
(data (i32.const 64) "--")
(data (i32.const 80) "x")

(func $is (param $letter i32) (result i32)
  (i32.eq (i32.load8_u (global.get $function)) (local.get $letter)))

;; A request of these fields for the path that the arguments are.
(func $request (param $fields i32) (result i32)
  (local $request i32)
  (local.set $request (call $new_request (local.get $fields)))
  (drop (call $set_scheme (local.get $request) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))
  (drop (call $set_authority (local.get $request) (i32.const 1) (i32.const 0) (i32.const 11)))
  (drop (call $set_path (local.get $request) (i32.const 1) (global.get $arguments) (global.get $arguments_len)))
  (local.get $request))

;; The body of a request.
(func $take_body (param $request i32) (result i32)
  (call $body (local.get $request) (i32.const 128))
  (if (i32.load8_u (i32.const 128)) (then (unreachable)))
  (i32.load (i32.const 132)))

;; The stream of a body.
(func $take_stream (param $body i32) (result i32)
  (call $write (local.get $body) (i32.const 128))
  (if (i32.load8_u (i32.const 128)) (then (unreachable)))
  (i32.load (i32.const 132)))

;; Writes "planted" to a body.
(func $plant (param $body i32)
  (local $stream i32)
  (local.set $stream (call $take_stream (local.get $body)))
  (call $write_bytes (local.get $stream) (i32.const 48) (i32.const 7) (i32.const 128))
  (call $drop_output (local.get $stream)))

;; Hands a request over; its future, or -1 with the number of the error at 136.
(func $send (param $request i32) (result i32)
  (call $handle (local.get $request) (i32.const 0) (i32.const 0) (i32.const 128))
  (if (i32.load8_u (i32.const 128)) (then (return (i32.const -1))))
  (i32.load (i32.const 136)))

;; Answers with the first megabyte of what a future gives, or with the number of its error; `--` for nothing yet, 99 for nothing any more.
(func $answer (param $future i32) (result i32 i32)
  (if (i32.eq (local.get $future) (i32.const -1))
    (then (return (call $decimal (i32.load8_u (i32.const 136))))))
  (call $get (local.get $future) (i32.const 128))
  (if (i32.eqz (i32.load8_u (i32.const 128))) (then (return (i32.const 64) (i32.const 2))))
  (if (i32.load8_u (i32.const 136)) (then (return (call $decimal (i32.const 99)))))
  (if (i32.load8_u (i32.const 144)) (then (return (call $decimal (i32.load8_u (i32.const 152))))))
  (call $consume (i32.load (i32.const 152)) (i32.const 128))
  (call $stream (i32.load (i32.const 132)) (i32.const 128))
  (call $read_bytes (i32.load (i32.const 132)) (i64.const 1048576) (i32.const 128))
  ;; A stream without bytes is closed at once.
  (if (i32.load8_u (i32.const 128)) (then (return (i32.const 64) (i32.const 0))))
  (i32.load (i32.const 132))
  (i32.load (i32.const 136)))

;; Appends a field, and answers with 00, or with 01, 02, 03 for the three errors.
(func $try_append (param $fields i32) (param $name i32) (param $name_len i32) (param $value i32) (param $value_len i32) (result i32 i32)
  (call $append (local.get $fields) (local.get $name) (local.get $name_len) (local.get $value) (local.get $value_len) (i32.const 128))
  (if (i32.load8_u (i32.const 128)) (then (return (call $decimal (i32.add (i32.const 1) (i32.load8_u (i32.const 129)))))))
  (call $decimal (i32.const 0)))

(func $attack (result i32 i32)
  (local $fields i32) (local $request i32) (local $body i32) (local $stream i32) (local $future i32)
  (local.set $fields (call $fields))
  ;; f: a field with the arguments as its name. v: as its value. A: a field without end.
  (if (call $is (i32.const 0x66))
    (then (return (call $try_append (local.get $fields) (global.get $arguments) (global.get $arguments_len) (i32.const 80) (i32.const 1)))))
  (if (call $is (i32.const 0x76))
    (then (return (call $try_append (local.get $fields) (i32.const 80) (i32.const 1) (global.get $arguments) (global.get $arguments_len)))))
  (if (call $is (i32.const 0x41))
    (then
      (loop $again
        (call $append (local.get $fields) (i32.const 80) (i32.const 1) (i32.const 80) (i32.const 1) (i32.const 128))
        (br $again))))
  ;; S: an answer of its own, as if it served.
  (if (call $is (i32.const 0x53)) (then (drop (call $new_response (local.get $fields))) (unreachable)))
  ;; h: more fields than anybody takes. l: a length that the body does not have.
  (if (call $is (i32.const 0x68))
    (then
      (memory.fill (i32.const 196608) (i32.const 0x2e) (i32.const 65536))
      (call $append (local.get $fields) (i32.const 80) (i32.const 1) (i32.const 196608) (i32.const 65536) (i32.const 128))))
  (if (i32.or (call $is (i32.const 0x6c)) (call $is (i32.const 0x4c)))
    (then (call $append (local.get $fields) (i32.const 16) (i32.const 14) (i32.const 32) (i32.const 1) (i32.const 128))))
  (local.set $request (call $request (local.get $fields)))
  ;; i: a field of a request that has its fields already.
  (if (call $is (i32.const 0x69))
    (then
      (return (call $try_append (call $headers (local.get $request)) (i32.const 80) (i32.const 1) (i32.const 80) (i32.const 1)))))
  ;; t: the arguments as the authority: 01 where they are refused. m: as the method.
  (if (call $is (i32.const 0x74))
    (then
      (return (call $decimal (call $set_authority (local.get $request) (i32.const 1) (global.get $arguments) (global.get $arguments_len))))))
  (if (call $is (i32.const 0x6d))
    (then
      (return (call $decimal (call $set_method (local.get $request) (i32.const 9) (global.get $arguments) (global.get $arguments_len))))))
  ;; d: hands the request over and waits for nothing.
  (if (call $is (i32.const 0x64))
    (then (call $drop_future (call $send (local.get $request))) (return (call $decimal (i32.const 0)))))
  ;; a: hands the same request over again. R: requests without end.
  (if (call $is (i32.const 0x61))
    (then (drop (call $send (local.get $request))) (drop (call $send (local.get $request))) (unreachable)))
  (if (call $is (i32.const 0x52))
    (then
      (loop $again
        (drop (call $answer (call $send (call $request (call $fields)))))
        (drop)
        (br $again))))
  ;; From here on with a body, but for g (asks), o (asks twice) and L (a length without a body).
  (if (i32.or (i32.or (call $is (i32.const 0x67)) (call $is (i32.const 0x68))) (i32.or (call $is (i32.const 0x6f)) (call $is (i32.const 0x4c))))
    (then
      (local.set $future (call $send (local.get $request)))
      (if (call $is (i32.const 0x6f)) (then (drop (call $answer (local.get $future))) (drop)))
      (return (call $answer (local.get $future)))))
  (drop (call $set_method (local.get $request) (i32.const 2) (i32.const 0) (i32.const 0)))
  (local.set $body (call $take_body (local.get $request)))
  ;; W: a body without end.
  (if (call $is (i32.const 0x57))
    (then
      (local.set $stream (call $take_stream (local.get $body)))
      (loop $again
        (call $write_bytes (local.get $stream) (i32.const 0) (i32.const 4096) (i32.const 128))
        (br $again))))
  ;; k: ends a body that it still writes to.
  (if (call $is (i32.const 0x6b))
    (then
      (drop (call $take_stream (local.get $body)))
      (call $finish (local.get $body) (i32.const 0) (i32.const 0) (i32.const 128))
      (unreachable)))
  (call $plant (local.get $body))
  (local.set $future (call $send (local.get $request)))
  (if (i32.eq (local.get $future) (i32.const -1)) (then (return (call $answer (local.get $future)))))
  ;; u: waits, and does not end the body. n: asks without waiting. y: asks whether it would have to wait.
  (if (call $is (i32.const 0x75)) (then (call $block (call $subscribe (local.get $future))) (return (call $answer (local.get $future)))))
  (if (call $is (i32.const 0x6e)) (then (return (call $answer (local.get $future)))))
  (if (call $is (i32.const 0x79)) (then (return (call $decimal (call $ready (call $subscribe (local.get $future)))))))
  ;; b: drops the body instead of ending it. e: ends it with trailers. p: ends it.
  (if (call $is (i32.const 0x62))
    (then (call $drop_body (local.get $body)))
    (else
      (call $finish (local.get $body) (call $is (i32.const 0x65)) (select (call $fields) (i32.const 0) (call $is (i32.const 0x65))) (i32.const 128))
      (if (i32.load8_u (i32.const 128)) (then (return (call $decimal (i32.load8_u (i32.const 136))))))))
  (call $block (call $subscribe (local.get $future)))
  (call $answer (local.get $future)))
