import { readOptions } from './options.ts';

const KNOWN = ['warm-32', 'warm-2', 'cold'];
const DEFAULTS = { names: KNOWN, rounds: 5, seconds: undefined, out: 'bench.json' };

test.each([
  ['nothing', [], {}],
  ['a name', ['cold'], { names: ['cold'] }],
  ['the beginning of names', ['warm'], { names: ['warm-32', 'warm-2'] }],
  ['names, in the order of the table', ['cold', 'warm-2'], { names: ['warm-2', 'cold'] }],
  ['options', ['--rounds', '9', '--seconds=2'], { rounds: 9, seconds: 2 }],
  ['a file', ['--out', 'x.json'], { out: 'x.json' }],
])('The command line with %s', (_, args, expected) => {
  expect(readOptions(args, KNOWN)).toEqual({ ...DEFAULTS, ...expected });
});

test.each([
  ['another name', ['hot'], 'There is no row "hot": take warm-32, warm-2, cold.'],
  ['no rounds', ['--rounds', '0'], '--rounds is "0": give a whole number from 1 to 3600.'],
  [
    'half a second',
    ['--seconds', '0.5'],
    '--seconds is "0.5": give a whole number from 1 to 3600.',
  ],
  ['another option', ['--round', '3'], "Unknown option '--round'"],
])('No run with %s', (_, args, message) => {
  expect(() => readOptions(args, KNOWN)).toThrow(message);
});
