;; A component that is no tool.
(component)
