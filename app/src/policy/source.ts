import {
  type Alias,
  type Document,
  isMap,
  isNode,
  isPair,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { PolicyError, type Problem } from './problems.ts';

/** A policy file as YAML: its plain value, and the line of each place in it. */
export interface PolicySource {
  readonly value: unknown;
  /** Each mistake as one sentence that starts with file, line and rule; in the order of the lines. */
  describe(problems: readonly Problem[]): string[];
}

/**
 * Reads YAML 1.2. Members named twice are errors.
 *
 * @throws PolicyError when the text is no YAML.
 */
export function readYaml(text: string, file: string): PolicySource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  // A warning stands for a member that YAML reads as something else than it says: `when: !x` is a tag.
  const mistakes = [...document.errors, ...document.warnings];
  if (mistakes.length > 0) {
    throw new PolicyError(
      mistakes.map(
        (error) => `${file}:${lines.linePos(error.pos[0]).line}: ${sentence(explain(error, text))}`,
      ),
    );
  }
  const value = toValue(document, (offset) => `${file}:${lines.linePos(offset).line}`);
  return {
    value,
    describe(problems) {
      const located = problems.map(({ path, message }) => {
        const offset = nearestNode(document.contents, path)?.range?.[0] ?? 0;
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

/** The plain value. The library throws for an alias of nothing, and for aliases that multiply. */
function toValue(document: Document, placeOf: (offset: number) => string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const place = placeOf(firstBadAlias(document)?.range?.[0] ?? 0);
    const message = error instanceof Error ? error.message : String(error);
    throw new PolicyError([`${place}: ${sentence(message)}`]);
  }
}

function firstBadAlias(document: Document): Alias | undefined {
  let found: Alias | undefined;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      found = alias;
      return visit.BREAK;
    },
  });
  return found;
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
function nearestNode(root: unknown, path: readonly (string | number)[]): Node | undefined {
  let found: Node | undefined = isNode(root) ? root : undefined;
  let node: unknown = root;
  for (const member of path) {
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
