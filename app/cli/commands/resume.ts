import type { AddCommand } from '../command-line.ts';
import { REAL_WAITING, type Waiting, withActionsApi } from './identity-server/connect.ts';
import { addIdentityServerOptions, type IdentityServerOptions } from './identity-server/options.ts';

interface ResumeOptions extends IdentityServerOptions {
  readonly probe: boolean;
}

export const addResume: AddCommand = resumeCommand();

/** Returns the command `resume`. */
export function resumeCommand(waiting: Waiting = REAL_WAITING): AddCommand {
  return (program, { terminal, action }) => {
    const command = program
      .command('resume')
      .description('Activates the action again: Risk Gate decides about tokens.')
      .option('--no-probe', 'do not check first that Risk Gate answers at the endpoint');
    addIdentityServerOptions(command).action(
      action((options: ResumeOptions) =>
        withActionsApi(
          options,
          { required: ['view', 'update'] },
          terminal,
          waiting,
          async (api) => {
            const { resumeAction } = await import('../../tools/register/switch.ts');
            const { createProbe } = await import('../../tools/register/probe.ts');
            const { createHttpClient } = await import('../../tools/http/send-request.ts');
            const http = createHttpClient({ environment: terminal.environment, isFresh: true });
            const probeOf = (uri: string) => createProbe(http, uri);
            const { id, hasChanged } = await resumeAction(
              api,
              options,
              options.probe ? probeOf : undefined,
            );
            const { label } = api.target;
            return {
              json: { target: label, id, status: 'ACTIVE', changed: hasChanged },
              text: ({ bold }) =>
                hasChanged
                  ? `${bold('Resumed.')} The action "${options.name}" of ${label} is active: Risk Gate decides about tokens.`
                  : `The action "${options.name}" of ${label} was already active. Nothing has been changed.`,
              hasFindings: false,
            };
          },
        ),
      ),
    );
  };
}
