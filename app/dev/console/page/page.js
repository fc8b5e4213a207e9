import { startCandidate } from './candidate.js';
import { startFeeds } from './feeds.js';
import { startLive } from './live.js';
import { startPolicy } from './policy.js';
import { startTry } from './try.js';

startLive();
startTry();
startCandidate();
startFeeds();
startPolicy();
