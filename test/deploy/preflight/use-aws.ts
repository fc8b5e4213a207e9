import { type Moto, startMoto } from '../../support/moto.ts';
import { type Aws, startAws } from './aws.ts';
import { ACCOUNT_ID, useEndpoint } from './facts.ts';

/** What is behind the answers that a test sets. */
export type Behind =
  | 'moto'
  /** moto with the additions of this project: ids of hosted zones as in AWS, for example. */
  | 'emulator'
  /** Nothing but the identity of the caller: every other request needs an answer. */
  | 'nothing';

/** Starts AWS before the tests of a block, resets it before each test, and ends it. */
export function useAws(behind: Behind = 'moto'): Aws {
  let moto: Moto | undefined;
  let aws: Aws | undefined;
  const started = (): Aws => {
    if (aws === undefined) throw new Error('AWS starts with the first test of the block.');
    return aws;
  };
  const reset = async () => {
    await started().reset();
    if (behind === 'nothing') started().answer('sts GetCallerIdentity', IDENTITY);
  };
  beforeAll(async () => {
    if (behind !== 'nothing') moto = await startMoto({ cloudFormation: behind === 'emulator' });
    aws = await startAws(moto?.endpoint);
    useEndpoint(aws.endpoint);
  });
  beforeEach(reset);
  afterAll(async () => {
    aws?.stop();
    await moto?.stop();
  });
  return {
    get endpoint() {
      return started().endpoint;
    },
    get requests() {
      return started().requests;
    },
    answer: (operation, answer) => started().answer(operation, answer),
    deny: (operation) => started().deny(operation),
    reset,
    stop: () => started().stop(),
  };
}

const IDENTITY = {
  body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT_ID}:user/u</Arn><Account>${ACCOUNT_ID}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
};
