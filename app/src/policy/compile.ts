import { createHash } from 'node:crypto';
import { BUILT_IN_FEEDS } from '../feeds/index.ts';
import type { SignalName } from '../signals/request-signals.ts';
import { formulaOf } from './cel/analysis/formula.ts';
import { mergeReferences, type References } from './cel/analysis/references.ts';
import { createExpressionCompiler } from './cel/compiler.ts';
import { runChecks } from './checks/index.ts';
import type { RuleParts } from './checks/policy-parts.ts';
import { Budget } from './checks/reasoning/worlds.ts';
import { type CompiledRule, compileRule, enforcementOf } from './compile-rule.ts';
import { compileUnknown } from './effects/unknown.ts';
import { type FailOpenIssue, findFailOpen, type RuleSummary } from './fail-open.ts';
import {
  type KnownFeeds,
  readFeeds,
  warnAboutMissingFeeds,
  warnAboutMisspeltFeeds,
} from './feeds.ts';
import { hasErrors, Issues, type LocatedIssue, PolicyError } from './file/issues.ts';
import { type PolicyDefinition, type RuleDefinition, readPolicyFile } from './file/schema.ts';
import { type PolicySource, readYaml } from './file/source.ts';
import { checkListKind, createLists, type ParsedList, parseList } from './lists.ts';
import { FAILS_OPEN } from './other-warnings.ts';
import type { Policy } from './policy.ts';
import { createPolicyClock } from './policy-clock.ts';
import { checkReputationWait } from './reputation-wait.ts';

/** A policy as far as it could be compiled. */
export interface CheckedPolicy {
  /** `undefined` if one of the issues is an error. */
  readonly policy: Policy | undefined;
  /** Errors and warnings, in the order of the file. */
  readonly issues: readonly LocatedIssue[];
}

/**
 * Compiles the text of a policy file.
 *
 * @param file its name, for messages.
 * @param builtInFeeds the feeds whose contents are known. Any other feed is a list of addresses.
 * @throws PolicyError with every error, each with file, line, rule and reason.
 */
export function compilePolicy(
  text: string,
  file: string,
  builtInFeeds: KnownFeeds = BUILT_IN_FEEDS,
): Policy {
  // The service and the stack know their feeds, and warn about missing ones themselves.
  const { policy, issues } = checkText(text, file, builtInFeeds, Date.now());
  if (policy === undefined) {
    throw new PolicyError(issues.filter(({ severity }) => severity === 'error'));
  }
  return policy;
}

/**
 * Compiles the text of a policy file, as `compilePolicy` does, but returns the issues instead of throwing.
 *
 * @param configuredFeeds ids of the feeds in `FEEDS`; a feed of the policy that is missing becomes a warning. If they are
 *   not known, a misspelt feed does.
 * @param now milliseconds since the epoch, for entries of lists that expire.
 */
export function checkPolicy(
  text: string,
  file: string,
  builtInFeeds: KnownFeeds = BUILT_IN_FEEDS,
  configuredFeeds?: readonly string[],
  now: number = Date.now(),
): CheckedPolicy {
  return checkText(text, file, builtInFeeds, now, (policy, issues) => {
    if (configuredFeeds === undefined) warnAboutMisspeltFeeds(policy, builtInFeeds, issues);
    else warnAboutMissingFeeds(policy, configuredFeeds, builtInFeeds, issues);
  });
}

/** Adds warnings about the feeds of a policy. */
type FeedCheck = (policy: PolicyDefinition, issues: Issues) => void;

function checkText(
  text: string,
  file: string,
  builtInFeeds: KnownFeeds,
  now: number,
  checkFeeds?: FeedCheck,
): CheckedPolicy {
  try {
    return checkSource(readYaml(text, file), text, builtInFeeds, now, checkFeeds);
  } catch (error) {
    if (error instanceof PolicyError) return { policy: undefined, issues: error.located };
    throw error;
  }
}

function checkSource(
  source: PolicySource,
  text: string,
  builtInFeeds: KnownFeeds,
  now: number,
  checkFeeds: FeedCheck | undefined,
): CheckedPolicy {
  const issues = new Issues();
  const definition = readPolicyFile(source.value, issues);
  if (definition !== undefined) checkFeeds?.(definition, issues.at('feeds'));
  const compiled = definition && compile(definition, builtInFeeds, text, now, issues);
  const located = source.locate(issues.list);
  if (compiled === undefined || hasErrors(located)) return { policy: undefined, issues: located };
  const failOpen = compiled.failOpen.map(({ entry, does, rules, ...issue }) => {
    const [warning] = source.locate([{ ...issue, severity: 'warning' }]);
    return { entry, does, rules, warning: warning?.text ?? '' };
  });
  return { policy: { ...compiled, failOpen, warnings: located }, issues: located };
}

type CompiledPolicy = Omit<Policy, 'failOpen' | 'warnings'> & {
  readonly failOpen: readonly FailOpenIssue[];
};

