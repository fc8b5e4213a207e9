import { openApiKey, parseApiKey } from '../../../app/src/secrets/api-key.ts';

const KEY = '0123456789abcdef'.repeat(5);

describe("AbuseIPDB's key is read from", () => {
  test.each([
    ['the key alone', KEY],
    ['the key with blanks and a line feed around it', `  ${KEY}\r\n`],
    ['JSON with apiKey', `{ "apiKey": "${KEY}" }`],
    ['JSON with key', `\n{"key":"${KEY}"}\n`],
    ['JSON with a note beside it', `{ "key": "${KEY}", "note": "bought by the platform team" }`],
    ['JSON with blanks around the key', `{ "key": " ${KEY}\\n" }`],
  ])('%s', (_, text) => {
    expect(parseApiKey(text, 'x')).toBe(KEY);
  });
});

describe('a key that the operator has not put in yet is none', () => {
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

describe('what is no key is refused, without a word of it', () => {
  test.each([
    ['two words', 'leaked leaked'],
    ['a letter outside ASCII', 'leakedé'],
    ['a line feed inside', 'leaked\nleaked'],
    ['broken JSON', '{"apiKey":"leaked'],
    ['JSON without either key', '{"apikey":"leaked"}'],
    ['JSON with both keys', '{"apiKey":"leaked","key":"leaked2"}'],
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

test('a key from the settings is there at once, and never changes', async () => {
  const apiKey = await openApiKey({ key: KEY }, { onError: () => undefined });

  expect(apiKey.current()).toBe(KEY);
});
