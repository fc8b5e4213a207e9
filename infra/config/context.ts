import { OPTION_TOLERANCE, similarName } from '../../app/src/config/similar-name.ts';

/** CDK's context as the options of the stack. */
export interface OptionContext {
  /** Raw values by name. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Names under `riskGate` in cdk.json, where no other tool has any. */
  readonly ownNames: readonly string[];
  readonly issues: readonly string[];
}

/** Context with any other name belongs to CDK (flags, looked-up values) or to another tool. */
const OPTION_NAME = /^[A-Za-z][\w-]*$/;

/** CDK's own context with a name like an option's: `cdk acknowledge` writes the first one. */
const CDK_NAME = /^(?:acknowledged-issue-numbers|cli-[\w-]+|debug)$/;

/** Reads `riskGate` of cdk.json and the values beside it (`-c name=value`), which override it. */
export function optionContext(context: Readonly<Record<string, unknown>>): OptionContext {
  const { riskGate = {}, ...rest } = context;
  const isObject = typeof riskGate === 'object' && riskGate !== null && !Array.isArray(riskGate);
  const own = isObject ? { ...riskGate } : {};
  const beside = Object.entries(rest).filter(
    ([name]) => OPTION_NAME.test(name) && !CDK_NAME.test(name),
  );
  return {
    values: { ...own, ...Object.fromEntries(beside) },
    ownNames: Object.keys(own),
    issues: isObject ? [] : ['riskGate in cdk.json must be an object: write { "name": value, … }.'],
  };
}

/**
 * Sorts out names that are not options. A name under `riskGate` is an issue, and so is one that resembles an
 * option: an `allowedCidr` that is silently ignored would admit every address. The others may be another
 * tool's, and are returned as foreign.
 */
export function checkNames(
  { values, ownNames }: OptionContext,
  options: readonly string[],
): { readonly issues: readonly string[]; readonly foreign: readonly string[] } {
  const issues: string[] = [];
  const foreign: string[] = [];
  for (const name of Object.keys(values).filter((each) => !options.includes(each))) {
    const meant = similarName(name, options, OPTION_TOLERANCE);
    if (meant !== undefined) {
      issues.push(`${name} is not an option: did you mean ${meant}? Rename or remove it.`);
    } else if (ownNames.includes(name)) {
      issues.push(`${name} is not an option: see the table in docs/configuration.md.`);
    } else {
      foreign.push(name);
    }
  }
  return { issues, foreign };
}
