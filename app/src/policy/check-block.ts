/** Why CHECK-BLOCK is not used although it is on. For the start of the service and for synth. */
export const UNUSED_CHECK_BLOCK =
  'CHECK-BLOCK is on (ABUSEIPDB_CHECK_BLOCK, stack option checkBlock) but not used: the policy reads more of abuse than abuse.score, and only a CHECK of the address has the other fields. Remove them from the policy, or switch CHECK-BLOCK off.';
