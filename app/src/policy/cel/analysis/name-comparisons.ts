import { listInWords } from '../../../lib/list-in-words.ts';
import type { Issues } from '../../file/issues.ts';
import type { ParsedList } from '../../lists.ts';
import type { NameDomain } from './domains.ts';
import { type Flow, flowOf, type Source, sourcesOf } from './flow.ts';
import { mapNames, mayContain, nameIssue } from './known-names.ts';

/** Reports a value of the policy that is compared with a name, but is not one of the known ones. */
export function checkName(
  domain: NameDomain,
  source: Source,
  lists: ReadonlyMap<string, ParsedList>,
  issues: Issues,
): void {
  if (source.kind === 'constant') {
    if (typeof source.value === 'string') reportName(domain, source.value, '', issues);
  } else if (source.kind === 'entry') {
    for (const { value } of lists.get(source.list)?.entries ?? []) {
      if (typeof value === 'string') {
        reportName(domain, value, `lists.${source.list} contains "${value}", but `, issues);
      }
    }
  }
}

function reportName({ names, name }: NameDomain, text: string, prefix: string, issues: Issues) {
  const issue = nameIssue(names, text);
  if (issue === undefined) return;
  const { suggestion, isImpossible } = issue;
  const details = suggestion === undefined ? undefined : { suggestion };
  if (isImpossible) {
    issues.add(`${prefix}${name} is never "${text}"; write "${suggestion}"`, details);
    return;
  }
  const remedy =
    suggestion === undefined
      ? `the known ones are ${listInWords(names.values.filter((value) => !value.startsWith('urn:')))}`
      : `write "${suggestion}"`;
  issues.warn(
    'unknown-name',
    `${prefix}"${text}" is not one of the values of ${name} that ${names.origin}, so the comparison may never be true; ${remedy}`,
    details,
  );
}

const TESTS = { startsWith: 'startsWith', endsWith: 'endsWith', contains: 'includes' } as const;

/** Reports a constant that is searched in a name, but is not a part of any of the known ones. */
export function checkNamePart(value: Flow, method: string, part: Flow, issues: Issues): void {
  const test = Object.hasOwn(TESTS, method) ? TESTS[method as keyof typeof TESTS] : undefined;
  if (test === undefined) return;
  for (const { domain } of sourcesOf(value, 'field')) {
    if (domain.kind !== 'names') continue;
    for (const { value: constant } of sourcesOf(part, 'constant')) {
      if (typeof constant !== 'string' || mayContain(domain.names, test, constant)) continue;
      issues.warn(
        'unknown-name',
        `no value of ${domain.name} that ${domain.names.origin} matches ${method}("${constant}"), so it may never be true; the known ones are ${listInWords(domain.names.values)}`,
      );
    }
  }
}

const CHANGES: Readonly<Record<string, (text: string) => string>> = {
  lowerAscii: (text) => text.toLowerCase(),
  upperAscii: (text) => text.toUpperCase(),
  trim: (text) => text.trim(),
};

/** Returns the flow of a name in capital or small letters; `undefined` if the value is no name. */
export function changeNames(flow: Flow, method: string): Flow | undefined {
  const change = Object.hasOwn(CHANGES, method) ? CHANGES[method] : undefined;
  const [source, ...others] = flow.sources.values();
  if (change === undefined || source?.kind !== 'field' || others.length > 0) return undefined;
  const { domain } = source;
  if (domain.kind !== 'names') return undefined;
  const names = mapNames(domain.names, change);
  return flowOf({
    kind: 'field',
    domain: { ...domain, names, name: `${domain.name}.${method}()` },
  });
}
