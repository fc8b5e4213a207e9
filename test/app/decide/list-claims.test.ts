import type { ListForm } from '../../../app/tools/identity-server/index.ts';
import { decideOn, tokenBefore, tokenOf } from '../../support/decide.ts';
import { payload } from '../../support/payloads.ts';
import { policyOf, policyThat } from '../../support/policies.ts';
import { schemaErrors } from '../../support/safe-profile.ts';
import { changed, comparable, withClaims, withoutClaims } from '../../support/token-changes.ts';

const NOT_A_CLAIM = ['5', 'a/b', 'audit', 'z*'];

/** A request that lists these claims and offers them as the identity server does. */
function requestWith(claims: Record<string, unknown>): string {
  const request = JSON.parse(payload('03'));
  const paths: string[] = [];
  for (const [name, value] of Object.entries(claims)) {
    const isList = Array.isArray(value);
    // What is empty is left out of the request; so are the paths of objects.
    const isEmpty = value === '' || (isList && value.length === 0);
    request.event.accessToken.claims.push(isEmpty ? { name } : { name, value });
    if (isList || typeof value !== 'object') {
      paths.push(`/accessToken/claims/${name}${isList ? '/' : ''}`);
    }
  }
  for (const operation of request.allowedOperations) {
    if (operation.op !== 'add') operation.paths.push(...paths);
  }
  return JSON.stringify(request);
}

/** What a claim is before, and what a policy may set it to. */
const BEFORE: readonly unknown[] = [
  ['a', 'b', 'b'],
  ['a'],
  [],
  [1, 2],
  [true, 'a', null],
  [['a'], { b: 1 }],
  '',
  'a',
  0,
  7,
  false,
];
const AFTER: readonly unknown[] = [
  ['b', 'c'],
  ['b', 'a', 'b'],
  ['a', 'b', 'b'],
  ['b', 'b', 'a'],
  ['a', 'b', 'c', 'd'],
  ['a'],
  ['1', '2'],
  [],
  '',
  'a',
  '7',
  7,
  0,
  0.5,
  false,
];

describe.each<ListForm>(['strings', 'array', 'list'])('list claims stored as %s', (listForm) => {
  test.each(BEFORE.map((before) => [before]))('%j is removed', async (before) => {
    const body = requestWith({ x: before, y: ['kept'] });
    const { outcome, response, event } = await decideOn(
      body,
      policyThat({ claims: { remove: ['x'] } }),
      { listForm },
    );
    expect(outcome).toMatchObject({ kind: 'token', dropped: [] });
    expect(comparable(tokenOf(outcome))).toEqual(changed(tokenBefore(body), withoutClaims(/^x$/)));
    expect(event.decision).toMatchObject({ outcome: 'restrict', unenforceable: [] });
    expect(event.decision.operations).toHaveLength(1);
    expect(schemaErrors(response)).toEqual([]);
  });

  test.each(BEFORE.flatMap((before) => AFTER.map((after) => [before, after])))(
    '%j becomes %j',
    async (before, after) => {
      const body = requestWith({ x: before });
      const { outcome, response, event } = await decideOn(
        body,
        policyThat({ claims: { set: { x: after } } }),
        { listForm },
      );
      expect(outcome).toMatchObject({ kind: 'token', dropped: [] });
      expect(comparable(tokenOf(outcome))).toEqual(
        changed(tokenBefore(body), withClaims({ x: after })),
      );
      const isThere = JSON.stringify(before) === JSON.stringify(after);
      expect(event.decision.operations).toHaveLength(isThere ? 0 : 1);
      expect(event.decision).toMatchObject({ skipped: [], unenforceable: [] });
      expect(schemaErrors(response)).toEqual([]);
    },
  );
});

test.each([['x'], [['x', 'y']]])('a claim named - is removed and set: %j', async (value) => {
  const body = requestWith({ '-': value });
  const removed = await decideOn(body, policyThat({ claims: { remove: ['-'] } }));
  expect(tokenOf(removed.outcome).claims).not.toHaveProperty('-');
  const set = await decideOn(body, policyThat({ claims: { set: { '-': ['z'] } } }));
  expect(tokenOf(set.outcome).claims['-']).toEqual(['z']);
});

