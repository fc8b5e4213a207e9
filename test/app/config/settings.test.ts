import { ConfigError } from '../../../app/src/config/options.ts';
import { readSettings } from '../../../app/src/config/settings.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-abc123';
const REQUIRED = {
  ACTION_CREDENTIAL: '{}',
  ABUSEIPDB_API_KEY: 'key',
  REPUTATION_TABLE: 'reputation',
};

/** Returns the message of the error that invalid settings cause. */
function errorMessage(environment: Record<string, string | undefined>): string {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('The settings are valid.');
}

test('readSettings has the documented defaults', () => {
  expect(readSettings(REQUIRED)).toMatchObject({
    port: 3000,
    policyFile: 'app/policy.yaml',
    geoDatabases: [expect.stringMatching(/geo-whois-asn-country\.mmdb$/)],
    abuseIpdbBaseUrl: 'https://api.abuseipdb.com/api/v2',
    decisionDeadline: 1200,
    abuseIpdbTimeout: 900,
    dynamoDbTimeout: 50,
    addressHeaders: ['x-client-source-ip'],
    trustedProxyHops: 0,
    logLevel: 'info',
    telemetry: {
      service: 'risk-gate',
      metricsInterval: 30_000,
      issuedSamplePercent: 100,
      address: { form: 'whole' },
    },
    credentialPreviousTtl: 24 * 3_600_000,
    drainDelay: 4000,
  });
});

describe('Reads', () => {
  test.each<[name: string, value: string, expected: object]>([
    ['PORT', '8080', { port: 8080 }],
    ['PORT', ' 8080 ', { port: 8080 }],
    ['PORT', '', { port: 3000 }],
    [
      'ABUSEIPDB_BASE_URL',
      'http://127.0.0.1:1/api/v2/',
      { abuseIpdbBaseUrl: 'http://127.0.0.1:1/api/v2' },
    ],
    [
      'ADDRESS_HEADERS',
      'X-Real-IP, x-client-source-ip',
      { addressHeaders: ['x-real-ip', 'x-client-source-ip'] },
    ],
    ['TRUSTED_PROXY_HOPS', '2', { trustedProxyHops: 2 }],
    ['GEO_DATABASE', '/data/city.mmdb', { geoDatabases: ['/data/city.mmdb'] }],
    [
      'GEO_DATABASE',
      ' country.mmdb, s3://bucket/asn%2C2026.mmdb ,country.mmdb',
      { geoDatabases: ['country.mmdb', 's3://bucket/asn%2C2026.mmdb'] },
    ],
    ['LOG_LEVEL', 'DEBUG', { logLevel: 'debug' }],
    ['REPUTATION_MAX_STALE_AGE', '48h', { reputation: { maxStaleAge: 48 * 3_600_000 } }],
    ['REPUTATION_HIGH_SCORE_MEMORY', '24h', { reputation: { highScoreMemory: 24 * 3_600_000 } }],
    // Longer than the default for high scores, which is not an issue.
    ['REPUTATION_MAX_STALE_AGE', '721h', { reputation: { maxStaleAge: 721 * 3_600_000 } }],
    ['ABUSEIPDB_CONCURRENCY', '8', { reputation: { maxConcurrentChecks: 8 } }],
    ['REPUTATION_NEGATIVE_TTL', '30', { reputation: { negativeTtl: 30_000 } }],
    ['CREDENTIAL_PREVIOUS_TTL', '', { credentialPreviousTtl: 24 * 3_600_000 }],
    ['CREDENTIAL_PREVIOUS_TTL', '90m', { credentialPreviousTtl: 90 * 60_000 }],
    ['CREDENTIAL_PREVIOUS_TTL', '3600', { credentialPreviousTtl: 3_600_000 }],
    ['CREDENTIAL_PREVIOUS_TTL', '8760h', { credentialPreviousTtl: 8760 * 3_600_000 }],
    ['CREDENTIAL_PREVIOUS_TTL', '0', { credentialPreviousTtl: 0 }],
    ['CREDENTIAL_PREVIOUS_TTL', '0s', { credentialPreviousTtl: 0 }],
    ['CREDENTIAL_PREVIOUS_TTL', ' 0h ', { credentialPreviousTtl: 0 }],
    ['SERVICE_NAME', 'RiskGate-eu', { telemetry: { service: 'RiskGate-eu' } }],
    ['METRICS_INTERVAL', '60s', { telemetry: { metricsInterval: 60_000 } }],
    ['DECISION_LOG_ISSUED_PERCENT', '0', { telemetry: { issuedSamplePercent: 0 } }],
    ['DECISION_LOG_ADDRESS', 'Truncated', { telemetry: { address: { form: 'truncated' } } }],
  ])('%s=%s', (name, value, expected) => {
    expect(readSettings({ ...REQUIRED, [name]: value })).toMatchObject(expected);
  });

  test('the key of hashed addresses', () => {
    const key = 'a-key-that-is-shared';
    const hashed = { DECISION_LOG_ADDRESS: 'hashed', DECISION_LOG_HASH_KEY: key };
    expect(readSettings({ ...REQUIRED, ...hashed })).toMatchObject({
      telemetry: { address: { form: 'hashed', key } },
    });
  });

  test.each<[string, Record<string, string>, object | undefined]>([
    ['no signature', {}, undefined],
    ['an empty signature secret as not set', { ADDRESS_SIGNATURE_SECRET: '' }, undefined],
    [
      'a signature secret',
      { ADDRESS_SIGNATURE_SECRET: '0123456789abcdef' },
      { secret: '0123456789abcdef' },
    ],
    ['the ARN of a signature secret', { ADDRESS_SIGNATURE_SECRET_ARN: ARN }, { secretArn: ARN }],
  ])('%s', (_name, environment, expected) => {
    expect(readSettings({ ...REQUIRED, ...environment }).addressSignature).toEqual(expected);
  });

  test('secrets by ARN instead of by value', () => {
    const environment = { ACTION_CREDENTIAL_SECRET_ARN: ARN, ABUSEIPDB_SECRET_ARN: ARN };
    expect(readSettings({ REPUTATION_TABLE: 'reputation', ...environment })).toMatchObject({
      actionCredential: { secretArn: ARN },
      abuseIpdbKey: { secretArn: ARN },
    });
  });
});