function compile(
  definition: PolicyDefinition,
  builtInFeeds: KnownFeeds,
  text: string,
  now: number,
  issues: Issues,
): CompiledPolicy {
  const { unenforceable } = definition;
  const lists = new Map(
    [...definition.lists].map(([name, entries]) => [
      name,
      parseList(entries, issues.at('lists', name)),
    ]),
  );
  const listNames = new Set(lists.keys());
  const feeds = readFeeds(definition.feeds, listNames, builtInFeeds, issues.at('feeds'));
  const compiler = createExpressionCompiler({ lists, feeds, builtInFeeds });
  const compiled = definition.rules.map((rule, index) =>
    compileRule(rule, unenforceable, compiler, issues.at('rules', index)),
  );
  reportDuplicateIds(definition.rules, issues);
  const users = firstUsers(definition.rules, compiled);
  const unknown = compileUnknown(definition, users, compiler, issues.at('unknown'));
  const references = mergeReferences([
    ...compiled.map((rule) => rule.references),
    unknown.references,
  ]);
  checkLists(lists, references, issues);
  const reputationWait = definition.wait?.reputation;
  checkReputationWait(
    reputationWait,
    references.signals,
    compiled,
    issues.at('wait', 'reputation'),
  );
  const failOpen = findFailOpen(unknown.parts, summarise(definition, compiled), unenforceable);
  for (const { path, message } of failOpen) issues.at(...path).warn(FAILS_OPEN, message);
  const clock = createPolicyClock(definition.timezone);
  if (!hasErrors(issues.list)) {
    const ruleReferences = mergeReferences(compiled.map((rule) => rule.references));
    runChecks({
      definition,
      rules: partsOf(definition, compiled, lists, issues),
      unknown: unknown.parts,
      lists,
      feeds,
      references,
      ruleReferences,
      today: clock(now).date,
      issues,
      budget: new Budget(MAX_IMAGINED_WORLDS),
    });
  }
  return {
    mode: definition.mode,
    rules: compiled.flatMap(({ rule }) => rule ?? []),
    unknown: unknown.entries,
    enforcement: enforcementOf(undefined, unenforceable),
    lists: createLists(lists, references.cidrLists, compiler.Lists),
    clock,
    reputationWait,
    readsAbuseRecord: references.reputationUse.readsRecord,
    signals: references.signals,
    feeds: [...feeds.keys()],
    geoFields: references.geoFields,
    anonymizerFields: references.anonymizerFields,
    requestNames: references.requestNames,
    revision: createHash('sha256').update(text).digest('hex').slice(0, 12),
    failOpen,
  };
}

/** Takes about half a second; no policy of some hundred rules comes near. */
const MAX_IMAGINED_WORLDS = 500_000;

function partsOf(
  definition: PolicyDefinition,
  compiled: readonly CompiledRule[],
  lists: ReadonlyMap<string, ParsedList>,
  issues: Issues,
): RuleParts[] {
  return compiled.flatMap(({ rule, condition }, index) => {
    const own = definition.rules[index];
    if (rule === undefined || condition === undefined || own === undefined) return [];
    const formula = formulaOf(condition.ast, condition.constants, lists);
    const place = issues.at('rules', index, 'when');
    return { index, definition: own, rule, condition, formula, issues: place };
  });
}

function summarise(
  { rules: definitions, mode }: PolicyDefinition,
  compiled: readonly CompiledRule[],
): RuleSummary[] {
  return compiled.flatMap(({ rule, signals }, index) => {
    if (rule === undefined) return [];
    return {
      id: rule.id,
      index,
      effects: rule.effects,
      signals,
      unenforceable: definitions[index]?.unenforceable,
      always: rule.source.when === 'true',
      enforced: (rule.mode ?? mode) === 'enforce',
    };
  });
}

/** Returns the id of the first rule that uses each signal. */
function firstUsers(
  definitions: readonly RuleDefinition[],
  compiled: readonly CompiledRule[],
): Map<SignalName, string> {
  const users = new Map<SignalName, string>();
  for (const [index, { references }] of compiled.entries()) {
    const id = definitions[index]?.id ?? '';
    for (const name of references.signals) if (!users.has(name)) users.set(name, id);
  }
  return users;
}

function reportDuplicateIds(definitions: readonly RuleDefinition[], issues: Issues): void {
  const seen = new Set<string>();
  for (const [index, { id }] of definitions.entries()) {
    if (seen.has(id))
      issues.at('rules', index, 'id').add('must be unique; another rule has this id');
    seen.add(id);
  }
}

function checkLists(
  lists: ReadonlyMap<string, ParsedList>,
  { cidrLists, countryLists, continentLists }: References,
  issues: Issues,
): void {
  const uses = [
    { kind: 'cidr', names: cidrLists, entries: 'addresses' },
    { kind: 'country', names: countryLists, entries: 'countries' },
    { kind: 'continent', names: continentLists, entries: 'continents' },
  ] as const;
  for (const [name, list] of lists) {
    const usesOfList = uses.filter(({ names }) => names.has(name));
    if (usesOfList.length > 1) {
      const [one, other] = usesOfList.map(({ entries }) => entries);
      issues
        .at('lists', name)
        .add(`is used both for ${one} and for ${other}; split it into two lists`);
      continue;
    }
    checkListKind(list, usesOfList[0]?.kind ?? 'plain', issues.at('lists', name));
  }
}
