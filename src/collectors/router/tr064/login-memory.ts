import * as z from 'zod/mini';
import { loginLockoutMemoryFormat, type SavedLoginLockout } from '../../../lib/login-lockout.ts';
import { definedMembers } from '../../../model/defined-members.ts';

const certificateSchema = z.object({
  certificate: z.catch(z.optional(z.string().check(z.regex(/^[\dA-F]{64}$/))), undefined),
});

/** What the broker keeps of a login: its refusals, and the SHA-256 fingerprint of the box's certificate. */
export type SavedLogin = SavedLoginLockout & z.output<typeof certificateSchema>;

export const loginMemoryFormat = {
  parse(content: unknown): SavedLogin | undefined {
    const lockout = loginLockoutMemoryFormat.parse(content);
    return lockout && { ...lockout, ...definedMembers(certificateSchema.safeParse(content).data ?? {}) };
  },
  /** The certificate that this process has accepted may be newer than the stored one. */
  merge(ours: SavedLogin, theirs: SavedLogin): SavedLogin {
    const certificate = ours.certificate ?? theirs.certificate;
    return { ...loginLockoutMemoryFormat.merge(ours, theirs), ...definedMembers({ certificate }) };
  },
};
