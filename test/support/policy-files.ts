import fc from 'fast-check';
import { UNKNOWN_CAUSES } from '../../app/src/signals/causes.ts';
import { SIGNAL_NAMES } from '../../app/src/signals/request-signals.ts';

/*
 * Policy files, most of them with a few mistakes of the kind that people make: a wrong type, a missing or misplaced
 * key, a misspelt value.
 */

const lifetime = fc.constantFrom<unknown>('90s', '15m', '1h', '876000h', ' 5m ', '0015m', 1, 900);
const names = fc.array(fc.constantFrom('a', 'b:c', 'd*', 'https://e.example'), { maxLength: 2 });
const addable = fc.array(fc.constantFrom('a', 'b.example'), { maxLength: 2 });
const isNotEmpty = (value: object) =>
  Object.values(value).some((part) => Object.keys(part).length > 0);
const removeAndAdd = fc
  .record({ remove: names, add: addable }, { requiredKeys: [] })
  .filter(isNotEmpty);
const claimValue = fc.constantFrom<unknown>('x', '', 3, 2.5, true, [], ['a', 'b'], 2 ** 53 - 1);
const claims = fc
  .record(
    {
      set: fc.dictionary(fc.constantFrom('risk', 'level 2', '5', '__proto__'), claimValue, {
        maxKeys: 2,
        noNullPrototype: true,
      }),
      remove: fc.array(fc.constantFrom('email', 'ro*'), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  )
  .filter(isNotEmpty);

const changes = fc
  .record(
    {
      allow: fc.constant(true),
      lifetime,
      refresh_token: fc
        .record({ lifetime, drop: fc.constant(true) }, { requiredKeys: [] })
        .filter((value) => Object.keys(value).length > 0),
      scopes: removeAndAdd,
      audience: removeAndAdd,
      claims,
    },
    { requiredKeys: [] },
  )
  .filter((value) => Object.keys(value).length > 0);

const effects = fc.oneof(
  { weight: 3, arbitrary: changes },
  fc.constantFrom<object>(
    { deny: 'No.' },
    { deny: { description: 'No.' } },
    { deny: { reason: 'blocked', description: 'No.' } },
  ),
);

const entry = fc.oneof(fc.constant('ignore'), effects);

const entryOf = (signal: keyof typeof UNKNOWN_CAUSES) => {
  const causes = Object.fromEntries(UNKNOWN_CAUSES[signal].map((cause) => [cause, entry]));
  return fc.oneof(
    entry,
    fc.record({ ...causes, default: entry }, { requiredKeys: ['default'] }),
    fc.record(causes),
  );
};

const rule = fc.record(
  {
    when: fc.constantFrom<unknown>('true', true, false, 'request.grant == "password"'),
    // biome-ignore lint/suspicious/noThenProperty: a key of the policy language, and nothing awaits it
    then: effects,
    mode: fc.constantFrom('enforce', 'monitor'),
    unenforceable: fc.constantFrom('deny', 'ignore'),
    note: fc.constant('why'),
  },
  { requiredKeys: ['when', 'then'], noNullPrototype: true },
);

const until = fc.constantFrom('2028-02-29', '2027-01-31');
const listOf = (value: fc.Arbitrary<unknown>) =>
  fc.array(
    fc.oneof(
      value,
      fc.record(
        { value, until, owner: fc.constant('ops'), note: fc.constant('') },
        { requiredKeys: ['value'] },
      ),
    ),
    { maxLength: 3 },
  );

const validFile = fc.record(
  {
    version: fc.constant(1),
    mode: fc.constantFrom('enforce', 'monitor'),
    timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Etc/GMT+12', 'america/port-au-prince'),
    lists: fc.dictionary(
      fc.constantFrom('one', '_two', 'T3'),
      fc.oneof(listOf(fc.constantFrom('a', '', 'KP')), listOf(fc.integer())),
      { maxKeys: 2 },
    ),
    feeds: fc.uniqueArray(fc.constantFrom('tor-exits', 'a1-b2'), { maxLength: 2 }),
    rules: fc
      .array(rule, { maxLength: 3 })
      .map((rules) => rules.map((each, index) => ({ id: `rule-${index}`, ...each }))),
    unknown: fc.record(
      Object.fromEntries(SIGNAL_NAMES.map((signal) => [signal, entryOf(signal)])),
      { requiredKeys: [] },
    ),
    unenforceable: fc.constantFrom('deny', 'ignore'),
    'x-shared': fc.constantFrom<unknown>(null, [], { a: 1 }),
  },
  { requiredKeys: ['version', 'rules'], noNullPrototype: true },
);

/** Values that are right in one place of a policy and wrong in others. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, 1, 2, -5, 1.5, 2 ** 53, 1e300, Number.POSITIVE_INFINITY, Number.NaN],
  ...['', ' ', 'a', 'ignore', 'deny', 'monitor', 'off', 'unknown.x', 'x'.repeat(65), 'tor_exits'],
  ...['15m', '0s', '1d', '10 m', '15M', '1h30m', '900', '876001h', '4000000000s', '150ms', '3s'],
  ...['2500ms', '2501ms', '0002s', 'Mars/Base', 'Mars Base', '2027-02-29', '2027-01-31'],
  ...['2027-01-31T00:00:00Z', '${', '*', 'a b'],
  ...[[], ['a'], ['a', 1], ['a', 'a'], [null], {}, { default: 'ignore' }, { allow: true }],
  ...[{ lifetime: '5m' }, { reputation: '150ms' }, { value: 'a' }, { deny: 'No.', lifetime: '5m' }],
];

const KEYS: readonly string[] = [
  ...['id', 'when', 'then', 'mode', 'note', 'x-note', 'lists', 'wait', 'unknown', 'default'],
  ...['allow', 'deny', 'lifetime', 'drop', 'set', 'remove', 'add', 'scopes', 'value', 'until'],
  ...['geo', 'quota', 'private', 'missing', 'reason', 'description', 'reputation', 'untl'],
  ...['a-b', '1', '', ' a', 'constructor', '__proto__', 'toString'],
];

interface Mutation {
  readonly kind: 'replace' | 'remove' | 'rename' | 'add' | 'repeat';
  /** Chooses the place among all places of the file. */
  readonly place: number;
  readonly key: string;
  readonly value: unknown;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('replace', 'remove', 'rename', 'add', 'repeat'),
  place: fc.nat({ max: 10_000 }),
  key: fc.constantFrom(...KEYS),
  value: fc.constantFrom(...VALUES),
});

