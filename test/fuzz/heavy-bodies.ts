import { MAX_VALUES } from '../../app/src/action/json-size.ts';

/** A body near the limit of 1 MiB that costs more than any real request. */
export interface HeavyBody {
  readonly name: string;
  readonly body: string;
}

const MAX_BODY_BYTES = 1024 * 1024;
/** For the rest of the request. */
const RESERVED_BYTES = 2048;

const OPERATIONS = [
  {
    op: 'add',
    paths: ['/accessToken/claims/', '/accessToken/scopes/', '/accessToken/claims/aud/'],
  },
  {
    op: 'remove',
    paths: [
      ...['/accessToken/scopes/', '/accessToken/claims/aud/', '/accessToken/claims/groups/'],
      ...['/accessToken/claims/e', '/accessToken/claims/all'],
    ],
  },
  {
    op: 'replace',
    paths: ['/accessToken/claims/expires_in', '/refreshToken/claims/expires_in'],
  },
];

/** Parts of a request as JSON; the others are small. */
interface Parts {
  readonly requested?: string;
  readonly granted?: string;
  readonly claims?: string;
  readonly headers?: string;
  readonly params?: string;
  readonly operations?: string;
  readonly parameters?: string;
  readonly client?: string;
  readonly more?: string;
}

const ADDRESS = '{"name":"x-client-source-ip","value":["203.0.113.45"]}';
const CLAIMS = '{"name":"expires_in","value":3600}';

function bodyOf(parts: Parts): string {
  const { requested = '', granted = '', claims = CLAIMS, params = '[]', more = '1' } = parts;
  const { headers = `[${ADDRESS}]`, operations = JSON.stringify(OPERATIONS) } = parts;
  const { client = '"app"', parameters = '"refresh_token"' } = parts;
  return `{"actionType":"PRE_ISSUE_ACCESS_TOKEN","requestId":"heavy","x":${more},"event":{"request":{"clientId":${client},"grantType":"password","scopes":[${requested}],"additionalHeaders":${headers},"additionalParams":${params}},"tenant":{"id":"1","name":"t"},"response":{"parameters":[${parameters}]},"accessToken":{"scopes":[${granted}],"claims":[${claims}]},"refreshToken":{"claims":[${CLAIMS}]}},"allowedOperations":${operations}}`;
}

/** Whether names and values are as short or as long as possible. */
type Size = 'short' | 'long';

/** For the rest of the request. */
const RESERVED_VALUES = 100;

class Maker {
  readonly #size: Size;
  constructor(size: Size) {
    this.#size = size;
  }

  /**
   * Returns as many elements as the contract and the size limit allow, each with its own id.
   *
   * @param values JSON values per element.
   * @param share of the limits, for a body with several such lists.
   */
  many(element: (id: string) => string, values = 1, share = 1): string {
    const room = (MAX_BODY_BYTES - RESERVED_BYTES) * share;
    const most = Math.floor(((MAX_VALUES - RESERVED_VALUES) * share) / values);
    const letters = this.#size === 'long' ? Math.floor(room / most) - element('').length - 1 : 0;
    const elements: string[] = [];
    let left = room;
    for (let index = 0; index < most; index++) {
      const next = element(index.toString(36).padStart(letters, 'x'));
      left -= Buffer.byteLength(next) + 1;
      if (left < 0) break;
      elements.push(next);
    }
    return elements.join();
  }
}

/** Repeats a string up to a share of the size limit. */
function long(text: string, share = 1): string {
  return text.repeat(
    Math.floor(((MAX_BODY_BYTES - RESERVED_BYTES) * share) / Buffer.byteLength(text)),
  );
}

const claim = (name: string, value: string) => `{"name":"${name}","value":${value}}`;
const header = (name: string, value: string) => `[${ADDRESS},{"name":"${name}","value":${value}}]`;

