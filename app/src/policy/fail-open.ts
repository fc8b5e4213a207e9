import type { SignalName } from '../signals/request-signals.ts';
import type { Effects } from './effects/effects.ts';
import type { UnknownEntry } from './effects/unknown.ts';
import type { Issue } from './file/issues.ts';

/** A part of the policy that issues a token that a rule might have refused or restricted. */
export interface FailOpenEntry {
  /** Its place: `unknown.geo`, `unknown.reputation.auth`, `unenforceable`, `rules.allow`. */
  readonly entry: string;
  /** What it does; `add` removes nothing from the token. */
  readonly does: 'ignore' | 'allow' | 'add';
  /** The rules that it disables. */
  readonly rules: readonly string[];
  /** A sentence for the operator, with file, line and place. */
  readonly warning: string;
}

/** The same before its line is known. */
export type FailOpenIssue = Omit<FailOpenEntry, 'warning'> & Pick<Issue, 'path' | 'message'>;

/** The properties of a rule that determine whether it can be bypassed. */
export interface RuleSummary {
  readonly id: string;
  /** Among the rules of the file. */
  readonly index: number;
  readonly effects: Effects;
  /** Signals that its condition may read. */
  readonly signals: ReadonlySet<SignalName>;
  /** The rule's own `unenforceable`. */
  readonly unenforceable: string | undefined;
  /** Whether it matches every request. */
  readonly always: boolean;
  /** `false` if it is monitored. */
  readonly enforced: boolean;
}

/**
 * Finds what fails open: entries of `unknown`, `unenforceable: ignore`, and an unconditional `allow`. Only rules
 * that refuse or restrict can be bypassed.
 */
export function findFailOpen(
  parts: readonly UnknownEntry[],
  rules: readonly RuleSummary[],
  unenforceable: string,
): FailOpenIssue[] {
  const restricting = rules.filter(({ effects }) => effects.restricts);
  return [
    ...parts.flatMap((part) => findInUnknown(part, restricting)),
    ...findUnenforceable(restricting, unenforceable),
    ...findUnreachable(rules),
  ];
}

const OUTCOMES = {
  ignore: 'the token is issued',
  allow: 'the token is issued, without evaluating further rules,',
  add: 'the token is issued without restrictions',
} as const;

function findInUnknown(
  { signal, cause, effects }: UnknownEntry,
  restricting: readonly RuleSummary[],
): FailOpenIssue[] {
  const does = outcomeOf(effects);
  const rules = restricting.filter(({ signals }) => signals.has(signal)).map(({ id }) => id);
  if (does === undefined || rules.length === 0) return [];
  const path = ['unknown', signal, ...(cause === undefined ? [] : [cause])];
  const subject = signal === 'feeds' ? 'a feed' : signal;
  const when = cause === undefined || cause === 'default' ? subject : `${subject} (${cause})`;
  const message = `fails open: while ${when} is unknown, ${OUTCOMES[does]} although ${quoteIds(rules)} might refuse or restrict it; { deny: … } or { lifetime: 5m } fails closed`;
  return [{ entry: path.join('.'), does, rules, path, message }];
}

function outcomeOf(effects: Effects | undefined): FailOpenEntry['does'] | undefined {
  if (effects === undefined) return 'ignore';
  if (effects.allow) return 'allow';
  return effects.restricts ? undefined : 'add';
}

function findUnenforceable(
  restricting: readonly RuleSummary[],
  unenforceable: string,
): FailOpenIssue[] {
  // A refusal needs no operation, so it can always be enforced.
  const enforceable = restricting.filter(({ effects }) => effects.deny === undefined);
  const byDefault =
    unenforceable === 'ignore'
      ? enforceable.filter((rule) => rule.unenforceable === undefined)
      : [];
  const own = enforceable.filter((rule) => rule.unenforceable === 'ignore');
  return [
    ...issueOf('unenforceable', byDefault, ['unenforceable']),
    ...issueOf('rules.unenforceable', own, ['rules', own[0]?.index ?? 0, 'unenforceable']),
  ];
}

/** Finds an unconditional `allow` above rules that refuse or restrict. */
function findUnreachable(summaries: readonly RuleSummary[]): FailOpenIssue[] {
  const enforced = summaries.filter((rule) => rule.enforced);
  const allowing = enforced.findIndex(({ always, effects }) => always && effects.allow);
  const rules = enforced
    .slice(allowing + 1)
    .filter(({ effects }) => effects.restricts)
    .map(({ id }) => id);
  const rule = enforced[allowing];
  if (rule === undefined || rules.length === 0) return [];
  const message = `fails open: it allows every request, so ${quoteIds(rules)} below it can never refuse or restrict; move it to the end, or add a condition`;
  const path = ['rules', rule.index, 'when'];
  return [{ entry: 'rules.allow', does: 'allow', rules, path, message }];
}

function issueOf(
  entry: string,
  restricting: readonly RuleSummary[],
  path: Issue['path'],
): FailOpenIssue[] {
  if (restricting.length === 0) return [];
  const rules = restricting.map(({ id }) => id);
  const message = `fails open: if a request does not allow the restriction of ${quoteIds(rules)}, the token is issued without it; unenforceable: deny fails closed`;
  return [{ entry, does: 'ignore', rules, path, message }];
}

/** Keeps a warning readable. */
const MAX_NAMED_RULES = 3;

function quoteIds(rules: readonly string[]): string {
  const named = rules.slice(0, MAX_NAMED_RULES).map((id) => `"${id}"`);
  const more = rules.length - named.length;
  return `${rules.length === 1 ? 'rule' : 'rules'} ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
