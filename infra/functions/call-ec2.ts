import { EC2Client } from '@aws-sdk/client-ec2';

/** Makes a call with a client of EC2. */
export type CallEc2 = <T>(call: (ec2: EC2Client) => Promise<T>) => Promise<T>;

const MAX_ATTEMPTS = 7;

/**
 * Returns a function that repeats a refused call: the permissions of a new role take some seconds to reach every server of
 * EC2.
 *
 * @param pause waits before a call is repeated.
 */
export function callEc2(pause: () => Promise<unknown>): CallEc2 {
  const ec2 = new EC2Client();
  return async (call) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call(ec2);
      } catch (error) {
        const isRefused = error instanceof Error && error.name === 'UnauthorizedOperation';
        if (!isRefused || attempt === MAX_ATTEMPTS) throw error;
        await pause();
      }
    }
  };
}
