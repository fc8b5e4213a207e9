import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseAddress } from '../../../app/src/signals/address/parse.ts';
import {
  type AddressFormat,
  addressFormatter,
} from '../../../app/src/telemetry/recorded-address.ts';

function formatted(text: string, format: AddressFormat): string {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is not a valid address.`);
  return addressFormatter(format)(address);
}

const KEY = 'a-key-that-all-tasks-share';

describe('An address in a record', () => {
  test.each<[string, AddressFormat, string]>([
    ['203.0.113.77', { form: 'whole' }, '203.0.113.77'],
    ['2001:DB8:0:0::1', { form: 'whole' }, '2001:db8::1'],
    ['203.0.113.77', { form: 'truncated' }, '203.0.113.0/24'],
    ['255.255.255.255', { form: 'truncated' }, '255.255.255.0/24'],
    ['0.0.0.1', { form: 'truncated' }, '0.0.0.0/24'],
    ['::ffff:203.0.113.77', { form: 'truncated' }, '203.0.113.0/24'],
    ['2001:db8:1234:5678:9abc::1', { form: 'truncated' }, '2001:db8:1234::/48'],
    ['::1', { form: 'truncated' }, '::/48'],
    ['2002:af2d:b109:1::1', { form: 'truncated' }, '2002:af2d:b100::/40'],
    ['2002:ffff:ffff:1::1', { form: 'truncated' }, '2002:ffff:ff00::/40'],
    ['2001:0:4136:e378::50d2:4ef6', { form: 'truncated' }, '2001:0:4136::/48'],
    ['64:ff9b:1::175.45.177.9', { form: 'truncated' }, '64:ff9b:1::/48'],
    ['64:ff9b::175.45.177.9', { form: 'truncated' }, '175.45.177.0/24'],
  ])('of %s in the format %j is %s', (text, format, expected) => {
    expect(formatted(text, format)).toBe(expected);
  });

  test('has the same hash for the same address and key only', () => {
    const hash = formatted('203.0.113.77', { form: 'hashed', key: KEY });
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(formatted('203.0.113.77', { form: 'hashed', key: KEY })).toBe(hash);
    expect(formatted('203.0.113.78', { form: 'hashed', key: KEY })).not.toBe(hash);
    expect(formatted('203.0.113.77', { form: 'hashed', key: `${KEY}.` })).not.toBe(hash);
  });
});

const PAGE = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

if (!hasOpenssl) {
  process.stderr.write(
    'Skipped because openssl is missing: the documented command for a hashed address\n',
  );
}

(hasOpenssl ? describe : describe.skip)('The openssl command in docs/operations.md', () => {
  test.each(['203.0.113.77', '0.0.0.1', '2001:db8::1', '2001:db8:0:1:1:1:1:1'])(
    'returns the recorded hash of %s',
    (address) => {
      const [, command = ''] = /^(printf .*openssl .*)$/m.exec(PAGE) ?? [];
      const { stdout } = spawnSync('sh', ['-c', command.replace('<address>', address)], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, key: KEY },
      });
      expect(stdout.trim()).toBe(formatted(address, { form: 'hashed', key: KEY }));
    },
  );
});
