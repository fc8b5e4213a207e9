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

export { WEIGHT_COMMANDS, WITHOUT_TESTS } from '../../app/tools/logs/decision-query.ts';

export const WEIGHTED = 'Sampled records are weighted.';
export const UNWEIGHTED = 'Unremarkable decisions may be sampled.';

/** `unnest` needs the parsed record, because Logs Insights flattens arrays (`unknown.0.signal`). */
export const PARSE_RECORD = 'fields jsonParse(@message) as record';

/** Returns the query as it is saved. */
export function queryString({ description, commands }: SavedQuery): string {
  return `# ${description}\n${commands.join('\n| ')}`;
}
