import type { LoginLockout } from '../../../lib/login-lockout.ts';
import type { AddressResolver } from '../../../lib/names/address-resolver.ts';
import { isPublicAddress } from '../../../lib/names/own-network.ts';
import { HttpStatusError, NoReplyError } from '../../../lib/upnp/http-client.ts';
import { describeError } from '../../../model/errors.ts';
import type { ConfiguredRouter } from '../configured-hosts.ts';
import type { AllowedLoginRecipient } from './login-channel.ts';

/** What to do, with the labels of the FRITZ!Box user interface. */
export const fritzBoxAdviceTexts = {
  /** `logins`: requests that carried the credentials. */
  login: (logins: number) =>
    logins === 0
      ? 'the box offers no digest login'
      : 'the box refused the login: check FRITZBOX_USERNAME and FRITZBOX_PASSWORD, and that the user is enabled (System, FRITZ!Box Users)',
  off: 'the box does not offer TR-064: switch on “Allow access for applications” (Home Network, Network, Network Settings)',
  hostHeader:
    'the FRITZ!Box rejects this host name: use its IP address instead, or add the name to its DNS rebind protection',
  denied:
    'the FRITZ!Box accepts the login but denies some requests (HTTP 401), as some versions of FRITZ!OS do; left out for now:',
  failing: 'the FRITZ!Box answers some requests with an error, so that their values are unknown:',
  memory: 'the login waits for the broker, which remembers whether the FRITZ!Box refused it',
  notFritzBox:
    'the default gateway does not identify itself as a FRITZ!Box, so it does not get the login: name the box in FRITZBOX_HOSTS',
  certificate:
    'the FRITZ!Box presents a different certificate than before, or no longer offers TLS: if it was replaced, reset or given another name, press “Try login again”; otherwise something else may answer in its place. The password is not sent until then',
  right:
    'the box accepted the login but lets this user see nothing: give the user the permission “FRITZ!Box Settings” (System, FRITZ!Box Users)',
} as const;

/** Advice for an error. Without an answer it does not name the request, so that the text stays the same from reading to
 * reading. */
export function adviceForError(error: unknown): string {
  if (error instanceof NoReplyError && error.code !== 'ECONNREFUSED')
    return ['the box does not answer over TR-064', error.code].filter(Boolean).join(': ');
  const text = describeError(error);
  if (error instanceof NoReplyError || (error instanceof HttpStatusError && error.status === 404))
    return `${text}; ${fritzBoxAdviceTexts.off}`;
  return error instanceof HttpStatusError && error.status === 400 ? `${text}; ${fritzBoxAdviceTexts.hostHeader}` : text;
}

/** Advice for an error that answers every request. */
export const adviceForErrorOnEveryRequest = (error: unknown): string =>
  `the box answers every request over TR-064 with an error (${describeError(error)}): restart it if that persists`;

const formatMinute = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Why logins are locked out, and what to do about it; undefined after no refusal. */
export function adviceForLoginRefusal(refusal: LoginLockout['refusal']): string | undefined {
  if (refusal === undefined) return undefined;
  const { reason, isRetriedSoon, acceptedAt } = refusal;
  const accepted = acceptedAt === undefined ? '' : `; it was accepted until ${formatMinute(acceptedAt)}`;
  if (isRetriedSoon) return `${reason}${accepted}, so the agent tries it again within the hour`;
  return `${reason}; then press “Try login again”: the agent itself waits for hours, so that the FRITZ!Box does not lock the user out${accepted}`;
}

/** Where the login of a FRITZ!Box may go. */
export class LoginAddressRule {
  readonly #router: ConfiguredRouter;
  readonly #addresses: AddressResolver;
  readonly isNamed: boolean;
  readonly #hasAccount: boolean;

  /** `isNamed`: FRITZBOX_HOSTS names the router; otherwise it is the default gateway, which can be anything. */
  constructor(router: ConfiguredRouter, addresses: AddressResolver, isNamed: boolean, hasAccount: boolean) {
    this.#router = router;
    this.#addresses = addresses;
    this.isNamed = isNamed;
    this.#hasAccount = hasAccount;
  }

  get permission(): AllowedLoginRecipient {
    return this.isNamed ? 'any' : 'fritz_box';
  }

  /** A warning if the name of the router leads to the internet. */
  get addressHint(): string | undefined {
    return publicAddressHint(this.#router.host, this.#addresses);
  }

  /** `isPlain`: the login has gone over HTTP. */
  advice(isPlain: boolean): string[] {
    if (!this.#hasAccount) return [];
    return [
      ...(this.isNamed
        ? []
        : [
            `${this.#router.name}: the FRITZ!Box login goes to the default gateway: set FRITZBOX_HOSTS to the address of the box, because the next major version sends the login nowhere else`,
          ]),
      ...(isPlain
        ? [`${this.#router.name}: the login goes over HTTP, because the FRITZ!Box offers no TLS for TR-064`]
        : []),
    ];
  }
}

/** A warning for a router whose name leads to the internet: a name that has lapsed may lead to anybody. */
export function publicAddressHint(host: string, addresses: AddressResolver): string | undefined {
  const address = addresses.known(host).find(isPublicAddress);
  return address === undefined
    ? undefined
    : `${host} is ${address}, an address on the internet: watch a router at its address in your own network, or through a VPN`;
}
