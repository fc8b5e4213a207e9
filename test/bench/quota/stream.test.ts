import { HONEST, HOSTILE } from './assumptions.ts';
import { START, Stream, type Token } from './stream.ts';

const HOUR = 3_600_000;
const LOAD = { tokensPerSecond: 0.1, days: 3, reportedDays: 1 };

function lastDay(seed = 'a') {
  const stream = new Stream(LOAD, seed);
  const tokens: Token[] = [];
  for (let day = 0; day < LOAD.days; day += 1) {
    stream.forEachToken(day, (token) => {
      if (day === LOAD.days - 1) tokens.push({ ...token });
    });
  }
  return { stream, tokens };
}

const { stream, tokens } = lastDay();
const kindOf = ({ address }: Token) => stream.addresses.kindOf(address);
const ofKind = (kind: string) => tokens.filter((token) => kindOf(token) === kind);

test('a stream is determined by its seed', () => {
  expect(lastDay().tokens).toEqual(tokens);
  expect(lastDay('b').tokens).not.toEqual(tokens);
});

test('tokens are in order of time, within the day, and fewer at night', () => {
  const times = tokens.map(({ time }) => time - START - 2 * 24 * HOUR);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect(times.at(0)).toBeGreaterThanOrEqual(0);
  expect(times.at(-1)).toBeLessThan(24 * HOUR);
  const within = (hour: number) =>
    ofKind('home').filter(({ time }) => Math.floor((time - START) / HOUR) % 24 === hour).length;
  expect(within(9)).toBeGreaterThan(5 * within(2));
});

test.each([
  ['machine', HONEST.machines],
  ['carrier', (1 - HONEST.machines) * HONEST.carrier],
  ['office', (1 - HONEST.machines) * HONEST.office],
  ['oneTime', (1 - HONEST.machines) * HONEST.oneTime],
])('the share of tokens from addresses of the kind %s is the assumed one', (kind, share) => {
  const honest = tokens.filter((token) => token.sender === 'users' && kindOf(token) !== 'hostile');
  expect(honest.length).toBeCloseTo(8_640, -2);
  expect(ofKind(kind).length / honest.length).toBeCloseTo(share, 1.5);
});

test('a hostile address tries as often as assumed, within some hours, for different users', () => {
  const [first] = ofKind('hostile');
  const tries = tokens.filter(({ address }) => address === first?.address);
  expect(tries).toHaveLength(HOSTILE.tries);
  const times = tries.map(({ time }) => time);
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(HOSTILE.hours * HOUR);
  expect(new Set(tries.map(({ user }) => user)).size).toBeGreaterThan(HOSTILE.tries / 2);
});

test('the bad address tries every five minutes, and the attacker a thousand addresses an hour', () => {
  expect(ofKind('bad')).toHaveLength(288);
  const invented = ofKind('invented');
  expect(new Set(invented.map(({ address }) => address)).size).toBe(24_000);
  expect(new Set(invented.map(({ client, user }) => `${client} ${user}`)).size).toBe(1);
});

test('addresses are where their kind lets expect them', () => {
  const bitsOf = (token: Token) => Number(stream.addresses.addressOf(token.address).bits);
  const blocks = (kind: string) => {
    const bits = [...new Set(ofKind(kind).map(bitsOf))];
    return { addresses: bits.length, blocks: new Set(bits.map((each) => each >> 8)).size };
  };
  expect(blocks('machine')).toEqual({ addresses: 20, blocks: 4 });
  expect(blocks('carrier')).toEqual({ addresses: 18, blocks: 1 });
  const oneTime = blocks('oneTime');
  expect(oneTime.blocks).toBe(oneTime.addresses);
  const homes = blocks('home');
  expect(homes.blocks).toBeGreaterThan(0.95 * homes.addresses);
});
