;; Wants the network.
(component
  (import "wasi:sockets/instance-network@0.2.0" (instance)))
