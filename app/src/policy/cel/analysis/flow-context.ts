import type { SignalName } from '../../../signals/request-signals.ts';
import type { Issues } from '../../file/issues.ts';
import type { Declarations } from '../environment.ts';
import type { Node } from '../library/node.ts';
import type { ComparisonChecker, ListUses } from './comparisons.ts';
import type { Constants } from './constant-issues.ts';
import type { Flow } from './flow.ts';

/** The signals, lists and fields that an expression uses. */
export interface FlowUses extends ListUses {
  readonly signals: Set<SignalName>;
  readonly cidrLists: Set<string>;
  readonly geoFields: Set<string>;
  readonly anonymizerFields: Set<string>;
  /** Names of the lists of the policy. */
  readonly lists: Set<string>;
  /** Ids of the feeds that `within` asks. */
  readonly feeds: Set<string>;
}

/** The flows of the variables of loops and of `cel.bind`, by name. */
export type Scope = ReadonlyMap<string, Flow>;

/** The state of the analysis of one expression, at one of its nodes. */
export interface FlowContext {
  readonly constants: Constants;
  readonly declarations: Declarations;
  readonly uses: FlowUses;
  /** Issues of the node. */
  readonly issues: Issues;
  /** Returns the collector for the issues of another node. */
  readonly issuesOf: (node: Node) => Issues;
  readonly comparisons: ComparisonChecker;
  /** Optional accesses of which a field is read: `token.claims.?address` in `token.claims.?address.?country`. */
  readonly intermediateAccesses: Set<Node>;
  /** Returns the flow of a part, and reports its issues. */
  flowOf(node: Node, scope: Scope): Flow;
}
