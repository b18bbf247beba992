;; Wants an interface that is served, in a form that it does not have.
(component
  (import "wasi:cli/environment@0.2.0" (instance
    (export "get-environment" (func (param "name" string) (result string))))))