type Container = Record<string, unknown> | unknown[];

const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null;

/** Returns each key of each mapping and list in a value. */
function placesIn(container: Container): { readonly container: Container; readonly key: string }[] {
  return Object.keys(container).flatMap((key) => {
    const value = (container as Record<string, unknown>)[key];
    return [{ container, key }, ...(isContainer(value) ? placesIn(value) : [])];
  });
}

/** Sets a key, `__proto__` as well. */
function put(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function mutate(file: Container, { kind, place, key: newKey, value: newValue }: Mutation): void {
  const places = placesIn(file);
  const chosen = places[place % places.length];
  if (chosen === undefined) return;
  const { container, key } = chosen;
  const value = structuredClone(newValue);
  if (Array.isArray(container)) {
    const index = Number(key);
    if (kind === 'remove') container.splice(index, 1);
    else if (kind === 'repeat') container.push(structuredClone(container[index]));
    else container[index] = value;
    return;
  }
  const old = container[key];
  if (kind === 'remove' || kind === 'rename') delete container[key];
  if (kind === 'rename') put(container, newKey, old);
  if (kind === 'replace') container[key] = value;
  if (kind === 'add' || kind === 'repeat') put(container, newKey, kind === 'add' ? value : old);
}

/** Writes a value as YAML on one line, much faster than the library does. */
function toYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toYaml).join(', ')}]`;
  if (isContainer(value)) {
    const entries = Object.entries(value).map(
      ([key, each]) => `${JSON.stringify(key)}: ${toYaml(each)}`,
    );
    return `{ ${entries.join(', ')} }`;
  }
  if (Number.isNaN(value)) return '.nan';
  return value === Number.POSITIVE_INFINITY ? '.inf' : JSON.stringify(value);
}

/** The texts of policy files: a third are valid, the others have one to three mistakes. */
export const policyFile: fc.Arbitrary<string> = fc
  .tuple(validFile, fc.array(mutation, { maxLength: 3 }))
  .map(([valid, mutations]) => {
    const file = structuredClone(valid) as Container;
    for (const each of mutations) mutate(file, each);
    return toYaml(file);
  });
