import type { TestReport } from '../../src/telemetry/test-report.ts';
import { formatAge } from '../explain/format.ts';
import { error, type Finding, ok, warning } from '../findings/finding.ts';
import type { SmokeTarget } from './target.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Checks which policy is deployed. */
export function checkPolicy({ policy: own }: SmokeTarget, { policy }: TestReport): Finding {
  const { revision, mode } = policy;
  const isSame = own === undefined || own.policy.revision === revision;
  const compared = own === undefined ? '' : `, as in ${own.file}`;
  if (!isSame) {
    return warning(
      `The deployed policy has the revision ${revision}, and ${own.file} has ${own.policy.revision}: deploy it, or name the deployed file with --policy.`,
    );
  }
  return mode === 'monitor'
    ? warning(
        `The policy has the revision ${revision}${compared}, and its mode is monitor: it refuses and restricts nothing.`,
      )
    : ok(`The policy has the revision ${revision}${compared}, and is enforced.`);
}

/** Why there is no score, and what to do. */
const REMEDIES: Readonly<Record<string, string>> = {
  auth: 'AbuseIPDB rejects the API key: store a valid one in the secret AbuseIpdbSecretArn',
  quota: "AbuseIPDB's quota is exhausted: see docs/operations.md",
  budget: 'a budget of lookups is used up: see docs/operations.md',
  pending: 'AbuseIPDB has not responded within the wait of the policy: run the command again',
  timeout: 'AbuseIPDB has not responded in time: look at its status and at the NAT gateways',
  upstream:
    'AbuseIPDB cannot be reached or responds with errors: look at its status and at the NAT gateways',
  invalid: 'AbuseIPDB responds with something else than a score: check the proxy, if there is one',
};

/** Checks where the scores come from. */
export function checkReputation(reports: readonly TestReport[]): Finding {
  const scores = reports.flatMap(({ signals }): readonly Fields[] =>
    signals.reputation === undefined ? [] : [signals.reputation as Fields],
  );
  if (scores.length === 0) return ok('The policy needed no reputation.');
  const without = scores.find(
    ({ score, score_at_most: bound }) => score === undefined && bound === undefined,
  );
  if (without !== undefined) {
    const cause = String(without.cause);
    const remedy = REMEDIES[cause] ?? `its cause is ${cause}: see docs/policy.md`;
    return (cause === 'auth' ? error : warning)(`There is no score, and ${remedy}.`);
  }
  const sources = [...new Set(scores.map(({ source }) => String(source)))].sort();
  const isStale = scores.some(({ stale }) => stale === true);
  const text = `The scores come from ${sources.join(', ')}`;
  return isStale
    ? warning(`${text}, and some are stale: AbuseIPDB has not confirmed them in time.`)
    : ok(`${text}.`);
}

const STATES: Readonly<Record<string, string>> = {
  expired:
    'has reached its maximum age, so conditions on it are unknown: look at the log of the refresher',
  absent: 'has never been loaded: look at the log of the refresher',
  outdated: 'is too old: set a newer file, or look at the log of the refresher',
  bundled:
    'is bundled for tests and has known errors: set the stack option geoDatabase, or use a feed',
};

/** Checks the age of location databases and feeds. */
export function checkData({ data }: TestReport): readonly Finding[] {
  return data.map(({ name, status, age_hours: hours }) => {
    const age = hours === undefined ? '' : `, ${formatAge(hours * 3_600_000)} old,`;
    const state = STATES[status];
    return state === undefined
      ? ok(`${name}${age.replace(/,$/, '')}.`)
      : warning(`${name}${age} ${state}.`);
  });
}
