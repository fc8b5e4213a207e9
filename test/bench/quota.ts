/** Simulates how the service spends the daily quota of each AbuseIPDB plan, and checks what it must reach. */
import * as assumptions from './quota/assumptions.ts';
import { formatRequirements, formatSetup } from './quota/report.ts';
import {
  attackRequirements,
  completeListRequirements,
  freePlanRequirements,
} from './quota/requirements.ts';
import { SETUPS } from './quota/scenarios.ts';
import { simulate } from './quota/simulate.ts';

process.stdout.write(`Assumptions (test/bench/quota/assumptions.ts):
${Object.entries(assumptions)
  .map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`)
  .join('\n')}

`);

const simulated = SETUPS.map((setup) => {
  const result = simulate(setup);
  process.stdout.write(`${formatSetup(result)}\n`);
  return result;
});

const requirements = simulated.flatMap((result) => [
  ...(result.setup.load.tokensPerSecond === 1 ? freePlanRequirements(result) : []),
  ...completeListRequirements(result),
  ...attackRequirements(result),
]);
process.stdout.write(`${formatRequirements(requirements)}\n`);
if (requirements.some(({ isMet }) => !isMet)) process.exitCode = 1;
