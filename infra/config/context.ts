import { OPTION_TOLERANCE, similarName } from '../../app/src/config/similar-name.ts';

/** The part of CDK's context that may be options of the stack. */
export interface OptionContext {
  /** Raw values by name. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Names under `riskGate` in cdk.json, which no other tool uses. */
  readonly ownNames: readonly string[];
  readonly issues: readonly string[];
}

/** Context with any other name belongs to CDK (flags, looked-up values) or to another tool. */
const OPTION_NAME = /^[A-Za-z][\w-]*$/;

/** Context of CDK itself whose name looks like an option: `cdk acknowledge` writes the first one. */
const CDK_NAME = /^(?:acknowledged-issue-numbers|cli-[\w-]+|debug)$/;

/** Reads `riskGate` of cdk.json and the values beside it (`-c name=value`), which override it. */
export function optionContext(context: Readonly<Record<string, unknown>>): OptionContext {
  const { riskGate = {}, ...others } = context;
  const isObject = typeof riskGate === 'object' && riskGate !== null && !Array.isArray(riskGate);
  const own = isObject ? { ...riskGate } : {};
  const overrides = Object.entries(others).filter(
    ([name]) => OPTION_NAME.test(name) && !CDK_NAME.test(name),
  );
  return {
    values: { ...own, ...Object.fromEntries(overrides) },
    ownNames: Object.keys(own),
    issues: isObject ? [] : ['riskGate in cdk.json must be an object: write { "name": value, … }.'],
  };
}

/**
 * Finds names that are not options. One under `riskGate` is an issue, and so is one that resembles an option: if
 * `allowedCidr` were silently ignored, every address would be admitted. Other names may belong to another tool, and
 * are returned as foreign.
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
