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
import { type Issue, PolicyError, type YamlIssue } from './issues.ts';
import { findMisleadingYaml } from './misleading-yaml.ts';

/** A parsed policy file. */
export interface PolicySource {
  readonly value: unknown;
  /** Returns each issue as one sentence that begins with file, line and rule, in the order of the lines. */
  describe(issues: readonly Issue[]): string[];
}

/**
 * Parses YAML 1.2, with merge keys (`<<`). Duplicate keys are errors.
 *
 * @throws PolicyError if the text is not valid YAML.
 */
export function readYaml(text: string, file: string): PolicySource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const throwIfAny = (found: readonly YamlIssue[]) => {
    if (found.length === 0) return;
    throw new PolicyError(
      found.map(
        ({ offset, message }) => `${file}:${lines.linePos(offset).line}: ${sentence(message)}`,
      ),
    );
  };
  // Warnings too: each is about a value that YAML reads differently, such as `when: !x`, which is a tag.
  const yamlErrors = [...document.errors, ...document.warnings];
  throwIfAny(yamlErrors.map((error) => ({ offset: error.pos[0], message: explain(error, text) })));
  throwIfAny(findMisleadingYaml(document, text));
  throwIfAny(checkAliases(document));
  // `checkAliases` has limited what aliases expand to.
  const value: unknown = document.toJS({ maxAliasCount: -1 });
  return {
    value,
    describe(issues) {
      const located = issues.map(({ path, message }) => {
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

const QUOTE_IT = `quote a condition that begins with a quote, ! or [, e.g. '!has(geo.city)'`;

function explain({ code, message, pos }: YAMLError, text: string): string {
  if (code === 'DUPLICATE_KEY') {
    const key = /^[^\s:]*/.exec(text.slice(pos[0]))?.[0];
    return `duplicate key ${key}`;
  }
  if (code === 'MULTIPLE_DOCS')
    return 'a policy must be one YAML document, but a second one begins here';
  if (code === 'TAG_RESOLVE_FAILED') return `${message}; ${QUOTE_IT}`;
  if (message.startsWith('Unexpected scalar at node end')) return `${message}; ${QUOTE_IT}`;
  if (message.startsWith('Nested mappings are not allowed')) {
    return `${message}; quote a value that contains a colon and a space`;
  }
  return message;
}

/** Returns the node of the deepest key of a path that exists in the file. */
function nearestNode(document: Document, path: readonly (string | number)[]): Node | undefined {
  let node: unknown = document.contents;
  let found = isNode(node) ? node : undefined;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && keyText(item.key) === String(key));
      if (pair === undefined) break;
      if (isNode(pair.key)) found = pair.key;
      node = pair.value;
    } else if (isSeq(node) && typeof key === 'number') {
      node = node.items[key];
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

/** Returns the name of a place, e.g. `rule "high-ip-risk", then.lifetime` for `rules.2.then.lifetime`. */
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
