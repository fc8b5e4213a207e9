import { readFileSync } from 'node:fs';

const ROOT = new URL('../', import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Syntax of POSIX shells that cmd.exe, which npm uses on Windows, does not understand. */
const POSIX_ONLY: readonly (readonly [name: string, syntax: RegExp])[] = [
  ['a variable assignment before a command', /(?:^|[;&|]\s*)\w+=/],
  ['a variable or command substitution', /[$`]/],
  ['single quotes', /'/],
  ['a POSIX command', /(?:^|[;&|]\s*)(?:rm|cp|mv|export|sh|bash|\.\/)/],
];

describe('npm scripts run in every shell', () => {
  test.each(Object.entries(scripts))('%s', (_, script) => {
    const found = POSIX_ONLY.filter(([, syntax]) => syntax.test(script)).map(([name]) => name);
    expect(found).toEqual([]);
  });

  test.each([
    ['AWS=true node main.js', 'a variable assignment before a command'],
    ['build && PORT=1 node main.js', 'a variable assignment before a command'],
    ['node $FILE', 'a variable or command substitution'],
    ["jest 'a b'", 'single quotes'],
    ['rm -r dist', 'a POSIX command'],
  ])('the check detects "%s"', (script, name) => {
    expect(POSIX_ONLY.filter(([, syntax]) => syntax.test(script)).map(([each]) => each)).toEqual([
      name,
    ]);
  });
});
