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

describe('Scopes', () => {
  test.each([
    ['are removed by index', [scopes('remove', '1')], [first, third, fourth]],
    [
      'are removed by the indexes in the request, whatever was removed before',
      [scopes('remove', '0'), scopes('remove', '1'), scopes('remove', '2')],
      [fourth],
    ],
    ['lose the last element by -', [scopes('remove', '-')], [first, second, third]],
    [
      'lose one element only by a repeated -',
      [scopes('remove', '-'), scopes('remove', '-')],
      [first, second, third],
    ],
    ['accept a removal with a value', [scopes('remove', '1', '"x"')], [first, third, fourth]],
    ['ignore an index past the end', [scopes('remove', '4')], GRANTED],
    ['ignore a negative index', [scopes('remove', '-1')], GRANTED],
    ['ignore an index with a sign', [scopes('remove', '+1')], GRANTED],
    ['ignore an index with a leading zero', [scopes('remove', '01')], GRANTED],
    ['ignore a removal by name', [scopes('remove', 'read:users')], GRANTED],
    ['ignore a removal without an index', [scopes('remove', '')], GRANTED],
    ['append an added element', [scopes('add', '-', '"admin"')], [...GRANTED, 'admin']],
    [
      'append an added element whatever its index',
      [scopes('add', '0', '"admin"')],
      [...GRANTED, 'admin'],
    ],
    ['ignore an addition past the end', [scopes('add', '4', '"admin"')], GRANTED],
    ['ignore an addition without an index', [scopes('add', '', '"admin"')], GRANTED],
    ['ignore an added element that they have', [scopes('add', '-', '"read:users"')], GRANTED],
    [
      'accept an element that was removed before',
      [scopes('remove', '0'), scopes('add', '-', `"${first}"`)],
      [second, third, fourth, first],
    ],
    [
      'append a replacement',
      [scopes('replace', '0', '"read:one"')],
      [second, third, fourth, 'read:one'],
    ],
    ['ignore a replacement that they have', [scopes('replace', '0', '"read:users"')], GRANTED],
    [
      'ignore a replacement that they had in the request',
      [scopes('remove', '2'), scopes('replace', '0', '"read:users"')],
      [first, second, fourth],
    ],
    [
      'ignore a replacement that was added before',
      [scopes('add', '-', '"admin"'), scopes('replace', '0', '"admin"')],
      [...GRANTED, 'admin'],
    ],
    [
      'append the replacement of an element that was removed',
      [scopes('remove', '0'), scopes('replace', '0', '"read:one"')],
      [second, third, fourth, 'read:one'],
    ],
    ['ignore a replacement past the end', [scopes('replace', '9', '"read:one"')], GRANTED],
    ['convert a number to a string', [scopes('add', '-', '5')], [...GRANTED, '5']],
    ['convert an empty object to a string', [scopes('add', '-', '{}')], [...GRANTED, '{}']],
  ])('%s', (_, operations, result) => {
    expect(tokenAfter(payload(M2M), ...operations).scopes).toEqual(result);
  });

  test.each(['"a b"', '""', '"a\\"b"', '"a\\\\b"', '"é"', '"a\\tb"', '["a","b"]'])(
    'reject %s',
    (value) => {
      expect(tokenAfter(payload(M2M), scopes('add', '-', value)).scopes).toEqual(GRANTED);
      expect(tokenAfter(payload(M2M), scopes('replace', '0', value)).scopes).toEqual(GRANTED);
    },
  );

  test.each(['"!"', '"#[]~"', '"https://a.example/x,y"'])('accept %s', (value) => {
    expect(tokenAfter(payload(M2M), scopes('add', '-', value)).scopes).toHaveLength(5);
  });

  test('of a request without any accept only an addition at -', () => {
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

  test('that are repeated are removed one by one', () => {
    const request = payload(M2M).replaceAll('"write:alerts"', '"read:metrics"');
    const once = issued(outcomeOfOperations(request, [scopes('remove', '1')]));
    expect(once.token.scopes).toEqual(['read:metrics', 'read:users', 'write:config']);
    const twice = [scopes('remove', '0'), scopes('remove', '0')];
    expect(tokenAfter(request, ...twice).scopes).toEqual(['read:users', 'write:config']);
  });

  test('without openid have no ID token', () => {
    expect(tokenAfter(payload(USER), scopes('remove', '2')).removedParameters).toEqual([
      'id_token',
    ]);
    const before13 = tokenAfter(payload(TWO_AUDIENCES), scopes('remove', '0'));
    expect(before13.removedParameters).toEqual(['id_token']);
    const moved = [scopes('remove', '2'), scopes('add', '-', '"openid"')];
    expect(tokenAfter(payload(USER), ...moved).removedParameters).toEqual([]);
  });
});
