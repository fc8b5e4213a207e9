import { issued, M2M, outcomeOfOperations, payload, tokenAfter, USER } from './harness.ts';

const add = (value: string, segment = '-') =>
  `{"op":"add","path":"/response/parameters/${segment}","value":${value}}`;

describe('A response parameter', () => {
  test.each([
    ['a string', '"x"', 'x'],
    ['an object', '{"a":[1,null]}', { a: [1, null] }],
    ['a list', '[1,"a"]', [1, 'a']],
    ['null', 'null', null],
  ])('can be %s', (_, written, value) => {
    const token = tokenAfter(payload(USER), add(`{"name":"risk","value":${written}}`));
    expect(token.responseParameters).toEqual({ risk: value });
  });

  test.each([
    ['is already in the response', add('{"name":"access_token","value":"x"}')],
    ['is blank', add('{"name":" ","value":"x"}')],
    ['is absent', add('{"value":"x"}')],
    ['has no value', add('{"name":"risk"}')],
    ['is at an index', add('{"name":"risk","value":"x"}', '0')],
    ['is in the path', add('"x"', 'risk')],
    ['has an unknown field beside it', add('{"name":"risk","value":"x","a":1}')],
  ])('is dropped if its name %s', (_, operation) => {
    const outcome = issued(outcomeOfOperations(payload(USER), [operation]));
    expect(outcome.token.responseParameters).toEqual({});
    expect(outcome.dropped).toHaveLength(1);
  });

  test('keeps its first value when it is added twice', () => {
    const operations = [add('{"name":"a","value":1}'), add('{"name":"a","value":2}')];
    expect(tokenAfter(payload(USER), ...operations).responseParameters).toEqual({ a: 1 });
  });

  test('cannot be removed and added again', () => {
    const removal = '{"op":"remove","path":"/response/parameters/refresh_token"}';
    const token = tokenAfter(payload(USER), removal, add('{"name":"refresh_token","value":"x"}'));
    expect(token.responseParameters).toEqual({});
    expect(token.refreshToken).toBeUndefined();
  });

  test.each(['refresh_token', 'id_token'])(
    '%s can be removed where the request allows it',
    (name) => {
      const removal = `{"op":"remove","path":"/response/parameters/${name}"}`;
      expect(tokenAfter(payload(USER), removal).removedParameters).toEqual([name]);
      const elsewhere = issued(outcomeOfOperations(payload(M2M), [removal]));
      expect(elsewhere.token.removedParameters).toEqual([]);
      expect(elsewhere.dropped).toHaveLength(1);
    },
  );
});
