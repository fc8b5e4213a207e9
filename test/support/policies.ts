import { compilePolicy } from '../../app/src/policy/compile.ts';
import { PolicyError } from '../../app/src/policy/file/issues.ts';
import type { Policy } from '../../app/src/policy/policy.ts';
import { SIGNAL_NAMES } from '../../app/src/signals/request-signals.ts';

const IGNORED = Object.fromEntries(SIGNAL_NAMES.map((name) => [name, 'ignore']));

/**
 * Returns the text of a policy file. Signals that are unknown are ignored unless the file says otherwise.
 *
 * @param rules YAML, as `rule` returns it.
 * @param rest YAML of other top-level keys.
 */
export function policyText(rules: string, rest = ''): string {
  const ignored = `unknown: ${JSON.stringify(IGNORED)}`;
  const head = /^version:/m.test(rest) ? '' : 'version: 1\n';
  const unknown = /^unknown:/m.test(rest) ? '' : `${ignored}\n`;
  return `${head}${rest}${rest === '' ? '' : '\n'}${unknown}rules:${rules === '' ? ' []' : `\n${rules}`}`;
}

/** Returns one rule as YAML. The condition is quoted, because CEL uses characters that are special in YAML. */
export function rule(id: string, when: string | boolean, then: string, more = ''): string {
  const condition = typeof when === 'string' ? `'${when.replaceAll("'", "''")}'` : when;
  return `  - id: ${id}\n    when: ${condition}\n    then: ${then}\n${more && `    ${more}\n`}`;
}

/** Compiles the text of a policy file. */
export function compile(text: string): Policy {
  return compilePolicy(text, 'policy.yaml');
}

/** Returns the issues of a policy, one sentence each; an empty list if it compiles. */
export function issuesIn(text: string): readonly string[] {
  try {
    compile(text);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.issues;
    throw error;
  }
}

/** A rule as an object; without a condition, it always matches. */
export interface RuleFields {
  readonly id: string;
  readonly when?: string | boolean;
  readonly effects: object;
  readonly mode?: 'enforce' | 'monitor';
  readonly unenforceable?: 'deny' | 'ignore';
}

/** Compiles a policy of the given rules. Signals that are unknown are ignored unless `more` says otherwise. */
export function policyOf(rules: readonly RuleFields[], more: object = {}): Policy {
  const file = {
    version: 1,
    // biome-ignore lint/suspicious/noThenProperty: a key of the policy language, which nothing awaits
    rules: rules.map(({ effects, ...rule }) => ({ when: true, ...rule, then: effects })),
    unknown: IGNORED,
    ...more,
  };
  // JSON is YAML.
  return compile(JSON.stringify(file));
}

/** Compiles a policy with one rule, `rule`, that always matches. */
export function policyThat(effects: object, more: object = {}): Policy {
  return policyOf([{ id: 'rule', effects }], more);
}

/** Returns an expression as a text of a policy contains it: `${expression}`. */
export function cel(expression: string): string {
  return `\${${expression}}`;
}
