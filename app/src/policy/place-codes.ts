import { distance } from 'fastest-levenshtein';
import { CONTINENTS, COUNTRIES, isContinentCode, isCountryCode } from '../signals/geo/codes.ts';

/** What is wrong with a string that should be the code of a place. */
export interface CodeIssue {
  readonly message: string;
  /** The code that the author probably meant. */
  readonly suggestion?: string;
}

/** Returns the issue of a string that is not a country code. */
export function notACountry(text: string): CodeIssue {
  const reason = `"${text}" is not an ISO 3166-1 alpha-2 country code`;
  const suggestion = countryOf(text);
  if (suggestion !== undefined) return { message: `${reason}; write "${suggestion}"`, suggestion };
  const continent = continentOf(text);
  return {
    message:
      continent === undefined
        ? `${reason}; write two capital letters such as KP`
        : `${reason}; compare geo.continent with "${continent}"`,
  };
}

/** Returns the issue of a string that is no continent code. */
export function notAContinent(text: string): CodeIssue {
  const reason = `"${text}" is not a continent code`;
  const suggestion = continentOf(text);
  if (suggestion !== undefined) return { message: `${reason}; write "${suggestion}"`, suggestion };
  const country = countryOf(text);
  return {
    message:
      country === undefined
        ? `${reason}; write one of ${CONTINENTS.join(', ')}`
        : `${reason}; compare geo.country with "${country}"`,
  };
}

const CONTINENT_NAMES: Readonly<Record<string, string>> = {
  africa: 'AF',
  antarctica: 'AN',
  antarctic: 'AN',
  aq: 'AN',
  asia: 'AS',
  europe: 'EU',
  europeanunion: 'EU',
  northamerica: 'NA',
  centralamerica: 'NA',
  oceania: 'OC',
  australasia: 'OC',
  australiaandoceania: 'OC',
  southamerica: 'SA',
};

function continentOf(text: string): string | undefined {
  const plain = plainOf(text);
  const code = plain.toUpperCase();
  if (isContinentCode(code)) return code;
  return Object.hasOwn(CONTINENT_NAMES, plain) ? CONTINENT_NAMES[plain] : undefined;
}

/** ISO 3166-1 alpha-3, in the order of the alpha-2 codes. */
const ALPHA_3 = `
AND ARE AFG ATG AIA ALB ARM AGO ATA ARG ASM AUT AUS ABW ALA AZE BIH BRB BGD BEL BFA BGR BHR BDI BEN BLM BMU BRN BOL BES BRA BHS BTN BVT
BWA BLR BLZ CAN CCK COD CAF COG CHE CIV COK CHL CMR CHN COL CRI CUB CPV CUW CXR CYP CZE DEU DJI DNK DMA DOM DZA ECU EST EGY ESH ERI ESP
ETH FIN FJI FLK FSM FRO FRA GAB GBR GRD GEO GUF GGY GHA GIB GRL GMB GIN GLP GNQ GRC SGS GTM GUM GNB GUY HKG HMD HND HRV HTI HUN IDN IRL
ISR IMN IND IOT IRQ IRN ISL ITA JEY JAM JOR JPN KEN KGZ KHM KIR COM KNA PRK KOR KWT CYM KAZ LAO LBN LCA LIE LKA LBR LSO LTU LUX LVA LBY
MAR MCO MDA MNE MAF MDG MHL MKD MLI MMR MNG MAC MNP MTQ MRT MSR MLT MUS MDV MWI MEX MYS MOZ NAM NCL NER NFK NGA NIC NLD NOR NPL NRU NIU
NZL OMN PAN PER PYF PNG PHL PAK POL SPM PCN PRI PSE PRT PLW PRY QAT REU ROU SRB RUS RWA SAU SLB SYC SDN SWE SGP SHN SVN SJM SVK SLE SMR
SEN SOM SUR SSD STP SLV SXM SYR SWZ TCA TCD ATF TGO THA TJK TKL TLS TKM TUN TON TUR TTO TUV TWN TZA UKR UGA UMI USA URY UZB VAT VCT VEN
VGB VIR VNM VUT WLF WSM YEM MYT ZAF ZMB ZWE XKX`;

/** Names that differ from those of `Intl`. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  AE: ['uae', 'emirates'],
  CD: ['drc', 'drcongo'],
  CG: ['congo'],
  CI: ['ivorycoast'],
  CN: ['prc', 'mainlandchina'],
  CV: ['caboverde'],
  CZ: ['czechrepublic'],
  GB: ['uk', 'britain', 'greatbritain', 'england', 'scotland', 'wales', 'northernireland'],
  GR: ['el'],
  IR: ['persia', 'islamicrepublicofiran'],
  KP: ['dprk', 'nk'],
  KR: ['korea', 'republicofkorea'],
  MM: ['burma', 'myanmar'],
  MO: ['macau'],
  NL: ['holland', 'thenetherlands'],
  PS: ['palestine'],
  RU: ['russianfederation'],
  SY: ['syrianarabrepublic'],
  SZ: ['swaziland'],
  TL: ['easttimor'],
  TR: ['turkey', 'turkiye'],
  US: ['america', 'unitedstatesofamerica'],
  VA: ['vatican', 'holysee'],
};

let codesByName: Map<string, string> | undefined;

/** Returns the country codes by plain names, short names and alpha-3 codes. Takes milliseconds, so it is built at the first issue. */
function countryNames(): Map<string, string> {
  if (codesByName !== undefined) return codesByName;
  codesByName = new Map();
  const alpha3 = ALPHA_3.trim().split(/\s+/);
  const long = new Intl.DisplayNames(['en'], { type: 'region' });
  const short = new Intl.DisplayNames(['en'], { type: 'region', style: 'short' });
  for (const [index, code] of [...COUNTRIES].entries()) {
    const names = [alpha3[index], long.of(code), short.of(code), ...(OTHER_NAMES[code] ?? [])];
    for (const name of names) if (name !== undefined) codesByName.set(plainOf(name), code);
  }
  return codesByName;
}

/** A name of at least this length may have one typing error. */
const MIN_LENGTH_WITH_TYPO = 5;

function countryOf(text: string): string | undefined {
  const plain = plainOf(text);
  const code = plain.toUpperCase();
  if (isCountryCode(code)) return code;
  const names = countryNames();
  const exact = names.get(plain);
  if (exact !== undefined || plain.length < MIN_LENGTH_WITH_TYPO) return exact;
  return [...names].find(([name]) => name.length > 3 && distance(name, plain) <= 1)?.[1];
}

const DIACRITICS = /\p{Diacritic}/gu;

/** Returns a name in small letters without accents, spaces and punctuation. */
function plainOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(DIACRITICS, '')
    .toLowerCase()
    .replaceAll('&', 'and')
    .replace(/\bsaint\b/g, 'st')
    .replace(/[^a-z]/g, '');
}
