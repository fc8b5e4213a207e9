import type { Node } from '../library/node.ts';
import type { ClaimShapes } from './claim-shapes.ts';
import type { CostMeter } from './cost.ts';

/** The context of a part of a condition. */
export interface Scope {
  readonly meter: CostMeter;
  /** Shapes of the variables that the condition declares itself. */
  readonly shapes: ClaimShapes;
  /** Additions that such a variable may be the result of, by its name. */
  readonly additions: ReadonlyMap<string, readonly Node[]>;
  /** Variables whose values the policy contains, so that no client chooses how long they are. */
  readonly policyVariables: ReadonlySet<string>;
  readonly inLoop: boolean;
  /** Whether the part is in a loop over a value of the request. */
  readonly inRequestLoop: boolean;
}

export function rootScope(meter: CostMeter): Scope {
  return {
    meter,
    shapes: new Map(),
    additions: new Map(),
    policyVariables: new Set(['lists']),
    inLoop: false,
    inRequestLoop: false,
  };
}

/** Returns a set with or without a name. */
export function withMembership(
  names: ReadonlySet<string>,
  name: string,
  isMember: boolean,
): ReadonlySet<string> {
  const others = [...names].filter((other) => other !== name);
  return new Set(isMember ? [...others, name] : others);
}
