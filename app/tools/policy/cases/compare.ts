import type { SkippedOperation } from '../../../src/action/operations/index.ts';
import { formatSeconds } from '../../explain/format.ts';
import type { IssuedToken, Outcome } from '../../identity-server/index.ts';
import type { Expectation } from './expectation.ts';
import type { CaseRun, Mismatch } from './result.ts';

/** Compares a decision with what a case expects. Only what the case names is compared. */
export function compareWithExpectation(
  expect: Expectation,
  run: Pick<CaseRun, 'decision' | 'before' | 'outcome'>,
): Mismatch[] {
  const { decision, outcome } = run;
  const comparison = new Comparison();
  const refusal = outcome.kind === 'refused' ? outcome : undefined;
  comparison.check('outcome', expect.outcome, decision.outcome);
  comparison.check('dry_run_outcome', expect.dry_run_outcome, decision.dryRunOutcome);
  comparison.check('refused_by', expect.refused_by, decision.refusedBy);
  comparison.check('dry_run_refused_by', expect.dry_run_refused_by, decision.dryRunRefusedBy);
  comparison.check('reason', expect.reason, refusal?.error);
  comparison.check('description', expect.description, refusal?.errorDescription);
  comparison.check('rules', expect.rules, decision.matched);
  comparison.check('failed', expect.failed, decision.failed);
  comparison.check('unknown', expect.unknown && describeCauses(expect.unknown), unknownOf(run));
  comparison.check('skipped', expect.skipped, decision.skipped.map(describeSkipped));
  comparison.check(
    'unenforceable',
    expect.unenforceable,
    decision.unenforceable.map(describeSkipped),
  );
  compareMonitored(expect, run, comparison);
  compareToken(expect, outcome, comparison);
  checkIdentityServer(outcome, comparison);
  return comparison.mismatches;
}

class Comparison {
  readonly mismatches: Mismatch[] = [];

  /** Compares values, unless nothing is expected. */
  check(field: string, expected: unknown, received: unknown): void {
    if (expected === undefined) return;
    this.compare(field, show(expected), show(received));
  }

  compare(field: string, expected: string, received: string): void {
    if (expected !== received) this.mismatches.push({ field, expected, received });
  }
}

function show(value: unknown): string {
  if (value === undefined) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(show).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An effect that is skipped, as a case names it: `claims.set of tag-risk`. */
function describeSkipped({ rule, effect }: SkippedOperation): string {
  return `${effect} of ${rule}`;
}

function describeCauses(causes: Readonly<Record<string, readonly string[]>>): string[] {
  const pairs = Object.entries(causes).flatMap(([signal, list]) =>
    list.map((cause) => `${signal}: ${cause}`),
  );
  return pairs.sort();
}

function unknownOf({ decision }: Pick<CaseRun, 'decision'>): string[] {
  return decision.unknown.map(({ signal, cause }) => `${signal}: ${cause}`).sort();
}

function compareMonitored(
  { monitored }: Expectation,
  { decision }: Pick<CaseRun, 'decision'>,
  comparison: Comparison,
): void {
  if (monitored === undefined) return;
  const names = monitored.some(({ outcome }) => outcome !== undefined);
  const write = (rules: readonly { rule: string; outcome: string | undefined }[]) =>
    rules.map(({ rule, outcome }) => (names ? `${rule}: ${outcome}` : rule));
  comparison.check('monitored', write(monitored), write(decision.monitored));
}

function compareToken({ token }: Expectation, outcome: Outcome, comparison: Comparison): void {
  if (token === undefined) return;
  if (outcome.kind !== 'token') {
    comparison.compare('token', 'a token', outcome.kind === 'refused' ? 'refused' : outcome.kind);
    return;
  }
  const issued = outcome.token;
  const { lifetime, scopes, audience, claims = {}, refresh_token: refresh, id_token } = token;
  if (lifetime !== undefined) {
    comparison.compare('token.lifetime', formatSeconds(lifetime), showLifetime(issued.expiresIn));
  }
  compareNames('token.scopes', scopes, issued.scopes, comparison);
  compareNames('token.audience', audience, [issued.audience ?? []].flat(), comparison);
  for (const [name, value] of Object.entries(claims)) {
    const received = issued.claims[name];
    comparison.compare(
      `token.claims.${name}`,
      value === null ? 'absent' : sortedJson(value),
      received === undefined ? 'absent' : sortedJson(received),
    );
  }
  if (refresh !== undefined) {
    const received = issued.refreshToken;
    const isNamed = typeof refresh === 'number' && received !== undefined;
    comparison.compare(
      'token.refresh_token',
      typeof refresh === 'number' ? formatSeconds(refresh) : presence(refresh),
      isNamed ? showLifetime(received.expiresIn) : presence(received !== undefined),
    );
  }
  if (id_token !== undefined) {
    comparison.compare('token.id_token', presence(id_token), presence(hasIdToken(issued)));
  }
}

function presence(isThere: boolean): string {
  return isThere ? 'in the response' : 'not in the response';
}

function hasIdToken({ scopes, removedParameters }: IssuedToken): boolean {
  return scopes.includes('openid') && !removedParameters.includes('id_token');
}

/** Compares without regard to order: an added scope is the last one, which no client relies on. */
function compareNames(
  field: string,
  expected: readonly string[] | undefined,
  received: readonly string[],
  comparison: Comparison,
): void {
  if (expected !== undefined) comparison.check(field, expected.toSorted(), received.toSorted());
}

function showLifetime(seconds: number | undefined): string {
  if (seconds === undefined) return 'not stated';
  return seconds > 0 ? formatSeconds(seconds) : "the server's default";
}

/** Returns a value as JSON, with the fields of objects in the order of their names. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

/** Risk Gate must never send what the identity server drops or cannot read. */
function checkIdentityServer(outcome: Outcome, comparison: Comparison): void {
  if (outcome.kind === 'server-error') {
    comparison.compare('identity server', 'applies the response', outcome.why);
  } else if (outcome.kind === 'no-token-but-200') {
    comparison.compare(
      'identity server',
      'applies the response',
      'sends no token, with status 200',
    );
  } else if (outcome.kind === 'token') {
    for (const { reason } of outcome.dropped) {
      comparison.compare('identity server', 'applies each operation', `drops one: ${reason}`);
    }
  }
}
