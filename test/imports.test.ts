import { importCycles, importGraph, importsIn } from './support/imports.ts';

const graph = importGraph(['app', 'infra', 'test']);

test('no source files import each other, type-only imports included', () => {
  expect(graph.size).toBeGreaterThan(200);
  expect(importCycles(graph)).toEqual([]);
});

test.each([
  [
    'the service',
    'app/src/',
    ['app/tools/', 'app/cli/', 'app/dev/', 'app/build/', 'infra/', 'test/'],
  ],
  ['the tools', 'app/tools/', ['app/cli/', 'app/dev/', 'app/build/']],
  ['the command line', 'app/cli/', ['app/dev/', 'app/build/']],
  ['the application', 'app/', ['infra/', 'test/']],
  ['the stack', 'infra/', ['test/']],
])('%s imports nothing that depends on it', (_, importer, forbidden) => {
  const imports = [...graph].flatMap(([file, targets]) =>
    file.startsWith(importer) ? targets.map((target) => `${file} -> ${target}`) : [],
  );
  expect(imports).not.toEqual([]);
  const isForbidden = (line: string) => forbidden.some((folder) => line.includes(`-> ${folder}`));
  expect(imports.filter(isForbidden)).toEqual([]);
});

test('the stack imports nothing of the preflight, whose AWS clients cdk synth does not need', () => {
  const importers = [...graph].filter(([file, targets]) =>
    targets.some((target) => file.startsWith('infra/') && target.startsWith('infra/preflight/')),
  );
  expect(importers.length).toBeGreaterThan(10);
  expect(importers.filter(([file]) => !file.startsWith('infra/preflight/'))).toEqual([]);
});

describe('the search for cycles', () => {
  test.each([
    ["import { a } from './a.ts';"],
    ["import type { A } from './a.ts';"],
    ["export { a } from './a.ts';"],
    ["export type * from './a.ts';"],
    ["import './a.ts';"],
    ["const a = await import('./a.ts');"],
    ["let a: import('./a.ts').A;"],
  ])('sees %s', (source) => {
    expect(importsIn('app/src/b.ts', source)).toEqual(['app/src/a.ts']);
  });

  test('finds every file of a cycle, and none beside it', () => {
    const files = new Map([
      ['entry', ['a']],
      ['a', ['b', 'leaf']],
      ['b', ['c']],
      ['c', ['a']],
      ['leaf', []],
      ['self', ['self']],
    ]);
    expect(importCycles(files)).toEqual([['a', 'b', 'c'], ['self']]);
  });
});