/** Bodies with many values. */
const manyOf = (make: Maker): Readonly<Record<string, Parts>> => ({
  'granted scopes': { granted: make.many((id) => `"${id}"`) },
  'granted scopes that are removed': { granted: make.many((id) => `"${id}:a"`) },
  'one granted scope many times': { granted: make.many(() => '"x:a"') },
  'granted scopes that are not strings': { granted: make.many(() => '1') },
  'requested scopes': { requested: make.many((id) => `"${id}"`) },
  'requested and granted scopes': {
    requested: make.many((id) => `"${id}"`, 1, 0.5),
    granted: make.many((id) => `"${id}"`, 1, 0.5),
  },
  'requested scopes that are not granted': {
    requested: make.many((id) => `"r${id}"`, 1, 0.5),
    granted: make.many((id) => `"g${id}"`, 1, 0.5),
  },
  'one requested scope many times': {
    requested: make.many(() => '"x"', 1, 0.5),
    granted: make.many((id) => `"${id}"`, 1, 0.5),
  },
  'requested scopes that are values of a claim': {
    requested: make.many((id) => `"${id}"`, 1, 0.5),
    claims: claim('groups', `[${make.many((id) => `"${id}"`, 1, 0.5)}]`),
  },
  claims: { claims: make.many((id) => claim(id, '1'), 3) },
  'claims that are removed': { claims: make.many((id) => claim(`e${id}`, '1'), 3) },
  'one claim many times': { claims: make.many(() => claim('e', '1'), 3) },
  'claims without a value': { claims: make.many((id) => `{"name":"${id}"}`, 2) },
  'a claim with values': { claims: claim('groups', `[${make.many((id) => `"${id}"`)}]`) },
  'a claim with one value many times': { claims: claim('groups', `[${make.many(() => '"a"')}]`) },
  'a claim of numbers': { claims: claim('groups', `[${make.many(() => '1')}]`) },
  'a claim of fractions': { claims: claim('groups', `[${make.many(() => '0.123456789')}]`) },
  'a claim with many properties': { claims: claim('all', `{${make.many((id) => `"${id}":1`)}}`) },
  'a claim of lists': { claims: claim('groups', `[${make.many((id) => `["${id}"]`, 2)}]`) },
  'a claim of objects': { claims: claim('all', `[${make.many((id) => `{"a":"${id}"}`, 2)}]`) },
  'a claim of objects nested 15 deep': {
    claims: claim(
      'all',
      `[${make.many((id) => `${'{"a":'.repeat(15)}"${id}"${'}'.repeat(15)}`, 16)}]`,
    ),
  },
  audiences: { claims: claim('aud', `[${make.many((id) => `"${id}"`)}]`) },
  'audiences that are removed': {
    claims: claim('aud', `[${make.many((id) => `"https://${id}"`)}]`),
  },
  'audiences that are not strings': { claims: claim('aud', `[${make.many(() => '1')}]`) },
  headers: { headers: `[${make.many((id) => `{"name":"${id}","value":["a"]}`, 4)}]` },
  'one header many times': {
    headers: `[${make.many((id) => `{"name":"User-Agent","value":["${id}"]}`, 4)}]`,
  },
  'headers as an object': { headers: `{${make.many((id) => `"${id}":"a"`)}}` },
  'a header with values': { headers: header('user-agent', `[${make.many((id) => `"${id}"`)}]`) },
  'the address header many times': { headers: `[${make.many(() => ADDRESS, 4)}]` },
  'the address header with values': {
    headers: header('x-client-source-ip', `[${make.many((id) => `"${id}"`)}]`),
  },
  'the address header with blank values': {
    headers: header('x-client-source-ip', `[${make.many(() => `"${' '.repeat(48)}"`)}]`),
  },
  parameters: { params: `[${make.many((id) => `{"name":"${id}","value":["a"]}`, 4)}]` },
  'one parameter many times': {
    params: `[${make.many((id) => `{"name":"x","value":["${id}"]}`, 4)}]`,
  },
  'allowed operations': { operations: `[${make.many(() => '{"op":"add","paths":[]}', 4)}]` },
  'kinds of allowed operations': {
    operations: `[${make.many((id) => `{"op":"${id}","paths":["a"]}`, 4)}]`,
  },
  'allowed paths': {
    operations: `[{"op":"remove","paths":[${make.many((id) => `"/${id}"`)}]}]`,
  },
  'allowed paths in many parts': {
    operations: `[${make.many((id) => `{"op":"remove","paths":["/${id}"]}`, 4)}]`,
  },
  'parameters of the response': { parameters: make.many((id) => `"${id}"`) },
  'lists in lists': { more: `${'['.repeat(19_900)}${']'.repeat(19_900)}` },
  'empty objects': { more: `[${make.many(() => '{}', 2)}]` },
  'objects of different shapes': { more: `[${make.many((id) => `{"${id}":1}`, 2)}]` },
  'properties of one object': { more: `{${make.many((id) => `"${id}":1`)}}` },
  'properties named by numbers': {
    more: `{${make.many((id) => `"${parseInt(id, 36) * 8191}":1`)}}`,
  },
  'repeated properties': { more: `{${make.many(() => '"a":1')}}` },
  'numbers of many digits': { more: `[${make.many(() => `0.${'123456789'.repeat(5)}`)}]` },
  'integers beyond doubles': {
    claims: claim('all', `[${make.many(() => '12345678901234567890')}]`),
  },
  exponents: { more: `[${make.many(() => '1.2345678901234567890e-307')}]` },
});

