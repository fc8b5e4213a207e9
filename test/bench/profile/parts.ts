import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { IDLE, OTHER, type PartOf } from './shares.ts';

const NODE = 'HTTP, streams and events of Node';
const REQUEST = 'read the request, with JSON.parse';
const RECORD = 'record and metrics';
const WRITE = 'system calls to write';

/** The parts of a decision by the files of their code; the first match counts. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/app\/src\/action\/|app\/src\/body\./, REQUEST],
  [/app\/src\/credential\/|node:internal\/crypto\/(hash|util)/, 'authentication'],
  [/app\/src\/signals\/(address|request-signals)/, 'address'],
  [/app\/src\/signals\/geo|mmdb-lib|maxmind/, 'geo'],
  [/app\/src\/signals\/reputation|lru-cache/, 'reputation'],
  [/app\/src\/(policy|decide)|cel-js/, 'policy'],
  [/app\/src\/telemetry|sonic-boom|pino|node:fs/, RECORD],
  [/app\/src\/|node:internal\/crypto/, 'endpoint, decision id'],
  [/baselines\//, REQUEST],
  [/node:/, NODE],
];

/** Functions without a source: V8's pseudo-functions, and system calls. */
const NATIVE: ReadonlyMap<string, string> = new Map([
  ['(idle)', IDLE],
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'Node itself, system calls to read and wait'],
  ['writev', WRITE],
  ['writeUtf8String', WRITE],
  ['writeLatin1String', WRITE],
  ['writeString', RECORD],
]);

/** Maps a bundle's functions to parts by the sources in its source map, or by the bundle's name without one. */
export function partsOf(bundle: string): PartOf {
  const map = sourceMapOf(bundle);
  return ({ functionName, url, lineNumber, columnNumber }) => {
    if (url === '') return NATIVE.get(functionName);
    const source = url.endsWith(bundle) ? sourceAt(map, lineNumber, columnNumber) : undefined;
    return PARTS.find(([file]) => file.test(source ?? url))?.[1] ?? OTHER;
  };
}

function sourceAt(map: SourceMap | undefined, line: number, column: number): string | undefined {
  const entry = map?.findEntry(line, column);
  return entry !== undefined && 'originalSource' in entry
    ? String(entry.originalSource)
    : undefined;
}

function sourceMapOf(bundle: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}
