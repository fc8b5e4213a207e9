import {
  PARSE_RECORD,
  type SavedQuery,
  WEIGHT_COMMANDS,
  WEIGHTED,
  WITHOUT_TESTS,
} from './query.ts';

/** Name of the query to which alarms refer. */
export const CLIENT_QUERY = 'Who drains the quota';

/** Held-back lookups by client and reason, the most first. The dashboard shows the first ten. */
export const HELD_BACK_COMMANDS = [
  'filter event = "lookups-held-back"',
  PARSE_RECORD,
  'unnest record.clients into caller',
  'stats sum(caller.count) as lookups by caller.client, reason',
  'sort lookups desc',
] as const;

/** The queries about lookups at AbuseIPDB: who gets them, and whose are held back. */
export const LOOKUP_QUERIES: readonly SavedQuery[] = [
  {
    name: CLIENT_QUERY,
    description: `The lookups of each client and how many of them were held back, with the reason and the addresses. A row without a reason: they were sent to AbuseIPDB. ${WEIGHTED}`,
    commands: [
      'filter event = "decision" and (signals.reputation.source = "abuseipdb" or ispresent(signals.reputation.held_back))',
      WITHOUT_TESTS,
      ...WEIGHT_COMMANDS,
      'stats sum(weight) as lookups, count_distinct(signals.address.value) as addresses by client_id, tenant, signals.reputation.held_back',
      'sort lookups desc',
      'limit 50',
    ],
  },
  {
    name: 'Lookups held back',
    description:
      'The clients whose lookups were held back most, as tenant/client, with the reason. Tests count, too.',
    commands: HELD_BACK_COMMANDS,
  },
];
