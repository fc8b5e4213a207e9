import { readTokenRequest } from '../../src/action/request.ts';
import { type Decision, decide } from '../../src/decide.ts';
import { deadlineAfter } from '../../src/lib/deadline.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { RequestSignals } from '../../src/signals/request-signals.ts';
import type { TestReport } from '../../src/telemetry/test-report.ts';
import type { GivenSignals } from '../policy/given/given.ts';
import { givenSources } from '../policy/given/sources.ts';

type Fields = Readonly<Record<string, unknown>>;

const DEADLINE_MS = 5000;
/** Fields of `geo` that the report has. */
const REPORTED_PLACE_FIELDS = ['country', 'asn'];

/**
 * Returns what a policy decides on the signals that the service has reported; `undefined` if the policy reads more than
 * the report has.
 *
 * @param date of the response, in HTTP's format.
 */
export async function expectedOutcome(
  request: object,
  address: string,
  report: TestReport,
  policy: Policy,
  date: string | undefined,
): Promise<Decision['outcome'] | undefined> {
  const given = givenBy(address, report, policy);
  if (given === undefined || date === undefined) return undefined;
  const { sources, notGiven } = givenSources(given, {
    addressOptions: { headerNames: report.address.headers, trustedProxyHops: 0 },
  });
  const tokenRequest = readTokenRequest(JSON.stringify(request));
  const signals = new RequestSignals(sources, tokenRequest, deadlineAfter(DEADLINE_MS), undefined);
  const { outcome } = await decide(tokenRequest, policy, signals, Date.parse(date));
  return notGiven().length > 0 ? undefined : outcome;
}

function givenBy(
  address: string,
  { signals }: TestReport,
  policy: Policy,
): GivenSignals | undefined {
  const readsMorePlaces = [...policy.geoFields].some(
    (field) => !REPORTED_PLACE_FIELDS.includes(field),
  );
  if (policy.readsAbuseRecord || readsMorePlaces) return undefined;
  const geo = signals.geo as Fields | undefined;
  const reputation = signals.reputation as Fields | undefined;
  // Of an address that is not on the blacklist, only a bound is known.
  if (reputation?.score_at_most !== undefined) return undefined;
  const hasScore = typeof reputation?.score === 'number';
  return {
    address,
    ...(geo !== undefined && geo.cause === undefined && { geo }),
    ...(hasScore && { abuse: { score: Number(reputation?.score) } }),
    unknown: {
      ...causeOf('geo', geo?.cause),
      ...causeOf('reputation', hasScore ? undefined : reputation?.cause),
    },
  } as GivenSignals;
}

function causeOf(name: 'geo' | 'reputation', cause: unknown): object {
  return cause === undefined ? {} : { [name]: cause };
}
