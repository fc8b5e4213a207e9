import {
  mergeReputationUses,
  type ReputationUse,
} from '../../../signals/reputation/score-knowledge.ts';
import { SIGNAL_NAMES, type SignalName } from '../../../signals/request-signals.ts';
import type { Issues } from '../../file/issues.ts';
import type { Declarations } from '../environment.ts';
import type { Node } from '../library/node.ts';
import type { Constants } from './constant-issues.ts';
import { analyzeFlow } from './flow-analysis.ts';
import { type ReferencedVariable, referencedVariables } from './referenced-variables.ts';
import { reputationUse } from './reputation-use.ts';
import { mergeRequestNames, type RequestNames, requestNames } from './request-names.ts';
import { requiredSignal } from './required-signal.ts';

/** The signals, lists and variables that an expression uses. */
export interface References {
  /** Signals that it may need. */
  readonly signals: ReadonlySet<SignalName>;
  /** The signal that it reads in every evaluation, if there is one. */
  readonly requiredSignal: SignalName | undefined;
  readonly reputationUse: ReputationUse;
  /** Names of lists, by the kind of entries that their use requires. */
  readonly cidrLists: ReadonlySet<string>;
  readonly countryLists: ReadonlySet<string>;
  readonly continentLists: ReadonlySet<string>;
  /** Fields of `geo` that it reads, for a warning if the database has none of them. */
  readonly geoFields: ReadonlySet<string>;
  /** Fields of `anonymizer` that it reads, for a warning if no feed is a source of one. */
  readonly anonymizerFields: ReadonlySet<string>;
  /** Headers and parameters that the action must allow. */
  readonly requestNames: RequestNames;
  /** Names of all lists that it reads. */
  readonly lists: ReadonlySet<string>;
  /** Ids of the feeds that `within` asks. */
  readonly feeds: ReadonlySet<string>;
  /** For explanations of a decision by the values it depends on. */
  readonly variables: readonly ReferencedVariable[];
}

/** Collects the references of a type-checked expression, and reports uses that the author cannot have intended. */
export function collectReferences(
  ast: Node,
  constants: Constants,
  declarations: Declarations,
  issues: Issues,
): References {
  const uses = analyzeFlow(ast, constants, declarations, issues);
  // The other signals are those of the address.
  if (uses.signals.size > 0) uses.signals.add('address');
  return {
    ...uses,
    signals: new Set(SIGNAL_NAMES.filter((name) => uses.signals.has(name))),
    requiredSignal: requiredSignal(ast, declarations.feeds),
    reputationUse: reputationUse(ast, constants),
    requestNames: requestNames(ast, constants),
    variables: referencedVariables(ast),
  };
}

/** Returns the references of several expressions together. */
export function mergeReferences(all: readonly References[]): References {
  return {
    signals: new Set(all.flatMap((one) => [...one.signals])),
    cidrLists: new Set(all.flatMap((one) => [...one.cidrLists])),
    countryLists: new Set(all.flatMap((one) => [...one.countryLists])),
    continentLists: new Set(all.flatMap((one) => [...one.continentLists])),
    geoFields: new Set(all.flatMap((one) => [...one.geoFields])),
    anonymizerFields: new Set(all.flatMap((one) => [...one.anonymizerFields])),
    requestNames: mergeRequestNames(all.map((one) => one.requestNames)),
    lists: new Set(all.flatMap((one) => [...one.lists])),
    feeds: new Set(all.flatMap((one) => [...one.feeds])),
    requiredSignal: undefined,
    reputationUse: mergeReputationUses(all.map((one) => one.reputationUse)),
    variables: all.flatMap((one) => one.variables),
  };
}
