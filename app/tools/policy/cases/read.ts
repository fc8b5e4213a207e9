import type * as z from 'zod';
import { Issues, type LocatedIssue, PolicyError } from '../../../src/policy/file/issues.ts';
import { type PlaceOf, readYaml } from '../../../src/policy/file/source.ts';
import { validate, validateParts } from '../../../src/policy/file/validate.ts';
import type { Mode } from '../../../src/policy/policy.ts';
import { type Expectation, expectation, mergeExpectations } from './expectation.ts';
import { addFacts, type Facts, NO_FACTS } from './facts.ts';
import { caseFile, caseForm, suggestKeys, withoutExtensions } from './forms.ts';
import type { StatedLists } from './lists.ts';
import { given } from './schema.ts';

/** One request, and what is expected of the decision on it. */
export interface PolicyCase {
  readonly name: string;
  readonly file: string;
  /** Line of the case in its file, from 1. */
  readonly line: number;
  /** Lists that replace those of the policy; the same object for all cases of a file. */
  readonly lists: StatedLists | undefined;
  /** Replaces the mode of the policy. */
  readonly mode: Mode | undefined;
  /** With at most one cause for each unknown signal. */
  readonly facts: Facts;
  readonly expect: Expectation;
}

/** A file with cases. */
export interface CaseFile {
  readonly file: string;
  /** The policy that the file names, relative to the file. */
  readonly policy: string | undefined;
  readonly cases: readonly PolicyCase[];
}

/** Rows of a table of cases, causes multiplied. A typing error in a table must not produce millions. */
const MAX_CASES = 100_000;

/**
 * Reads the text of a file with cases.
 *
 * @param file its name, for messages.
 * @throws PolicyError with every issue, each with file, line, case and reason.
 */
export function readCases(text: string, file: string): CaseFile {
  const source = readYaml(text, file, placeInCases);
  const issues = new Issues();
  const { value } = source;
  if (value === null) issues.add('the file is empty; write cases, e.g. as in docs/policy-tests.md');
  const form =
    value === null
      ? undefined
      : validateParts(caseFile, withoutExtensions(value), { cases: [] }, issues);
  const reader = new CaseReader(issues);
  const drafts = form === undefined ? [] : reader.read(form);
  suggestKeys(issues);
  if (issues.list.length > 0) throw new PolicyError(source.locate(issues.list));
  const lines = linesOf(drafts, (all) => source.locate(all));
  const cases = drafts.map(({ path: _, ...draft }, index) => ({
    ...draft,
    file,
    lists: form?.lists,
    mode: form?.mode,
    line: lines[index] ?? 1,
  }));
  return { file, policy: form?.policy, cases };
}

type Path = readonly (string | number)[];
type Draft = Omit<PolicyCase, 'file' | 'line' | 'lists' | 'mode'> & { readonly path: Path };

class CaseReader {
  readonly #issues: Issues;
  #count = 0;

  constructor(issues: Issues) {
    this.#issues = issues;
  }

  read({ defaults = {}, cases }: z.output<typeof caseFile>): Draft[] {
    const at = this.#issues.at('defaults');
    const facts = this.#addGiven(NO_FACTS, defaults.given, at.at('given'));
    const drafts = cases.flatMap((value, index) =>
      this.#readCase(value, ['cases', index], facts, defaults.expect),
    );
    this.#reportSameNames(drafts);
    return drafts;
  }

  #readCase(value: unknown, path: Path, base: Facts, defaultExpect: unknown): Draft[] {
    const at = this.#issues.at(...path);
    const form = validateParts(caseForm, value, { name: 'unnamed' }, at);
    if (form === undefined) return [];
    const { name, each } = form;
    const facts = this.#addGiven(base, form.given, at.at('given'));
    if (each === undefined) {
      return this.#expand(name, facts, [defaultExpect, form.expect], path);
    }
    if (each.length === 0) at.at('each').add('must have a row, e.g. - { score: 25 }');
    return each.flatMap((row, index) => {
      const rowPath = [...path, 'each', index];
      const { name: own, expect, ...fields } = row;
      const rowFacts = this.#addGiven(facts, fields, this.#issues.at(...rowPath));
      if (own !== undefined && typeof own !== 'string') {
        this.#issues.at(...rowPath, 'name').add('must be a string');
      }
      const label = typeof own === 'string' ? own : describeRow(fields);
      return this.#expand(
        label === '' ? name : `${name}: ${label}`,
        rowFacts,
        [defaultExpect, form.expect, expect],
        rowPath,
      );
    });
  }

  #addGiven(base: Facts, value: unknown, issues: Issues): Facts {
    if (value === undefined) return base;
    const fields = validateParts(given, value, {}, issues);
    return fields === undefined ? base : addFacts(base, fields, issues);
  }

  /** Returns a case for each combination of causes. */
  #expand(name: string, facts: Facts, expects: readonly unknown[], path: Path): Draft[] {
    const place = this.#issues.at(...path, 'expect');
    const stated = mergeExpectations(expects);
    if (stated === undefined) {
      place.add('is missing; state what the case expects, e.g. expect: refuse');
      return [];
    }
    const expect = validate(expectation, stated, place);
    if (expect === undefined) return [];
    const several = Object.entries(facts.causes).filter(([, causes]) => causes.length > 1);
    let drafts: Draft[] = [{ name, facts, expect, path }];
    for (const [signal, causes] of several) {
      if ((this.#count + drafts.length) * causes.length > MAX_CASES) {
        place.add(`the file has more than ${MAX_CASES} cases; name fewer causes`);
        return [];
      }
      drafts = drafts.flatMap((draft) =>
        causes.map((cause) => ({
          ...draft,
          name: `${draft.name} (${signal}: ${cause})`,
          facts: { ...draft.facts, causes: { ...draft.facts.causes, [signal]: [cause] } },
        })),
      );
    }
    this.#count += drafts.length;
    return drafts;
  }

  #reportSameNames(drafts: readonly Draft[]): void {
    const seen = new Set<string>();
    for (const { name, path } of drafts) {
      if (seen.has(name)) {
        this.#issues
          .at(...path)
          .add(
            `another case has the name ${JSON.stringify(name)}; give this one a name of its own`,
          );
      }
      seen.add(name);
    }
  }
}

/** Returns the fields of a row as its name: `score 25, time 09:00`. */
function describeRow(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

function linesOf(
  drafts: readonly Draft[],
  locate: (issues: Issues['list']) => readonly LocatedIssue[],
): number[] {
  // One by one, because `locate` sorts.
  const lineOf = new Map<string, number>();
  return drafts.map(({ path }) => {
    const key = path.join('.');
    const line =
      lineOf.get(key) ?? locate([{ path, message: '', severity: 'error' }])[0]?.line ?? 1;
    lineOf.set(key, line);
    return line;
  });
}

/** Returns the name of a place, e.g. `case "low score", given.time` for `cases.2.given.time`. */
const placeInCases: PlaceOf = (value, path) => {
  const [first, index, ...rest] = path;
  if (first !== 'cases' || typeof index !== 'number') return { place: path.join('.') };
  const cases = (value as { cases?: readonly unknown[] } | null)?.cases;
  const name = (cases?.[index] as { name?: unknown } | null | undefined)?.name;
  const label = typeof name === 'string' ? `case "${name}"` : `case ${index + 1}`;
  const [key, row, ...more] = rest;
  const inRow = key === 'each' && typeof row === 'number';
  const parts = inRow ? [`row ${row + 1}`, more.join('.')] : [rest.join('.')];
  return { place: [label, ...parts].filter((part) => part !== '').join(', ') };
};
