import { isMap, isNode, isPair, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { PolicyError, type Problem } from './problems.ts';

/** A policy file as YAML: its plain value, and the line of each place in it. */
export interface PolicySource {
  readonly value: unknown;
  /** A mistake as one sentence that starts with file, line and rule. */
  describe(problem: Problem): string;
}

/**
 * Reads YAML 1.2. Members named twice are errors.
 *
 * @throws PolicyError when the text is no YAML.
 */
export function readYaml(text: string, file: string): PolicySource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new PolicyError(
      document.errors.map(
        (error) => `${file}:${lines.linePos(error.pos[0]).line}: ${sentence(error.message)}`,
      ),
    );
  }
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  return {
    value,
    describe({ path, message }) {
      const node = nearestNode(document.contents, path);
      const line = lines.linePos(node?.range?.[0] ?? 0).line;
      const place = placeName(value, path);
      return `${file}:${line}: ${place === '' ? '' : `${place}: `}${sentence(message)}`;
    },
  };
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
