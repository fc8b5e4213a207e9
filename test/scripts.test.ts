import { readFileSync } from 'node:fs';

const ROOT = new URL('../', import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** What a POSIX shell understands and cmd.exe, in which npm runs scripts on Windows, does not. */
const POSIX_ONLY: readonly (readonly [name: string, syntax: RegExp])[] = [
  ['a variable set in front of a command', /(?:^|[;&|]\s*)\w+=/],
  ['a variable or a command inserted', /[$`]/],
  ['single quotes', /'/],
  ['a command that only a POSIX shell has', /(?:^|[;&|]\s*)(?:rm|cp|mv|export|sh|bash|\.\/)/],
];

describe('npm scripts run in every shell', () => {
  test.each(Object.entries(scripts))('%s', (_, script) => {
    const found = POSIX_ONLY.filter(([, syntax]) => syntax.test(script)).map(([name]) => name);
    expect(found).toEqual([]);
  });

  test.each([
    ['AWS=true node main.js', 'a variable set in front of a command'],
    ['build && PORT=1 node main.js', 'a variable set in front of a command'],
    ['node $FILE', 'a variable or a command inserted'],
    ["jest 'a b'", 'single quotes'],
    ['rm -r dist', 'a command that only a POSIX shell has'],
  ])('a script like "%s" would be found', (script, name) => {
    expect(POSIX_ONLY.filter(([, syntax]) => syntax.test(script)).map(([each]) => each)).toEqual([
      name,
    ]);
  });
});
