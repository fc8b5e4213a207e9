/** Tells a hook. A logger that throws must not turn a known address into an unknown one. */
export function notify<Value>(hook: ((value: Value) => void) | undefined, value: Value): void {
  try {
    hook?.(value);
  } catch {
    // There is nobody left to tell.
  }
}
