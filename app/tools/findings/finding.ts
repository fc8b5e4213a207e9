/** An `error` is a fault. A `warning` may become one, or says what was not checked. */
export type Level = 'ok' | 'warning' | 'error';

/** What a check found: one sentence that says what to do, or, for `ok`, what is right. */
export interface Finding {
  readonly level: Level;
  readonly text: string;
}

/** A finding with the name of its check, a few words. */
export interface NamedFinding extends Finding {
  readonly check: string;
}

export const ok = (text: string): Finding => ({ level: 'ok', text });
export const warning = (text: string): Finding => ({ level: 'warning', text });
export const error = (text: string): Finding => ({ level: 'error', text });
