/*
 * Assumptions of the simulation, chosen before it was run. Without a source they are estimates for a public product
 * with users in one country; those that come from AbuseIPDB's documentation are in `plans.ts`.
 */

/** Who asks for tokens, and from which addresses. Estimates err on the side that costs more lookups. */
export const HONEST = {
  /** Tokens per user and day: one or two logins, and a refresh in each working hour. */
  tokensPerUser: 8,
  /** The n-th user is n to this power times less frequent than the first. */
  zipf: 0.6,
  /** Applications in which users log in. */
  clients: 10,
  /** Share of tokens for machine clients without a user, which have few and stable addresses in hosting networks. */
  machines: 0.2,
  machineAddresses: 20,
  machinesPerBlock: 5,
  /** Share of user tokens over a mobile carrier, whose NAT assigns any of its addresses. */
  carrier: 0.35,
  /** Users behind one public address of a carrier. The addresses fill whole /24s. */
  usersPerCarrierAddress: 50,
  /** Share of user tokens from offices, of which each has one address in a /24 of its own. */
  office: 0.1,
  usersPerOffice: 10,
  /** Share of user tokens from an address that occurs only once (travel, cafés), in a /24 of its own. */
  oneTime: 0.02,
  /** Share of users whose home address changes every night. */
  renewed: 0.2,
  /**
   * Homes in the country, each with an address, in full /24s. Users live anywhere among them, so that two users in one
   * /24 are rare for a small product and common for a large one.
   */
  homes: 10_000_019,
} as const;

/** How AbuseIPDB's score of an honest address changes: 1 % of the addresses are high at a time, and 3 % elevated. */
export const EPISODES = {
  /** Days from one possible episode of abuse to the next, such as an infected device. */
  cycle: 30,
  /** Share of the cycles in which there is one. */
  share: 0.06,
  /** Days for which the score is 75 to 100, and days after them for which it falls from 74 to 25. */
  high: 5,
  elevated: 15,
} as const;

/** Share of the high scores that are 100; the others are spread evenly from 75 to 99. */
export const SHARE_OF_100 = 0.4;

/** Addresses that try stolen passwords, each for another user, and return every day for some days. */
export const HOSTILE = {
  /** Their tries, in relation to honest tokens. */
  share: 0.01,
  /** Tries of one address a day, spread over some hours. */
  tries: 20,
  hours: 2,
  /** Days on which one address returns. */
  days: 3,
  /** Shares of the addresses: high from the start, high from some moment of these days on, elevated. Others have 0. */
  high: 0.6,
  laterHigh: 0.15,
  elevated: 0.15,
} as const;

/** Share of the addresses that have a reason to be looked up (`LookupReasons`), by the band of their score. */
export const REASONS = {
  /** Users of VPNs and relays, and cloud desktops. */
  low: 0.05,
  elevated: 0.3,
  /** On a list of attackers, in a hosting network, or a Tor exit. */
  high: 0.6,
} as const;

/** One address that tries all day, and first appears at noon of the day before the last. */
export const BAD = {
  score: 96,
  /** Minutes between its tries: the lifetime of the token that a client gets without a reputation. */
  minutes: 5,
  /** It is a home address on no list: the harder case. */
  hasReason: false,
} as const;

/** Someone with a valid client who invents addresses, and asks for no user. */
export const ATTACK = {
  /** Addresses at the start of each hour: as many as the free plan's quota. */
  addresses: 1_000,
  /** Seconds that a burst takes. */
  seconds: 60,
  /** Days for which it has gone on before the days that are reported. */
  daysBefore: 1,
  /** All are in hosting networks: an attacker chooses addresses that are worth a lookup. */
  hasReason: true,
} as const;

/** Relative load of each hour, from midnight UTC. */
export const HOURLY_LOAD = [
  ...[2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11],
  ...[10, 11, 11, 10, 9, 8, 7, 7, 6, 5, 4, 3],
] as const;