test.each(NOT_A_CLAIM)('a list named %s cannot be changed, which is recorded', async (name) => {
  const body = requestWith({ [name]: ['a', 'b'] });
  const { outcome, event } = await decideOn(
    body,
    policyThat({ claims: { set: { [name]: ['c'] }, remove: ['nothing'] } }),
  );
  expect(comparable(tokenOf(outcome))).toEqual(comparable(tokenBefore(body)));
  expect(event.decision.skipped).toEqual([
    { rule: 'rule', effect: 'claims.set', cause: 'not-reachable' },
  ]);
  const removal = await decideOn(body, policyThat({ claims: { remove: ['*'] } }));
  expect(removal.outcome.kind).toBe('refused');
});

test('an object is not listed: its removal cannot be enforced, and it cannot be set', async () => {
  const body = requestWith({ x: { a: 1 } });
  const removal = await decideOn(body, policyThat({ claims: { remove: ['x'] } }));
  expect(removal.outcome.kind).toBe('refused');
  const { event } = await decideOn(body, policyThat({ claims: { set: { x: 'a' } } }));
  expect(event.decision.skipped).toMatchObject([{ cause: 'not-allowed' }]);
});

test('removing a list of thousands is one operation', async () => {
  const groups = Array.from({ length: 5000 }, (_, index) => `group-${index}`);
  const body = requestWith({ x: groups });
  const removal = await decideOn(body, policyThat({ claims: { remove: ['x'] } }));
  expect(removal.event.decision.operations).toHaveLength(1);
  expect(tokenOf(removal.outcome).claims).not.toHaveProperty('x');
});

test('thousands of scopes are removed one by one, including duplicates', async () => {
  const request = JSON.parse(payload('03'));
  request.event.accessToken.scopes = Array.from({ length: 3000 }, (_, at) => `s:${at % 1000}`);
  const body = JSON.stringify(request);
  const { outcome } = await decideOn(body, policyThat({ scopes: { remove: ['s:*'] } }));
  expect(outcome).toMatchObject({ dropped: [] });
  expect(tokenOf(outcome).scopes).toEqual([]);
});

test('an ignored removal does not prevent another rule from setting the claim', async () => {
  const request = JSON.parse(requestWith({ role: 'admin' }));
  for (const operation of request.allowedOperations) {
    if (operation.op === 'remove') operation.paths = [];
  }
  const rules = [
    { id: 'removing', effects: { claims: { remove: ['role'] } }, unenforceable: 'ignore' as const },
    { id: 'setting', effects: { claims: { set: { role: 'guest' } } } },
  ];
  const { outcome, event } = await decideOn(JSON.stringify(request), policyOf(rules));
  expect(tokenOf(outcome).claims.role).toBe('guest');
  expect(event.decision.skipped).toEqual([]);
});

test('an empty claim that a rule removes stays empty if it can only be set', async () => {
  const request = JSON.parse(requestWith({ role: '' }));
  for (const operation of request.allowedOperations) {
    if (operation.op === 'remove') operation.paths = [];
  }
  const rules = [
    { id: 'removing', effects: { claims: { remove: ['role'] } } },
    { id: 'setting', effects: { claims: { set: { role: 'guest' } } } },
  ];
  const { body, event } = await decideOn(JSON.stringify(request), policyOf(rules));
  expect(body).toBe('{"actionStatus":"SUCCESS"}');
  expect(event.decision).toMatchObject({
    unenforceable: [],
    skipped: [{ rule: 'setting', effect: 'claims.set', cause: 'removed' }],
  });
});

test('no pattern matches reserved claims', async () => {
  const own = {
    ...{
      app_td: 'a',
      user_td: 'a',
      entity_id: 'a',
      entityType: 'a',
      token_id: 'a',
      grantType: 'a',
    },
    ...{ is_consented: true, is_federated: false, accessing_organization: 'a', act: 'a', cnf: 'a' },
  };
  const body = requestWith({ ...own, extra: 'a' });
  const globs = ['extr*', 'gr*', '*_t*', 'i*_*', 'ent*', 'cn*', 'acc*', 'act*'];
  const { outcome } = await decideOn(body, policyThat({ claims: { remove: globs } }));
  expect(tokenOf(outcome).claims).toMatchObject(own);
  expect(tokenOf(outcome).claims).not.toHaveProperty('extra');
});
