import type { SignalName } from '../signals/request-signals.ts';
import type { Effects } from './effects/effects.ts';
import type { EntryPart } from './effects/unknown.ts';
import type { Issue } from './file/issues.ts';

/** A part of the policy that lets a token pass which a rule might have refused or restricted. */
export interface FailOpenEntry {
  /** Where it stands: `unknown.geo`, `unknown.reputation.auth`, `unenforceable`, `rules.allow`. */
  readonly entry: string;
  /** What it does instead; `add` takes nothing away. */
  readonly does: 'ignore' | 'allow' | 'add';
  /** The rules that it switches off. */
  readonly rules: readonly string[];
  /** What an operator should know of it: a sentence with file, line and place. */
  readonly warning: string;
}

/** The same before it is known in which line it stands. */
export type FailOpenIssue = Omit<FailOpenEntry, 'warning'> & Issue;

/** A rule, as far as it matters here. */
export interface RestrictingRule {
  readonly id: string;
  /** Its place in the file. */
  readonly index: number;
  readonly effects: Effects;
  /** Signals that its condition may ask for. */
  readonly signals: ReadonlySet<SignalName>;
  /** What the rule itself says of restrictions that a request does not allow. */
  readonly unenforceable: string | undefined;
  /** Whether it matches every request. */
  readonly always: boolean;
  /** Whether it is enforced, and not only monitored. */
  readonly enforced: boolean;
}

/**
 * Finds the entries of `unknown`, the `unenforceable: ignore` and the unconditional `allow` that fail open. Signals whose rules neither
 * refuse nor restrict have nothing to lose.
 */
export function findFailOpen(
  parts: readonly EntryPart[],
  rules: readonly RestrictingRule[],
  unenforceable: string,
): FailOpenIssue[] {
  const restricting = rules.filter(({ effects }) => effects.restricts);
  return [
    ...parts.flatMap((part) => findInUnknown(part, restricting)),
    ...findUnenforceable(restricting, unenforceable),
    ...findUnreached(rules),
  ];
}

const OUTCOMES = {
  ignore: 'the token is issued',
  allow: 'the token is issued, without looking at further rules,',
  add: 'the token is issued with nothing taken from it',
} as const;

function findInUnknown(
  { signal, cause, effects }: EntryPart,
  restricting: readonly RestrictingRule[],
): FailOpenIssue[] {
  const does = outcomeOf(effects);
  const rules = restricting.filter(({ signals }) => signals.has(signal)).map(({ id }) => id);
  if (does === undefined || rules.length === 0) return [];
  const path = ['unknown', signal, ...(cause === undefined ? [] : [cause])];
  const when = cause === undefined || cause === 'default' ? signal : `${signal} (${cause})`;
  const message = `fails open: while ${when} is unknown, ${OUTCOMES[does]} although ${name(rules)} might refuse or restrict it; { deny: … } or { lifetime: 5m } fails closed`;
  return [{ entry: path.join('.'), does, rules, path, message }];
}

function outcomeOf(effects: Effects | undefined): FailOpenEntry['does'] | undefined {
  if (effects === undefined) return 'ignore';
  if (effects.allow) return 'allow';
  return effects.restricts ? undefined : 'add';
}

function findUnenforceable(
  restricting: readonly RestrictingRule[],
  unenforceable: string,
): FailOpenIssue[] {
  // A refusal needs no operation, so every request allows it.
  const all = restricting.filter(({ effects }) => effects.deny === undefined);
  const byDefault =
    unenforceable === 'ignore' ? all.filter((rule) => rule.unenforceable === undefined) : [];
  const own = all.filter((rule) => rule.unenforceable === 'ignore');
  return [
    ...issueOf('unenforceable', byDefault, ['unenforceable']),
    ...issueOf('rules.unenforceable', own, ['rules', own[0]?.index ?? 0, 'unenforceable']),
  ];
}

/** Rules that an `allow` without a condition ends the policy before. */
function findUnreached(all: readonly RestrictingRule[]): FailOpenIssue[] {
  const enforced = all.filter((rule) => rule.enforced);
  const allowing = enforced.findIndex(({ always, effects }) => always && effects.allow);
  const rules = enforced
    .slice(allowing + 1)
    .filter(({ effects }) => effects.restricts)
    .map(({ id }) => id);
  const rule = enforced[allowing];
  if (rule === undefined || rules.length === 0) return [];
  const message = `fails open: it allows every request, so that ${name(rules)} below it cannot refuse or restrict any; move it to the end, or give it a condition`;
  const path = ['rules', rule.index, 'when'];
  return [{ entry: 'rules.allow', does: 'allow', rules, path, message }];
}

function issueOf(
  entry: string,
  restricting: readonly RestrictingRule[],
  path: Issue['path'],
): FailOpenIssue[] {
  if (restricting.length === 0) return [];
  const rules = restricting.map(({ id }) => id);
  const message = `fails open: where a request does not allow the restriction of ${name(rules)}, the token is issued without it; unenforceable: deny fails closed`;
  return [{ entry, does: 'ignore', rules, path, message }];
}

/** As many as a sentence takes. */
const MAX_NAMED_RULES = 3;

function name(rules: readonly string[]): string {
  const named = rules.slice(0, MAX_NAMED_RULES).map((id) => `"${id}"`);
  const more = rules.length - named.length;
  return `${rules.length === 1 ? 'rule' : 'rules'} ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
