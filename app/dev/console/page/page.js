import { startLive } from './live.js';
import { startTry } from './try.js';

startLive();
startTry();
