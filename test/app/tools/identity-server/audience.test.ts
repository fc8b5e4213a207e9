import {
  issued,
  outcomeOfOperations,
  payload,
  requestWithAudience,
  requestWithClaims,
  TWO_AUDIENCES,
  tokenAfter,
} from './harness.ts';

function aud(op: string, segment: string, value?: string): string {
  const given = value === undefined ? '' : `,"value":${value}`;
  return `{"op":"${op}","path":"/accessToken/claims/aud/${segment}"${given}}`;
}

const CLIENT = 'qTj2Wd7Rk0hXv_ZpB4sLmN9cYaEa';
const ORDERS = 'orders-api.acme.example';

describe('The audience', () => {
  test.each([
    ['loses an element by index', [aud('remove', '1')], [CLIENT]],
    ['loses even the client id', [aud('remove', '0')], [ORDERS]],
    ['can become empty', [aud('remove', '0'), aud('remove', '1')], []],
    ['ignores an index past the end', [aud('remove', '2')], [CLIENT, ORDERS]],
    ['appends an added element', [aud('add', '0', '"a.example"')], [CLIENT, ORDERS, 'a.example']],
    ['ignores an added element that it has', [aud('add', '-', `"${ORDERS}"`)], [CLIENT, ORDERS]],
    ['appends a replacement', [aud('replace', '0', '"a.example"')], [ORDERS, 'a.example']],
    ['ignores a replacement that it has', [aud('replace', '0', `"${ORDERS}"`)], [CLIENT, ORDERS]],
    ['converts a number to a string', [aud('add', '-', '7')], [CLIENT, ORDERS, '7']],
  ])('%s', (_, operations, result) => {
    const token = tokenAfter(payload(TWO_AUDIENCES), ...operations);
    expect(token.audience).toEqual(result);
    expect(token.claims.aud).toEqual(result);
  });

  test.each([
    ['https://a.example/x?y=z', true],
    ['custom+scheme://host_name', true],
    ['api.a-b.example', true],
    ['API-2', true],
    ['my_api', false],
    ['urn:acme:orders', false],
    ['https://', false],
    ['https:///path', false],
    ['https://a.example/ x', false],
    ['a.example/path', false],
    ['', false],
    ['*', false],
  ])('accepts %s: %s', (value, accepted) => {
    const added = tokenAfter(payload(TWO_AUDIENCES), aud('add', '-', JSON.stringify(value)));
    expect(added.audience).toHaveLength(accepted ? 3 : 2);
    const replaced = tokenAfter(payload(TWO_AUDIENCES), aud('replace', '1', JSON.stringify(value)));
    expect(replaced.audience).toEqual([CLIENT, accepted ? value : ORDERS]);
  });

  test('that is empty accepts an addition', () => {
    const token = tokenAfter(requestWithAudience([]), aud('add', '-', '"a.example"'));
    expect(token.audience).toEqual(['a.example']);
  });

  test.each([
    ['a removal', aud('remove', '-')],
    ['a replacement', aud('replace', '-', '"a.example"')],
  ])('that is empty turns %s of - into a server error', (_, operation) => {
    const outcome = outcomeOfOperations(requestWithAudience([]), [operation]);
    expect(outcome).toMatchObject({ kind: 'server-error', retried: false });
  });

  test('that is empty ignores a removal by index', () => {
    expect(tokenAfter(requestWithAudience([]), aud('remove', '0')).audience).toEqual([]);
  });

  test.each([
    ['absent', requestWithAudience('absent'), undefined],
    ['a string', payload('21-aud-as-string-defensive.json'), 'm2mFleet_7yQ0aXcV3bN1kLpRsTua'],
  ])('that is %s does not change', (_, request, audience) => {
    const operations = [
      aud('add', '-', '"a.example"'),
      aud('remove', '-'),
      aud('replace', '0', '"b"'),
    ];
    const outcome = issued(outcomeOfOperations(request, operations));
    expect(outcome.token.audience).toBe(audience);
    expect(outcome.dropped).toHaveLength(3);
  });

  test('is changed instead of a list claim whose name begins with aud', () => {
    const request = requestWithClaims({ auditors: ['ann', 'bob'] });
    const token = tokenAfter(request, '{"op":"remove","path":"/accessToken/claims/auditors/0"}');
    expect(token.claims.auditors).toEqual(['ann', 'bob']);
    expect(token.audience).toEqual(['https://api.acme.example/orders']);
  });

  test.each([
    ['a single claim', { audit_level: 'full' }, '/accessToken/claims/audit_level'],
    ['a whole list', { auditors: ['ann'] }, '/accessToken/claims/auditors/'],
  ])('prevents changes of %s whose name begins with aud', (_, claims, path) => {
    const operations = [
      `{"op":"remove","path":"${path}"}`,
      `{"op":"replace","path":"${path}","value":"none"}`,
    ];
    const outcome = issued(outcomeOfOperations(requestWithClaims(claims), operations));
    expect(outcome.token.claims).toMatchObject(claims);
    expect(outcome.dropped).toHaveLength(2);
  });
});
