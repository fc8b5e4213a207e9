import type { AddCommand } from '../command-line.ts';
import { REAL_WAITING, type Waiting, withActionsApi } from './identity-server/connect.ts';
import { addIdentityServerOptions, type IdentityServerOptions } from './identity-server/options.ts';

export const addPause: AddCommand = pauseCommand();

/** Returns the command `pause`. */
export function pauseCommand(waiting: Waiting = REAL_WAITING): AddCommand {
  return (program, { terminal, action }) => {
    const command = program
      .command('pause')
      .description('Deactivates the action: tokens are issued without Risk Gate.');
    addIdentityServerOptions(command).action(
      action((options: IdentityServerOptions) =>
        withActionsApi(
          options,
          { required: ['view', 'update'] },
          terminal,
          waiting,
          async (api) => {
            const { pauseAction } = await import('../../tools/register/switch.ts');
            const { id, hasChanged } = await pauseAction(api, options);
            const { label } = api.target;
            return {
              json: { target: label, id, status: 'INACTIVE', changed: hasChanged },
              text: ({ bold, yellow }) =>
                [
                  hasChanged
                    ? `${bold('Paused.')} The action "${options.name}" of ${label} is inactive.`
                    : `The action "${options.name}" of ${label} was already inactive. Nothing has been changed.`,
                  yellow(
                    'Tokens are issued without Risk Gate: unchecked, and without restrictions.',
                  ),
                  'Run risk-gate resume to activate it again.',
                ].join('\n'),
              hasFindings: false,
            };
          },
        ),
      ),
    );
  };
}
