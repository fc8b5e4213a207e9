import { MAX_ROWS, WITHOUT_TESTS } from '../logs/decision-query.ts';

/**
 * The records of each client by day. The percentage of recorded decisions is a column, and the reader weights with it,
 * so that the query uses nothing but documented syntax. The largest rows come first, in case there are too many.
 */
export const ACTIVITY_COMMANDS = [
  'filter event = "decision"',
  WITHOUT_TESTS,
  'stats count(*) as records, count(signals.address.cause) as without_address by bin(1d), tenant, client_id, grant, api_version, contract, new_fields.0, policy_mode, sampled_percent',
  'sort records desc',
  `limit ${MAX_ROWS}`,
] as const;
