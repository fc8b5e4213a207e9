import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Each source file, by its path in the project, with the project's files that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Returns the imports and re-exports of the TypeScript files in some folders, type-only ones included. */
export function importGraph(folders: readonly string[]): ImportGraph {
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map((file) => join(folder, file)),
  );
  return new Map(
    files.sort().map((file) => [file, importsIn(file, readFileSync(join(ROOT, file), 'utf8'))]),
  );
}

/** Returns the relative imports in a source, as paths in the project. */
export function importsIn(file: string, source: string): string[] {
  const { body } = parseSync(source, { syntax: 'typescript' });
  const specifiers = body.flatMap((item) =>
    'source' in item && item.source ? [item.source.value] : [],
  );
  const dynamic = [...source.matchAll(/\bimport\('([^']+)'\)/g)].map(([, path = '']) => path);
  return [...specifiers, ...dynamic]
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(file, '..', specifier));
}

/** Returns the groups of files that import each other, directly or through others of the group. */
export function importCycles(graph: ImportGraph): string[][] {
  const reachable = new Map([...graph.keys()].map((file) => [file, reachableFrom(file, graph)]));
  const groups = [...reachable].map(([file, targets]) =>
    [...targets].filter((target) => reachable.get(target)?.has(file)).sort(),
  );
  const cycles = groups.filter(({ length }) => length > 0).map((group) => group.join('\n'));
  return [...new Set(cycles)].map((group) => group.split('\n'));
}

function reachableFrom(start: string, graph: ImportGraph): Set<string> {
  const found = new Set<string>();
  const pending = [...(graph.get(start) ?? [])];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    pending.push(...(graph.get(file) ?? []));
  }
  return found;
}
