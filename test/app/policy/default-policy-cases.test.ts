import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { compilePolicy } from '../../../app/src/policy/compile.ts';
import { PolicyError } from '../../../app/src/policy/file/issues.ts';
import type { Policy } from '../../../app/src/policy/policy.ts';
import { readCases } from '../../../app/tools/policy/cases/read.ts';
import { runCases } from '../../../app/tools/policy/cases/run.ts';

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../app/${path}`, import.meta.url)), 'utf8');
const POLICY = read('policy.yaml');
const { cases } = readCases(read('policy-cases/default.cases.yaml'), 'default.cases.yaml');

test('the cases of the default policy pass, and cover all of it', async () => {
  const { results, coverage } = await runCases(compilePolicy(POLICY, 'policy.yaml'), cases);
  expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
  expect(coverage.points.filter(({ reached }) => !reached)).toEqual([]);
  expect(coverage.percent).toBe(100);
});

type RuleFields = { id: string; when: string; then: Record<string, unknown> };
interface PolicyFields {
  lists: Record<string, unknown[]>;
  rules: RuleFields[];
  unknown: Record<string, unknown>;
  [key: string]: unknown;
}

/** The key of a rule's effects. */
const EFFECTS = 'then';

/** Replacements in conditions: comparisons, operators and boundaries. */
const REPLACEMENTS: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/>=/g, () => '>'],
  [/>=/g, () => '<'],
  [/(?<![<>=])<(?!=)/g, () => '<='],
  [/(?<![<>=])<(?!=)/g, () => '>='],
  [/&&/g, () => '||'],
  [/!\(/g, () => '('],
  [/\b\d+\b/g, (number) => String(Number(number) + 1)],
  [/\b\d+\b/g, (number) => String(Number(number) - 1)],
];

/** Returns policies that differ from the default policy in one place. */
function mutants(): [string, string][] {
  const found: [string, string][] = [];
  const add = (name: string, change: (policy: PolicyFields) => void) => {
    const policy: PolicyFields = parse(POLICY);
    change(policy);
    found.push([name, stringify(policy)]);
  };
  const original: PolicyFields = parse(POLICY);
  original.rules.forEach(({ id, when, then }, index) => {
    const ruleOf = (policy: PolicyFields) => policy.rules[index] as RuleFields;
    add(`without ${id}`, ({ rules }) => rules.splice(index, 1));
    add(`${id} negated`, (policy) => {
      ruleOf(policy).when = `!(${when})`;
    });
    add(`${id} monitored`, (policy) => Object.assign(ruleOf(policy), { mode: 'monitor' }));
    for (const [pattern, replace] of REPLACEMENTS) {
      for (const match of when.matchAll(pattern)) {
        const [text] = match;
        const mutant =
          when.slice(0, match.index) + replace(text) + when.slice(match.index + text.length);
        add(`${id}: ${mutant}`, (policy) => {
          ruleOf(policy).when = mutant;
        });
      }
    }
    for (const effects of [{ allow: true }, { deny: 'Mutant.' }, { lifetime: 777 }]) {
      if (JSON.stringify(effects) === JSON.stringify(then)) continue;
      add(`${id} with ${JSON.stringify(effects)}`, (policy) => {
        Object.assign(ruleOf(policy), { [EFFECTS]: effects });
      });
    }
    if (index > 0) {
      add(`${id} before its predecessor`, ({ rules }) => {
        rules.splice(index - 1, 0, ...rules.splice(index, 1));
      });
    }
  });
  for (const signal of Object.keys(original.unknown)) {
    for (const entry of ['ignore', { deny: 'Mutant.' }, { lifetime: 777 }, { allow: true }]) {
      if (entry === original.unknown[signal]) continue;
      add(`unknown.${signal} with ${JSON.stringify(entry)}`, ({ unknown }) => {
        unknown[signal] = entry;
      });
    }
  }
  original.lists.restricted_countries?.forEach((country, index) => {
    add(`without ${country}`, ({ lists }) => lists.restricted_countries?.splice(index, 1));
  });
  add('unenforceable: ignore', (policy) => {
    policy.unenforceable = 'ignore';
  });
  add('in another time zone', (policy) => {
    policy.timezone = 'Asia/Colombo';
  });
  return found;
}

/** Changes that no request can notice. */
const EQUIVALENT: ReadonlySet<string> = new Set([
  // They exclude each other, and both restrict.
  'elevated-ip-risk-at-odd-hours before its predecessor',
]);

describe('the cases of the default policy find', () => {
  const all = mutants().filter(([name]) => !EQUIVALENT.has(name));
  const compiled = all.flatMap(([name, text]) => compileMutant(name, text));

  test.each(compiled)('%s', async (_, policy) => {
    expect((await runCases(policy, cases)).failed).toBeGreaterThan(0);
  });

  test('nearly all changes, because few are issues of the policy', () => {
    expect(compiled.length).toBeGreaterThan(0.9 * all.length);
  });
});

/** A change that is an issue of the policy prevents its start: no case has to find it. */
function compileMutant(name: string, text: string): [string, Policy][] {
  try {
    return [[name, compilePolicy(text, 'policy.yaml')]];
  } catch (error) {
    if (error instanceof PolicyError) return [];
    throw error;
  }
}
