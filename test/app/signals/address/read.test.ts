import { readAddress } from '../../../../app/src/signals/address/read.ts';
import { RUNAWAY_MS, withCpuTime } from '../../../support/cpu-time.ts';

const NAMES = ['x-client-source-ip'];
const header = (name: string, ...values: string[]) => ({ name, values });
const given = (...values: string[]) => [header('x-client-source-ip', ...values)];

/** Reads the address, and returns it or the cause. */
const read = (headers: { name: string; values: string[] }[], hops = 0, names = NAMES) => {
  const signal = readAddress(headers, { headerNames: names, trustedProxyHops: hops });
  return signal.known ? signal.value.value : signal.cause;
};

describe('a header with a single address:', () => {
  test.each([
    ['one value', given('8.8.8.8'), '8.8.8.8'],
    ['a name in another case', [header('X-Client-Source-IP', '8.8.8.8')], '8.8.8.8'],
    ['another header in addition', [header('accept', '1.1.1.1'), ...given('8.8.8.8')], '8.8.8.8'],
    ['a longer name', [header('x-client-source-ip-2', '8.8.8.8')], 'missing'],
    ['a mapped form', given('::ffff:203.0.113.9'), '203.0.113.9'],
    ['the same value twice', given('8.8.8.8', '8.8.8.8'), '8.8.8.8'],
    ['the same address in two forms', given('8.8.8.8:80', '::ffff:808:808'), '8.8.8.8'],
    ['a blank value in addition', given('', ' \t', '8.8.8.8'), '8.8.8.8'],
    [
      'the header twice in two cases',
      [header('X-Client-Source-IP', '8.8.8.8'), ...given('8.8.8.8')],
      '8.8.8.8',
    ],
    ['the same value a thousand times', given(...Array(1000).fill('8.8.8.8')), '8.8.8.8'],
    [
      'more different values than the limit',
      given(...Array.from({ length: 101 }, (_, port) => `8.8.8.8:${port + 1}`)),
      'ambiguous',
    ],
    ['no header at all', [], 'missing'],
    ['a header without values', given(), 'missing'],
    ['only blank values', given('', '  '), 'missing'],
    ['two different addresses', given('8.8.8.8', '203.0.113.66'), 'ambiguous'],
    [
      'two different addresses in two cases of the name',
      [header('X-CLIENT-SOURCE-IP', '8.8.8.8'), ...given('203.0.113.66')],
      'ambiguous',
    ],
    [
      'IPv4 and its translated forms',
      given('8.8.8.8', '64:ff9b::808:808', '::ffff:0:8.8.8.8'),
      '8.8.8.8',
    ],
    ['IPv4 and a tunnel of it', given('8.8.8.8', '2002:808:808::1'), 'ambiguous'],
    ['two tunnels of one IPv4 address', given('2002:808:808::1', '2002:808:808::2'), 'ambiguous'],
    ['an address and a value that is not one', given('8.8.8.8', 'x'), 'ambiguous'],
    ['a value that is not an address, and an address', given('x', '8.8.8.8'), 'ambiguous'],
    ['an invalid address', given('203.0.113.999<script>'), 'malformed'],
    ['several invalid values', given('x', 'y'), 'malformed'],
    ['a list', given('8.8.8.8, 203.0.113.66'), 'malformed'],
    ['a list that repeats one address', given('8.8.8.8, 8.8.8.8'), 'malformed'],
  ])('%s', (_name, headers, expected) => {
    expect(read(headers)).toBe(expected);
  });

  test('an invalid value is not repeated', () => {
    const signal = readAddress(given('203.0.113.9<script>'), {
      headerNames: NAMES,
      trustedProxyHops: 0,
    });
    expect(signal).toEqual({ known: false, cause: 'malformed' });
  });
});

