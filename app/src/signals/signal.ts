/**
 * A fact about the request, or the cause why it is unknown. A dependency that fails is a value, never an
 * exception: the policy decides what an unknown signal means.
 */
export type Signal<Value, Cause extends string> =
  | { readonly known: true; readonly value: Value }
  | { readonly known: false; readonly cause: Cause };

/** Returns a known signal. */
export function known<Value>(value: Value): { readonly known: true; readonly value: Value } {
  return { known: true, value };
}

/** Returns an unknown signal. */
export function unknown<Cause extends string>(
  cause: Cause,
): { readonly known: false; readonly cause: Cause } {
  return { known: false, cause };
}
