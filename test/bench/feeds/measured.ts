/** What `measure.ts` writes. */
export interface Measured {
  /** The longest delay of the event loop in milliseconds: of the first load, and of a replacement. */
  readonly loadDelay: number;
  readonly swapDelay: number;
  /** Bytes beside the state before the load: in use afterwards, and resident at the peak of a replacement. */
  readonly memory: number;
  readonly peak: number;
  /** Microseconds by name; empty for a database. */
  readonly lookups: Readonly<Record<string, number>>;
}
