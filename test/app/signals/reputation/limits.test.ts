import { readSettings } from '../../../../app/src/config/settings.ts';
import { REPUTATION_DEFAULTS } from '../../../../app/src/signals/reputation/limits.ts';

const { reputation, abuseIpdbTimeout, dynamoDbTimeout } = readSettings({
  ACTION_CREDENTIAL: '{ "scheme": "bearer", "secret": "0123456789abcdef" }',
  ABUSEIPDB_API_KEY: 'key',
  REPUTATION_TABLE: 'table',
});

test('the settings use the default limits, with the same names', () => {
  const { checkBlock, ...limits } = reputation;
  expect(checkBlock).toBe(false);
  const settings = { ...limits, abuseIpdbTimeout, cacheReadTimeout: dynamoDbTimeout };
  expect(REPUTATION_DEFAULTS).toMatchObject(settings);
});
