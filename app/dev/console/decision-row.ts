/** A decision as the page lists it, from its record. */
export interface DecisionRow {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly outcome: string;
  /** In monitor mode, what enforcing would have come to. */
  readonly dryRunOutcome: string | undefined;
  readonly client: string;
  readonly grant: string;
  readonly address: string;
  readonly country: string;
  readonly score: number | undefined;
  /** Where the reputation came from, or why it is unknown. */
  readonly source: string;
  /** The rule that refused, or would have; else those that took effect. */
  readonly rules: readonly string[];
  readonly milliseconds: number | undefined;
}

/** The parts of a decision record that are read here. Any of them may be absent. */
interface Recorded {
  readonly decision_id?: string;
  readonly outcome?: string;
  readonly dry_run_outcome?: string;
  readonly client_id?: string;
  readonly grant?: string;
  readonly rules?: readonly string[];
  readonly refused_by?: string;
  readonly dry_run_refused_by?: string;
  readonly signals?: {
    readonly address?: { readonly value?: string; readonly cause?: string };
    readonly geo?: { readonly country?: string; readonly cause?: string };
    readonly reputation?: {
      readonly score?: number;
      readonly source?: string;
      readonly stale?: boolean;
      readonly cause?: string;
    };
  };
  readonly ms?: { readonly total?: number };
}

const NOT_ASKED = 'not asked for';

/** Reads a decision record that was written at `time`, in milliseconds since the epoch. */
export function toDecisionRow(record: object, time: number): DecisionRow {
  const read: Recorded = record;
  const { address, geo, reputation } = read.signals ?? {};
  return {
    id: read.decision_id ?? '',
    time,
    outcome: read.outcome ?? '',
    dryRunOutcome: read.dry_run_outcome,
    client: read.client_id ?? '',
    grant: read.grant ?? '',
    address: address ? (address.value ?? `unknown: ${address.cause}`) : NOT_ASKED,
    country: geo ? (geo.country ?? `unknown: ${geo.cause ?? 'none'}`) : NOT_ASKED,
    score: reputation?.score,
    source: sourceOf(reputation),
    rules: rulesOf(read),
    milliseconds: read.ms?.total,
  };
}

function sourceOf(reputation: NonNullable<Recorded['signals']>['reputation']): string {
  if (reputation === undefined) return NOT_ASKED;
  if (reputation.source === undefined) return `unknown: ${reputation.cause}`;
  return reputation.stale ? `${reputation.source}, stale` : reputation.source;
}

/** The rule that refused, or would have; otherwise those that took effect. */
function rulesOf({
  outcome,
  dry_run_outcome,
  refused_by,
  dry_run_refused_by,
  rules = [],
}: Recorded): readonly string[] {
  const refusedBy =
    (dry_run_outcome ?? outcome) === 'refuse' ? (refused_by ?? dry_run_refused_by) : undefined;
  return refusedBy === undefined ? rules : [refusedBy];
}
