import { isUtf8 } from 'node:buffer';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { checkAliases } from './aliases.ts';
import { type Issue, PolicyError } from './issues.ts';
import { findMisleadingYaml } from './misleading-yaml.ts';

/** A policy file as YAML: its plain value, and the line of each place in it. */
export interface PolicySource {
  readonly value: unknown;
  /** Each mistake as one sentence that starts with file, line and rule; in the order of the lines. */
  describe(problems: readonly Issue[]): string[];
}

/**
 * Returns the text of a policy file, without a byte order mark.
 *
 * @throws PolicyError when the file is not UTF-8: its letters beyond ASCII would match nothing.
 */
export function decodePolicy(bytes: Uint8Array, file: string): string {
  const place = `${file}:${firstLineThat(bytes, (line) => !isUtf8(line)) ?? 1}`;
  const advice = 'save the policy as UTF-8';
  if (!isUtf8(bytes)) throw new PolicyError([`${place}: The file is not valid UTF-8; ${advice}.`]);
  const nul = firstLineThat(bytes, (line) => line.includes(0));
  if (nul !== undefined) {
    throw new PolicyError([
      `${file}:${nul}: The file contains NUL bytes, as UTF-16 does; ${advice}.`,
    ]);
  }
  // Takes a byte order mark away.
  return new TextDecoder().decode(bytes);
}

const LINE_FEED = 0x0a;

/** The number of the first such line, from 1. No character of UTF-8 but a line feed has its byte. */
function firstLineThat(
  bytes: Uint8Array,
  matches: (line: Uint8Array) => boolean,
): number | undefined {
  let from = 0;
  for (let line = 1; from <= bytes.length; line += 1) {
    const end = bytes.indexOf(LINE_FEED, from);
    const to = end < 0 ? bytes.length : end;
    if (matches(bytes.subarray(from, to))) return line;
    from = to + 1;
  }
  return undefined;
}

/**
 * Reads YAML 1.2, with merge keys (`<<`). Members named twice are errors.
 *
 * @throws PolicyError when the text is no YAML.
 */
export function readYaml(text: string, file: string): PolicySource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  // A warning stands for a member that YAML reads as something else than it says: `when: !x` is a tag.
  const mistakes = [...document.errors, ...document.warnings];
  if (mistakes.length > 0) {
    throw new PolicyError(
      mistakes.map(
        (error) => `${file}:${lines.linePos(error.pos[0]).line}: ${sentence(explain(error, text))}`,
      ),
    );
  }
  const misleading = findMisleadingYaml(document, text);
  if (misleading.length > 0) {
    throw new PolicyError(
      misleading.map(
        ({ offset, message }) => `${file}:${lines.linePos(offset).line}: ${sentence(message)}`,
      ),
    );
  }
  const aliases = checkAliases(document);
  if (aliases !== undefined) {
    const { line } = lines.linePos(aliases.offset);
    throw new PolicyError([`${file}:${line}: ${sentence(aliases.message)}`]);
  }
  // What aliases expand to is bounded by now, however many there are.
  const value: unknown = document.toJS({ maxAliasCount: -1 });
  return {
    value,
    describe(problems) {
      const located = problems.map(({ path, message }) => {
        const offset = nearestNode(document, path)?.range?.[0] ?? 0;
        const place = placeName(value, path);
        return {
          line: lines.linePos(offset).line,
          text: `${place === '' ? '' : `${place}: `}${sentence(message)}`,
        };
      });
      return located
        .sort((one, other) => one.line - other.line)
        .map(({ line, text }) => `${file}:${line}: ${text}`);
    },
  };
}

const QUOTE_IT = `put a condition that begins with a quote, ! or [ into quotes, e.g. '!has(geo.city)'`;

function explain({ code, message, pos }: YAMLError, text: string): string {
  if (code === 'DUPLICATE_KEY') {
    const key = /^[^\s:]*/.exec(text.slice(pos[0]))?.[0];
    return `${key} stands twice in the same place`;
  }
  if (code === 'MULTIPLE_DOCS')
    return 'a policy is one YAML document, and here a second one begins';
  if (code === 'TAG_RESOLVE_FAILED') return `${message}; ${QUOTE_IT}`;
  if (message.startsWith('Unexpected scalar at node end')) return `${message}; ${QUOTE_IT}`;
  if (message.startsWith('Nested mappings are not allowed')) {
    return `${message}; put a value that holds a colon and a space into quotes`;
  }
  return message;
}

/** The node of the key at the deepest member of the path that the file has. */
function nearestNode(document: Document, path: readonly (string | number)[]): Node | undefined {
  let node: unknown = document.contents;
  let found = isNode(node) ? node : undefined;
  for (const member of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && keyText(item.key) === String(member));
      if (pair === undefined) break;
      if (isNode(pair.key)) found = pair.key;
      node = pair.value;
    } else if (isSeq(node) && typeof member === 'number') {
      node = node.items[member];
      if (isNode(node)) found = node;
    } else {
      break;
    }
  }
  return found;
}

function keyText(key: unknown): string {
  return isNode(key) ? String(key.toJSON()) : String(key);
}

/** `rule "high-ip-risk", then.lifetime` rather than `rules.2.then.lifetime`. */
function placeName(value: unknown, path: readonly (string | number)[]): string {
  const [first, index, ...rest] = path;
  if (first !== 'rules' || typeof index !== 'number') return path.join('.');
  const rules = (value as { rules?: readonly unknown[] } | null)?.rules;
  const id = (rules?.[index] as { id?: unknown } | null | undefined)?.id;
  const rule = typeof id === 'string' ? `rule "${id}"` : `rule ${index + 1}`;
  return rest.length === 0 ? rule : `${rule}, ${rest.join('.')}`;
}

function sentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
