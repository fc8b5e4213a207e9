import { weightOf } from '../records/record-weight.ts';
import { type Activity, dayOf } from './activity.ts';

type Fields = Readonly<Record<string, unknown>>;

/** More combinations of day, client, grant, version and sampled percentage are not counted. */
const MAX_ROWS = 200_000;

/** Counts decision records from a file, with the same result as the query of the log. Memory depends on the number of rows only. */
export class ActivityCounter {
  readonly #maxRows: number;
  readonly #rows = new Map<string, Writable<Activity>>();
  #isComplete = true;

  constructor({ maxRows = MAX_ROWS } = {}) {
    this.#maxRows = maxRows;
  }

  /** Adds a parsed line of the log. Returns false if it is no decision on a login: a test, or another event. */
  add(line: unknown): boolean {
    if (typeof line !== 'object' || line === null) return false;
    const record = line as Fields;
    const time = Date.parse(text(record.time) ?? '');
    if (record.event !== 'decision' || record.test !== undefined || Number.isNaN(time))
      return false;
    const newFields = Array.isArray(record.new_fields) ? record.new_fields : [];
    const weight = weightOf(record);
    const key = {
      day: dayOf(time),
      tenant: text(record.tenant) ?? '',
      clientId: text(record.client_id) ?? '',
      grant: text(record.grant) ?? '',
      apiVersion: text(record.api_version),
      contract: text(record.contract),
      newField: text(newFields[0]),
      policyMode: text(record.policy_mode),
    };
    const id = JSON.stringify([...Object.values(key).map((value) => value ?? null), weight]);
    let row = this.#rows.get(id);
    if (row === undefined) {
      if (this.#rows.size >= this.#maxRows) {
        this.#isComplete = false;
        return true;
      }
      row = { ...key, records: 0, requests: 0, withoutAddress: 0 };
      this.#rows.set(id, row);
    }
    row.records += 1;
    row.requests += weight;
    if (lacksAddress(record)) row.withoutAddress += 1;
    return true;
  }

  rows(): readonly Activity[] {
    return [...this.#rows.values()];
  }

  /** Whether every decision is in a row: there is a limit for their number. */
  get isComplete(): boolean {
    return this.#isComplete;
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function lacksAddress({ signals }: Fields): boolean {
  const address = (signals as { readonly address?: Fields } | undefined)?.address;
  return typeof address?.cause === 'string';
}
