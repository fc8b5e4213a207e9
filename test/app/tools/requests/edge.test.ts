import { createSecretKey } from 'node:crypto';
import { readAddress } from '../../../../app/src/signals/address/read.ts';
import {
  createAddressSignature,
  signAddress,
} from '../../../../app/src/signals/address/signature.ts';
import { edgeHeaders } from '../../../../app/tools/requests/edge.ts';

const KEY = createSecretKey('the-secret-of-the-edge', 'utf8');
const NOW = Date.UTC(2026, 0, 5, 10, 30);
const signature = createAddressSignature({ keys: () => [{ key: KEY }], now: () => NOW });

test.each([
  ['x-client-source-ip', 0],
  ['x-forwarded-for', 2],
  ['cloudfront-viewer-address', 0],
  ['forwarded', 0],
  ['forwarded', 3],
])('The service reads the address that the edge writes into %s with %s proxies', (name, hops) => {
  const options = { headerNames: [name], trustedProxyHops: hops };
  const sign = (value: string) => signAddress(KEY, value, NOW);
  const readBack = (address: string) => {
    const headers = edgeHeaders(address, { ...options, sign }).map(({ name, value }) => ({
      name,
      values: value,
    }));
    const signal = readAddress(headers, { headerNames: [name], trustedProxyHops: hops, signature });
    return signal.known ? signal.value.value : signal.cause;
  };
  expect(readBack('205.210.31.51')).toBe('205.210.31.51');
  expect(readBack('2600:300:f:abcd::9')).toBe('2600:300:f:abcd::9');
  expect(readBack('no "address\\')).toBe('malformed');
  expect(readBack('')).toBe('missing');
  expect(edgeHeaders('205.210.31.51', options)).toHaveLength(1);
});
