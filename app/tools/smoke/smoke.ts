import { signAddress } from '../../src/signals/address/signature.ts';
import type { AddressSource } from '../../src/telemetry/test-report.ts';
import { error, type Finding, type NamedFinding, warning } from '../findings/finding.ts';
import { type EdgeOptions, edgeHeaders, type NamedValue } from '../requests/edge.ts';
import { sampleTokenRequest } from '../requests/token-request.ts';
import { checkAuthentication } from './authentication.ts';
import { call } from './call.ts';
import { checkData, checkPolicy, checkReputation } from './deployment.ts';
import { checkLatency } from './latency.ts';
import { ADDRESSES, checkOutcomes, type PostedCase } from './outcomes.ts';
import type { SmokeOptions, SmokeTarget } from './target.ts';
import { checkTransport } from './transport.ts';

/**
 * Calls a deployed endpoint as the identity server does, and returns what is right and what is not, check by check. All
 * calls are marked as smoke tests, so that no statistics or alarm counts them.
 */
export async function runSmoke(
  target: SmokeTarget,
  { calls, now, onCall }: SmokeOptions,
): Promise<readonly NamedFinding[]> {
  const findings: NamedFinding[] = [];
  const add = (check: string, found: Finding | readonly Finding[]) =>
    findings.push(...[found].flat().map((finding) => ({ check, ...finding })));

  const transport = await checkTransport(target, now());
  add('transport', transport);
  if (transport.some(({ level }) => level === 'error')) return findings;
  const first = await call(target, requestWith([]));
  add('authentication', await checkAuthentication(target, requestWith([]), first));
  if ('failure' in first || first.response.status !== 200) return findings;

  const { report } = first;
  if (report === undefined) {
    add(
      'report',
      warning(
        'The response has no report of the service, so the rest is not checked: deploy the current version.',
      ),
    );
    return findings;
  }
  add('policy', checkPolicy(target, report));
  const edge = edgeOf(target, report.address, now);
  if (edge === undefined) {
    add(
      'address',
      warning(
        'Addresses must be signed, so decisions are not checked: give the secret with --signature-secret-file.',
      ),
    );
  } else {
    const cases = await postCases(target, edge);
    const reports = cases.flatMap(({ result }) =>
      'report' in result ? (result.report ?? []) : [],
    );
    const rejected = reports.flatMap(({ signals }) => causeOf(signals.address) ?? [])[0];
    if (rejected === undefined) {
      add('outcomes', await checkOutcomes(withPolicyOf(target, report.policy.revision), cases));
      add('reputation', checkReputation(reports));
    } else {
      add('address', describeRejectedAddress(rejected));
    }
  }
  add('data', checkData(report));
  const request = requestWith(edge === undefined ? [] : edgeHeaders(LOW_SCORE, edge));
  add('latency', await checkLatency(target, request, calls, onCall));
  return findings;
}

/** An address that is decided on without delay once its reputation is cached. */
const [LOW_SCORE = ''] = ADDRESSES;

/** Returns why the service has no client address, although the request has one. */
function causeOf(address: object | undefined): unknown {
  return (address as { readonly cause?: unknown } | undefined)?.cause;
}

function describeRejectedAddress(cause: unknown): Finding {
  const remedy =
    cause === 'unsigned'
      ? 'compare the secret of --signature-secret-file with that of the service, and the clock of this machine'
      : 'compare addressHeaders and trustedProxyHops with docs/address.md';
  return error(
    `The service does not accept the client addresses (${cause}), so decisions are not checked: ${remedy}.`,
  );
}

/** Decisions can be compared with those of the deployed policy only. */
function withPolicyOf(target: SmokeTarget, revision: string): SmokeTarget {
  return target.policy?.policy.revision === revision ? target : { ...target, policy: undefined };
}

async function postCases(target: SmokeTarget, edge: EdgeOptions): Promise<readonly PostedCase[]> {
  const cases: PostedCase[] = [];
  for (const address of ADDRESSES) {
    const request = requestWith(edgeHeaders(address, edge));
    cases.push({ address, request, result: await call(target, request) });
  }
  return cases;
}

function requestWith(headers: readonly NamedValue[]): object {
  return sampleTokenRequest({
    headers,
    grant: 'client_credentials',
    clientId: 'risk-gate-smoke-test',
    scopes: [],
  });
}

/** Returns how the operator's edge sets the address; `undefined` if it must sign and the key is not known. */
function edgeOf(
  { signatureKey }: SmokeTarget,
  { headers, trusted_proxy_hops: trustedProxyHops, signed }: AddressSource,
  now: () => number,
): EdgeOptions | undefined {
  if (signed && signatureKey === undefined) return undefined;
  return {
    headerNames: headers,
    trustedProxyHops,
    ...(signed &&
      signatureKey !== undefined && {
        sign: (value: string) => signAddress(signatureKey, value, now()),
      }),
  };
}
