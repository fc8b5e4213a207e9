import type { Activity, ActivityWindow } from './activity.ts';

/** How the requests since yesterday differ from those before. */
export type ContractChange =
  /** A value of the header `x-wso2-api-version`; `none` for a call without it. */
  | { readonly kind: 'api-version'; readonly version: string }
  /** The name of a field that no known version has. */
  | { readonly kind: 'new-field'; readonly field: string }
  | { readonly kind: 'newer-contract'; readonly from: string; readonly to: string }
  | {
      readonly kind: 'older-contract';
      readonly grant: string;
      readonly from: string;
      readonly to: string;
    };

/** Days before yesterday that must have records with a contract. */
const MIN_EARLIER_DAYS = 3;

/** Fewer requests of a grant may all lack the fields of the newest version. */
const MIN_REQUESTS = 20;

/**
 * Returns the changes of the contract since yesterday. A lower minor version is only a change if each earlier day had
 * a higher one for the same grant: only some grants have the fields of each version.
 *
 * @returns `undefined` if there are too few earlier days to tell.
 */
export function findContractChanges({
  rows,
  today,
}: ActivityWindow): readonly ContractChange[] | undefined {
  // Older releases record no contract.
  const known = rows.filter(({ contract }) => contract !== undefined);
  const earlier = known.filter(({ day }) => day < today - 1);
  const recent = known.filter(({ day }) => day >= today - 1);
  if (new Set(earlier.map(({ day }) => day)).size < MIN_EARLIER_DAYS) return undefined;
  const added = (of: (row: Activity) => string | undefined) => {
    const before = new Set(earlier.map(of));
    return [...new Set(recent.map(of))].filter(
      (value) => value !== undefined && !before.has(value),
    ) as string[];
  };
  return [
    ...added(({ apiVersion }) => apiVersion ?? 'none').map(
      (version): ContractChange => ({ kind: 'api-version', version }),
    ),
    ...added(({ newField }) => newField).map(
      (field): ContractChange => ({ kind: 'new-field', field }),
    ),
    ...newerContract(earlier, recent),
    ...olderContracts(earlier, recent),
  ];
}

function newerContract(earlier: readonly Activity[], recent: readonly Activity[]) {
  const from = newestOf(earlier);
  const to = newestOf(recent);
  if (from === undefined || to === undefined || compareVersions(to, from) <= 0) return [];
  return [{ kind: 'newer-contract' as const, from, to }];
}

function olderContracts(earlier: readonly Activity[], recent: readonly Activity[]) {
  return [...groupBy(recent, ({ grant }) => grant)].flatMap(([grant, rows]) => {
    const to = newestOf(rows);
    const ofGrant = earlier.filter((row) => row.grant === grant);
    const newestByDay = [...groupBy(ofGrant, ({ day }) => day).values()]
      .filter((ofDay) => requestsOf(ofDay) >= MIN_REQUESTS)
      .flatMap((ofDay) => newestOf(ofDay) ?? []);
    const [from] = newestByDay.sort(compareVersions);
    if (to === undefined || from === undefined || compareVersions(to, from) >= 0) return [];
    if (newestByDay.length < MIN_EARLIER_DAYS || requestsOf(rows) < MIN_REQUESTS) return [];
    return [{ kind: 'older-contract' as const, grant, from, to }];
  });
}

function groupBy<Key>(
  rows: readonly Activity[],
  keyOf: (row: Activity) => Key,
): Map<Key, readonly Activity[]> {
  const groups = new Map<Key, Activity[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

function requestsOf(rows: readonly Activity[]): number {
  return rows.reduce((sum, { requests }) => sum + requests, 0);
}

function newestOf(rows: readonly Activity[]): string | undefined {
  return rows
    .flatMap(({ contract }) => contract ?? [])
    .sort(compareVersions)
    .at(-1);
}

/** Compares `1.10` with `1.9` by number. */
function compareVersions(one: string, other: string): number {
  const [major = 0, minor = 0] = one.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major - otherMajor || minor - otherMinor;
}

/** Returns a change as a phrase. */
export function describeContractChange(change: ContractChange): string {
  switch (change.kind) {
    case 'api-version':
      return change.version === 'none'
        ? 'calls without x-wso2-api-version'
        : `calls with x-wso2-api-version ${change.version}`;
    case 'new-field':
      return `the unknown field ${change.field}`;
    case 'newer-contract':
      return `contract ${change.to} after ${change.from}`;
    case 'older-contract':
      return `contract ${change.to} after ${change.from} for ${change.grant}`;
  }
}
