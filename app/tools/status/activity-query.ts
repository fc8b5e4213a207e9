import { MAX_ROWS, WEIGHT_COMMANDS, WITHOUT_TESTS } from '../logs/decision-query.ts';

/** The requests of each client by day. The largest rows come first, in case there are too many. */
export const ACTIVITY_COMMANDS = [
  'filter event = "decision"',
  WITHOUT_TESTS,
  ...WEIGHT_COMMANDS,
  'stats count(*) as records, sum(weight) as requests, count(signals.address.cause) as without_address by bin(1d), tenant, client_id, grant, api_version, contract, new_fields.0',
  'sort requests desc',
  `limit ${MAX_ROWS}`,
] as const;
