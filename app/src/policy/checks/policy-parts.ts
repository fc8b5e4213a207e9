import type { Formula } from '../cel/analysis/formula.ts';
import type { References } from '../cel/analysis/references.ts';
import type { Expression } from '../cel/compiler.ts';
import type { UnknownEntry } from '../effects/unknown.ts';
import type { PolicyFeeds } from '../feeds.ts';
import type { Issues } from '../file/issues.ts';
import type { PolicyDefinition, RuleDefinition } from '../file/schema.ts';
import type { ParsedList } from '../lists.ts';
import type { Rule } from '../policy.ts';
import type { Budget } from './reasoning/worlds.ts';

/** A policy without errors, as checks see it. */
export interface PolicyParts {
  readonly definition: PolicyDefinition;
  /** In the order of the file. */
  readonly rules: readonly RuleParts[];
  /** The entries of `unknown` that can apply. */
  readonly unknown: readonly UnknownEntry[];
  readonly lists: ReadonlyMap<string, ParsedList>;
  readonly feeds: PolicyFeeds;
  /** What the rules and `unknown` refer to. */
  readonly references: References;
  /** The signals that conditions and effects of rules read. */
  readonly ruleReferences: References;
  /** The date in the policy's time zone, `YYYY-MM-DD`. */
  readonly today: string;
  readonly issues: Issues;
  readonly budget: Budget;
}

export interface RuleParts {
  /** Among the rules of the file. */
  readonly index: number;
  readonly definition: RuleDefinition;
  readonly rule: Rule;
  readonly condition: Expression;
  readonly formula: Formula;
  /** Collects issues of the condition. */
  readonly issues: Issues;
}

/** A check of a whole policy, which adds warnings. */
export type PolicyCheck = (parts: PolicyParts) => void;