describe('Rejects, with the name of the setting, what is wrong and what to do:', () => {
  test.each<[name: string, value: string | undefined, message: RegExp]>([
    ['PORT', '70000', /^PORT must be a whole number from 0 to 65535, got "70000"\.$/],
    ['PORT', '30.5', /^PORT must be .*, got "30\.5"\.$/],
    ['PORT', '0x10', /^PORT must be .*, got "0x10"\.$/],
    ['DECISION_DEADLINE_MS', '0', /^DECISION_DEADLINE_MS must be .* from 50 to 2500, got "0"\.$/],
    ['DRAIN_DELAY_MS', '15001', /^DRAIN_DELAY_MS must be .* from 0 to 15000, got "15001"\.$/],
    ['ABUSEIPDB_TIMEOUT_MS', 'fast', /^ABUSEIPDB_TIMEOUT_MS must be .*, got "fast"\.$/],
    ['ABUSEIPDB_BASE_URL', 'api.abuseipdb.com', /^ABUSEIPDB_BASE_URL must be an http or https URL/],
    ['ABUSEIPDB_BASE_URL', 'ftp://x/y', /^ABUSEIPDB_BASE_URL must be/],
    [
      'ABUSEIPDB_BASE_URL',
      'https://x/y?key=1',
      /^ABUSEIPDB_BASE_URL must be .* without user, query and fragment/,
    ],
    ['ADDRESS_HEADERS', 'x-real-ip,,', /^ADDRESS_HEADERS contains ""/],
    ['ADDRESS_HEADERS', 'x real ip', /^ADDRESS_HEADERS contains "x real ip"/],
    ['TRUSTED_PROXY_HOPS', '-1', /^TRUSTED_PROXY_HOPS must be .*, got "-1"\.$/],
    [
      'GEO_DATABASE',
      'a.mmdb,,b.mmdb',
      /^GEO_DATABASE must be .* comma-separated .*, got "a\.mmdb,,b\.mmdb"\.$/,
    ],
    [
      'GEO_DATABASE',
      'a.mmdb,',
      /^GEO_DATABASE must be .* without an empty entry, got "a\.mmdb,"\.$/,
    ],
    ['TRUSTED_PROXY_HOPS', '33', /^TRUSTED_PROXY_HOPS must be .* from 0 to 32, got "33"\.$/],
    ['LOG_LEVEL', 'loud', /^LOG_LEVEL must be one of fatal, error, .*, got "loud"\.$/],
    [
      'REPUTATION_TTL_LOW',
      '1d',
      /^REPUTATION_TTL_LOW must be a duration from 1s to 8760h, .*, got "1d"\.$/,
    ],
    ['REPUTATION_TTL_LOW', '900ms', /^REPUTATION_TTL_LOW must be .*, got "900ms"\.$/],
    ['REPUTATION_TTL_LOW', '0s', /^REPUTATION_TTL_LOW must be .*, got "0s"\.$/],
    [
      'ABUSEIPDB_MAX_AGE_IN_DAYS',
      '366',
      /^ABUSEIPDB_MAX_AGE_IN_DAYS must be .* from 1 to 365, got "366"\.$/,
    ],
    [
      'SECRETS_REFRESH_INTERVAL',
      '720h',
      /^SECRETS_REFRESH_INTERVAL must be .* to 24h, .*, got "720h"\.$/,
    ],
    [
      'CREDENTIAL_PREVIOUS_TTL',
      '8761h',
      /^CREDENTIAL_PREVIOUS_TTL must be .* at most 8760h, .*, got "8761h"\.$/,
    ],
    [
      'CREDENTIAL_PREVIOUS_TTL',
      '1d',
      /^CREDENTIAL_PREVIOUS_TTL must be a duration such .*, got "1d"\.$/,
    ],
    [
      'CREDENTIAL_PREVIOUS_TTL',
      '-1',
      /^CREDENTIAL_PREVIOUS_TTL must be .* or 0 to accept no .*, got "-1"\.$/,
    ],
    ['CREDENTIAL_PREVIOUS_TTL', '0.5h', /^CREDENTIAL_PREVIOUS_TTL must be .*, got "0\.5h"\.$/],
    ['CREDENTIAL_PREVIOUS_TTL', 'off', /^CREDENTIAL_PREVIOUS_TTL must be .*, got "off"\.$/],
    ['REPUTATION_MAX_STALE_AGE', '1h', /^REPUTATION_MAX_STALE_AGE is shorter than REPUTATION_TTL_/],
    [
      'REPUTATION_HIGH_SCORE_MEMORY',
      '23h',
      /^REPUTATION_HIGH_SCORE_MEMORY is shorter than REPUTATION_MAX_STALE_AGE or REPUTATION_TTL_HIGH: set it to the longer of them, or longer\.$/,
    ],
    [
      'ABUSEIPDB_BASE_URL',
      'https://user:pass@host/',
      /^ABUSEIPDB_BASE_URL must be .* without user, .*, got "https:\/\/…@host\/"\.$/,
    ],
    [
      'SERVICE_NAME',
      'risk gate',
      /^SERVICE_NAME must be .* letters, digits, and .*, got "risk gate"\.$/,
    ],
    ['METRICS_INTERVAL', '5m', /^METRICS_INTERVAL must be .* to 1m, .*, got "5m"\.$/],
    [
      'DECISION_LOG_ISSUED_PERCENT',
      '101',
      /^DECISION_LOG_ISSUED_PERCENT must be .* from 0 to 100, got "101"\.$/,
    ],
    [
      'DECISION_LOG_ADDRESS',
      'none',
      /^DECISION_LOG_ADDRESS must be one of whole, t.*, got "none"\.$/,
    ],
    [
      'DECISION_LOG_ADDRESS',
      'hashed',
      /^DECISION_LOG_HASH_KEY is not set: with .* the same for all/,
    ],
    ['REPUTATION_TABLE', 'a b', /^REPUTATION_TABLE must be the name .*, got "a b"\.$/],
    ['REPUTATION_TABLE', undefined, /^REPUTATION_TABLE is not set: set it to the name/],
    [
      'ACTION_CREDENTIAL',
      undefined,
      /^Neither ACTION_CREDENTIAL nor ACTION_CREDENTIAL_SECRET_ARN is set/,
    ],
    [
      'ADDRESS_SIGNATURE_SECERT',
      'any value',
      /^ADDRESS_SIGNATURE_SECERT is not a setting: did you mean ADDRESS_SIGNATURE_SECRET\? Rename or remove it\.$/,
    ],
    ['ADRESS_HEADERS', 'x-real-ip', /^ADRESS_HEADERS .* did you mean ADDRESS_HEADERS\?/],
    ['TRUSTED_PROXY_HOP', '1', /^TRUSTED_PROXY_HOP .* did you mean TRUSTED_PROXY_HOPS\?/],
    ['address_headers', 'x-real-ip', /^address_headers .* did you mean ADDRESS_HEADERS\?/],
    ['CREDENTIAL-PREVIOUS-TTL', '0', /^CREDENTIAL-PREVIOUS-TTL .* CREDENTIAL_PREVIOUS_TTL\?/],
    ['ABUSEIPDB_SECRET_ARN', ARN, /^Both ABUSEIPDB_API_KEY and ABUSEIPDB_SECRET_ARN are set/],
  ])('%s=%s', (name, value, message) => {
    expect(errorMessage({ ...REQUIRED, [name]: value })).toMatch(message);
  });

  test.each([
    'LOG_LEVELS',
    'PORTS',
    'REPUTATION_TABLE_PORT',
    'AWS_REGION',
    'ADDRESS',
    'npm_config_x',
  ])('but not the variable %s, which may belong to another program', (name) => {
    expect(readSettings({ ...REQUIRED, [name]: 'x' })).toEqual(readSettings(REQUIRED));
  });

  test('all issues at once, one per line', () => {
    const message = errorMessage({ PORT: 'x', LOG_LEVEL: 'y' });
    // With the three required settings.
    expect(message.split('\n')).toHaveLength(5);
  });

  test.each(['CloudFront-Viewer-Address', 'True-Client-IP', 'CF-Connecting-IP', 'Fly-Client-IP'])(
    'trusted proxies with %s, which never contains a list',
    (name) => {
      const environment = { ...REQUIRED, ADDRESS_HEADERS: `x-forwarded-for, ${name}` };
      expect(readSettings(environment).addressHeaders).toContain(name.toLowerCase());
      expect(errorMessage({ ...environment, TRUSTED_PROXY_HOPS: '1' })).toMatch(
        new RegExp(
          `^ADDRESS_HEADERS contains ${name.toLowerCase()}, .*: set TRUSTED_PROXY_HOPS to 0, .*\\.$`,
        ),
      );
    },
  );

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a signature secret by value and by ARN',
      { ADDRESS_SIGNATURE_SECRET: 'hush-hush-hush-hush', ADDRESS_SIGNATURE_SECRET_ARN: ARN },
      /^Both ADDRESS_SIGNATURE_SECRET and ADDRESS_SIGNATURE_SECRET_ARN are set: set one of them\.$/,
    ],
    [
      'a short signature secret',
      { ADDRESS_SIGNATURE_SECRET: 'hush-hush-hush!' },
      /^ADDRESS_SIGNATURE_SECRET is too short: use 16 characters or more\.$/,
    ],
    [
      'a blank signature secret',
      { ADDRESS_SIGNATURE_SECRET: ' ' },
      /^ADDRESS_SIGNATURE_SECRET is too short: use 16 characters or more\.$/,
    ],
    [
      'a signature secret instead of its ARN',
      { ADDRESS_SIGNATURE_SECRET_ARN: 'hush-hush-hush-hush' },
      /^ADDRESS_SIGNATURE_SECRET_ARN must be the ARN of a secret in Secrets Manager: arn:.*\.$/,
    ],
    [
      'a credential instead of its ARN',
      { ACTION_CREDENTIAL: '', ACTION_CREDENTIAL_SECRET_ARN: 'hush-hush-hush-hush' },
      /^ACTION_CREDENTIAL_SECRET_ARN must be the ARN of a secret in Secrets Manager: arn:.*\.$/,
    ],
    [
      'an API key instead of its ARN',
      { ABUSEIPDB_API_KEY: '', ABUSEIPDB_SECRET_ARN: 'hush-hush-hush-hush' },
      /^ABUSEIPDB_SECRET_ARN must be the ARN of a secret in Secrets Manager: arn:.*\.$/,
    ],
    [
      'a signature header as an address header',
      {
        ADDRESS_SIGNATURE_SECRET: 'hush-hush-hush-hush',
        ADDRESS_HEADERS: 'x-ip-signature, X-IP',
      },
      /^ADDRESS_HEADERS contains x-ip-signature, which carries the signature of x-ip: remove it\.$/,
    ],
  ])('%s, in one sentence without the secret', (_name, environment, sentence) => {
    const message = errorMessage({ ...REQUIRED, ...environment });
    expect(message).toMatch(sentence);
    expect(message).not.toContain('hush');
  });

  test('a short hash key, without showing it', () => {
    const hashed = { DECISION_LOG_ADDRESS: 'hashed', DECISION_LOG_HASH_KEY: 'hush' };
    const message = errorMessage({ ...REQUIRED, ...hashed });
    expect(message).toMatch(/^DECISION_LOG_HASH_KEY is too short/);
    expect(message).not.toContain('hush');
  });

  test('a secret by value and by ARN, without showing it', () => {
    const message = errorMessage({ ACTION_CREDENTIAL: 'hush', ACTION_CREDENTIAL_SECRET_ARN: ARN });
    expect(message).not.toContain('hush');
  });

  test.each([
    'https://hush:hush@host/api',
    'https://host/api?key=hush#hush',
    'https://us@hush@host',
    '//hush@host',
    'hush:hush@host/api',
    'https:hush@host\n?hush',
  ])('a URL, without showing its user, password and query: %j', (url) => {
    const message = errorMessage({ ...REQUIRED, ABUSEIPDB_BASE_URL: url });
    expect(message).toMatch(/^ABUSEIPDB_BASE_URL must be .*host/);
    expect(message).not.toContain('hush');
  });
});
