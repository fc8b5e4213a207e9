import { CONTRACT_VERSIONS } from '../../action/contract.ts';
import type { DecisionEvent } from '../decision-record.ts';
import type { Metrics } from './metrics.ts';

/**
 * Publishes the newest minor version of the contract since the last flush. Returns a function that receives each
 * decision; tests do not count, because their requests are not those of the identity server.
 */
export function createContractGauge(metrics: Metrics): (event: DecisionEvent) => void {
  let newest: number | undefined;
  metrics.observe(() => {
    const value = newest;
    newest = undefined;
    return [['ContractMinorVersion', value]];
  });
  return ({ request, test }) => {
    if (test !== undefined) return;
    const minor = CONTRACT_VERSIONS.indexOf(request.contract.version);
    if (newest === undefined || minor > newest) newest = minor;
  };
}
