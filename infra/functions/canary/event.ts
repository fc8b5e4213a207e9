/** The event with which a schedule invokes the function. */
export interface CanaryEvent {
  /** @default a run of the canary */
  readonly run?: typeof STATUS_RUN;
}

export const STATUS_RUN = 'status';
