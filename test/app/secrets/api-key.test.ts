import { openApiKey, parseApiKey } from '../../../app/src/secrets/api-key.ts';

const KEY = '0123456789abcdef'.repeat(5);

describe("AbuseIPDB's key is parsed from", () => {
  test.each([
    ['the key alone', KEY],
    ['the key with surrounding whitespace', `  ${KEY}\r\n`],
    ['JSON with apiKey', `{ "apiKey": "${KEY}" }`],
    ['JSON with key', `\n{"key":"${KEY}"}\n`],
    ['JSON with an additional field', `{ "key": "${KEY}", "note": "bought by the platform team" }`],
    ['JSON with whitespace around the key', `{ "key": " ${KEY}\\n" }`],
  ])('%s', (_, text) => {
    expect(parseApiKey(text, 'x')).toBe(KEY);
  });
});

describe('a key that the operator has not set yet is undefined', () => {
  test.each([
    '',
    ' \n',
    'REPLACE',
    'replace-me',
    'REPLACE with your key',
    '{"apiKey":""}',
    '{"key":"REPLACE_ME"}',
  ])('%j', (text) => {
    expect(parseApiKey(text, 'x')).toBeUndefined();
  });
});

describe('an invalid key is rejected without repeating it', () => {
  test.each([
    ['two words', 'leaked leaked'],
    ['a letter outside ASCII', 'leakedé'],
    ['a line feed inside', 'leaked\nleaked'],
    ['broken JSON', '{"apiKey":"leaked'],
    ['JSON without either field', '{"apikey":"leaked"}'],
    ['JSON with both fields', '{"apiKey":"leaked","key":"leaked2"}'],
    ['JSON with a number', '{"key":123456}'],
    ['JSON with two words', '{"key":"leaked leaked"}'],
  ])('%s', (_, text) => {
    let message = '';
    try {
      parseApiKey(text, 'THE_SETTING');
    } catch (error) {
      message = (error as Error).message;
    }

    expect(message).toMatch(/^THE_SETTING [^\n]*\.$/);
    expect(message).not.toMatch(/leaked|123456/);
  });
});

test('a key from the settings is available at once', async () => {
  const apiKey = await openApiKey({ key: KEY }, { onError: () => undefined });

  expect(apiKey.current()).toBe(KEY);
});