describe('a list with trusted proxies:', () => {
  test.each([
    ['the last entry for one proxy', given('6.6.6.6, 8.8.8.8'), 1, '8.8.8.8'],
    ['the second last entry for two', given('6.6.6.6, 8.8.8.8, 10.0.0.1'), 2, '8.8.8.8'],
    ['the first entry of a list of exactly that length', given('8.8.8.8, 10.0.0.1'), 2, '8.8.8.8'],
    ['values form one list in order', given('6.6.6.6', '8.8.8.8, 10.0.0.1'), 2, '8.8.8.8'],
    ['an entry at the end of a value', given('6.6.6.6, 8.8.8.8', '10.0.0.1'), 2, '8.8.8.8'],
    [
      'headers in two cases form one list in order',
      [header('X-Client-Source-IP', '6.6.6.6'), ...given('8.8.8.8')],
      1,
      '8.8.8.8',
    ],
    ['no spaces', given('6.6.6.6,8.8.8.8'), 1, '8.8.8.8'],
    ['invalid entries of the client are ignored', given('<script>,,x, 8.8.8.8'), 1, '8.8.8.8'],
    ['a blank value of the client is ignored', given('', '8.8.8.8'), 1, '8.8.8.8'],
    ['an empty entry counts', given('6.6.6.6, , 8.8.8.8'), 2, 'malformed'],
    ['a trailing comma is an empty entry', given('6.6.6.6, 8.8.8.8,'), 1, 'malformed'],
    ['a leading comma is an empty entry', given(',8.8.8.8'), 2, 'malformed'],
    ['a comma alone is two empty entries', given(','), 3, 'missing'],
    ['an empty value is an empty entry', given('6.6.6.6', ''), 1, 'malformed'],
    ['the entry is not an address', given('6.6.6.6, unknown'), 1, 'malformed'],
    ['a list that is too short', given('8.8.8.8'), 2, 'missing'],
    ['a list of several values that is too short', given('8.8.8.8', '10.0.0.1'), 3, 'missing'],
    ['a list of invalid entries that is too short', given('x'), 2, 'missing'],
    ['only blank values', given('', ' '), 1, 'missing'],
    ['no header', [], 1, 'missing'],
  ])('%s', (_name, headers, hops, expected) => {
    expect(read(headers, hops)).toBe(expected);
  });
});

describe('several headers', () => {
  const both = ['x-client-source-ip', 'x-real-ip'];
  const two = (one: string, other: string) => [...given(one), header('X-Real-IP', other)];

  test.each([
    ['that agree', two('8.8.8.8', '8.8.8.8'), 0, '8.8.8.8'],
    ['of which one is absent', [header('x-real-ip', '8.8.8.8')], 0, '8.8.8.8'],
    ['of which one is blank', two('8.8.8.8', ' '), 0, '8.8.8.8'],
    ['that differ', two('8.8.8.8', '1.1.1.1'), 0, 'ambiguous'],
    ['of which one is malformed', two('8.8.8.8', 'x'), 0, 'ambiguous'],
    [
      'whose lists agree at the relevant position',
      two('6.6.6.6, 8.8.8.8', '7.7.7.7, 8.8.8.8'),
      1,
      '8.8.8.8',
    ],
    [
      'whose lists differ at the relevant position',
      two('8.8.8.8, 6.6.6.6', '8.8.8.8, 7.7.7.7'),
      1,
      'ambiguous',
    ],
    ['of which one list is absent', [header('x-real-ip', '6.6.6.6, 8.8.8.8')], 1, '8.8.8.8'],
    ['of which one list is too short', two('8.8.8.8, 10.0.0.1', '8.8.8.8'), 2, 'ambiguous'],
    ['of which one is malformed and one too short', two('x, y', 'x'), 2, 'malformed'],
  ])('%s', (_name, headers, hops, expected) => {
    expect(read(headers, hops, both)).toBe(expected);
  });
});

describe('a hostile request', () => {
  const others = Array.from({ length: 10_000 }, (_, n) => header(`x-other-${n}`, 'x'.repeat(200)));
  const big = 'x'.repeat(2 ** 20);

  test.each([
    ['10,000 other headers', [...others, ...given('8.8.8.8')], 0, '8.8.8.8'],
    ['10,000 values', given(...Array<string>(10_000).fill('8.8.8.8')), 0, '8.8.8.8'],
    ['1 MiB in another header', [header('cookie', big), ...given('8.8.8.8')], 0, '8.8.8.8'],
    ['1 MiB in a name', [header(big, '8.8.8.8')], 0, 'missing'],
    ['a value of 1 MiB', given(big), 0, 'malformed'],
    ['a blank value of 1 MiB', given(' '.repeat(2 ** 20)), 0, 'malformed'],
    ['an entry of 1 MiB', given(big), 1, 'malformed'],
    ['a list of 1 MiB', given(`${'6.6.6.6,'.repeat(2 ** 17)}8.8.8.8`), 1, '8.8.8.8'],
    ['a list of 1 MiB commas', given(','.repeat(2 ** 20)), 2 ** 21, 'missing'],
  ])('with %s is read in bounded time', async (_name, headers, hops, expected) => {
    const { result, cpuMilliseconds } = await withCpuTime(() => read(headers, hops));
    expect(result).toBe(expected);
    expect(cpuMilliseconds).toBeLessThan(RUNAWAY_MS);
  });
});
