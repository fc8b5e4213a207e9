import type { SignalName } from '../../signals/request-signals.ts';

interface SignalVariable {
  /** The name in policies. */
  readonly variable: string;
  readonly type: string;
  /**
   * Whether a known signal may lack fields: a country database has no cities. A missing field is then the cause
   * of an error, as an unknown signal is.
   */
  readonly partial: boolean;
}

/**
 * The variable through which policies read each signal; `address.within` asks feeds. The environment, the analysis and the signal reader derive
 * their tables from it.
 */
export const SIGNAL_VARIABLES = {
  address: { variable: 'address', type: 'Address', partial: false },
  geo: { variable: 'geo', type: 'Geo', partial: true },
  network: { variable: 'network', type: 'Network', partial: true },
  // Each field that is missing has a cause of its own, and reading it fails as reading an unknown signal does.
  anonymizer: { variable: 'anonymizer', type: 'Anonymizer', partial: false },
  reputation: { variable: 'abuse', type: 'Abuse', partial: true },
} as const satisfies Record<Exclude<SignalName, 'feeds'>, SignalVariable>;

type Described = (typeof SIGNAL_VARIABLES)[keyof typeof SIGNAL_VARIABLES];
export type SignalVariableName = Described['variable'];
export type SignalTypeName = Described['type'];

const DESCRIBED: readonly SignalVariable[] = Object.values(SIGNAL_VARIABLES);

/** The variables, for messages. */
export const SIGNAL_VARIABLE_NAMES: readonly string[] = DESCRIBED.map(({ variable }) => variable);

/** The signal that each variable reads. */
export const SIGNAL_OF: Readonly<Record<string, SignalName>> = Object.fromEntries(
  Object.entries(SIGNAL_VARIABLES).map(([name, { variable }]) => [variable, name as SignalName]),
);

/** The CEL type of each variable. */
export const SIGNAL_TYPES: Readonly<Record<string, string>> = Object.fromEntries(
  DESCRIBED.map(({ variable, type }) => [variable, type]),
);

/** The variable of each CEL type. */
export const VARIABLE_OF_SIGNAL_TYPE: Readonly<Record<string, string>> = Object.fromEntries(
  DESCRIBED.map(({ variable, type }) => [type, variable]),
);

/** Types of which a known signal may lack fields. */
export const PARTIAL_TYPES: ReadonlySet<string> = new Set(
  DESCRIBED.filter(({ partial }) => partial).map(({ type }) => type),
);
