import about from '../package.json' with { type: 'json' };

const { version, homepage }: { version: string; homepage?: string } = about;

/** The program as the maker of devices that are nothing to touch, and as the origin of its announcements. */
export const projectName = 'Home Lab Infra Monitor';

/** `homepage` of package.json is the one place for the project's address; without it none is told. */
export { homepage as supportUrl, version };

/** Put in by the build. */
declare const BUILT_AT: string | undefined;

/** When this program was built: a clock that is earlier is wrong. Without a build, a day before the first release. */
export const buildDate = new Date(typeof BUILT_AT === 'undefined' ? '2026-01-01T00:00:00Z' : BUILT_AT);
