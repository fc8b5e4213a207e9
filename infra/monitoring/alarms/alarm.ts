import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AnomalyDetectionAlarm,
  ComparisonOperator,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { NamedAlarm } from '../../service.ts';
import type { Severity } from '../severity.ts';
import { byPeriod, type Formula } from './expressions.ts';

/** What is too much or too little. A band is what was usual at that time, in standard deviations. */
export type Breach =
  | { readonly above: number }
  | { readonly atLeast: number }
  | { readonly below: number }
  | { readonly aboveBand: number }
  | { readonly belowBand: number };

/** What a period without a data point counts as; `retains` keeps the state that there was. */
export type Missing = 'good' | 'bad' | 'retains';

/** An alarm, as data. */
export interface AlarmDefinition {
  /** Its name after the stack's, and the heading of its section in docs/runbook.md. */
  readonly id: string;
  /** What it means, in a sentence or two. */
  readonly description: string;
  readonly severity: Severity;
  /** Evidence pages only while the alarm of this id stands, too. */
  readonly pagesWith?: string;
  /** Whether it takes a deployment back. */
  readonly rollsBack?: true;
  readonly metric: Metric | Formula;
  readonly breach: Breach;
  readonly minutes: number;
  /** How many of the last periods must breach. */
  readonly datapoints: number;
  readonly periods: number;
  readonly missing: Missing;
}

/** An alarm with what it was made from. */
export interface CreatedAlarm extends NamedAlarm {
  readonly definition: AlarmDefinition;
}

const MISSING: Readonly<Record<Missing, TreatMissingData>> = {
  good: TreatMissingData.NOT_BREACHING,
  bad: TreatMissingData.BREACHING,
  retains: TreatMissingData.IGNORE,
};

/**
 * Creates the alarm under a name of its own choice: the service names the alarms that take a deployment
 * back, and they measure the service. Whom it tells is not for here.
 */
export function createAlarm(scope: Construct, definition: AlarmDefinition): CreatedAlarm {
  const { id, breach, minutes } = definition;
  const name = alarmName(scope, id);
  const common = {
    alarmName: name,
    alarmDescription: withRunbook(definition.description, id),
    metric: byPeriod(definition.metric, Duration.minutes(minutes)),
    evaluationPeriods: definition.periods,
    datapointsToAlarm: definition.datapoints,
    treatMissingData: MISSING[definition.missing],
  };
  const alarm =
    'aboveBand' in breach || 'belowBand' in breach
      ? new AnomalyDetectionAlarm(scope, id, { ...common, ...band(breach) })
      : new Alarm(scope, id, { ...common, ...threshold(breach) });
  return { name, alarm, definition };
}

/** The name of the alarm, and of no other in the account and region. */
export function alarmName(scope: Construct, id: string): string {
  return `${Stack.of(scope).stackName}-${id}`;
}

/** `docs/runbook.md` has a heading for each alarm: the words of its id. */
export function withRunbook(description: string, id: string): string {
  const anchor = id.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  return `${description} Runbook: docs/runbook.md#${anchor}`;
}

function band(breach: { readonly aboveBand: number } | { readonly belowBand: number }) {
  return 'aboveBand' in breach
    ? {
        stdDevs: breach.aboveBand,
        comparisonOperator: ComparisonOperator.GREATER_THAN_UPPER_THRESHOLD,
      }
    : {
        stdDevs: breach.belowBand,
        comparisonOperator: ComparisonOperator.LESS_THAN_LOWER_THRESHOLD,
      };
}

function threshold(
  breach: { readonly above: number } | { readonly atLeast: number } | { readonly below: number },
) {
  if ('above' in breach) {
    return {
      threshold: breach.above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    };
  }
  return 'atLeast' in breach
    ? {
        threshold: breach.atLeast,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      }
    : { threshold: breach.below, comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD };
}
