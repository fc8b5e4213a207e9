import { ConfigError } from '../../../app/src/config/options.ts';
import { parseCommandLine } from '../../../app/src/refresher/settings/command-line.ts';

const NOTHING = { into: undefined, accept: [], force: false, help: false };

test.each([
  [[], {}],
  [['--into', 'feeds'], { into: 'feeds' }],
  [['--into=s3://feeds'], { into: 's3://feeds' }],
  [['--accept', 'tor-exits', '--accept=partners'], { accept: ['tor-exits', 'partners'] }],
  [['--force'], { force: true }],
  [['--help'], { help: true }],
])('%j is read', (args, expected) => {
  expect(parseCommandLine(args)).toEqual({ ...NOTHING, ...expected });
});

test.each([
  [['--acept', 'x'], /^Unknown option '--acept'\. See --help\.$/],
  [['--into'], /'--into <value>' .*\. See --help\.$/],
  [['--into='], /^--into needs a folder, or s3:\/\/bucket\. See --help\.$/],
  [['--force=yes'], /'--force' .*\. See --help\.$/],
  [['feeds'], /'feeds'.*\. See --help\.$/],
])('%j is rejected in one line', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(ConfigError);
  expect(() => parseCommandLine(args)).toThrow(message);
});
