import { SETTINGS } from '../../../app/src/config/setting-table.ts';
import { readConfig } from '../../../infra/config/config.ts';
import { issuesOf } from '../../support/config-issues.ts';

const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:gate-AbCdEf';

describe('Feeds', () => {
  test.each<[name: string, feeds: unknown, text: string, ids: readonly string[]]>([
    ['none', undefined, '', []],
    ['an empty list', [], '', []],
    ['one feed', 'geolite2-asn', 'geolite2-asn', ['geolite2-asn']],
    [
      'a list',
      ['geolite2-asn', 'abuseipdb-blacklist#minimum=25&only=US+DE'],
      'geolite2-asn,abuseipdb-blacklist#minimum=25&only=US+DE',
      ['geolite2-asn', 'abuseipdb-blacklist'],
    ],
    [
      'a comma-separated string with blanks',
      ' geolite2-asn , ,ipinfo-lite',
      'geolite2-asn,ipinfo-lite',
      ['geolite2-asn', 'ipinfo-lite'],
    ],
  ])('are read from %s', (_, feeds, text, ids) => {
    const config = readConfig({ feeds });
    expect(config.feeds.text).toBe(text);
    expect(config.feeds.feeds.map(({ feed }) => feed.id)).toEqual(ids);
  });

  test.each<[name: string, context: Record<string, unknown>, issues: readonly RegExp[]]>([
    [
      'a misspelt feed',
      { feeds: 'geolite2-countri' },
      [/^feeds contains the unknown feed geolite2-countri: did you mean geolite2-country\?\.$/],
    ],
    [
      'several issues',
      { feeds: 'geolite2-asn,geolite2-asn,ipinfo-lite#interval=1s' },
      [/^feeds contains the feed geolite2-asn twice: .*\. feeds has an interval .*\.$/],
    ],
    ['a number', { feeds: 5 }, [/^feeds must be a list of feeds, or comma-separated feeds\.$/]],
    [
      'a secret that no feed reads',
      { feeds: 'dbip-country-lite', maxMindSecretArn: SECRET },
      [
        /^maxMindSecretArn is set, but feeds contains no feed that reads this secret: add one, or remove maxMindSecretArn\.$/,
      ],
    ],
    [
      'the age of a blacklist without one',
      { blacklistMaxAge: '24h' },
      [/^blacklistMaxAge is set, but feeds contains no feed with scores: .+\.$/],
    ],
    [
      'an age that is not a duration',
      { feeds: 'abuseipdb-blacklist', blacklistMaxAge: '2d' },
      [/^blacklistMaxAge must be a duration .+, got "2d"\.$/],
    ],
    [
      'an age of the blacklist that the service does not accept',
      { feeds: 'abuseipdb-blacklist', blacklistMaxAge: '721h' },
      [/^blacklistMaxAge must be a duration from 1s to 720h, .+, got "721h"\.$/],
    ],
    [
      'a secret whose ARN the refresher does not accept',
      { feeds: 'ipinfo-lite', ipinfoSecretArn: SECRET.replace('gate', 'gate!') },
      [/^ipinfoSecretArn must be the complete ARN of a secret: arn:[^,]+\.$/],
    ],
    [
      'an object whose key has an incomplete escape sequence',
      { feeds: 'partners=s3://bucket/100%.txt' },
      [/^feeds has a list partners whose location is not valid: .+\.$/],
    ],
    [
      'a list that expires before it is asked for again',
      { feeds: 'tor-exits#max-age=2h', feedRefreshMinutes: 120 },
      [
        /^max-age of the feed tor-exits is 120 min, but it is refreshed every 120 min: raise it, .+\.$/,
      ],
    ],
    [
      'a list that is asked for more rarely than it expires',
      { feeds: 'partners=https://host.example.com/list#interval=72h' },
      [/^max-age of the feed partners is 4320 min, but it is refreshed every 4320 min: .+\.$/],
    ],
    [
      'a blacklist that proves nothing most of the time',
      { feeds: 'abuseipdb-blacklist', blacklistMaxAge: '6h' },
      [/^blacklistMaxAge of the feed abuseipdb-blacklist is 360 min, but .+ every 360 min: .+\.$/],
    ],
    [
      'an interval of the refresher without feeds',
      { feedRefreshMinutes: 30 },
      [/^feedRefreshMinutes is set, but feeds is empty: .+\.$/],
    ],
    [
      'an interval of the refresher that is too short',
      { feeds: 'dbip-country-lite', feedRefreshMinutes: 5 },
      [/^feedRefreshMinutes must be a whole number from 15 to 360, got "5"\.$/],
    ],
  ])('are rejected with %s', (_, context, issues) => {
    const found = issuesOf(context);
    expect(found).toHaveLength(issues.length);
    for (const [index, issue] of issues.entries()) expect(found[index]).toMatch(issue);
  });

  test.each(['361m', '720h', '2592000'])(
    'with the age %s of the blacklist start the service',
    (age) => {
      const { blacklistMaxAge } = readConfig({
        feeds: 'abuseipdb-blacklist',
        blacklistMaxAge: age,
      });
      expect(blacklistMaxAge).toBe(age);
      expect(SETTINGS.BLACKLIST_MAX_AGE.safeParse(blacklistMaxAge).success).toBe(true);
    },
  );

  test.each<[location: string, bucket: string, key: string]>([
    ['s3://bucket/lists/v4.txt', 'bucket', 'lists/v4.txt'],
    ['s3://bucket/v4%2Cv6.txt', 'bucket', 'v4,v6.txt'],
    ['s3://bucket/my%20list.txt?versionId=7', 'bucket', 'my list.txt'],
    ['s3://user@bucket:443/v4.txt', 'bucket', 'v4.txt'],
    ['s3://bucket/lists/../v4.txt', 'bucket', 'v4.txt'],
  ])('in S3 are the objects that the refresher reads: %s', (location, bucket, key) => {
    expect(readConfig({ feeds: `partners=${location}` }).feeds.objects).toEqual([{ bucket, key }]);
  });

  test('with a location are lists, and no issue repeats the location, which may contain a token', () => {
    const [issue = ''] = issuesOf({ feeds: 'partners=http://host.example.com/?token=hidden' });
    expect(issue).toMatch(/^feeds has a list partners whose location is not valid: .+\.$/);
    expect(issue).not.toContain('hidden');
  });
});
