import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseAddress } from '../../../app/src/signals/address/parse.ts';
import {
  type AddressFormat,
  addressFormatter,
} from '../../../app/src/telemetry/recorded-address.ts';

function written(text: string, how: AddressFormat): string {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address.`);
  return addressFormatter(how)(address);
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
  ])('%s, %j: %s', (text, how, expected) => {
    expect(written(text, how)).toBe(expected);
  });

  test('hashed, it is the same text for the same address and key, and for no other', () => {
    const hash = written('203.0.113.77', { form: 'hashed', key: KEY });
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(written('203.0.113.77', { form: 'hashed', key: KEY })).toBe(hash);
    expect(written('203.0.113.78', { form: 'hashed', key: KEY })).not.toBe(hash);
    expect(written('203.0.113.77', { form: 'hashed', key: `${KEY}.` })).not.toBe(hash);
  });
});

const PAGE = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

if (!hasOpenssl) {
  process.stderr.write('Skipped, as there is no openssl: its command for a hashed address\n');
}

(hasOpenssl ? describe : describe.skip)(
  'the command in docs/operations.md for a hashed address',
  () => {
    test.each(['203.0.113.77', '0.0.0.1', '2001:db8::1', '2001:db8:0:1:1:1:1:1'])(
      'gives what the records hold for %s',
      (address) => {
        const [, command = ''] = /^(printf .*openssl .*)$/m.exec(PAGE) ?? [];
        const { stdout } = spawnSync('sh', ['-c', command.replace('<address>', address)], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, key: KEY },
        });
        expect(stdout.trim()).toBe(written(address, { form: 'hashed', key: KEY }));
      },
    );
  },
);
