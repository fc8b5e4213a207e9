import { Stack } from 'aws-cdk-lib';
import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** A value that whoever runs a query fills in; the query has it as `{{name}}`. */
export interface QueryParameter {
  readonly name: string;
  readonly description: string;
}

/** A query of CloudWatch Logs Insights on the lines that the service writes. */
export interface SavedQuery {
  /** Its name in the console, in a folder named after the stack. */
  readonly name: string;
  /** The question that it answers; a comment above the query. */
  readonly question: string;
  readonly parameters?: readonly QueryParameter[];
  /** Its commands, without the pipes between them. */
  readonly commands: readonly string[];
}

/**
 * Issued decisions may be recorded in samples, and then each stands for several. Decisions that
 * restrict or refuse are all recorded.
 */
const WEIGH = ['fields 100 as whole', 'fields 100 / coalesce(sampled_percent, whole) as weight'];
const WEIGHED = 'Records of issued tokens count as often as they were sampled.';
const NOT_WEIGHED = 'Of issued tokens there may be only a sample.';

/** Arrays are flattened into `unknown.0.signal` and so on: to count their elements they are parsed anew. */
const PARSE = 'fields jsonParse(@message) as record';

const ADDRESS: QueryParameter = {
  name: 'address',
  description: 'The address as the records write it: whole, truncated or hashed',
};
const CLIENT: QueryParameter = { name: 'client', description: 'The client id of the application' };

