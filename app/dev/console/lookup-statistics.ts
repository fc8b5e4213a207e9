import type { DecisionRow } from '../decision-row.ts';
import type { NamedCount } from './statistics.ts';

const HOUR_MS = 3_600_000;

/** Lookups of the last hour that are remembered. */
const MAX_EVENTS = 5_000;

/** Clients that the page lists. */
const MAX_CLIENTS = 10;

/** The lookups of one client at AbuseIPDB in the last hour. */
export interface ClientLookups {
  readonly client: string;
  readonly sent: number;
  readonly heldBack: number;
  /** Why they were held back, the most frequent reason first. */
  readonly reasons: readonly NamedCount[];
}

interface LookupEvent {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly client: string;
  /** Undefined if it was sent. */
  readonly heldBack: string | undefined;
}

/** Counts the lookups of each client in the last hour, as its budgets do. */
export class LookupStatistics {
  readonly #events: LookupEvent[] = [];

  /** Counts the lookup of a decision, if there was one. Tests need lookups like logins. */
  add({ time, client, lookedUp, heldBack }: DecisionRow): void {
    if (!lookedUp && heldBack === undefined) return;
    this.#events.push({ time, client, heldBack });
    if (this.#events.length > MAX_EVENTS) this.#events.shift();
  }

  /**
   * Returns the clients whose lookups are held back, then those that have the most lookups.
   *
   * @param now milliseconds since the epoch.
   */
  snapshot(now: number): readonly ClientLookups[] {
    const clients = new Map<string, LookupEvent[]>();
    for (const event of this.#events) {
      if (now - event.time >= HOUR_MS) continue;
      const events = clients.get(event.client);
      if (events === undefined) clients.set(event.client, [event]);
      else events.push(event);
    }
    return [...clients]
      .map(([client, events]) => lookupsOf(client, events))
      .sort((a, b) => b.heldBack - a.heldBack || b.sent - a.sent)
      .slice(0, MAX_CLIENTS);
  }
}

function lookupsOf(client: string, events: readonly LookupEvent[]): ClientLookups {
  const reasons = new Map<string, number>();
  for (const { heldBack } of events) {
    if (heldBack !== undefined) reasons.set(heldBack, (reasons.get(heldBack) ?? 0) + 1);
  }
  const heldBack = [...reasons.values()].reduce((sum, count) => sum + count, 0);
  return {
    client,
    sent: events.length - heldBack,
    heldBack,
    reasons: [...reasons].sort(([, a], [, b]) => b - a),
  };
}
