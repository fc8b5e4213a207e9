export { CONTINENTS, isContinentCode, isCountryCode } from '../signals/geo/codes.ts';
