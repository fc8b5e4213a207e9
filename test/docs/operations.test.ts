import { readdirSync, readFileSync } from 'node:fs';
import { BUILT_IN_FEEDS } from '../../app/src/feeds/index.ts';
import { ROOT, readPage, sectionOf } from './pages.ts';

test('docs/operations.md names only events that the service logs', () => {
  const section = sectionOf(readPage('docs/operations.md'), 'Behaviour during outages');
  const named = [...section.matchAll(/`([a-z]+(?:-[a-z0-9]+)+)`/g)].map(([, name]) => name);
  const source = new URL('app/src/', ROOT);
  const logged = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [...readFileSync(new URL(path, source), 'utf8').matchAll(/event: '(.*?)'/g)])
    .map(([, name]) => name);
  expect(named.length).toBeGreaterThan(10);
  expect(logged).toEqual(expect.arrayContaining(named));
});

const HOUR_MS = 3_600_000;
const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24 };

test('docs/operations.md says when each feed expires after the refresher has stopped', () => {
  const section = sectionOf(readPage('docs/operations.md'), 'When the refresher stops');
  const documented = [...section.matchAll(/^\| (\d+) (h|d) \| (.*?) \|/gm)].flatMap(
    ([, count, unit = '', feeds = '']) =>
      [...feeds.matchAll(/`([^`]+)`/g)].map(([, id]) => [id, Number(count) * (HOURS[unit] ?? 0)]),
  );
  const expected = BUILT_IN_FEEDS.map(({ id, maxAge }) => [id, maxAge / HOUR_MS]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(expected));
  expect(documented).toHaveLength(expected.length);
});

/** Where events about feeds are logged. */
const FEED_SOURCES =
  /^(?:refresh\.ts|refresher\/|telemetry\/events\/(?:feeds|missing-sources)\.ts)/;

test('docs/runbook.md lists every event about feeds', () => {
  const source = new URL('app/src/', ROOT);
  const logged = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => FEED_SOURCES.test(path) && path.endsWith('.ts'))
    .flatMap((path) => [...readFileSync(new URL(path, source), 'utf8').matchAll(/event: '(.*?)'/g)])
    .map(([, name]) => name);
  const section = sectionOf(readPage('docs/runbook.md'), 'Feeds');
  const listed = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual([...new Set(logged)].toSorted());
});