/** What an operator or a security team asks of the log. Only `=` and `in` make use of the field indexes. */
export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    name: 'Why was this request refused',
    question: "Why one person got no token, by the identity server's id of the request.",
    parameters: [{ name: 'request', description: 'The request id of the identity server' }],
    commands: [
      'filter event = "decision" and request_id = "{{request}}"',
      'sort @timestamp desc',
      'display @timestamp, outcome, refused_by, reason, signals.address.value, signals.address.cause, signals.geo.country, signals.reputation.score, signals.reputation.cause, unenforceable.0.rule, unenforceable.0.effect, client_id, decision_id',
    ],
  },
  {
    name: 'Refusals of a client',
    question: 'Who got no token of one application, from where and why: without a request id.',
    parameters: [CLIENT],
    commands: [
      'filter event = "decision" and outcome = "refuse" and client_id = "{{client}}"',
      'sort @timestamp desc',
      'limit 200',
      'display @timestamp, refused_by, reason, signals.address.value, signals.geo.country, signals.reputation.score, grant, request_id, decision_id',
    ],
  },
  {
    name: 'One decision',
    question: 'The whole record of a decision, by the id in x-decision-id.',
    parameters: [{ name: 'decision', description: 'The decision id' }],
    commands: [
      'filter event = "decision" and decision_id = "{{decision}}"',
      'display @timestamp, @message',
    ],
  },
  {
    name: 'History of an address',
    question: `What one address asked for, and got. ${NOT_WEIGHED}`,
    parameters: [ADDRESS],
    commands: [
      'filter event = "decision" and signals.address.value = "{{address}}"',
      'sort @timestamp desc',
      'limit 200',
      'display @timestamp, outcome, dry_run_outcome, refused_by, signals.geo.country, signals.reputation.score, signals.reputation.source, client_id, grant, decision_id',
    ],
  },
  {
    name: 'History of a client',
    question: `What became of the tokens of one application, in steps of five minutes. ${WEIGHED}`,
    parameters: [CLIENT],
    commands: [
      'filter event = "decision" and client_id = "{{client}}"',
      ...WEIGH,
      'stats sum(weight) as decisions by bin(5m), outcome',
      'sort decisions desc',
    ],
  },
  {
    name: 'Countries refused',
    question:
      'Where the most refusals come from. Without a country it was unknown or not asked for.',
    commands: [
      'filter event = "decision" and outcome = "refuse"',
      'stats count(*) as refusals by signals.geo.country',
      'sort refusals desc',
      'limit 25',
    ],
  },
  {
    name: 'Refusals by rule',
    question: 'Which rules refuse, for how many applications.',
    commands: [
      'filter event = "decision" and outcome = "refuse"',
      'stats count(*) as refusals, count_distinct(client_id) as clients by refused_by, reason',
      'sort refusals desc',
    ],
  },
  {
    name: 'Would-be refusals by rule',
    question: `What enforcing a policy in monitor mode would refuse. ${WEIGHED}`,
    commands: [
      'filter event = "decision" and dry_run_outcome = "refuse"',
      ...WEIGH,
      'stats sum(weight) as refusals, count_distinct(client_id) as clients by dry_run_refused_by',
      'sort refusals desc',
    ],
  },
  {
    name: 'Monitored rules',
    question: `What each monitored rule would have resulted in by itself. ${WEIGHED}`,
    commands: [
      'filter event = "decision" and ispresent(monitored.0.rule)',
      PARSE,
      ...WEIGH,
      'unnest record.monitored into monitored_rule',
      'stats sum(weight) as decisions by monitored_rule.rule, monitored_rule.outcome',
      'sort decisions desc',
    ],
  },
  {
    name: 'Unknown signals by cause',
    question: `Which signals a rule needed and did not get, and why. ${WEIGHED}`,
    commands: [
      'filter event = "decision" and ispresent(unknown.0.signal)',
      PARSE,
      ...WEIGH,
      'unnest record.unknown into missing',
      'stats sum(weight) as decisions by missing.signal, missing.cause',
      'sort decisions desc',
    ],
  },
  {
    name: 'Unenforceable restrictions',
    question: `Which restrictions the action of which application does not allow. ${WEIGHED}`,
    commands: [
      'filter event = "decision" and ispresent(unenforceable.0.rule)',
      PARSE,
      ...WEIGH,
      'unnest record.unenforceable into restriction',
      'stats sum(weight) as decisions by restriction.rule, restriction.effect, restriction.cause, client_id',
      'sort decisions desc',
    ],
  },
  {
    name: 'Slowest decisions',
    question: `Which decisions took the longest, and in which stage (ms). ${NOT_WEIGHED}`,
    commands: [
      'filter event = "decision"',
      'sort ms.total desc',
      'limit 50',
      'display @timestamp, ms.total, ms.read, ms.address, ms.geo, ms.reputation, ms.decide, signals.reputation.source, signals.reputation.cause, outcome, decision_id',
    ],
  },
  {
    name: 'Time by source of the reputation',
    question: `How long decisions take, by where the reputation came from (ms). ${NOT_WEIGHED}`,
    commands: [
      'filter event = "decision"',
      'stats count(*) as records, pct(ms.total, 50) as p50, pct(ms.total, 99) as p99, max(ms.total) as longest by signals.reputation.source, signals.reputation.cause',
      'sort p99 desc',
    ],
  },
  {
    name: 'Decisions by policy',
    question: `What each revision of the policy decides: a change that was meant, or not. ${WEIGHED}`,
    commands: [
      'filter event = "decision"',
      ...WEIGH,
      'stats sum(weight) as decisions by policy_revision, policy_mode, outcome',
      'sort policy_revision asc',
    ],
  },
  {
    name: 'Rejected calls',
    question:
      'Calls that got no decision: a wrong credential (401), or no request of the action (400). A line stands for all within a second.',
    commands: [
      'filter event = "rejected"',
      // Quoted, as it is the name of a function, too.
      'stats sum(`count`) as calls by bin(5m), status, why',
      'sort calls desc',
    ],
  },
  {
    name: 'Internal errors',
    question:
      'Faults of the service itself: each one on the path of the action is a login that failed.',
    commands: [
      'filter event = "internal-error"',
      'sort @timestamp desc',
      'limit 50',
      'display @timestamp, err.type, err.message, err.stack',
    ],
  },
  {
    name: 'Trouble around the service',
    question:
      'What the service said of AbuseIPDB, the table, its secrets and its data, latest first.',
    commands: [
      'filter level in ["warn", "error", "fatal"] and event != "rejected" and event != "internal-error"',
      'sort @timestamp desc',
      'limit 100',
      'display @timestamp, level, event, cause, until, reason, why, msg',
    ],
  },
];

/** The text of a query as it is saved. */
export function queryText({ question, commands }: SavedQuery): string {
  return `# ${question}\n${commands.join('\n| ')}`;
}

export interface SavedQueriesProps {
  readonly logGroup: ILogGroup;
}

/** The saved queries of the log group, in the console under Logs Insights. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { logGroup }: SavedQueriesProps) {
    super(scope, id);
    for (const query of SAVED_QUERIES) {
      new CfnQueryDefinition(this, query.name.replaceAll(/\W/g, ''), {
        name: `${Stack.of(this).stackName}/${query.name}`,
        queryString: queryText(query),
        logGroupNames: [logGroup.logGroupName],
        ...(query.parameters && { parameters: [...query.parameters] }),
      });
    }
  }
}
