import { type Address, lookupAddress } from '../../src/signals/address/address.ts';
import type { ReputationSource } from '../../src/signals/reputation/reputation.ts';
import type { RequestSignals } from '../../src/signals/request-signals.ts';
import { formatSeconds } from './format.ts';

const SOURCES: Readonly<Record<ReputationSource, string>> = {
  memory: 'memory',
  dynamodb: 'DynamoDB',
  abuseipdb: 'AbuseIPDB',
};

const NOT_ASKED = 'not asked for: no rule needed it';

/** What became of each signal of a request, and where it came from. */
export function describeSignals({ address, geo, reputation }: RequestSignals) {
  const unknown = (cause: string) => `unknown: ${cause}`;
  return [
    {
      name: 'Address',
      is: address?.known ? addressInWords(address.value) : unknownOr(address, unknown),
    },
    { name: 'Country', is: geo?.known ? (geo.value.country ?? 'none') : unknownOr(geo, unknown) },
    {
      name: 'Reputation',
      is: reputation?.known
        ? `score ${reputation.value.record.score}, from ${SOURCES[reputation.value.source]}, ` +
          `${formatSeconds(Math.round(reputation.value.age / 1000))} old` +
          (reputation.value.stale ? ', stale' : '')
        : unknownOr(reputation, unknown),
    },
  ];
}

function addressInWords(address: Address): string {
  const lookedUp = address.public ? lookupAddress(address) : address;
  return lookedUp === address ? address.value : `${address.value}, looked up as ${lookedUp.value}`;
}

function unknownOr(
  signal: { readonly known: boolean; readonly cause?: string } | undefined,
  unknown: (cause: string) => string,
): string {
  return signal === undefined ? NOT_ASKED : unknown(signal.cause ?? '');
}
