import { FEED_CATALOG } from '../../../app/src/feeds/index.ts';
import { applyMirrors, parseMirrors } from '../../../app/src/refresher/http/mirrors.ts';
import { createCredentialReader } from '../../../app/src/refresher/settings/credentials.ts';
import { readRefresherSettings } from '../../../app/src/refresher/settings/settings.ts';
import { createSecretsClient } from '../../../app/src/secrets/client.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:maxmind-AbCdEf';
const CANARY = 'canary 99d0';

const read = (environment: Readonly<Record<string, string>>) =>
  readRefresherSettings({ FEEDS: 'tor-exits', FEED_STORE: 'feeds', ...environment }, FEED_CATALOG);

function issuesOf(environment: Readonly<Record<string, string>>): string {
  try {
    read(environment);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

test('reads the feeds, the store and the credentials', () => {
  const settings = read({
    FEEDS: 'tor-exits,partners=s3://bucket/list.txt#format=columns',
    FEED_STORE: 's3://bucket',
    MAXMIND_CREDENTIAL: '123:key',
    IPINFO_SECRET_ARN: ARN,
    SERVICE_NAME: 'gate',
    CROWDSEC_CREDENTIAL: ' ',
  });
  expect(settings.feeds.map(({ feed }) => feed.id)).toEqual(['tor-exits', 'partners']);
  expect(settings).toMatchObject({
    store: { kind: 's3', bucket: 'bucket' },
    credentials: {
      maxmind: { text: '123:key' },
      ipinfo: { secretArn: ARN },
      crowdsec: undefined,
      abuseipdb: undefined,
    },
    service: 'gate',
    logLevel: 'info',
  });
});

test.each([
  ['no store', { FEED_STORE: '' }, 'FEED_STORE is not set: set it to a folder, or s3://bucket.'],
  [
    'another kind of store',
    { FEED_STORE: 'gs://b' },
    'FEED_STORE must be a folder, or s3://bucket, got "gs://b".',
  ],
  [
    'no feed',
    { FEEDS: ' ' },
    'FEEDS is not set: set it to the ids of the feeds to download (docs/feeds.md).',
  ],
  [
    'a misspelled feed',
    { FEEDS: 'tor-exit' },
    'FEEDS contains the unknown feed tor-exit: did you mean tor-exits?',
  ],
  [
    'a misspelled name',
    { MAXMIND_CREDENTAIL: CANARY },
    'MAXMIND_CREDENTAIL is not a setting: did you mean MAXMIND_CREDENTIAL? Rename or remove it.',
  ],
  [
    'a credential and its secret',
    { IPINFO_TOKEN: 'token', IPINFO_SECRET_ARN: ARN },
    'Both IPINFO_TOKEN and IPINFO_SECRET_ARN are set: set one of them.',
  ],
  [
    'a credential of MaxMind without an account id',
    { MAXMIND_CREDENTIAL: CANARY },
    'MAXMIND_CREDENTIAL must be an account id and a licence key, in the form 123456:key.',
  ],
  [
    'a token with a space',
    { IPINFO_TOKEN: CANARY },
    'IPINFO_TOKEN must be a token without spaces.',
  ],
  [
    'a credential of CrowdSec without a password',
    { CROWDSEC_CREDENTIAL: CANARY },
    'CROWDSEC_CREDENTIAL must be in the form user:password.',
  ],
  [
    'a key with a space',
    { ABUSEIPDB_API_KEY: CANARY },
    'ABUSEIPDB_API_KEY does not fit into an HTTP header: use visible ASCII characters and no spaces.',
  ],
  [
    'a mirror with a password',
    { FEED_MIRRORS: `https://a.test=https://u:${CANARY}@b.test` },
    'FEED_MIRRORS must be comma-separated entries of the form https://origin=https://replacement, with http:// for this machine only.',
  ],
])('%s is an issue', (_, environment, issue) => {
  const issues = issuesOf(environment as Record<string, string>);
  expect(issues).toBe(issue);
  expect(issues).not.toContain(CANARY);
});

test('settings of the service are not taken for misspelled ones', () => {
  expect(issuesOf({ POLICY_FILE: 'x', ACTION_CREDENTIAL: 'x', FEED_POLL_INTERVAL: '1m' })).toBe('');
});

test.each([
  ['https://a.test/x?y=z', 'https://b.test/x?y=z'],
  ['https://a.test:443/', 'https://b.test/'],
  ['https://a.test.other/x', 'https://a.test.other/x'],
  ['https://a.test:8443/x', 'https://a.test:8443/x'],
  ['http://a.test/x', 'http://a.test/x'],
  ['https://c.test/x', 'http://127.0.0.1:8080/maxmind/x'],
])('a mirror sends a request for %s to %s', (url, target) => {
  const mirrors = parseMirrors(
    'https://a.test=https://b.test, https://c.test=http://127.0.0.1:8080/maxmind/',
  );
  expect(applyMirrors(new URL(url), mirrors ?? []).href).toBe(target);
});

test.each([
  'https://a.test',
  'https://a.test=',
  'a.test=https://b.test',
  'http://a.test=https://b.test',
  'https://a.test/path=https://b.test',
  'https://a.test=http://b.test',
  'https://a.test=http://127.0.0.1.b.test',
  'https://a.test=http://localhost.b.test',
  'https://a.test=https://b.test?x',
  'https://a.test=ftp://127.0.0.1',
  'https://a.test=https://b.test,https://a.test=https://c.test',
])('the mirror %s is not valid', (text) => {
  expect(parseMirrors(text)).toBeUndefined();
});

describe('a credential', () => {
  const client = createSecretsClient({ region: 'us-east-1' });
  afterAll(() => client.destroy());
  const none = { maxmind: undefined, ipinfo: undefined, crowdsec: undefined, abuseipdb: undefined };

  test.each([
    ['is given to the feed', '123:key', '123:key'],
    ['that is a placeholder', 'REPLACE-ME', undefined],
    ['that is not set', undefined, undefined],
  ])('%s', async (_, text, expected) => {
    const source = text === undefined ? undefined : { text };
    const get = createCredentialReader({ ...none, maxmind: source }, client);
    const credential = get('geolite2-city', 'maxmind');
    if (expected !== undefined) return expect(await credential).toBe(expected);
    return expect(credential).rejects.toMatchObject({
      reason: 'authentication',
      message:
        'The feed geolite2-city needs a credential: set MAXMIND_CREDENTIAL or MAXMIND_SECRET_ARN for the refresher.',
    });
  });

  test.each([
    ['with a value', '123:key', '123:key'],
    ['with a value that is not valid', CANARY, `The secret ${ARN} must be an account id`],
    ['with a placeholder', 'REPLACE: accountId:licenseKey', 'needs a credential'],
  ])('in a secret %s is read once', async (_, SecretString, expected) => {
    let reads = 0;
    const secrets = createSecretsClient({ region: 'us-east-1' });
    secrets.send = async () => {
      reads += 1;
      return { SecretString };
    };
    const get = createCredentialReader({ ...none, maxmind: { secretArn: ARN } }, secrets);
    const results = await Promise.all(
      ['one', 'two'].map((id) => get(id, 'maxmind').catch((error: Error) => error.message)),
    );
    expect(results).toEqual([expect.stringContaining(expected), expect.stringContaining(expected)]);
    expect(results.join()).not.toContain(CANARY);
    expect(reads).toBe(1);
    secrets.destroy();
  });

  test('is not given to a feed that needs none', async () => {
    const get = createCredentialReader({ ...none, maxmind: { text: '123:key' } }, client);
    expect(await get('tor-exits', undefined)).toBeUndefined();
  });
});
