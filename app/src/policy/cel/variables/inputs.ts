import type { TokenRequest } from '../../../action/request.ts';
import type { PolicyLists } from '../../lists.ts';
import type { LocalTime } from '../../policy-clock.ts';
import type { SignalReader } from '../signal-reader.ts';

/** The values from which the variables of one request are computed. */
export interface Inputs {
  readonly request: TokenRequest;
  readonly signals: SignalReader;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly time: LocalTime;
  readonly lists: PolicyLists;
}
