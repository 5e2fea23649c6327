import type { LoginLockout } from '../../../lib/login-lockout.ts';
import type { AddressResolver } from '../../../lib/names/address-resolver.ts';
import { isPublicAddress } from '../../../lib/names/own-network.ts';
import { HttpStatusError, NoReplyError } from '../../../lib/upnp/http-client.ts';
import { describeError } from '../../../model/errors.ts';
import { translatableTextOfError } from '../../../model/translatable-error.ts';
import { renderTranslatableText, type TranslatableText } from '../../../model/translation.ts';
import type { ConfiguredRouter } from '../configured-hosts.ts';
import type { AllowedLoginRecipient } from './login-channel.ts';

const formatMinute = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const noPermission =
  'the box accepted the login but lets this user see nothing: give the user the permission “FRITZ!Box Settings” (System, FRITZ!Box Users)';

/** Why a login was refused, as the broker keeps it. */
const loginRefusals = {
  no_digest: 'the box offers no digest login',
  refused:
    'the box refused the login: check FRITZBOX_USERNAME and FRITZBOX_PASSWORD, and that the user is enabled (System, FRITZ!Box Users)',
  no_permission: noPermission,
};

export type LoginRefusalReason = keyof typeof loginRefusals;

/** The key of a refusal; an earlier version kept the sentence. */
export const refusalReasonFromStoredSentence = (kept: string): string =>
  Object.entries(loginRefusals).find(([, sentence]) => sentence === kept)?.[0] ?? kept;

const isLoginRefusal = (text: string): text is LoginRefusalReason => Object.hasOwn(loginRefusals, text);

/** What to do, with the labels of the FRITZ!Box user interface; as states of *Account hint*, at most 255 characters.
 * `error`: its own words; `list`: of requests. */
export const fritzBoxTexts = {
  loginRefusals,
  loginTriedSoon: (why: string, acceptedAt: Date) =>
    `${why}; it was accepted until ${formatMinute(acceptedAt)}, so the agent tries it again within the hour`,
  loginPaused: (why: string, acceptedAt: Date | undefined) =>
    `${why}; then press “Try login again”: the agent itself waits for hours${acceptedAt === undefined ? ', so that the FRITZ!Box does not lock the user out' : `; it was accepted until ${formatMinute(acceptedAt)}`}`,
  silentOverTr064: (code: string | undefined) =>
    ['the box does not answer over TR-064', code].filter(Boolean).join(': '),
  offersNoTr064: (error: string) =>
    `${error}; the box does not offer TR-064: switch on “Allow access for applications” (Home Network, Network, Network Settings)`,
  rejectsHostName: (error: string) =>
    `${error}; the FRITZ!Box rejects this host name: use its IP address instead, or add the name to its DNS rebind protection`,
  failsEveryRequest: (error: string) =>
    `the box answers every request over TR-064 with an error (${error}): restart it if that persists`,
  mayNotAsk: (list: string) => `${noPermission}; it may not ask for ${list}`,
  deniesRequests: (list: string) =>
    `the FRITZ!Box accepts the login but denies some requests (HTTP 401), as some versions of FRITZ!OS do; left out for now: ${list}`,
  failsRequests: (list: string) =>
    `the FRITZ!Box answers some requests with an error, so that their values are unknown: ${list}`,
  waitsForBroker: 'the login waits for the broker, which remembers whether the FRITZ!Box refused it',
  notFritzBox:
    'the default gateway does not identify itself as a FRITZ!Box, so it does not get the login: name the box in FRITZBOX_HOSTS',
  otherCertificate:
    'the FRITZ!Box presents a different certificate than before, or no longer offers TLS: if it was replaced, reset or given another name, press “Try login again”; otherwise something else may answer in its place. The password is not sent until then',
  unknownMeshList: 'the mesh list has an unknown format',
  hidesStatus:
    'it reveals nothing about the internet connection without a login: switch on “Transmit status information over UPnP” (Home Network, Network, Network Settings)',
  loginGoesToGateway: (router: string) =>
    `${router}: the FRITZ!Box login goes to the default gateway: set FRITZBOX_HOSTS to the address of the box, because the next major version sends the login nowhere else`,
  loginGoesOverHttp: (router: string) =>
    `${router}: the login goes over HTTP, because the FRITZ!Box offers no TLS for TR-064`,
  publicAddress: (host: string, address: string) =>
    `${host} is ${address}, an address on the internet: watch a router at its address in your own network, or through a VPN`,
};

export type FritzBoxTexts = typeof fritzBoxTexts;

/** Advice for an error. Without an answer it does not name the request, so that the text stays the same from reading to
 * reading. */
export function adviceForError(error: unknown): TranslatableText<FritzBoxTexts> {
  if (error instanceof NoReplyError && error.code !== 'ECONNREFUSED')
    return (texts = fritzBoxTexts) => texts.silentOverTr064(error.code);
  const text = describeError(error);
  if (error instanceof NoReplyError || (error instanceof HttpStatusError && error.status === 404))
    return (texts = fritzBoxTexts) => texts.offersNoTr064(text);
  return (texts = fritzBoxTexts) =>
    error instanceof HttpStatusError && error.status === 400
      ? texts.rejectsHostName(text)
      : renderTranslatableText(translatableTextOfError(error), texts);
}

/** Advice for an error that answers every request. */
export function adviceForErrorOnEveryRequest(error: unknown): TranslatableText<FritzBoxTexts> {
  const text = describeError(error);
  return (texts = fritzBoxTexts) => texts.failsEveryRequest(text);
}

/** Why logins are locked out, and what to do about it; undefined after no refusal. */
export function adviceForLoginRefusal(refusal: LoginLockout['refusal']): TranslatableText<FritzBoxTexts> | undefined {
  if (refusal === undefined) return undefined;
  const { reason, isRetriedSoon, acceptedAt } = refusal;
  return (texts = fritzBoxTexts) => {
    // Versions before that one kept other sentences.
    const why = isLoginRefusal(reason) ? texts.loginRefusals[reason] : reason;
    return isRetriedSoon && acceptedAt !== undefined
      ? texts.loginTriedSoon(why, acceptedAt)
      : texts.loginPaused(why, acceptedAt);
  };
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
  get addressHint(): TranslatableText<FritzBoxTexts> | undefined {
    return publicAddressHint(this.#router.host, this.#addresses);
  }

  /** `isPlain`: the login has gone over HTTP. */
  advice(isPlain: boolean): TranslatableText<FritzBoxTexts>[] {
    if (!this.#hasAccount) return [];
    const { name } = this.#router;
    return [
      ...(this.isNamed ? [] : [(texts = fritzBoxTexts) => texts.loginGoesToGateway(name)]),
      ...(isPlain ? [(texts = fritzBoxTexts) => texts.loginGoesOverHttp(name)] : []),
    ];
  }
}

/** A warning for a router whose name leads to the internet: a name that has lapsed may lead to anybody. */
export function publicAddressHint(
  host: string,
  addresses: AddressResolver,
): TranslatableText<FritzBoxTexts> | undefined {
  const address = addresses.known(host).find(isPublicAddress);
  return address === undefined ? undefined : (texts = fritzBoxTexts) => texts.publicAddress(host, address);
}
