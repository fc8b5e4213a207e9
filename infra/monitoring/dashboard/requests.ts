import { Duration } from 'aws-cdk-lib';
import { type IWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { type Metrics, ONE_MINUTE } from '../metrics.ts';
import { DASHBOARD_COLUMNS, graph, type Row } from './widgets.ts';

/** Creates the row about the requests themselves: which clients' requests arrive, and whether they are complete. */
export function requestsRow(metrics: Metrics, hasCanary: boolean): Row {
  const daily = hasCanary ? [statusGraph(metrics)] : [];
  const width = DASHBOARD_COLUMNS / (2 + daily.length);
  return {
    question: 'Does the identity server call for every client, with complete requests?',
    lines: [
      [
        graph({
          title: 'Requests without a usable client address (per minute, % of decisions)',
          unit: 'requests',
          left: [metrics.service('RequestsWithoutAddress', { label: 'without an address' })],
          right: [
            new MathExpression({
              expression: '100 * missing / decisions',
              usingMetrics: {
                missing: metrics.service('RequestsWithoutAddress'),
                decisions: metrics.service('Decisions'),
              },
              label: 'share',
              period: ONE_MINUTE,
            }),
          ],
          rightUnit: '%',
          width,
        }),
        graph({
          title: 'Contract: newest minor version, requests of an unknown version (per minute)',
          unit: 'v1.n',
          left: [metrics.service('ContractMinorVersion', { label: 'newest minor version' })],
          right: [metrics.service('UnknownApiVersions', { label: 'unknown version' })],
          rightUnit: 'requests',
          width,
        }),
        ...daily,
      ],
    ],
  };
}

/** Creates the graph of the daily status, over two weeks. */
function statusGraph(metrics: Metrics): IWidget {
  const period = Duration.days(1);
  return graph({
    title: 'Daily status: clients that stopped, contract changes, failed runs (per day)',
    unit: 'clients, runs',
    left: [
      metrics.canary('ClientsSilent', { period, label: 'clients that stopped' }),
      metrics.canary('ContractChanged', { period, label: 'contract changed' }),
      metrics.canary('StatusFailures', { period, label: 'failed runs' }),
    ],
    start: '-P14D',
  });
}
