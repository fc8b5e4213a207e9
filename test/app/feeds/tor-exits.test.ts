import { torExits } from '../../../app/src/feeds/tor-exits.ts';
import { formatIpv4 } from '../../../app/src/signals/address/ipv4.ts';

/** Single addresses with a gap between them. */
const addresses = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => formatIpv4(first + index * 2));

async function parse(lines: readonly string[]) {
  const body = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const download = await torExits.download({
    http: { request: async () => ({ status: 200, headers: {}, body }) },
    credential: undefined,
    options: {},
    version: undefined,
    now: 0,
  });
  if (download.status !== 'downloaded') throw new Error('The list has not changed.');
  return download.data;
}

const EXITS = addresses(0x0b000000, 1_340);
const OTHERS = addresses(0x37000000, 1_340);

test.each<[string, readonly string[], RegExp | undefined]>([
  ['the same addresses', EXITS, undefined],
  ['three quarters of them and others', [...EXITS.slice(335), ...OTHERS.slice(0, 335)], undefined],
  ['most of them, with neighbours', [...EXITS.slice(300), '55.1.1.1', '55.1.1.2'], undefined],
  [
    'a quarter of them and others',
    [...EXITS.slice(0, 335), ...OTHERS.slice(335)],
    /^about \d+ % of its addresses are in the last good copy, expected 50 % or more$/,
  ],
  ['other addresses', OTHERS, /^about 0 %/],
  ['too few', EXITS.slice(0, 799), /^it has 799 entries, expected 800 to 3000$/],
  ['too many', addresses(0x0b000000, 3_001), /^it has 3001 entries/],
  ['a network', [...EXITS, '55.1.0.0/24'], /^it has networks, expected single addresses$/],
  ['a private address', [...EXITS, '10.0.0.1'], /^it has special-purpose addresses$/],
])('a list with %s', async (_, lines, expected) => {
  const previous = (await parse(EXITS)).summary;
  const issue = torExits.findImplausible(await parse(lines), { previous, options: {}, now: 0 });
  if (expected === undefined) expect(issue).toBeUndefined();
  else expect(issue).toMatch(expected);
});

test('the first list has no other one to share addresses with', async () => {
  const context = { previous: undefined, options: {}, now: 0 };
  expect(torExits.findImplausible(await parse(OTHERS), context)).toBeUndefined();
});
