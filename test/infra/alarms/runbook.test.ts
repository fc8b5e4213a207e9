import { readdirSync, readFileSync } from 'node:fs';
import { allAlarms, anchorOf, configurationsWith, severityOf } from './severity.ts';

const ROOT = new URL('../../../', import.meta.url);
const TEXT = readFileSync(new URL('docs/runbook.md', ROOT), 'utf8');

interface Section {
  readonly heading: string;
  /** The anchor that GitHub derives from the heading. */
  readonly anchor: string;
  readonly text: string;
}

const sections: readonly Section[] = TEXT.split(/^### /m)
  .slice(1)
  .map((part) => {
    const [heading = '', ...lines] = part.replace(/^## [\s\S]*/m, '').split('\n');
    const anchor = heading.toLowerCase().replaceAll(' ', '-');
    return { heading, anchor, text: lines.join('\n') };
  });

/** The severity in each of the configurations, by the first words of a section. */
const SEVERITIES: Readonly<Record<string, readonly string[]>> = {
  Page: ['page', 'page'],
  Ticket: ['ticket', 'ticket'],
  'Ticket; it pages while': ['ticket, pages with', 'ticket, pages with'],
  Evidence: ['nobody, pages with', 'nobody, pages with'],
  'A page with `allowedCidrs`': ['ticket', 'page'],
};

test('every alarm of any configuration has a section, and every section an alarm', () => {
  const alarms = allAlarms().map(({ description }) => anchorOf(description));
  const documented = sections.map(({ anchor }) => anchor);
  expect(new Set(documented).size).toBe(documented.length);
  expect({
    'alarms without a section: add it to docs/runbook.md': alarms.filter(
      (anchor) => !documented.includes(anchor ?? ''),
    ),
    'sections of docs/runbook.md without an alarm: rename or remove them': documented.filter(
      (anchor) => !alarms.includes(anchor),
    ),
  }).toEqual({
    'alarms without a section: add it to docs/runbook.md': [],
    'sections of docs/runbook.md without an alarm: rename or remove them': [],
  });
});

describe.each(sections)('$heading', ({ heading, anchor, text }) => {
  const part = (name: string) =>
    new RegExp(
      `^\\*\\*${name}\\.\\*\\*\\s+([\\s\\S]*?)(?=^\\*\\*[A-Z]\\w+\\.\\*\\*\\s|(?![\\s\\S]))`,
      'm',
    ).exec(text)?.[1];

  test('is named after its alarm', () => {
    const ids = allAlarms().filter(({ description }) => anchorOf(description) === anchor);
    // An id has "AbuseIpdb" where the heading has "AbuseIPDB".
    const words = heading.replace('AbuseIPDB', 'AbuseIpdb').replace('API', 'Api');
    const expectedId = words.replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
    // An id may end with what the alarm is about, as in FeedTooOld-tor-exits.
    expect(new Set(ids.map(({ id }) => id.split('-')[0]))).toEqual(new Set([expectedId]));
  });

  test('has a description, an investigation and a resolution', () => {
    for (const name of ['Description', 'Investigation', 'Resolution']) {
      expect(part(name)?.trim().length).toBeGreaterThan(20);
    }
  });

  test('begins with pausing Risk Gate exactly if the alarm can page', () => {
    const severities = configurationsWith(anchor).map((name) => severityOf(name, anchor) ?? '');
    const canPage = severities.some((severity) => severity.includes('page'));
    const [, afterSeverity = ''] = text.trim().split(/\n\n/);
    const begins = afterSeverity.startsWith('**First.** ');
    expect({ canPage, begins }).toEqual({ canPage, begins: canPage });
    if (begins) expect(afterSeverity).toContain('[pause Risk Gate](#pause-risk-gate)');
  });

  test('has a query or command for the investigation', () => {
    expect(part('Investigation')).toMatch(/^```sh\n(?:query '|aws |curl )[\s\S]+?^```$/m);
  });

  test('states the severity of the alarm', () => {
    const [first = ''] = text.trim().split('\n');
    const [, word = ''] =
      /^(Page|Ticket; it pages while|Ticket|Evidence|A page with `allowedCidrs`)/.exec(first) ?? [];
    const severities = configurationsWith(anchor).map((name) => severityOf(name, anchor));
    const stated = SEVERITIES[word]?.map((each, index) => severities[index] && each);
    expect(severities).toEqual(stated);
  });
});

test('queries filter by events that the service or a function of the stack logs', () => {
  const source = ['app/src/', 'infra/functions/']
    .flatMap((path) => {
      const folder = new URL(path, ROOT);
      return readdirSync(folder, { encoding: 'utf8', recursive: true })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(new URL(name, folder), 'utf8'));
    })
    .join('\n');
  const filters = [...TEXT.matchAll(/event (?:= ("[\w-]+")|in \[([^\]]+)\])/g)];
  const events = filters.flatMap(
    ([, one, several]) => (one ?? several ?? '').match(/[\w-]+/g) ?? [],
  );
  expect(events.length).toBeGreaterThan(20);
  expect(events.filter((event) => !source.includes(`event: '${event}'`))).toEqual([]);
});

/** What a task has loaded or used: a test shows it as well as a login does. */
const INCLUDING_TESTS =
  /by policy_revision, @logStream|signals\.reputation\.source = "abuseipdb" \| stats/;

test('queries on decisions exclude tests, as the alarms do', () => {
  const queries = TEXT.split('\n').filter((line) => line.includes('event = "decision"'));
  const others = queries.filter((line) => !INCLUDING_TESTS.test(line));
  expect(queries.length - others.length).toBe(2);
  expect(others.length).toBeGreaterThan(10);
  expect({
    'queries that count tests: add "and not ispresent(test)"': others.filter(
      (line) => !line.includes(' and not ispresent(test) '),
    ),
  }).toEqual({ 'queries that count tests: add "and not ispresent(test)"': [] });
});
