import { createHash } from 'node:crypto';
import type { Enforcement, Unenforceable } from '../action/change.ts';
import type { SignalName } from '../signals/request-signals.ts';
import { mergeReferences, type References } from './cel/analysis/references.ts';
import {
  createExpressionCompiler,
  type Expression,
  type ExpressionCompiler,
} from './cel/compiler.ts';
import { compileEffects } from './effects/effects.ts';
import { compileUnknown } from './effects/unknown.ts';
import { type FailOpenIssue, findFailOpen, type RestrictingRule } from './fail-open.ts';
import { Issues, PolicyError } from './file/issues.ts';
import { type PolicyFile, type RuleFile, readPolicyFile } from './file/schema.ts';
import { readYaml } from './file/source.ts';
import { checkListKind, createLists, type ParsedList, parseList } from './lists.ts';
import type { Policy, Rule } from './policy.ts';
import { createPolicyClock } from './policy-clock.ts';

/**
 * Compiles the text of a policy file.
 *
 * @param file its name, for messages.
 * @throws PolicyError that names every mistake with file, line, rule and reason.
 */
export function compilePolicy(text: string, file: string): Policy {
  const source = readYaml(text, file);
  const problems = new Issues();
  const form = readPolicyFile(source.value, problems);
  const policy = form && compile(form, text, problems);
  if (policy === undefined || problems.list.length > 0) {
    throw new PolicyError(source.describe(problems.list));
  }
  const failOpen = policy.failOpen.map(({ entry, does, rules, ...issue }) => {
    const [warning = ''] = source.describe([issue]);
    return { entry, does, rules, warning };
  });
  return { ...policy, failOpen };
}

type CompiledPolicy = Omit<Policy, 'failOpen'> & { readonly failOpen: readonly FailOpenIssue[] };

function compile(form: PolicyFile, text: string, problems: Issues): CompiledPolicy {
  const lists = new Map(
    [...form.lists].map(([name, entries]) => [
      name,
      parseList(entries, problems.at('lists', name)),
    ]),
  );
  const compiler = createExpressionCompiler(lists);
  const compiled = form.rules.map((rule, index) =>
    compileRule(rule, form.unenforceable, compiler, problems.at('rules', index)),
  );
  reportDuplicateIds(form.rules, problems);
  const inRules = mergeReferences(compiled.map(({ references }) => references));
  const users = firstUsers(form.rules, compiled);
  const unknown = compileUnknown(form.unknown, users, compiler, problems.at('unknown'));
  const references = mergeReferences([inRules, unknown.references]);
  checkLists(lists, references, problems);
  return {
    mode: form.mode,
    rules: compiled.flatMap(({ rule }) => rule ?? []),
    unknown: unknown.entries,
    enforcement: enforcementOf(undefined, form.unenforceable),
    lists: createLists(lists, references.cidrLists, compiler.Lists),
    clock: createPolicyClock(form.timezone),
    signals: references.signals,
    geoFields: references.geoFields,
    revision: createHash('sha256').update(text).digest('hex').slice(0, 12),
    failOpen: findFailOpen(unknown.parts, restrictingRules(form, compiled), form.unenforceable),
  };
}

/** `rule` is `undefined` when the rule has mistakes. */
interface CompiledRule {
  readonly rule: Rule | undefined;
  /** Signals that its condition may ask for. */
  readonly signals: ReadonlySet<SignalName>;
  readonly references: References;
}

function compileRule(
  file: RuleFile,
  unenforceable: Unenforceable,
  compiler: ExpressionCompiler,
  problems: Issues,
): CompiledRule {
  const condition = compileCondition(String(file.when), compiler, problems.at('when'));
  const effects = file.then && compileEffects(file.then, compiler, problems.at('then'));
  const parts = [condition, effects].filter((part) => part !== undefined);
  const enforcement = enforcementOf(file.unenforceable, unenforceable);
  return {
    rule: condition &&
      effects && {
        id: file.id,
        when: condition.evaluate,
        requiredSignal: condition.references.requiredSignal,
        source: { when: String(file.when).trim(), variables: condition.references.variables },
        effects,
        mode: file.mode,
        enforcement,
        restrictsOnFailure:
          effects.restricts || effects.restriction(file.id, enforcement) !== undefined,
      },
    signals: condition?.references.signals ?? new Set(),
    references: mergeReferences(parts.map(({ references }) => references)),
  };
}

function restrictingRules(
  { rules: files, mode }: PolicyFile,
  compiled: readonly CompiledRule[],
): RestrictingRule[] {
  return compiled.flatMap(({ rule, signals }, index) =>
    rule === undefined
      ? []
      : [
          {
            id: rule.id,
            index,
            effects: rule.effects,
            signals,
            unenforceable: files[index]?.unenforceable,
            always: rule.source.when === 'true',
            enforced: (rule.mode ?? mode) === 'enforce',
          },
        ],
  );
}

/** The default of the policy covers restrictions only; what a rule says itself covers all its effects. */
function enforcementOf(ofRule: Unenforceable | undefined, ofPolicy: Unenforceable): Enforcement {
  return { restrictions: ofRule ?? ofPolicy, additions: ofRule ?? 'ignore' };
}

/** The first rule that uses each signal. */
function firstUsers(
  files: readonly RuleFile[],
  compiled: readonly CompiledRule[],
): Map<SignalName, string> {
  const users = new Map<SignalName, string>();
  for (const [index, { references }] of compiled.entries()) {
    const id = files[index]?.id ?? '';
    for (const name of references.signals) if (!users.has(name)) users.set(name, id);
  }
  return users;
}

function compileCondition(
  text: string,
  compiler: ExpressionCompiler,
  problems: Issues,
): Expression | undefined {
  const expression = compiler.compile(text, problems);
  if (expression !== undefined && expression.type !== 'bool') {
    const remedy = expression.type === 'dyn' ? 'compare it, e.g. with == true' : 'compare it';
    problems.add(
      `a condition must be true or false, not ${expression.type}; ${remedy} (in: ${text.trim()})`,
    );
  }
  return expression;
}

function reportDuplicateIds(rules: readonly RuleFile[], problems: Issues): void {
  const seen = new Set<string>();
  for (const [index, { id }] of rules.entries()) {
    if (seen.has(id)) problems.at('rules', index, 'id').add('another rule has this id');
    seen.add(id);
  }
}

function checkLists(
  lists: ReadonlyMap<string, ParsedList>,
  { cidrLists, countryLists, continentLists }: References,
  problems: Issues,
): void {
  const uses = [
    { kind: 'cidr', names: cidrLists, what: 'addresses' },
    { kind: 'country', names: countryLists, what: 'countries' },
    { kind: 'continent', names: continentLists, what: 'continents' },
  ] as const;
  for (const [name, list] of lists) {
    const kinds = uses.filter(({ names }) => names.has(name));
    if (kinds.length > 1) {
      const [one, other] = kinds.map(({ what }) => what);
      problems.at('lists', name).add(`is used both for ${one} and for ${other}; make two lists`);
      continue;
    }
    checkListKind(list, kinds[0]?.kind ?? 'plain', problems.at('lists', name));
  }
}
