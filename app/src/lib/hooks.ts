type Listener<Values extends unknown[]> = (...values: Values) => void;

/** Calls a listener, if there is one, and swallows its error: a failing logger must not change a decision. */
export function notify<Values extends unknown[]>(
  listener: Listener<Values> | undefined,
  ...values: Values
): void {
  try {
    listener?.(...values);
  } catch {
    // Not logged, because the listener that failed may be the log.
  }
}

/** Returns a listener that calls another one and swallows its errors. */
export function swallowErrors<Values extends unknown[]>(
  listener: Listener<Values>,
): Listener<Values> {
  return (...values) => notify(listener, ...values);
}

/**
 * Combines objects of optional listeners into one, whose listeners call those of each object in order, even
 * if one of them throws.
 *
 * @example combineHooks<ReputationHooks>(logHooks, metricHooks)
 */
export function combineHooks<Hooks extends object>(...all: readonly Hooks[]): Hooks {
  const names = new Set(all.flatMap((hooks) => Object.keys(hooks)));
  const combined = [...names].map((name) => [
    name,
    (...values: unknown[]) => {
      for (const hooks of all) {
        notify((hooks as Record<string, Listener<unknown[]> | undefined>)[name], ...values);
      }
    },
  ]);
  return Object.fromEntries(combined) as Hooks;
}
