import type { Node } from '../cel/library/node.ts';
import { walk } from '../cel/library/syntax-tree.ts';
import { globOf } from '../effects/glob.ts';
import type { Issues } from '../file/issues.ts';
import type { EffectsDefinition } from '../file/schema.ts';
import type { PolicyCheck, RuleParts } from './policy-parts.ts';

/** Syntax of regular expressions that hardly occurs in names: `.*` at the start, `\d`, `[a-z]`, `(a|b)`, `^a$`. */
const REGEX_SYNTAX = /^\.[*+]|\\|^\^|\$$|[|+]|\(.*\)|\[.*\]|\.\+/;

/** Reports regular expressions where only `*` is special: in removals. */
export const checkRegexInGlob: PolicyCheck = ({ rules, issues }) => {
  for (const { definition, index } of rules) {
    if (definition.then !== undefined) {
      checkRemovals(definition.then, issues.at('rules', index, 'then'));
    }
  }
};

function checkRemovals({ scopes, audience, claims }: EffectsDefinition, issues: Issues): void {
  const lists = { scopes: scopes?.remove, audience: audience?.remove, claims: claims?.remove };
  for (const [effect, names] of Object.entries(lists)) {
    for (const [index, name] of (names ?? []).entries()) {
      if (!REGEX_SYNTAX.test(name) || name.includes('://')) continue;
      const glob = globOf(name);
      const remedy = glob === undefined ? 'list the names, or use *' : `write "${glob}"`;
      issues
        .at(effect, 'remove', index)
        .warn(
          'regex-in-glob',
          `"${name}" looks like a regular expression, but only * is special here and matches any characters, so it may remove nothing; ${remedy}`,
          glob === undefined ? {} : { suggestion: glob },
        );
    }
  }
}

/** A name with `*` after a letter, and nothing else that is special in a regular expression. */
const GLOB = /^\^?[\w:/-]*[\w:/-]\*(?:[\w:/.-]|\*)*\$?$/;

/** Reports globs in `matches`, and patterns of either kind in comparisons, which compare character by character. */
export const checkGlobInCondition: PolicyCheck = ({ rules }) => {
  for (const each of rules) walk(each.condition.ast, (node) => checkNode(node, each));
};

const TEXT_TESTS = new Set(['startsWith', 'endsWith', 'contains']);

function checkNode(node: Node, each: RuleParts): undefined {
  const { constants } = each.condition;
  if (node.op === 'rcall') {
    const [method, , [argument]] = node.args;
    const text = argument && constants.get(argument);
    if (argument === undefined || typeof text !== 'string') return;
    if (method === 'matches' && GLOB.test(text)) reportGlob(argument, text, each);
    if (TEXT_TESTS.has(method)) checkText(argument, text, `${method}()`, each);
  } else if (node.op === '==' || node.op === '!=') {
    for (const side of node.args) checkText(side, constants.get(side), node.op, each);
  } else if (node.op === 'in') {
    const [left, right] = node.args;
    checkText(left, constants.get(left), 'in', each);
    if (right.op !== 'list') return;
    for (const element of right.args) checkText(element, constants.get(element), 'in', each);
  }
}

function reportGlob(node: Node, text: string, { issues }: RuleParts): void {
  const regex = `^${text
    .replace(/^\^|\$$/g, '')
    .replaceAll('.', '\\\\.')
    .replaceAll('*', '.*')}$`;
  issues
    .within(node.start, node.end - node.start)
    .warn(
      'glob-in-regex',
      `"${text}" looks like a glob, but in a regular expression * repeats the character before it; write matches("${regex}")`,
      { suggestion: regex },
    );
}

/** A pattern, rather than a name: a star beside other characters, an escape, or anchors. */
const PATTERN = /[\w:/.-]\*|\*[\w:/.-]|\\[dwsb.]|^\^.*|.\$$/;

function checkText(node: Node, text: unknown, test: string, { issues }: RuleParts): void {
  if (typeof text !== 'string' || !PATTERN.test(text)) return;
  const [, prefix] = /^([^*\\^$]*[^*\\^$.])\*$/.exec(text) ?? [];
  const regex =
    text.startsWith('^') || /\\|\.\*/.test(text) ? text : `^${text.replaceAll('*', '.*')}$`;
  const method = test === 'contains()' ? 'contains' : 'startsWith';
  const remedy =
    prefix === undefined
      ? `matches(${JSON.stringify(regex)})`
      : `${method}(${JSON.stringify(prefix)})`;
  issues
    .within(node.start, node.end - node.start)
    .warn(
      'pattern-in-comparison',
      `"${text}" looks like a pattern, but ${test} compares it character by character; write ${remedy}`,
    );
}
