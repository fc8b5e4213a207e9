/** An `error` makes the deployment fail, now or while it runs. A `warning` may, or says what was not checked. */
export type Level = 'ok' | 'warning' | 'error';

/** What a check found: one sentence that says what to do, or, for `ok`, what is right. */
export interface Finding {
  readonly level: Level;
  readonly text: string;
}

export const ok = (text: string): Finding => ({ level: 'ok', text });
export const warning = (text: string): Finding => ({ level: 'warning', text });
export const error = (text: string): Finding => ({ level: 'error', text });