/** Bodies with one long value. */
const ONE_LONG: Readonly<Record<string, Parts>> = {
  'a client id': { client: `"${long('a')}"` },
  'a client id of escapes': { client: `"${long('\\u0000')}"` },
  'a client id in another script': { client: `"${long('\u0130')}"` },
  'a client id of accents': { client: `"e${long('\u0301')}"` },
  'a client id of digits': { client: `"${long('9')}"` },
  'a scope': { granted: `"${long('a')}"` },
  'a scope all but removed': { granted: `"${long('a:')}"` },
  'a name of a claim': { claims: claim(long('l'), '1') },
  'a value of a claim': { claims: claim('email', `"${long('a.')}"`) },
  'a value of a claim, all but an address': { claims: claim('email', `"${long('a')}@1"`) },
  'a header': { headers: header('user-agent', `["${long('a')}"]`) },
  'a parameter of commas': { params: `[{"name":"x","value":["${long(',')}"]}]` },
  'a parameter with many values': { params: `[{"name":"x","value":["${long('Ab,')}"]}]` },
  'a parameter to look for': {
    headers: header('x', `["${long('a', 0.6)}"]`),
    params: `[{"name":"x","value":["${long('a', 0.15)}b${long('a', 0.15)}"]}]`,
  },
  'a list of addresses': { headers: header('x-client-source-ip', `["${long('1.1.1.1,')}"]`) },
  'white space for an address': { headers: header('x-client-source-ip', `["${long(' ')}"]`) },
  'a path': { operations: `[{"op":"remove","paths":["/${long('a/')}"]}]` },
  'a number of many digits': { more: long('9') },
  'a number of many zeros': { more: `0.${long('0')}1` },
  'white space': { more: `${long(' ')}1` },
  brackets: { more: long('[') },
  commas: { more: long(',') },
};

/** Each has almost 1 MiB or as many values as the contract allows. */
export const HEAVY_BODIES: readonly HeavyBody[] = [
  ...bodiesOf('many', manyOf(new Maker('short'))),
  ...bodiesOf('many, long', manyOf(new Maker('long'))),
  ...bodiesOf('one long', ONE_LONG),
];

function bodiesOf(kind: string, shapes: Readonly<Record<string, Parts>>): HeavyBody[] {
  return Object.entries(shapes).map(([name, parts]) => ({
    name: `${kind}: ${name}`,
    body: bodyOf(parts),
  }));
}
