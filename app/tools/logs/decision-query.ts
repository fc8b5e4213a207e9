/** Parts of Logs Insights queries over decision records. */

/**
 * Adds the number of decisions that a record represents: unremarkable decisions may be sampled, all others are
 * recorded.
 */
export const WEIGHT_COMMANDS = [
  'fields 100 as whole',
  'fields 100 / coalesce(sampled_percent, whole) as weight',
];

/** Tests are no logins of a client. A command of its own, because the field has no index. */
export const WITHOUT_TESTS = 'filter not ispresent(test)';

/** Logs Insights returns at most this many rows. */
export const MAX_ROWS = 10_000;
