/** What a value of the request must be, such as `abuse.score >= 25`. */
export interface Constraint {
  /** The variable and its fields. */
  readonly path: readonly string[];
  readonly op: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'lacks';
  readonly value: unknown;
}

type Statements = Record<string, unknown>;

/** Returns statements of a case that satisfy all constraints; undefined if they contradict each other, or are not known. */
export function statementsOf(constraints: readonly Constraint[]): Statements | undefined {
  const byVariable = new Map<string, Constraint[]>();
  for (const constraint of constraints) {
    const variable = constraint.path.join('.');
    byVariable.set(variable, [...(byVariable.get(variable) ?? []), constraint]);
  }
  const statements: Statements = {};
  const time: Record<string, number> = {};
  for (const [variable, own] of byVariable) {
    const value = valueFor(variable, own);
    const path = own[0]?.path ?? [];
    if (value === undefined) return undefined;
    if (path[0] === 'now' && path[1] !== undefined) time[path[1]] = Number(value);
    else if (!state(statements, path, value)) return undefined;
  }
  if (Object.keys(time).length > 0) statements.time = timeOf(time);
  return statements;
}

const OTHER_VALUES: Readonly<Record<string, readonly string[]>> = {
  'geo.country': ['LK', 'CH', 'US', 'BR'],
  'geo.continent': ['AS', 'EU', 'NA', 'SA'],
  'request.grant': ['authorization_code', 'client_credentials', 'refresh_token', 'password'],
};

function valueFor(variable: string, constraints: readonly Constraint[]): unknown {
  const all = (op: Constraint['op']) =>
    constraints.filter((one) => one.op === op).map(({ value }) => value);
  if (constraints.some(({ op }) => op === 'contains' || op === 'lacks')) return all('contains');
  const [equal, ...others] = all('==');
  const excluded = all('!=');
  const low = Math.max(...all('>=').map(Number), ...all('>').map((value) => Number(value) + 1));
  const high = Math.min(...all('<=').map(Number), ...all('<').map((value) => Number(value) - 1));
  if (equal !== undefined) {
    const fits = Number.isNaN(Number(equal)) || (Number(equal) >= low && Number(equal) <= high);
    return others.some((other) => other !== equal) || excluded.includes(equal) || !fits
      ? undefined
      : equal;
  }
  if (low !== Number.NEGATIVE_INFINITY || high !== Number.POSITIVE_INFINITY) {
    let value = low === Number.NEGATIVE_INFINITY ? high : low;
    while (excluded.includes(value)) value += low === Number.NEGATIVE_INFINITY ? -1 : 1;
    return value >= low && value <= high && value >= 0 ? value : undefined;
  }
  if (typeof excluded[0] === 'number') {
    return [0, 1, 2, 3, 4].find((value) => !excluded.includes(value));
  }
  if (typeof excluded[0] === 'boolean') return !excluded[0];
  return (OTHER_VALUES[variable] ?? ['other']).find((value) => !excluded.includes(value));
}

/** Keys of a case for variables that have a short form or another name. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'geo.country': ['country'],
  'geo.continent': ['continent'],
  'geo.asn': ['asn'],
  'network.asn': ['asn'],
  'abuse.score': ['score'],
  'address.value': ['address'],
  'address.signed': ['signed'],
  'request.grant': ['grant'],
  'request.client_id': ['client'],
  'request.scopes': ['requested_scopes'],
  'token.scopes': ['scopes'],
  'token.audience': ['audience'],
  'token.lifetime': ['lifetime'],
  'refresh_token.lifetime': ['refresh_token'],
  feeds: ['feeds'],
};

/** Variables whose fields a case states below a key of the same name. */
const SAME_NAME: ReadonlySet<string> = new Set(
  'geo network abuse anonymizer user tenant organization'.split(' '),
);
const BELOW: Readonly<Record<string, string>> = {
  'token.claims': 'claims',
  'request.headers': 'headers',
  'request.params': 'params',
};

/** Returns false if a case cannot state the variable. */
function state(statements: Statements, path: readonly string[], value: unknown): boolean {
  const keys = KEYS[path.join('.')] ?? keysBelow(path);
  const [key, ...fields] = keys ?? [];
  if (key === undefined) return false;
  if (fields.length === 0) statements[key] = value;
  else {
    const owner = (statements[key] ?? {}) as Statements;
    owner[fields.join('.')] = value;
    statements[key] = owner;
  }
  return true;
}

function keysBelow([first = '', second = '', ...more]: readonly string[]):
  | readonly string[]
  | undefined {
  const key = BELOW[`${first}.${second}`];
  if (key !== undefined && more.length === 1) return [key, ...more];
  return SAME_NAME.has(first) && second !== '' && more.length === 0 ? [first, second] : undefined;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function timeOf({ hour = 12, minute = 0, weekday }: Record<string, number>): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = weekday === undefined ? '' : `${WEEKDAYS[weekday]} `;
  return `${day}${two(hour)}:${two(minute)}`;
}
