import about from '../package.json' with { type: 'json' };

export const { version, homepage: supportUrl } = about;

/** Put in by the build. */
declare const BUILT_AT: string | undefined;

/** When this program was built: a clock that is earlier is wrong. Without a build, a day before the first release. */
export const builtAt = new Date(typeof BUILT_AT === 'undefined' ? '2026-01-01T00:00:00Z' : BUILT_AT);
