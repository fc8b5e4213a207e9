/** A value that the user enters before a query runs; `{{name}}` in the query. */
export interface QueryParameter {
  readonly name: string;
  readonly description: string;
}

/** A CloudWatch Logs Insights query over the log of the service. */
export interface SavedQuery {
  /** Name in the console, in a folder named after the stack. */
  readonly name: string;
  /** What the query shows. It becomes a comment above the query. */
  readonly description: string;
  readonly parameters?: readonly QueryParameter[];
  /** The commands, without the pipes between them. */
  readonly commands: readonly string[];
}

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

export const WEIGHTED = 'Sampled records are weighted.';
export const UNWEIGHTED = 'Unremarkable decisions may be sampled.';

/** `unnest` needs the parsed record, because Logs Insights flattens arrays (`unknown.0.signal`). */
export const PARSE_RECORD = 'fields jsonParse(@message) as record';

/** Returns the query as it is saved. */
export function queryString({ description, commands }: SavedQuery): string {
  return `# ${description}\n${commands.join('\n| ')}`;
}
