/** A decision as the console and the terminal list it. */
export interface DecisionRow {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly outcome: string;
  /** In monitor mode: the outcome that the policy would have if it were enforced. */
  readonly dryRunOutcome: string | undefined;
  readonly client: string;
  /** The test that the request belongs to. */
  readonly test: string | undefined;
  readonly grant: string;
  readonly address: string;
  readonly country: string;
  /** Such as `12`; `≤ 24` if the blacklist proves no more than that. */
  readonly score: string | undefined;
  /** The source of the reputation, or why it is unknown. */
  readonly source: string;
  /** Whether the address was looked up at AbuseIPDB for this decision. */
  readonly lookedUp: boolean;
  /** Why its lookup was held back. */
  readonly heldBack: string | undefined;
  /** The rule that refused; otherwise the rules that applied. In monitor mode, those of the dry run. */
  readonly rules: readonly string[];
  readonly milliseconds: number | undefined;
}

/** The fields of a decision record that are read here, each of them optional. */
interface DecisionRecord {
  readonly decision_id?: string;
  readonly outcome?: string;
  readonly dry_run_outcome?: string;
  readonly client_id?: string;
  readonly test?: string;
  readonly grant?: string;
  readonly rules?: readonly string[];
  readonly refused_by?: string;
  readonly dry_run_refused_by?: string;
  readonly monitored?: readonly { readonly rule: string }[];
  readonly signals?: {
    readonly address?: { readonly value?: string; readonly cause?: string };
    readonly geo?: { readonly country?: string; readonly cause?: string };
    readonly reputation?: ReputationFields;
  };
  readonly ms?: { readonly total?: number };
}

interface ReputationFields {
  readonly score?: number;
  readonly score_at_most?: number;
  readonly source?: string;
  readonly stale?: boolean;
  readonly cause?: string;
  readonly held_back?: string;
}

/** How a signal is shown that has no value. */
export interface MissingSignalLabels {
  /** No rule needed it. */
  readonly notNeeded: string;
  readonly unknown: (cause: string) => string;
}

const CONSOLE_LABELS: MissingSignalLabels = {
  notNeeded: 'not needed',
  unknown: (cause) => `unknown: ${cause}`,
};

/**
 * Reads a decision record.
 *
 * @param time when the decision was made, in milliseconds since the epoch.
 */
export function toDecisionRow(
  record: object,
  time: number,
  { notNeeded, unknown }: MissingSignalLabels = CONSOLE_LABELS,
): DecisionRow {
  const fields: DecisionRecord = record;
  const { address, geo, reputation } = fields.signals ?? {};
  return {
    id: fields.decision_id ?? '',
    time,
    outcome: fields.outcome ?? '',
    dryRunOutcome: fields.dry_run_outcome,
    client: fields.client_id ?? '',
    test: fields.test,
    grant: fields.grant ?? '',
    address: address ? (address.value ?? unknown(address.cause ?? '')) : notNeeded,
    country: geo ? (geo.country ?? unknown(geo.cause ?? 'no country')) : notNeeded,
    score: scoreOf(reputation),
    source: reputation ? sourceOf(reputation, unknown) : notNeeded,
    lookedUp: LOOKUP_SOURCES.has(reputation?.source ?? ''),
    heldBack: reputation?.held_back,
    rules: rulesOf(fields),
    milliseconds: fields.ms?.total,
  };
}

function scoreOf(reputation: ReputationFields | undefined): string | undefined {
  const { score, score_at_most: atMost } = reputation ?? {};
  if (score !== undefined) return String(score);
  return atMost === undefined ? undefined : `≤ ${atMost}`;
}

const LOOKUP_SOURCES = new Set(['abuseipdb', 'check-block']);

function sourceOf(
  { source, stale, cause, held_back: heldBack }: ReputationFields,
  unknown: MissingSignalLabels['unknown'],
): string {
  const suffix = heldBack === undefined ? '' : ` (${heldBack})`;
  if (source === undefined) return unknown(cause ?? '') + suffix;
  return stale ? `${source}, stale${suffix}` : source;
}

function rulesOf({
  outcome,
  dry_run_outcome,
  refused_by,
  dry_run_refused_by,
  rules = [],
  monitored = [],
}: DecisionRecord): readonly string[] {
  const refusedBy =
    (dry_run_outcome ?? outcome) === 'refuse' ? (refused_by ?? dry_run_refused_by) : undefined;
  if (refusedBy !== undefined) return [refusedBy];
  // In an enforced policy, monitored rules do not contribute to the outcome that is shown.
  return dry_run_outcome === undefined ? rules : [...rules, ...monitored.map(({ rule }) => rule)];
}
