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
import { type MetricMath, withPeriod } from './metric-math.ts';

/**
 * When a data point breaches: by comparison with a threshold, or with the band of values that are usual at that
 * time, whose width is a number of standard deviations.
 */
export type Breach =
  | { readonly above: number }
  | { readonly atLeast: number }
  | { readonly below: number }
  | { readonly aboveBand: number }
  | { readonly belowBand: number };

/** How CloudWatch treats a period without data; `ignore` keeps the alarm's state. */
export type MissingData = 'notBreaching' | 'breaching' | 'ignore';

/** An alarm fires when `datapoints` of the last `periods` breach. */
export interface Evaluation {
  readonly periodMinutes: number;
  readonly datapoints: number;
  readonly periods: number;
}

/** For rare events: notifies within 15 minutes of the first, and again only after an hour without any. */
export const ONCE_PER_HOUR: Evaluation = { periodMinutes: 15, datapoints: 1, periods: 4 };

/** An alarm as data. */
export interface AlarmDefinition {
  /**
   * The alarm's name after the stack's name. docs/runbook.md has a section for it, or for all alarms whose ids differ
   * only after the first hyphen: `FeedTooOld-tor-exits`.
   */
  readonly id: string;
  /** What the alarm means, in a sentence or two. */
  readonly description: string;
  readonly severity: Severity;
  /** Pages while the alarm with this id is also in alarm. */
  readonly pagesWith?: string;
  /** Whether the alarm rolls back a deployment. */
  readonly rollsBack?: true;
  readonly metric: Metric | MetricMath;
  readonly breach: Breach;
  readonly evaluation: Evaluation;
  readonly missingData: MissingData;
}

export interface CreatedAlarm extends NamedAlarm {
  readonly definition: AlarmDefinition;
}

const TREAT_MISSING_DATA: Readonly<Record<MissingData, TreatMissingData>> = {
  notBreaching: TreatMissingData.NOT_BREACHING,
  breaching: TreatMissingData.BREACHING,
  ignore: TreatMissingData.IGNORE,
};

/**
 * Creates an alarm without actions. It has an explicit name: the service refers to the alarms that roll back a
 * deployment, and those alarms refer to the service.
 */
export function createAlarm(scope: Construct, definition: AlarmDefinition): CreatedAlarm {
  const { id, breach, evaluation } = definition;
  const name = alarmName(scope, id);
  const common = {
    alarmName: name,
    alarmDescription: withRunbook(definition.description, id),
    metric: withPeriod(definition.metric, Duration.minutes(evaluation.periodMinutes)),
    evaluationPeriods: evaluation.periods,
    datapointsToAlarm: evaluation.datapoints,
    treatMissingData: TREAT_MISSING_DATA[definition.missingData],
  };
  const alarm =
    'aboveBand' in breach || 'belowBand' in breach
      ? new AnomalyDetectionAlarm(scope, id, { ...common, ...band(breach) })
      : new Alarm(scope, id, { ...common, ...threshold(breach) });
  return { name, alarm, definition };
}

/** Returns the alarm's name, which is unique in the account and region. */
export function alarmName(scope: Construct, id: string): string {
  return `${Stack.of(scope).stackName}-${id}`;
}

/** Appends the link to the alarm's section in the runbook, whose heading is the id in words. Names are one word. */
export function withRunbook(description: string, id: string): string {
  const [section = id] = id.split('-');
  const words = section.replace('AbuseIpdb', 'Abuseipdb').replace('CloudFront', 'Cloudfront');
  const anchor = words.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
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
