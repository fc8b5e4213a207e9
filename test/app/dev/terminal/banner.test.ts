import { type BannerOptions, banner } from '../../../../app/dev/terminal/banner.ts';

const OPTIONS: BannerOptions = {
  endpoint: 'http://127.0.0.1:3000/pre-issue-access-token',
  console: 'http://127.0.0.1:3000/console',
  credential: ['x-api-key', 'secret'],
  policyFile: 'app/policy.yaml',
  simulator: undefined,
  geoDatabases: ['countries.mmdb'],
  feeds: [],
  warnings: [],
  requestBody: '{}',
};

test('the curl command quotes a credential that contains a single quote', () => {
  const text = banner({ ...OPTIONS, credential: ['authorization', "Bearer it's"] });
  expect(text).toContain("-H 'authorization: Bearer it'\\''s' -H");
});

test('control characters in a warning do not reach the terminal', () => {
  const text = banner({ ...OPTIONS, warnings: ['a\u001b[2Jb\u009bc'] });
  expect(text).toContain('  a\ufffd[2Jb\ufffdc\n');
});

test.each<{ name: string; options: Partial<BannerOptions>; line: RegExp }>([
  { name: 'none', options: {}, line: /^ {2}Feeds +none$/m },
  {
    name: 'real ones',
    options: { feeds: [{ id: 'tor-exits', status: 'ready', age: '2 hours' }] },
    line: /^ {2}Feeds +2 hours old: tor-exits$/m,
  },
  {
    name: 'simulated ones',
    options: {
      feeds: [{ id: 'tor-exits', status: 'ready', age: '2 hours' }],
      simulatedFeeds: [{ feed: 'tor-exits', event: 'feed-published' }],
    },
    line: /^ {2}Feeds +SIMULATED, .*\n +2 hours old: tor-exits\n/m,
  },
  {
    name: 'a simulated one that failed',
    options: { simulatedFeeds: [{ feed: 'tor-exits', event: 'feed-failed', why: 'No answer.' }] },
    line: /tor-exits: feed-failed No answer\./,
  },
])('shows the feeds: $name', ({ options, line }) => {
  expect(banner({ ...OPTIONS, ...options })).toMatch(line);
});
