import { type Activity, dayOf } from './activity.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Counts decision records from a file, with the same result as the query of the log. Memory depends on the number of rows only. */
export class ActivityCounter {
  readonly #rows = new Map<string, Writable<Activity>>();

  /** Adds a parsed line of the log. Returns false if it is no decision on a login: a test, or another event. */
  add(line: unknown): boolean {
    if (typeof line !== 'object' || line === null) return false;
    const record = line as Fields;
    const time = Date.parse(text(record.time) ?? '');
    if (record.event !== 'decision' || record.test !== undefined || Number.isNaN(time))
      return false;
    const newFields = Array.isArray(record.new_fields) ? record.new_fields : [];
    const sampled = Number(record.sampled_percent ?? 100);
    const percent = sampled > 0 && sampled <= 100 ? sampled : 100;
    const key = {
      day: dayOf(time),
      tenant: text(record.tenant) ?? '',
      clientId: text(record.client_id) ?? '',
      grant: text(record.grant) ?? '',
      apiVersion: text(record.api_version),
      contract: text(record.contract),
      newField: text(newFields[0]),
    };
    const id = JSON.stringify([...Object.values(key).map((value) => value ?? null), percent]);
    let row = this.#rows.get(id);
    if (row === undefined) {
      row = { ...key, records: 0, requests: 0, withoutAddress: 0 };
      this.#rows.set(id, row);
    }
    row.records += 1;
    row.requests += 100 / percent;
    if (lacksAddress(record)) row.withoutAddress += 1;
    return true;
  }

  rows(): readonly Activity[] {
    return [...this.#rows.values()];
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
