import type { TokenRequest } from '../../../action/request.ts';
import type { PolicyLists } from '../../lists.ts';
import type { LocalTime } from '../../policy-clock.ts';
import type { SignalUse } from '../signal-use.ts';

/** Everything that the variables are drawn from. */
export interface Inputs {
  readonly request: TokenRequest;
  readonly use: SignalUse;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly time: LocalTime;
  readonly lists: PolicyLists;
}
