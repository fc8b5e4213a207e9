import {
  issued,
  M2M,
  outcomeOfOperations,
  payload,
  TWO_AUDIENCES,
  tokenAfter,
  USER,
} from './harness.ts';

function scopes(op: string, segment: string, value?: string): string {
  const given = value === undefined ? '' : `,"value":${value}`;
  return `{"op":"${op}","path":"/accessToken/scopes/${segment}"${given}}`;
}

const GRANTED = ['read:metrics', 'write:alerts', 'read:users', 'write:config'];
const [first, second, third, fourth] = GRANTED;

describe('scopes', () => {
  test.each([
    ['are removed by index', [scopes('remove', '1')], [first, third, fourth]],
    [
      'are removed by the indexes of the request, whatever went before',
      [scopes('remove', '0'), scopes('remove', '1'), scopes('remove', '2')],
      [fourth],
    ],
    ['are removed from the end by -', [scopes('remove', '-')], [first, second, third]],
    [
      'know - as one element only',
      [scopes('remove', '-'), scopes('remove', '-')],
      [first, second, third],
    ],
    ['bear a removal with a value', [scopes('remove', '1', '"x"')], [first, third, fourth]],
    ['ignore an index past the end', [scopes('remove', '4')], GRANTED],
    ['ignore a negative index', [scopes('remove', '-1')], GRANTED],
    ['ignore an index with a sign', [scopes('remove', '+1')], GRANTED],
    ['ignore an index with a leading zero', [scopes('remove', '01')], GRANTED],
    ['ignore a removal by name', [scopes('remove', 'read:users')], GRANTED],
    ['ignore a removal without an index', [scopes('remove', '')], GRANTED],
    ['get an addition at the end', [scopes('add', '-', '"admin"')], [...GRANTED, 'admin']],
    [
      'get an addition at the end in spite of an index',
      [scopes('add', '0', '"admin"')],
      [...GRANTED, 'admin'],
    ],
    ['ignore an addition past the end', [scopes('add', '4', '"admin"')], GRANTED],
    ['ignore an addition without an index', [scopes('add', '', '"admin"')], GRANTED],
    ['ignore an addition that is there', [scopes('add', '-', '"read:users"')], GRANTED],
    [
      'take back what was removed before',
      [scopes('remove', '0'), scopes('add', '-', `"${first}"`)],
      [second, third, fourth, first],
    ],
    [
      'get a replacement at the end',
      [scopes('replace', '0', '"read:one"')],
      [second, third, fourth, 'read:one'],
    ],
    ['ignore a replacement that is there', [scopes('replace', '0', '"read:users"')], GRANTED],
    [
      'ignore a replacement that was there in the request',
      [scopes('remove', '2'), scopes('replace', '0', '"read:users"')],
      [first, second, fourth],
    ],
    [
      'ignore a replacement that was added before',
      [scopes('add', '-', '"admin"'), scopes('replace', '0', '"admin"')],
      [...GRANTED, 'admin'],
    ],
    [
      'get the replacement of one that is gone already',
      [scopes('remove', '0'), scopes('replace', '0', '"read:one"')],
      [second, third, fourth, 'read:one'],
    ],
    ['ignore a replacement past the end', [scopes('replace', '9', '"read:one"')], GRANTED],
    ['take a number as its text', [scopes('add', '-', '5')], [...GRANTED, '5']],
    ['take an empty object as its text', [scopes('add', '-', '{}')], [...GRANTED, '{}']],
  ])('%s', (_, operations, result) => {
    expect(tokenAfter(payload(M2M), ...operations).scopes).toEqual(result);
  });

  test.each(['"a b"', '""', '"a\\"b"', '"a\\\\b"', '"é"', '"a\\tb"', '["a","b"]'])(
    'do not become %s',
    (value) => {
      expect(tokenAfter(payload(M2M), scopes('add', '-', value)).scopes).toEqual(GRANTED);
      expect(tokenAfter(payload(M2M), scopes('replace', '0', value)).scopes).toEqual(GRANTED);
    },
  );

  test.each(['"!"', '"#[]~"', '"https://a.example/x,y"'])('may become %s', (value) => {
    expect(tokenAfter(payload(M2M), scopes('add', '-', value)).scopes).toHaveLength(5);
  });

  test('of a request without any can only be added to, at -', () => {
    const request = payload('01-client-credentials-minimal.json');
    const operations = [
      scopes('remove', '-'),
      scopes('remove', '0'),
      scopes('replace', '-', '"x"'),
      scopes('add', '0', '"y"'),
      scopes('add', '-', '"z"'),
    ];
    const outcome = issued(outcomeOfOperations(request, operations));
    expect(outcome.token.scopes).toEqual(['z']);
    expect(outcome.dropped).toHaveLength(4);
  });

  test('that are there twice go one by one', () => {
    const request = payload(M2M).replaceAll('"write:alerts"', '"read:metrics"');
    const once = issued(outcomeOfOperations(request, [scopes('remove', '1')]));
    expect(once.token.scopes).toEqual(['read:metrics', 'read:users', 'write:config']);
    const twice = [scopes('remove', '0'), scopes('remove', '0')];
    expect(tokenAfter(request, ...twice).scopes).toEqual(['read:users', 'write:config']);
  });

  test('without openid suppress the ID token', () => {
    expect(tokenAfter(payload(USER), scopes('remove', '2')).removedParameters).toEqual([
      'id_token',
    ]);
    const before13 = tokenAfter(payload(TWO_AUDIENCES), scopes('remove', '0'));
    expect(before13.removedParameters).toEqual(['id_token']);
    const moved = [scopes('remove', '2'), scopes('add', '-', '"openid"')];
    expect(tokenAfter(payload(USER), ...moved).removedParameters).toEqual([]);
  });
});
