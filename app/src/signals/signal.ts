/**
 * What is known of one property of the request. A dependency that fails is a value with its cause,
 * never an exception: what an unknown signal means is for the policy to say.
 */
export type Signal<Value, Cause extends string> =
  | { readonly known: true; readonly value: Value }
  | { readonly known: false; readonly cause: Cause };

/** A signal whose value is known. */
export function known<Value>(value: Value): { readonly known: true; readonly value: Value } {
  return { known: true, value };
}

/** A signal that could not be had, and why. */
export function unknown<Cause extends string>(
  cause: Cause,
): { readonly known: false; readonly cause: Cause } {
  return { known: false, cause };
}
