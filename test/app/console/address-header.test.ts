import { addressHeader } from '../../../app/console/address-header.ts';
import { readAddress } from '../../../app/src/signals/address/read.ts';

test.each([
  ['x-client-source-ip', 0],
  ['x-forwarded-for', 2],
  ['cloudfront-viewer-address', 0],
  ['forwarded', 0],
  ['forwarded', 3],
])('what the console writes into %s for %s proxies, the service reads', (name, hops) => {
  const options = { names: [name], trustedProxyHops: hops };
  const readBack = (address: string) => {
    const header = addressHeader(address, options);
    const headers = header === undefined ? [] : [{ name: header.name, values: header.value }];
    const signal = readAddress(headers, options);
    return signal.known ? signal.value.value : signal.cause;
  };
  expect(readBack('205.210.31.51')).toBe('205.210.31.51');
  expect(readBack('2600:300:f:abcd::9')).toBe('2600:300:f:abcd::9');
  expect(readBack('no "address\\')).toBe('malformed');
  expect(readBack('')).toBe('missing');
});
