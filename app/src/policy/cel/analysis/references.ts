import { SIGNAL_NAMES, type SignalName } from '../../../signals/request-signals.ts';
import type { Issues } from '../../file/issues.ts';
import type { Node } from '../library/syntax-tree.ts';
import type { Constants } from './constants.ts';
import { analyzeFlow, type Declarations } from './flow-analysis.ts';
import { type ReferencedVariable, referencedVariables } from './referenced-variables.ts';
import { requiredSignal } from './required-signal.ts';

/** What an expression names: signals that it may ask for, and lists with what their use makes of them. */
export interface References {
  readonly signals: ReadonlySet<SignalName>;
  /** The signal that it reads in every evaluation, if there is one. */
  readonly requiredSignal: SignalName | undefined;
  readonly cidrLists: ReadonlySet<string>;
  readonly countryLists: ReadonlySet<string>;
  readonly continentLists: ReadonlySet<string>;
  /** Fields of `geo` that it reads, for a warning when the database has none of them. */
  readonly geoFields: ReadonlySet<string>;
  /** For who explains a decision by the values behind it. */
  readonly variables: readonly ReferencedVariable[];
}

/** Gathers what a type-checked expression names, and reports uses that could never mean what their author wants. */
export function collectReferences(
  ast: Node,
  constants: Constants,
  declarations: Declarations,
  problems: Issues,
): References {
  const uses = analyzeFlow(ast, constants, declarations, problems);
  // Geo and reputation are those of the address.
  if (uses.signals.size > 0) uses.signals.add('address');
  return {
    ...uses,
    signals: new Set(SIGNAL_NAMES.filter((name) => uses.signals.has(name))),
    requiredSignal: requiredSignal(ast),
    variables: referencedVariables(ast),
  };
}

/** All references of several expressions. */
export function mergeReferences(all: readonly References[]): References {
  return {
    signals: new Set(all.flatMap((one) => [...one.signals])),
    cidrLists: new Set(all.flatMap((one) => [...one.cidrLists])),
    countryLists: new Set(all.flatMap((one) => [...one.countryLists])),
    continentLists: new Set(all.flatMap((one) => [...one.continentLists])),
    geoFields: new Set(all.flatMap((one) => [...one.geoFields])),
    requiredSignal: undefined,
    variables: all.flatMap((one) => one.variables),
  };
}
