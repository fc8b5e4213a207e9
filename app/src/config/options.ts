import type * as z from 'zod';

/** Invalid configuration; its message has one line per issue. */
export class ConfigError extends Error {}

/** The schema of each option, by name. A schema receives `undefined` for an option that is not set. */
export type OptionTable = Readonly<Record<string, z.ZodType>>;

/** The values of the options of a table, by name. */
export type Options<Table extends OptionTable> = {
  readonly [Name in keyof Table]: z.output<Table[Name]>;
};

export interface ParsedOptions<Table extends OptionTable> {
  /** The valid options and the defaults; invalid options are absent. */
  readonly options: Partial<Options<Table>>;
  /** One sentence each. Callers append the issues of conflicting options. */
  readonly issues: string[];
}

/**
 * Parses every option of a table, so that all issues are reported in one pass.
 *
 * @param values raw values by name, as from `process.env` or `cdk.json`.
 */
export function parseOptions<Table extends OptionTable>(
  table: Table,
  values: Readonly<Record<string, unknown>>,
): ParsedOptions<Table> {
  const options: Record<string, unknown> = {};
  const issues: string[] = [];
  for (const [name, schema] of Object.entries(table)) {
    const result = schema.safeParse(isSet(values[name]) ? values[name] : undefined);
    if (result.success) options[name] = result.data;
    else issues.push(...result.error.issues.map(({ message }) => `${name} ${message}.`));
  }
  return { options: options as Partial<Options<Table>>, issues };
}

/** Returns whether an option has a value, valid or not. An empty string counts as not set. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/**
 * Returns the complete options.
 *
 * @throws ConfigError with all issues if any option is invalid.
 */
export function requireValid<Table extends OptionTable>({
  options,
  issues,
}: ParsedOptions<Table>): Options<Table> {
  if (issues.length > 0) throw new ConfigError(issues.join('\n'));
  return options as Options<Table>;
}
