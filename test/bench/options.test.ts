import { parseOptions } from './options.ts';

const KNOWN = ['warm-32', 'warm-2', 'cold'];
const DEFAULTS = { names: KNOWN, rounds: 5, seconds: undefined, out: 'bench.json' };

test.each([
  ['no arguments', [], {}],
  ['a name', ['cold'], { names: ['cold'] }],
  ['a prefix', ['warm'], { names: ['warm-32', 'warm-2'] }],
  ['several names, in the order of the table', ['cold', 'warm-2'], { names: ['warm-2', 'cold'] }],
  ['options', ['--rounds', '9', '--seconds=2'], { rounds: 9, seconds: 2 }],
  ['a file', ['--out', 'x.json'], { out: 'x.json' }],
])('parses %s', (_, args, expected) => {
  expect(parseOptions(args, KNOWN)).toEqual({ ...DEFAULTS, ...expected });
});

test.each([
  ['an unknown name', ['hot'], 'Unknown row "hot": expected warm-32, warm-2, cold.'],
  ['zero rounds', ['--rounds', '0'], '--rounds must be a whole number from 1 to 3600, got "0".'],
  [
    'a fraction of a second',
    ['--seconds', '0.5'],
    '--seconds must be a whole number from 1 to 3600, got "0.5".',
  ],
  ['an unknown option', ['--round', '3'], "Unknown option '--round'"],
])('rejects %s', (_, args, message) => {
  expect(() => parseOptions(args, KNOWN)).toThrow(message);
});
