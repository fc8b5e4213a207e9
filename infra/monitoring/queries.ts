import { LOOKUP_QUERIES } from './lookup-queries.ts';
import {
  PARSE_RECORD,
  type QueryParameter,
  type SavedQuery,
  UNWEIGHTED,
  WEIGHT_COMMANDS,
  WEIGHTED,
  WITHOUT_TESTS,
} from './query.ts';
import { REQUEST_QUERIES } from './request-queries.ts';

const ADDRESS: QueryParameter = {
  name: 'address',
  description: 'The address as in the records: whole, truncated or hashed',
};
const CLIENT: QueryParameter = { name: 'client', description: 'The client id of the application' };

/** The queries for operators and security teams. They filter with `=` and `in`, which use the field indexes. */
export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    name: 'Why was this request refused',
    description: "Why one request was refused, by the identity server's request id.",
    parameters: [{ name: 'request', description: 'The request id of the identity server' }],
    commands: [
      'filter event = "decision" and request_id = "{{request}}"',
      'sort @timestamp desc',
      'display @timestamp, outcome, test, refused_by, reason, signals.address.value, signals.address.cause, signals.geo.country, signals.reputation.score, signals.reputation.cause, unenforceable.0.rule, unenforceable.0.effect, client_id, decision_id',
    ],
  },
  {
    name: 'Refusals of a client',
    description: 'The refusals of one application, with address, country and reason.',
    parameters: [CLIENT],
    commands: [
      'filter event = "decision" and outcome = "refuse" and client_id = "{{client}}"',
      WITHOUT_TESTS,
      'sort @timestamp desc',
      'limit 200',
      'display @timestamp, refused_by, reason, signals.address.value, signals.geo.country, signals.reputation.score, grant, request_id, decision_id',
    ],
  },
  {
    name: 'One decision',
    description: 'The complete record of a decision, by the id in x-decision-id.',
    parameters: [{ name: 'decision', description: 'The decision id' }],
    commands: [
      'filter event = "decision" and decision_id = "{{decision}}"',
      'display @timestamp, @message',
    ],
  },
  {
    name: 'History of an address',
    description: `The decisions for one address. ${UNWEIGHTED}`,
    parameters: [ADDRESS],
    commands: [
      'filter event = "decision" and signals.address.value = "{{address}}"',
      WITHOUT_TESTS,
      'sort @timestamp desc',
      'limit 200',
      'display @timestamp, outcome, dry_run_outcome, refused_by, signals.geo.country, signals.reputation.score, signals.reputation.source, client_id, grant, decision_id',
    ],
  },
  {
    name: 'History of a client',
    description: `The decisions for one application, in steps of five minutes. ${WEIGHTED}`,
    parameters: [CLIENT],
    commands: [
      'filter event = "decision" and client_id = "{{client}}"',
      WITHOUT_TESTS,
      ...WEIGHT_COMMANDS,
      'stats sum(weight) as decisions by bin(5m), outcome',
      'sort decisions desc',
    ],
  },
  {
    name: 'Refusals by country',
    description:
      'The countries with the most refusals. A row without a country: it was unknown or not needed.',
    commands: [
      'filter event = "decision" and outcome = "refuse"',
      WITHOUT_TESTS,
      'stats count(*) as refusals by signals.geo.country',
      'sort refusals desc',
      'limit 25',
    ],
  },
  {
    name: 'Refusals by rule',
    description: 'The rules that refuse, and how many applications are affected.',
    commands: [
      'filter event = "decision" and outcome = "refuse"',
      WITHOUT_TESTS,
      'stats count(*) as refusals, count_distinct(client_id) as clients by refused_by, reason',
      'sort refusals desc',
    ],
  },
  {
    name: 'Dry-run refusals by rule',
    description: `What a policy in monitor mode would refuse if it were enforced. ${WEIGHTED}`,
    commands: [
      'filter event = "decision" and dry_run_outcome = "refuse"',
      WITHOUT_TESTS,
      ...WEIGHT_COMMANDS,
      'stats sum(weight) as refusals, count_distinct(client_id) as clients by dry_run_refused_by',
      'sort refusals desc',
    ],
  },
  {
    name: 'Monitored rules',
    description: `The outcome that each monitored rule would have had on its own. ${WEIGHTED}`,
    commands: [
      'filter event = "decision" and ispresent(monitored.0.rule)',
      WITHOUT_TESTS,
      PARSE_RECORD,
      ...WEIGHT_COMMANDS,
      'unnest record.monitored into monitored_rule',
      'stats sum(weight) as decisions by monitored_rule.rule, monitored_rule.outcome',
      'sort decisions desc',
    ],
  },
  {
    name: 'Unknown signals by cause',
    description: `The signals that were needed but unknown, and why. ${WEIGHTED}`,
    commands: [
      'filter event = "decision" and ispresent(unknown.0.signal)',
      WITHOUT_TESTS,
      PARSE_RECORD,
      ...WEIGHT_COMMANDS,
      'unnest record.unknown into missing',
      'stats sum(weight) as decisions by missing.signal, missing.cause',
      'sort decisions desc',
    ],
  },
  {
    name: 'Unenforceable restrictions',
    description: `The restrictions that could not be applied, by application. ${WEIGHTED}`,
    commands: [
      'filter event = "decision" and ispresent(unenforceable.0.rule)',
      WITHOUT_TESTS,
      PARSE_RECORD,
      ...WEIGHT_COMMANDS,
      'unnest record.unenforceable into restriction',
      'stats sum(weight) as decisions by restriction.rule, restriction.effect, restriction.cause, client_id',
      'sort decisions desc',
    ],
  },
  {
    name: 'Slowest decisions',
    description: `The slowest decisions, with the time of each stage (ms). ${UNWEIGHTED}`,
    commands: [
      'filter event = "decision"',
      WITHOUT_TESTS,
      'sort ms.total desc',
      'limit 50',
      'display @timestamp, ms.total, ms.read, ms.address, ms.geo, ms.reputation, ms.decide, signals.reputation.source, signals.reputation.cause, outcome, decision_id',
    ],
  },
  {
    name: 'Latency by reputation source',
    description: `The latency of decisions, by the source of the reputation (ms). ${UNWEIGHTED}`,
    commands: [
      'filter event = "decision"',
      WITHOUT_TESTS,
      'stats count(*) as records, pct(ms.total, 50) as p50, pct(ms.total, 99) as p99, max(ms.total) as longest by signals.reputation.source, signals.reputation.cause',
      'sort p99 desc',
    ],
  },
  ...LOOKUP_QUERIES,
  ...REQUEST_QUERIES,
  {
    name: 'Decisions by policy',
    description: `The outcomes of each policy revision, to compare them after a change. ${WEIGHTED}`,
    commands: [
      'filter event = "decision"',
      WITHOUT_TESTS,
      ...WEIGHT_COMMANDS,
      'stats sum(weight) as decisions by policy_revision, policy_mode, outcome',
      'sort policy_revision asc',
    ],
  },
  {
    name: 'Test requests',
    description:
      'The decisions on requests that are marked as tests: by the canary, a smoke test or a verification.',
    commands: [
      'filter event = "decision" and ispresent(test)',
      'sort @timestamp desc',
      'limit 200',
      'display @timestamp, test, outcome, refused_by, ms.total, signals.address.value, client_id, request_id, decision_id',
    ],
  },
  {
    name: 'Rejected calls',
    description:
      'Calls without a decision: a wrong credential (401) or an invalid request (400). One line counts all calls of a second.',
    commands: [
      'filter event = "rejected"',
      // Quoted, because it is also the name of a function.
      'stats sum(`count`) as calls by bin(5m), status, why',
      'sort calls desc',
    ],
  },
  {
    name: 'Internal errors',
    description:
      'Internal errors of the service. Each one on the path of the action is a failed login.',
    commands: [
      'filter event = "internal-error"',
      'sort @timestamp desc',
      'limit 50',
      'display @timestamp, err.type, err.message, err.stack',
    ],
  },
  {
    name: 'Warnings and errors',
    description: 'Warnings and errors about AbuseIPDB, the cache, secrets and data, latest first.',
    commands: [
      'filter level in ["warn", "error", "fatal"] and event != "rejected" and event != "internal-error"',
      'sort @timestamp desc',
      'limit 100',
      'display @timestamp, level, event, cause, until, reason, why, msg',
    ],
  },
];

/** Name of the query of the refresher's log, to which alarms refer. */
export const FEED_QUERY = 'Feed refreshes';

/** The queries of a stack with feeds. */
export const FEED_QUERIES: readonly SavedQuery[] = [
  {
    name: FEED_QUERY,
    description:
      'What the refresher has published, rejected, could not download, or deleted, latest first.',
    commands: [
      'filter event in ["feed-published", "feed-rejected", "feed-failed", "feed-deleted", "feed-clean-up-failed"]',
      'sort @timestamp desc',
      'limit 200',
      'display @timestamp, event, feed, reason, why, since, published_at, accepted, note',
    ],
  },
  {
    name: 'Feeds in the service',
    description:
      'The feeds that tasks have loaded or could not load, and their state, latest first.',
    commands: [
      'filter event in ["feed-loaded", "feed-load-failed", "feed-absent", "feed-expired", "feed-renewed", "feed-downgraded"]',
      'sort @timestamp desc',
      'limit 200',
      'display @timestamp, event, feed, published, why, msg, @logStream',
    ],
  },
];
