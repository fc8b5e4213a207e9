import { readdirSync, readFileSync } from 'node:fs';
import { PROXY_SETTINGS, SETTINGS } from '../../app/src/config/setting-table.ts';
import { compilePolicy } from '../../app/src/policy/compile.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

test('the policy in the README is one', () => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(README) ?? [];
  expect(compilePolicy(text, 'README.md').rules).toHaveLength(3);
});

test('every event that the README tells of is one that the service logs', () => {
  const [, section = ''] = /## When something around it breaks([\s\S]*?)\n## /.exec(README) ?? [];
  const named = [...section.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, name]) => name);
  const source = new URL('../../app/src/', import.meta.url);
  const logged = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [...readFileSync(new URL(path, source), 'utf8').matchAll(/event: '(.*?)'/g)])
    .map(([, name]) => name);
  expect(named.length).toBeGreaterThan(0);
  expect(logged).toEqual(expect.arrayContaining(named));
});

test('every setting that the service reads is in the README, and no other', () => {
  const settings = [...Object.keys(SETTINGS), ...PROXY_SETTINGS];
  const [, table = ''] = /## Settings([\s\S]*?)\n\*\*The credential/.exec(README) ?? [];
  const rows = [...table.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
  const documented = rows.flatMap((cell) => {
    const names = [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name);
    const [first = ''] = names;
    // `REPUTATION_TTL_LOW`, `_ELEVATED` stands for a name with another end.
    return names.map((name) =>
      name.startsWith('_') ? first.slice(0, first.lastIndexOf('_')) + name : name,
    );
  });
  expect(documented.sort()).toEqual(settings.sort());
});
