import { readdirSync, readFileSync } from 'node:fs';
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
